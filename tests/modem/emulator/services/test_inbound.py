"""Arriving messages and reports under every +CNMI, +CSMS and memory state (3GPP TS 27.005 3.4.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modem.emulator.network import Centre
from modem.emulator.radio import Delivery
from modem.emulator.services.inbound import ACKNOWLEDGE_WITHIN_S, MAX_BUFFERED_URCS
from modem.pdu import Address, Deliver, plan, submits
from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.emulator.bench import Bench, lines

PERSON = "+491711234567"
# Service centre, DELIVER, +491711234567, 24/05/01 12:00:00, "hello" (the packed text is that of 3GPP TS 23.038 6.1.2).
HELLO = "07913336990800F0" + "04" + "0C91947111325476" + "0000" + "42501021000000" + "05E8329BFD06"


def heard(bench: Bench, index: int = 0) -> list[str]:
    return lines(bench.read(index))


def test_a_message_is_stored_and_announced() -> None:
    bench = Bench()
    bench.at("+CNMI=2,1")
    bench.write(PERSON, "hello")

    assert heard(bench) == ['+CMTI: "SM",1']
    assert bench.at("+CMGR=1") == ["+CMGR: 0,,24", HELLO, "OK"]


def test_a_message_goes_to_the_memory_for_arriving_ones() -> None:
    bench = Bench()
    bench.at('+CNMI=2,1;+CPMS="SM","SM","ME"')
    bench.write(PERSON, "hello")

    assert heard(bench) == ['+CMTI: "ME",1']


def test_without_indications_a_message_is_stored_in_silence() -> None:
    bench = Bench()
    bench.at("+CNMI=2,0")
    bench.write(PERSON, "hello")

    assert heard(bench) == []
    assert bench.at("+CPMS?") == ['+CPMS: "SM",1,30,"SM",1,30,"SM",1,30', "OK"]


def test_a_message_is_routed_and_not_stored() -> None:
    bench = Bench()
    bench.at("+CNMI=2,2")
    bench.write(PERSON, "hello")

    assert heard(bench) == ["+CMT: ,24", HELLO]
    assert bench.at("+CMGL=4") == ["OK"]


def test_a_message_is_routed_as_text_in_text_mode() -> None:
    bench = Bench()
    bench.at("+CMGF=1;+CNMI=2,2")
    bench.write(PERSON, "hello")

    assert heard(bench) == ['+CMT: "+491711234567",,"24/05/01,12:00:00+00"', "hello"]


def arrive(bench: Bench, *, dcs: int = 0, pid: int = 0) -> None:
    """Let a message of some class or kind arrive from the second modem: a person cannot write one."""
    text = submits(plan("hello"), Address.parse(bench.number()), concat_ref=1)[0]
    bench.submit(replace(text, dcs=dcs, pid=pid), 1)


@pytest.mark.parametrize(
    ("setting", "dcs", "expected"),
    [
        ("+CNMI=2,2", 0x12, "+CMTI:"),
        ("+CNMI=2,2", 0x13, "+CMT:"),
        ("+CNMI=2,3", 0x13, "+CMT:"),
        ("+CNMI=2,3", 0x00, "+CMTI:"),
        ("+CNMI=2,1", 0x13, "+CMTI:"),
    ],
    ids=[
        "class 2 is for the SIM",
        "class 3 routed with all",
        "class 3 routed alone",
        "no class stored",
        "class 3 stored",
    ],
)
def test_the_class_decides_where_a_message_goes(setting: str, dcs: int, expected: str) -> None:
    bench = Bench(2)
    bench.at(setting)
    arrive(bench, dcs=dcs)

    assert heard(bench)[0].startswith(expected)


def test_a_class_2_message_goes_to_the_sim_whatever_memory_is_chosen() -> None:
    bench = Bench(2)
    bench.at('+CNMI=2,1;+CPMS="ME","ME","ME"')
    arrive(bench, dcs=0x12)

    assert heard(bench) == ['+CMTI: "SM",1']


def test_a_silent_message_is_acknowledged_and_forgotten() -> None:
    bench = Bench(2)
    bench.at("+CNMI=2,1")
    arrive(bench, pid=0x40)

    assert heard(bench) == []
    assert bench.at("+CMGL=4") == ["OK"]
    assert [entry.cause for entry in bench.network.ledger if isinstance(entry.tpdu, Deliver)] == [None]


def test_a_report_is_routed_behind_the_answer() -> None:
    bench = Bench()
    bench.at("+CNMI=2,1,0,1,0")

    answer = bench.send(PERSON, "hello", report=True)

    assert answer[:3] == ["+CMGS: 0", "OK", "+CDS: 25"]
    assert answer[3] == "07913336990800F0" + "0600" + "0C91947111325476" + "42501021000000" * 2 + "00"


def test_a_report_of_text_mode_is_one_line() -> None:
    bench = Bench()
    bench.at("+CMGF=1;+CNMI=2,1,0,1,0;+CSMP=49,167,0,0")
    bench.type(f'AT+CMGS="{PERSON}"\r'.encode())

    answer = lines(bench.type(b"hello\x1a"))

    assert answer[2] == '+CDS: 6,0,"+491711234567",145,"24/05/01,12:00:00+00","24/05/01,12:00:00+00",0'


def test_a_report_is_stored_and_announced() -> None:
    bench = Bench()
    bench.at("+CNMI=2,1,0,2,0")

    assert bench.send(PERSON, "hello", report=True) == ["+CMGS: 0", "OK", '+CDSI: "SR",1']
    assert bench.at('+CPMS="SR"') == ["+CPMS: 1,20,0,30,0,30", "OK"]
    assert bench.at("+CMGR=1")[0] == "+CMGR: 0,,25"


def test_without_report_indications_nothing_is_said() -> None:
    bench = Bench()
    bench.at("+CNMI=2,1,0,0,0")

    assert bench.send(PERSON, "hello", report=True) == ["+CMGS: 0", "OK"]


def test_a_full_memory_refuses_until_a_message_is_deleted() -> None:
    bench = Bench(sim_capacity=1)
    bench.at("+CNMI=2,1")
    bench.write(PERSON, "first")
    bench.write(PERSON, "second")

    assert heard(bench) == ['+CMTI: "SM",1']
    assert [entry.cause for entry in bench.network.ledger] == [None, 22]
    assert bench.at("+CMGD=1") == ["OK", '+CMTI: "SM",1']
    bench.at("+CMGF=1")
    assert bench.at("+CMGR=1")[1] == "second"


def test_a_refused_message_is_offered_again_after_a_while() -> None:
    bench = Bench(sim_capacity=1)
    bench.at("+CNMI=2,1")
    bench.write(PERSON, "first")
    bench.write(PERSON, "second")
    bench.at('+CPMS="SM","SM","ME"')
    heard(bench)
    bench.wait(Centre().retries_s[0])

    assert heard(bench) == ['+CMTI: "ME",1']


def test_with_phase_2_plus_the_next_message_waits_for_the_acknowledgement() -> None:
    bench = Bench()
    bench.at("+CSMS=1;+CNMI=2,2")
    bench.write(PERSON, "hello")
    bench.write(PERSON, "again")

    assert heard(bench) == ["+CMT: ,24", HELLO]
    assert bench.at("+CNMA")[:2] == ["OK", "+CMT: ,24"]
    assert bench.at("+CNMA=0") == ["OK"]
    assert bench.at("+CNMA") == ["+CMS ERROR: 340"]


def test_a_missing_acknowledgement_ends_routing_and_the_message_comes_again() -> None:
    bench = Bench()
    bench.at("+CSMS=1;+CNMI=2,2,0,1,0")
    bench.write(PERSON, "hello")
    heard(bench)
    bench.wait(ACKNOWLEDGE_WITHIN_S)

    assert bench.at("+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]
    assert bench.at("+CNMA") == ["+CMS ERROR: 340"]
    bench.wait(Centre().retries_s[0])
    assert bench.at("+CMGL=4")[-2:] == [HELLO, "OK"]


def test_in_mode_0_indications_wait_for_another_mode() -> None:
    bench = Bench()
    bench.at("+CNMI=0,1,0,0,0")
    bench.write(PERSON, "hello")

    assert heard(bench) == []
    assert bench.at("+CNMI=2") == ["OK", '+CMTI: "SM",1']


def test_waiting_indications_can_be_cleared_instead() -> None:
    bench = Bench()
    bench.at("+CNMI=0,1,0,0,0")
    bench.write(PERSON, "hello")

    assert bench.at("+CNMI=2,1,0,0,1") == ["OK"]
    assert bench.at("+CNMI=2,1,0,0,0") == ["OK"]


def test_only_the_newest_waiting_indications_are_kept() -> None:
    bench = Bench(sim_capacity=100)
    bench.at("+CNMI=0,1,0,0,0")
    for _ in range(MAX_BUFFERED_URCS + 1):
        bench.write(PERSON, "hello")

    answer = bench.at("+CNMI=2")
    assert (len(answer), answer[1]) == (MAX_BUFFERED_URCS + 1, '+CMTI: "SM",2')


def test_messages_that_came_while_the_radio_was_off_arrive_afterwards() -> None:
    bench = Bench()
    bench.at("+CFUN=4")
    bench.write(PERSON, "hello")

    assert bench.at("+CPMS?")[0] == '+CPMS: "SM",0,30,"SM",0,30,"SM",0,30'
    bench.at("+CFUN=1")
    assert bench.at("+CPMS?")[0] == '+CPMS: "SM",1,30,"SM",1,30,"SM",1,30'


@pytest.mark.parametrize("setup", ["+CNMI=2,2", "+CNMI=2,1", "+CMGF=1;+CNMI=2,2"])
def test_octets_that_are_no_tpdu_reach_the_host_as_they_are(setup: str) -> None:
    bench = Bench()
    bench.at(setup)
    delivery = Delivery(tpdu=b"\x04\xff", message=None, smsc="+33639980000")
    bench.machines[0].handle_delivery(delivery, 0)
    bench._settle(0)

    said = heard(bench)
    if setup == "+CNMI=2,2":
        assert said == ["+CMT: ,2", "07913336990800F004FF"]
    else:
        assert said == ['+CMTI: "SM",1']
        assert bench.at("+CMGF=0;+CMGR=1") == ["+CMGR: 0,,2", "07913336990800F004FF", "OK"]


@pytest.mark.parametrize(
    ("dcs", "expected"), [(0xC8, "+CMT:"), (0xD8, "+CMTI:"), (0xE8, "+CMTI:")], ids=["discard", "store", "store UCS2"]
)
def test_a_waiting_indication_that_says_store_is_stored(dcs: int, expected: str) -> None:
    bench = Bench(2)
    bench.at("+CNMI=2,2")
    arrive(bench, dcs=dcs)

    assert heard(bench)[0].startswith(expected)


def test_a_model_without_a_memory_for_reports_keeps_them_among_the_messages() -> None:
    personality = replace(GENERIC.personality, memories=(("SM", "ME"),) * 3)
    bench = Bench(personality=personality)
    bench.at("+CNMI=2,1,0,2,0")

    assert bench.send(PERSON, "hello", report=True) == ["+CMGS: 0", "OK", '+CDSI: "SM",1']


def test_a_model_may_say_that_its_memory_is_full() -> None:
    # ^SMMEMFULL of Huawei, MU509 manual 6.21.
    personality = replace(GENERIC.personality, memory_full_urc='^SMMEMFULL:"{memory}"')
    bench = Bench(sim_capacity=1, personality=personality)
    bench.write(PERSON, "first")
    bench.write(PERSON, "second")

    assert heard(bench) == ['^SMMEMFULL:"SM"']


def test_a_report_of_text_mode_has_its_number_in_the_character_set_of_the_host() -> None:
    bench = Bench()
    bench.at("+CMGF=1;+CNMI=2,1,0,1,0;+CSMP=49,167,0,0")
    bench.type(f'AT+CMGS="{PERSON}"\r'.encode())
    bench.type(b"hello\x1a")
    bench.at('+CNMI=2,1,0,2,0;+CPMS="SR";+CSCS="UCS2"')
    bench.at("+CNMI=2,1,0,2,0")
    number = PERSON.encode("utf-16-be").hex().upper()
    bench.type(f'AT+CMGS="{number}"\r'.encode())
    bench.type(b"0068\x1a")

    assert bench.at("+CMGR=1")[0].startswith(f'+CMGR: "REC UNREAD",6,1,"{number}",145,')


def test_a_message_that_replaces_takes_the_place_of_the_last_of_its_kind() -> None:
    bench = Bench(2)
    bench.at("+CNMI=2,1")
    arrive(bench, pid=0x41)
    arrive(bench, pid=0x42)
    assert heard(bench) == ['+CMTI: "SM",1', '+CMTI: "SM",2']
    bench.at("+CMGR=1")
    arrive(bench, pid=0x41)

    assert heard(bench) == ['+CMTI: "SM",1']
    assert [line for line in bench.at("+CMGL=4") if line.startswith("+")] == ["+CMGL: 1,0,,24", "+CMGL: 2,0,,24"]
