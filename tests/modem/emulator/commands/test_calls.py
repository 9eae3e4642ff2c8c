from __future__ import annotations

import pytest

from modem.emulator.radio import (
    CallAnswered,
    CallCleared,
    CallConnected,
    CallEnded,
    Clearing,
    Dialled,
    RadioEvent,
    Ringing,
    UssdRequest,
)
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

CALLER = "+491711234567"

DIALOGUES: dict[str, Dialogue] = {
    "caller's number": [
        ("+CLIP=?", ["+CLIP: (0,1)", "OK"]),
        ("+CLIP?", ["+CLIP: 0,1", "OK"]),
        ("+CLIP=1", OK),
        ("+CLIP?", ["+CLIP: 1,1", "OK"]),
        ("+CLIP=2", ERROR),
        ("+CLIP=1,1", ERROR),
        ("+CLIP", ERROR),
    ],
    "what is only kept": [
        ("+CRC=?;+CRC?", ["+CRC: (0,1)", "+CRC: 0", "OK"]),
        ("+CRC=1;+CRC?", ["+CRC: 1", "OK"]),
        ("+CRC=;+CRC?", ["+CRC: 0", "OK"]),
        ("+CSSN=1,1;+CSSN?", ["+CSSN: 1,1", "OK"]),
        ("+CSSN=0;+CSSN?", ["+CSSN: 0,1", "OK"]),
        ("+CVHU=?;+CVHU?;+CVHU=0", ["+CVHU: (0,1)", "+CVHU: 0", "OK"]),
        ("+COLP=1;+COLP?", ["+COLP: 1,1", "OK"]),
        ("+CVHU=9", ERROR),
    ],
    "waiting calls": [
        ("+CCWA=?;+CCWA?", ["+CCWA: (0,1)", "+CCWA: 0", "OK"]),
        ("+CCWA=1;+CCWA?", ["+CCWA: 1", "OK"]),
        ("+CCWA=0,2", ["+CCWA: 0,7", "OK"]),
        ("+CCWA=0,1", OK),
        ("+CCWA=0,2", ["+CCWA: 1,1", "OK"]),
        ("+CCWA=0,0", OK),
        ("+CCWA=0,2", ["+CCWA: 0,7", "OK"]),
        ("+CFUN=4;+CCWA=0,2", ERROR),
        ("+CCWA=2", ERROR),
        ("+CCWA=1,1,1,1", ERROR),
    ],
    "no call": [
        ("+CLCC", OK),
        ("+CLCC=?", OK),
        ("+CPAS", ["+CPAS: 0", "OK"]),
        ("+CPAS=?", ["+CPAS: (0,3,4)", "OK"]),
        ("H", OK),
        ("H0", OK),
        ("H1", ERROR),
        ("+CHUP", OK),
        ("+CHUP=?", OK),
        ("A", ["NO CARRIER"]),
    ],
    "dialling nonsense": [("+CMEE=1", OK), ("Dxyz;", ["+CME ERROR: 27"]), ("D;", ["+CME ERROR: 27"])],
    "a data call finds nobody": [("D123", ["NO CARRIER"]), ("DT*99***1#", ["NO CARRIER"])],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


class Caller:
    """A bench whose network does only what the test says."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.machine = self.bench.machines[0]

    def at(self, command: str) -> list[str]:
        """Write a command; what the modem tells the network stays for `told`."""
        return self.type(f"AT{command}\r".encode())

    def type(self, octets: bytes) -> list[str]:
        self.machine.receive_data(octets, self.bench.now)
        return lines(self.machine.data_to_send())

    def hear(self, event: Ringing | CallConnected | CallCleared) -> list[str]:
        self.machine.handle_service(event, self.bench.now)
        return lines(self.machine.data_to_send())

    def told(self) -> list[RadioEvent]:
        events = []
        while (event := self.machine.next_event()) is not None:
            events.append(event)
        return events


RING = Ringing(imsi="1", number=CALLER, is_first=True)


def test_a_call_rings_shows_its_number_and_is_taken() -> None:
    caller = Caller()
    assert caller.hear(RING) == ["RING"]
    caller.at("+CLIP=1;+CRC=1")
    assert caller.hear(RING) == ["+CRING: VOICE", f'+CLIP: "{CALLER}",145,,,,0']
    assert caller.at("+CPAS;+CLCC") == ["+CPAS: 3", f'+CLCC: 1,1,4,0,0,"{CALLER}",145', "OK"]

    assert caller.at("A") == ["OK"]
    assert caller.told() == [CallAnswered()]
    assert caller.at("+CPAS;+CLCC") == ["+CPAS: 4", f'+CLCC: 1,1,0,0,0,"{CALLER}",145', "OK"]
    assert caller.hear(CallCleared(imsi="1")) == ["NO CARRIER"]
    assert caller.at("+CLCC") == ["OK"]


def test_a_withheld_number_says_why_it_is_missing() -> None:
    caller = Caller()
    caller.at("+CLIP=1")

    assert caller.hear(Ringing(imsi="1", number=None)) == ["RING", '+CLIP: "",128,,,,1']
    assert caller.at("+CLCC") == ["+CLCC: 1,1,4,0,0", "OK"]


@pytest.mark.parametrize("command", ["H", "+CHUP"])
def test_a_call_that_rings_is_refused(command: str) -> None:
    caller = Caller()
    caller.hear(RING)

    assert caller.at(command) == ["OK"]
    assert caller.told() == [CallEnded()]
    assert caller.at('+CPBS="MC";+CPBR=1') == [f'+CPBR: 1,"{CALLER}",145,""', "OK"]


def test_s0_takes_the_call_after_so_many_rings() -> None:
    caller = Caller()
    caller.at("S0=2")
    caller.hear(RING)
    assert caller.told() == []
    caller.hear(RING)

    assert caller.told() == [CallAnswered()]


def test_a_caller_who_gives_up_ends_the_ringing() -> None:
    caller = Caller()
    caller.hear(RING)

    assert caller.hear(CallCleared(imsi="1")) == ["NO CARRIER"]
    assert caller.hear(CallCleared(imsi="1")) == []
    assert caller.at("A") == ["NO CARRIER"]


def test_a_ring_is_a_digit_for_a_host_that_wants_digits() -> None:
    caller = Caller()
    caller.at("V0")
    caller.machine.handle_service(RING, 0.0)

    assert caller.machine.data_to_send() == b"2\r"


def test_dialling_waits_until_the_call_is_taken() -> None:
    caller = Caller()
    assert caller.at("DT+49 (171) 12-34;") == []
    assert caller.told() == [Dialled(number="+491711234")]

    assert caller.hear(CallConnected(imsi="1")) == ["OK"]
    assert caller.at("+CLCC") == ['+CLCC: 1,0,0,0,0,"+491711234",145', "OK"]
    assert caller.at("D123;") == ["ERROR"]
    assert caller.at("H") == ["OK"]
    assert caller.told() == [CallEnded()]


@pytest.mark.parametrize("clearing", Clearing)
def test_a_call_that_nobody_takes_says_why(clearing: Clearing) -> None:
    caller = Caller()
    caller.at("D123;")

    assert caller.hear(CallCleared(imsi="1", clearing=clearing)) == [clearing.value]
    assert caller.at("+CLCC") == ["OK"]


def test_any_character_ends_the_attempt_but_the_line_feed_behind_the_command() -> None:
    caller = Caller()
    caller.at("D123;")
    caller.told()
    assert caller.type(b"\n") == []
    assert caller.told() == []

    assert caller.type(b"x") == ["NO CARRIER"]
    assert caller.told() == [CallEnded()]
    assert caller.at("") == ["OK"]


def test_the_number_that_took_the_call_is_shown_on_demand() -> None:
    caller = Caller()
    caller.at("+COLP=1")
    caller.at("D123;")

    assert caller.hear(CallConnected(imsi="1")) == ['+COLP: "123",129', "OK"]


@pytest.mark.parametrize(
    ("dialled", "number"), [(">1;", "111"), (">ME2;", "222"), ('>"anna";', "333"), ('>"SM" 1;', "111")]
)
def test_a_contact_is_dialled_by_place_or_name(dialled: str, number: str) -> None:
    caller = Caller()
    caller.at('+CPBW=1,"111";+CPBW=2,"333",129,"Anna";+CPBS="ME";+CPBW=2,"222";+CPBS="SM"')

    assert caller.at(f"D{dialled}") == []
    assert caller.told() == [Dialled(number=number)]


@pytest.mark.parametrize("dialled", [">9;", '>"Zoe";', ">XX1;"])
def test_a_contact_that_does_not_exist_is_not_found(dialled: str) -> None:
    caller = Caller()
    caller.at("+CMEE=1")

    assert caller.at(f"D{dialled}") == ["+CME ERROR: 22"]


def test_a_service_code_that_is_dialled_is_no_call() -> None:
    caller = Caller()

    assert caller.at("D*100#;") == ["OK"]
    assert caller.told() == [UssdRequest(text="*100#")]


def test_an_emergency_number_needs_no_card() -> None:
    caller = Caller()
    caller.bench.equipment().eject()
    caller.at("+CMEE=1")

    assert caller.at("D123;") == ["+CME ERROR: 10"]
    assert caller.at("D112;") == ["NO CARRIER"]  # no service either: this network lets in only cards


def test_a_reset_hangs_up() -> None:
    caller = Caller()
    caller.hear(RING)
    caller.at("Z")

    assert caller.told() == [CallEnded()]


def test_without_service_there_is_no_carrier() -> None:
    caller = Caller()
    caller.at("+CFUN=4")

    assert caller.at("D123;") == ["NO CARRIER"]


def test_a_second_call_waits_and_is_told_of_on_demand() -> None:
    caller = Caller()
    caller.hear(RING)
    caller.at("A")

    assert caller.hear(Ringing(imsi="1", number="+4930123")) == []
    caller.at("+CCWA=1")
    assert caller.hear(Ringing(imsi="1", number="+4930123")) == ['+CCWA: "+4930123",145,1']
    assert caller.at("+CLCC") == [f'+CLCC: 1,1,0,0,0,"{CALLER}",145', "OK"]
