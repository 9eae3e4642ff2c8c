from __future__ import annotations

import pytest

from modem.emulator.services.inbound import PROTOCOL_ERROR
from modem.pdu import Deliver
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK, Dialogue, play

DIALOGUES: dict[str, Dialogue] = {
    "service": [
        ("+CSMS=?", ["+CSMS: (0,1)", "OK"]),
        ("+CSMS?", ["+CSMS: 0,1,1,1", "OK"]),
        ("+CSMS=1", ["+CSMS: 1,1,1", "OK"]),
        ("+CSMS?", ["+CSMS: 1,1,1,1", "OK"]),
        ("+CSMS=2", ["+CMS ERROR: 303"]),
    ],
    "indications as gammu and gnokii set them": [
        ("+CNMI=?", ["+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)", "OK"]),
        ("+CNMI?", ["+CNMI: 0,0,0,0,0", "OK"]),
        ("+CNMI=2,1,0,2,0", OK),
        ("+CNMI?", ["+CNMI: 2,1,0,2,0", "OK"]),
        ("+CNMI=3,1", ["+CMS ERROR: 303"]),
        ("+CNMI=1", OK),
        ("+CNMI?", ["+CNMI: 1,1,0,2,0", "OK"]),
        ("+CNMI=,,,1", OK),
        ("+CNMI?", ["+CNMI: 1,1,0,1,0", "OK"]),
    ],
    "wrong indications": [
        ("+CNMI=2,4", ["+CMS ERROR: 303"]),
        ("+CNMI=2,1,1", ["+CMS ERROR: 303"]),
        ("+CNMI=2,1,0,3", ["+CMS ERROR: 303"]),
        ("+CNMI=2,1,0,1,2", ["+CMS ERROR: 303"]),
        ("+CNMI=2,1,0,1,0,0", ["+CMS ERROR: 303"]),
        ("+CNMI?", ["+CNMI: 0,0,0,0,0", "OK"]),
    ],
    "nothing to acknowledge": [
        ("+CNMA=?", ["+CNMA: (0-2)", "OK"]),
        ("+CNMA", ["+CMS ERROR: 340"]),
        ("+CNMA=0", ["+CMS ERROR: 340"]),
        ("+CNMA=1", ["+CMS ERROR: 340"]),
        ("+CNMA=2,9", ["+CMS ERROR: 340"]),
        ("+CNMA=3", ["+CMS ERROR: 303"]),
        ("+CNMA=1,2,3", ["+CMS ERROR: 303"]),
        ("+CMGF=1;+CNMA=?", OK),
        ("+CNMA=1", ["+CMS ERROR: 303"]),
        ("+CNMA", ["+CMS ERROR: 340"]),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def test_going_back_to_service_0_acknowledges_what_waits() -> None:
    bench = Bench()
    bench.at("+CSMS=1;+CNMI=2,2")
    bench.write("+491711234567", "hello")
    bench.write("+491711234567", "again")
    bench.read()

    assert bench.at("+CSMS=0")[:3] == ["+CSMS: 1,1,1", "OK", "+CMT: ,24"]


def waiting_bench() -> Bench:
    """Return a bench whose host owes an acknowledgement."""
    bench = Bench()
    bench.at("+CSMS=1;+CNMI=2,2")
    bench.write("+491711234567", "hello")
    bench.read()
    return bench


def causes(bench: Bench) -> list[int | None]:
    """Return how the deliveries were answered."""
    return [entry.cause for entry in bench.network.ledger if isinstance(entry.tpdu, Deliver)]


@pytest.mark.parametrize(
    ("command", "cause"), [("", None), ("=0", None), ("=1", None), ("=1,0", None), ("=2", PROTOCOL_ERROR)]
)
def test_a_message_is_acknowledged_or_refused_once(command: str, cause: int | None) -> None:
    bench = waiting_bench()

    assert bench.at(f"+CNMA{command}") == OK
    assert bench.at("+CNMA") == ["+CMS ERROR: 340"]
    assert causes(bench) == [cause]


def test_an_acknowledgement_may_bring_a_report_of_its_own() -> None:
    # DELIVER-REPORT for RP-ACK: type 00, parameter indicator 00 (3GPP TS 23.040 9.2.2.1a).
    bench = waiting_bench()

    assert bench.type(b"AT+CNMA=1,2\r") == b"\r\n> "
    assert lines(bench.type(b"0000\x1a")) == OK
    assert causes(bench) == [None]


@pytest.mark.parametrize("body", [b"00", b"0100", b"xy"], ids=["too short", "a submit", "not hex"])
def test_a_wrong_report_acknowledges_nothing(body: bytes) -> None:
    bench = waiting_bench()
    bench.type(b"AT+CNMA=1,2\r")

    assert lines(bench.type(body + b"\x1a")) == ["+CMS ERROR: 304"]
    assert causes(bench) == []
    assert bench.at("+CNMA") == OK


def test_a_host_that_types_too_long_is_too_late() -> None:
    bench = waiting_bench()
    bench.type(b"AT+CNMA=1,2\r")
    bench.wait(20)

    assert lines(bench.type(b"0000\x1a")) == ["+CMS ERROR: 340"]
    assert bench.at("+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]


@pytest.mark.parametrize("command", ["Z", "&F"])
def test_a_reset_that_ends_phase_2_acknowledges_what_waits(command: str) -> None:
    bench = waiting_bench()
    bench.at(command)

    assert causes(bench) == [None]
