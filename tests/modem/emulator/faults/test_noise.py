"""Octets that are garbled, lost, doubled or nobody's."""

from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench
from tests.modem.emulator.faults.sending import OK, submit


def test_garbage_of_a_plug_that_bounces() -> None:
    bench = Bench()
    bench.arm("garbage", count=16)

    assert len(bench.read()) == 16
    assert bench.type(b"AT\r") == OK


def test_noise_after_each_start() -> None:
    bench = Bench()
    bench.arm("garbage", on="boot", count=8, times=2)
    bench.reboot()
    assert len(bench.read()) == 8
    bench.reboot()
    assert len(bench.read()) == 8
    bench.reboot()
    assert bench.read() == b""


def test_noise_again_and_again_for_a_time() -> None:
    bench = Bench()
    bench.arm("garbage", count=8, every_s=1, lasting_s=3, times=0)
    bench.wait(10)

    assert len(bench.read()) == 3 * 8
    assert bench.machines[0].faults == ()


def test_nul_octets() -> None:
    bench = Bench()
    bench.arm("garbage", count=4, is_nul=True)
    assert bench.read() == b"\0\0\0\0"

    bench.arm("noise", changed=0, nuls=1)
    assert bench.type(b"AT\r") == b"".join(b"\0" + bytes((octet,)) for octet in OK)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"lost": 1}, b""),
        ({"doubled": 1}, b"\r\r\n\nOOKK\r\r\n\n"),
    ],
)
def test_octets_lost_and_doubled(fields: dict[str, object], expected: bytes) -> None:
    bench = Bench()
    armed = bench.arm("noise", changed=0, **fields)

    assert bench.type(b"AT\r") == expected
    bench.disarm(armed)
    assert bench.type(b"AT\r") == OK


def test_changed_octets_differ_in_one_bit() -> None:
    bench = Bench()
    bench.arm("noise", changed=1)

    heard = bench.type(b"AT\r")
    assert [(octet ^ sent).bit_count() for octet, sent in zip(heard, OK, strict=True)] == [1] * len(OK)


def test_noise_towards_the_modem() -> None:
    bench = Bench()
    bench.arm("noise", direction="to_modem", changed=0, lost=1, lasting_s=5)

    assert bench.type(b"AT\r") == b""
    bench.wait(5)
    assert bench.type(b"AT\r") == OK


def test_equal_runs_have_equal_noise() -> None:
    def run() -> bytes:
        bench = Bench()
        bench.arm("noise", direction="both", changed=0.2, lost=0.1, doubled=0.1, nuls=0.1)
        return b"".join(submit(bench) for _ in range(20))

    assert run() == run()


def test_wrong_baud_rate_until_the_port_is_opened_anew() -> None:
    bench = Bench()
    bench.arm("wrong_baud")

    heard = b"".join(bench.type(b"AT\r") for _ in range(20))
    assert b"OK" not in heard
    bench.reopen()
    bench.type(b"\r")
    assert bench.type(b"AT\r") == OK
