"""The network as a program sees it that knows nothing of asyncio."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import serial

from modem.emulator.rack.blocking import GsmModem, GsmNetwork
from modem.errors import EncodeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PERSON = "+491711234567"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[GsmNetwork]:
    with GsmNetwork(tmp_path / "gsm", boot_s=0) as network:
        yield network


def ask(modem: GsmModem, *exchange: tuple[bytes, bytes]) -> bytes:
    heard = b""
    with serial.Serial(modem.port, timeout=10) as line:
        for octets, end in exchange:
            line.write(octets)
            heard = bytes(line.read_until(end))
            assert heard.endswith(end)
    return heard


def send(modem: GsmModem, number: str, text: str) -> None:
    ask(
        modem,
        (b"AT+CMGF=1\r", b"OK\r\n"),
        (f'AT+CMGS="{number}"\r'.encode(), b"> "),
        (text.encode() + b"\x1a", b"OK\r\n"),
    )


def test_each_modem_is_itself(network: GsmNetwork) -> None:
    first, second = network.add_modem(), network.add_modem()

    assert first.imei.encode() in ask(first, (b"AT+CGSN\r", b"OK\r\n"))
    assert second.imsi.encode() in ask(second, (b"AT+CIMI\r", b"OK\r\n"))
    assert network.modems == [first, second]


def test_a_text_goes_to_a_phone_and_the_answer_comes_back(network: GsmNetwork) -> None:
    modem = network.add_modem()
    phone = network.phone(PERSON)
    send(modem, PERSON, "hello")
    (message,) = phone.wait_messages()
    phone.send(modem, "thanks")

    assert (message.text, message.sender) == ("hello", modem.number)
    assert phone.messages == [message]
    assert b"thanks" in ask(modem, (b"AT+CMGF=1\r", b"OK\r\n"), (b"AT+CMGR=1\r", b"OK\r\n"))
    assert [entry["kind"] for entry in network.ledger()] == ["submit", "deliver", "deliver"]


def test_a_message_that_does_not_come_is_said(network: GsmNetwork) -> None:
    with pytest.raises(TimeoutError, match=r"\+491711234567 shows 0 of 2 messages after 0.01 s"):
        network.phone(PERSON).wait_messages(2, timeout_s=0.01)


def test_a_mistake_of_the_test_is_raised_in_the_test(network: GsmNetwork) -> None:
    with pytest.raises(EncodeError):
        network.phone("not a number").send("+33639980001", "hello")


def test_an_unplugged_modem_comes_back_behind_the_same_name(network: GsmNetwork) -> None:
    modem = network.add_modem()
    modem.unplug()
    assert not modem.is_plugged
    with pytest.raises(serial.SerialException):
        serial.Serial(modem.port)
    modem.plug()

    assert ask(modem, (b"AT\r", b"OK\r\n"))


def test_an_hour_passes_at_once(tmp_path: Path) -> None:
    with GsmNetwork(tmp_path, clock="manual", report_delay_s=3600) as network:
        modem = network.add_modem()
        ask(modem, (b"AT+CSMP=49,167,0,0\r", b"OK\r\n"))
        send(modem, PERSON, "hello")
        before = len(network.ledger())
        network.clock.advance(3600)

        assert network.clock.now() == 3600
        (report,) = network.ledger()[before:]
        assert (report["kind"], report["at_s"]) == ("status_report", 3600.0)


def test_only_three_kinds_of_clock_are_known(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'real', 'manual' or 'jumping'"):
        GsmNetwork(tmp_path, clock="wrong")  # type: ignore[arg-type]  # that is the mistake


async def test_an_asynchronous_test_goes_on_while_it_waits(network: GsmNetwork) -> None:
    modem = network.add_modem()
    sender = threading.Thread(target=send, args=(modem, PERSON, "hello"))
    sender.start()
    (message,) = await network.phone(PERSON).wait_messages_async()
    sender.join()

    assert message.text == "hello"
    with pytest.raises(ValueError, match="passes by itself"):
        await network.clock.advance_async(1)


def test_nothing_is_left_when_it_ends(tmp_path: Path) -> None:
    with GsmNetwork(tmp_path / "gsm") as network:
        network.add_modem()

    assert list((tmp_path / "gsm").iterdir()) == []
    assert "emulated modems" not in [thread.name for thread in threading.enumerate()]


def test_a_network_that_cannot_start_leaves_no_thread(tmp_path: Path) -> None:
    (tmp_path / "gsm").write_text("mine")
    with pytest.raises(FileExistsError):
        GsmNetwork(tmp_path / "gsm").start()

    assert "emulated modems" not in [thread.name for thread in threading.enumerate()]
