"""Modems that do not answer, and what brings them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.modem.emulator.bench import BOOT_S, ESC, Bench
from tests.modem.emulator.faults.sending import BODY, COMMAND, NUMBER, OK, PROMPT, SENT, submit

if TYPE_CHECKING:
    from collections.abc import Callable


def escape(bench: Bench) -> None:
    bench.type(ESC)


def reopen(bench: Bench) -> None:
    bench.reopen()


def reset(bench: Bench) -> None:
    bench.type(b"AT+CFUN=1,1\r")
    bench.wait(BOOT_S)


def power(bench: Bench) -> None:
    bench.reboot()


RUNGS = {"escape": escape, "reopen": reopen, "cfun": reset, "power": power}


@pytest.mark.parametrize("cure", RUNGS)
def test_hang_is_cured_by_its_rung_and_by_no_lower_one(cure: str) -> None:
    bench = Bench()
    bench.arm("hang", cured_by=cure)
    rungs = list(RUNGS)

    for rung in rungs[: rungs.index(cure)]:
        RUNGS[rung](bench)
        assert bench.type(b"AT\r") == b"", rung
    RUNGS[cure](bench)
    bench.read()
    assert bench.type(b"ATE0\r").endswith(OK)
    assert submit(bench) == SENT


@pytest.mark.parametrize("cure", RUNGS)
@pytest.mark.parametrize("stage", ["command", "prompt", "body", "sent"])
def test_hang_at_a_stage_of_a_submit(stage: str, cure: str) -> None:
    bench = Bench()
    bench.arm("hang", on="submit", stage=stage, cured_by=cure)

    assert bench.type(COMMAND) == (b"" if stage == "command" else PROMPT)
    assert bench.type(BODY) == b""
    assert bench.shown(NUMBER) == (["Hello"] if stage == "sent" else [])
    RUNGS[cure](bench)
    bench.read()
    bench.type(b"ATE0\r")
    assert bench.type(b"AT\r") == OK
    assert bench.shown(NUMBER) == (["Hello"] if stage == "sent" else [])


def test_escape_at_the_prompt_of_a_hung_modem_is_answered_as_always() -> None:
    bench = Bench()
    bench.arm("hang", on="submit", stage="prompt", cured_by="escape")

    bench.type(COMMAND)
    bench.type(BODY)
    assert bench.type(ESC) == OK
    assert bench.shown(NUMBER) == []


def test_the_reset_that_cures_a_hang_is_answered_also_when_typed_bytewise() -> None:
    bench = Bench()
    bench.arm("hang", cured_by="cfun")

    assert b"".join(bench.type(bytes((octet,))) for octet in b"AT+CFUN=1\r") == OK


def test_hang_that_echoes() -> None:
    bench = Bench()
    bench.arm("hang", echoes=True)

    assert bench.type(b"AT\r") == b"AT\r"


@pytest.mark.parametrize("has_urcs", [True, False])
def test_hang_with_and_without_unsolicited_lines(has_urcs: bool) -> None:
    bench = Bench()
    bench.at("+CNMI=2,1")
    bench.arm("hang", has_urcs=has_urcs)
    bench.write(NUMBER, "hello")

    assert bench.read() == (b'\r\n+CMTI: "SM",1\r\n' if has_urcs else b"")


def test_hang_for_a_time() -> None:
    bench = Bench()
    bench.arm("hang", after_s=5, lasting_s=10, cured_by="never")

    bench.wait(4.9)
    assert bench.type(b"AT\r") == OK
    bench.wait(0.2)
    assert bench.type(b"AT\r") == b""
    bench.reboot()
    assert bench.type(b"AT\r") == b""
    bench.wait(10)
    assert bench.type(b"ATE0\r") == b"ATE0\r" + OK


def test_hang_begun_by_a_command() -> None:
    bench = Bench()
    bench.arm("hang", command="+CMGL*", cured_by="reopen")

    assert bench.type(b"AT\r") == OK
    assert bench.type(b"AT+CMGL=4\r") == b""
    assert bench.type(b"AT\r") == b""
    bench.reopen()
    assert bench.type(b"AT\r") == OK


def test_half_dead_modem_answers_at_and_never_ends_cmgs() -> None:
    bench = Bench()
    bench.arm("half_hang")

    assert bench.type(COMMAND) == PROMPT
    assert bench.type(BODY) == b""
    assert bench.type(b"AT\r") == OK
    bench.wait(300)
    assert bench.read() == b""
    assert bench.shown(NUMBER) == []


def test_half_dead_modem_that_sends_all_the_same() -> None:
    bench = Bench(radio_time_s=3)
    bench.arm("half_hang", sends=True)

    submit(bench)
    bench.wait(3)
    assert bench.read() == b""
    assert bench.type(b"AT\r") == OK
    assert bench.shown(NUMBER) == ["Hello"]


def test_half_dead_modem_without_prompt() -> None:
    bench = Bench()
    bench.arm("half_hang", prompts=False)

    assert bench.type(COMMAND) == b""
    assert bench.type(b"AT\r") == OK


def test_half_hang_of_the_list_of_messages() -> None:
    bench = Bench()
    bench.arm("half_hang", commands="+CMGL*", cured_by="cfun")

    assert bench.type(b"AT+CMGL=4\r") == b""
    assert bench.type(b"AT\r") == OK
    assert submit(bench) == SENT
    bench.type(b"AT+CFUN=4\r")
    assert bench.type(b"AT+CMGL=4\r") == OK


def test_hang_while_a_message_is_on_the_air_hides_the_answer() -> None:
    bench = Bench(radio_time_s=3)
    submit(bench)
    bench.arm("hang", cured_by="reopen")
    bench.wait(10)

    assert bench.read() == b""
    bench.reopen()
    assert bench.type(b"AT\r") == OK
    assert bench.shown(NUMBER) == ["Hello"]


def use_no_rung(_bench: Bench) -> None:
    """Do nothing."""


@pytest.mark.parametrize("rung", [*RUNGS.values(), use_no_rung])
def test_a_fault_that_is_taken_away_ends(rung: Callable[[Bench], None]) -> None:
    bench = Bench()
    armed = bench.arm("hang", cured_by="never")
    rung(bench)
    bench.disarm(armed)

    bench.type(b"ATE0\r")
    assert bench.type(b"AT\r") == OK
    assert bench.machines[0].faults == ()
