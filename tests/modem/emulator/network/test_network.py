"""The virtual network: routing, store and forward, reports, time, determinism."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from modem.emulator.network import (
    Answer,
    AnswerRule,
    Cell,
    Centre,
    Letter,
    Recipient,
    Reports,
    Signal,
    Trace,
    flash,
    silent,
)
from modem.emulator.radio import Registration
from modem.errors import EncodeError
from modem.pdu import StatusReport
from tests.modem.emulator.bench import EPOCH, Bench, lines

PERSON = "+491711234567"


def kinds(bench: Bench) -> list[object]:
    return [entry.as_json()["kind"] for entry in bench.network.ledger]


@pytest.mark.parametrize("dialled", ["+33639980002", "33639980002", "0033639980002", "0639980002"])
def test_a_message_to_another_sim_arrives_there_however_it_is_dialled(dialled: str) -> None:
    bench = Bench(2)
    bench.at("+CNMI=2,1", 1)
    bench.send(dialled, "hello")

    assert lines(bench.read(1)) == ['+CMTI: "SM",1']
    assert bench.network.handsets == {}


@pytest.mark.parametrize("number", [PERSON, "12345", "*100#", "4917112345", "Hello", "110"])
def test_a_message_to_anybody_else_arrives_at_a_handset(number: str) -> None:
    bench = Bench()
    bench.send(number, "hello")

    handset = bench.network.handset(number)
    assert handset is not None
    assert [(message.sender, message.text) for message in handset.messages] == [(bench.number(), "hello")]


def test_a_modem_can_write_to_itself() -> None:
    bench = Bench()
    bench.at("+CNMI=2,1")

    assert bench.send(bench.number(), "hello") == ["+CMGS: 0", "OK", '+CMTI: "SM",1']


TEXTS = {
    "plain": "plain",
    "extension": "€[]{}~^|\\",
    "Turkish": "ğüşıöçİ",
    "Hindi": "नमस्ते दुनिया",
    "Arabic": "مرحبا بالعالم",
    "family at a border": "x" * 64 + "\U0001f468\u200d\U0001f469\u200d\U0001f467" + "y" * 80,
    "160": "a" * 160,
    "161": "a" * 161,
    "1530": "0123456789" * 153,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_handset_shows_the_text_that_was_sent(text: str) -> None:
    bench = Bench()
    bench.send(PERSON, text)

    assert bench.shown(PERSON) == [text]


def test_a_person_answers() -> None:
    bench = Bench()
    bench.at("+CMGF=1")
    bench.write(PERSON, "hello")

    assert bench.at("+CMGR=1") == [f'+CMGR: "REC UNREAD","{PERSON}",,"24/05/01,12:00:00+00"', "hello", "OK"]


def test_a_phone_remembers_what_was_written_on_it() -> None:
    bench = Bench()
    bench.write(PERSON, "x" * 200)
    bench.network.post(Letter(data=b"\x01"), PERSON, bench.number(), bench.now)

    handset = bench.network.handset(PERSON)
    assert handset is not None
    assert [(written.recipient, written.text, written.at, written.segment_count) for written in handset.written] == [
        (bench.number(), "x" * 200, EPOCH, 2),
        (bench.number(), None, EPOCH, 1),
    ]


def test_a_person_writes_to_another_person() -> None:
    bench = Bench()
    bench.network.write(PERSON, "+4930123", "hello", 0)

    assert bench.shown("+4930123") == ["hello"]


def test_segments_arrive_in_the_order_that_was_asked_for() -> None:
    bench = Bench()
    bench.at("+CNMI=2,2")
    bench.write(PERSON, "x" * 400, order=[3, 1, 2])

    pdus = [line for line in lines(bench.read()) if line.startswith("0791")]
    assert [pdu[pdu.index("050003") + 6 :][4:6] for pdu in pdus] == ["03", "01", "02"]


@pytest.mark.parametrize("order", [[1], [1, 1, 2], [0, 1, 2], [1, 2, 4], []])
def test_an_order_that_is_none_is_refused(order: list[int]) -> None:
    with pytest.raises(EncodeError, match="order"):
        Bench().write(PERSON, "x" * 400, order=order)


@pytest.mark.parametrize(
    ("sender", "recipient", "field"), [("+12x", PERSON, "sender"), (PERSON, "a name that is too long", "to")]
)
def test_a_wrong_number_is_refused_by_name(sender: str, recipient: str, field: str) -> None:
    with pytest.raises(EncodeError) as caught:
        Bench().network.write(sender, recipient, "hello", 0)

    assert caught.value.field == field


def test_the_answer_comes_after_the_radio_time_and_the_report_after_its_delay() -> None:
    bench = Bench(radio_time_s=2, report_delay_s=5)
    bench.at("+CNMI=2,1,0,1,0")
    assert bench.send(PERSON, "hello", report=True) == []

    bench.wait(2)
    assert lines(bench.read()) == ["+CMGS: 0", "OK"]
    assert bench.shown(PERSON) == ["hello"]
    bench.wait(4.9)
    assert bench.read() == b""
    bench.wait(0.2)
    assert lines(bench.read())[0] == "+CDS: 25"


def test_a_report_says_when_the_message_was_taken_and_delivered() -> None:
    bench = Bench(2, radio_time_s=2, report_delay_s=5)
    bench.at("+CFUN=4", 1)
    bench.send(bench.number(1), "hello", report=True)
    bench.wait(60)
    assert kinds(bench) == ["submit"]
    bench.at("+CFUN=1", 1)
    bench.wait(10)

    report = list(bench.network.ledger)[-1].tpdu
    assert isinstance(report, StatusReport)
    assert (report.scts.value, report.discharged.value) == (EPOCH + timedelta(seconds=2), EPOCH + timedelta(seconds=60))


def test_a_sim_gets_one_thing_at_a_time_and_everything_in_order() -> None:
    bench = Bench()
    bench.at("+CSMS=1;+CNMI=2,2")
    for text in ("one", "two", "three"):
        bench.write(PERSON, text)

    seen = []
    for _ in range(3):
        seen.append(len([line for line in lines(bench.read()) if line.startswith("+CMT:")]))
        bench.machines[0].receive_data(b"AT+CNMA\r", bench.now)
        bench._settle(0)
    assert seen == [1, 1, 1]


def test_the_ledger_has_every_tpdu_in_order() -> None:
    bench = Bench(2)
    bench.send(PERSON, "hello", report=True)
    bench.send(bench.number(1), "hello")
    bench.write(PERSON, "hello")

    assert kinds(bench) == ["submit", "deliver", "status_report", "submit", "deliver", "deliver"]


def run_of(seed: int) -> list[str]:
    """A busy minute; returns the ledger as JSON."""
    bench = Bench(3, radio_time_s=0.7, report_delay_s=2, seed=seed)
    for step in range(30):
        index = step % 3
        bench.type(b"\x1b", index)
        bench.send([PERSON, bench.number(2)][step % 2], f"number {step}", index, report=True)
        bench.write(PERSON, "x" * 200, index)
        bench.wait(2)
    return [json.dumps(entry.as_json()) for entry in bench.network.ledger]


def test_equal_seeds_give_equal_ledgers_and_others_do_not() -> None:
    assert run_of(1) == run_of(1)
    assert run_of(1) != run_of(2)


# -- what the host reads of it ----------------------------------------------------


def test_a_lost_answer_ends_with_network_timeout_although_the_message_went_out() -> None:
    bench = Bench()
    bench.network.rule(AnswerRule(answer=Answer(is_heard=False)))
    assert bench.send(PERSON, "hello") == []
    bench.wait(39)
    assert bench.read() == b""
    bench.wait(2)

    assert lines(bench.read()) == ["+CMS ERROR: 332"]
    assert bench.shown(PERSON) == ["hello"]


@pytest.mark.parametrize("cause", [8, 21, 38, 42, 192, 197])
def test_the_host_reads_the_cause_of_a_refusal(cause: int) -> None:
    bench = Bench()
    bench.network.rule(AnswerRule(answer=Answer(cause=cause), count=1))

    assert bench.send(PERSON, "hello") == [f"+CMS ERROR: {cause}"]
    assert bench.send(PERSON, "hello") == ["+CMGS: 1", "OK"]


def test_a_report_may_be_there_before_the_answer() -> None:
    bench = Bench()
    bench.at("+CNMI=2,1,0,1,0")
    bench.network.behave(PERSON, Recipient(reports=Reports(lead_s=1)))
    bench.send(PERSON, "hello", report=True)
    assert kinds(bench)[-1] == "status_report"
    bench.wait(2)

    # The modem holds the report back while +CMGS is going on.
    assert [line[:8] for line in lines(bench.read())] == ["+CMGS: 0", "OK", "+CDS: 25", "07913336"]


@pytest.mark.parametrize(
    ("registration", "answer"),
    [
        (Registration.DENIED, ["+CMS ERROR: 331"]),
        (Registration.SEARCHING, ["+CMS ERROR: 331"]),
        (Registration.EMERGENCY_ONLY, ["+CMS ERROR: 331"]),
        (Registration.ROAMING, ["+CMGS: 0", "OK"]),
        (Registration.SMS_ONLY_HOME, ["+CMGS: 0", "OK"]),
    ],
)
def test_a_host_can_send_where_there_is_service(registration: Registration, answer: list[str]) -> None:
    bench = Bench()
    bench.at("+CREG=1")
    bench.network.register(bench.equipment().sim.imsi, registration, bench.now)
    bench._settle(None)

    assert lines(bench.read()) == [f"+CREG: {registration.value}"]
    assert bench.send(PERSON, "hello") == answer


def test_a_host_reads_the_signal_of_a_trace() -> None:
    bench = Bench()
    trace = Trace(steps=((0.0, Signal(rssi=12, ber=1)), (10.0, Signal(rssi=99, ber=99))))
    bench.network.trace_signal(bench.equipment().sim.imsi, trace, bench.now)
    bench._settle(None)

    assert bench.at("+CSQ") == ["+CSQ: 12,1", "OK"]
    bench.wait(11)
    assert bench.at("+CSQ") == ["+CSQ: 99,99", "OK"]


def test_a_flash_is_routed_and_a_silent_message_is_not_seen() -> None:
    bench = Bench()
    bench.at("+CNMI=2,2")
    for letter in (silent(), flash("now")):
        bench.network.post(letter, PERSON, bench.number(), bench.now)
    bench._settle(None)

    notice, pdu = lines(bench.read())
    assert (notice, pdu[36:38]) == ("+CMT: ,22", "10")


def test_the_service_centre_gets_other_rules_for_what_comes_from_now_on() -> None:
    bench = Bench()
    bench.send(PERSON, "hello")
    bench.network.change_centre(Centre(number="+33639989999", wrong_number_cause=38))

    assert bench.send(PERSON, "hello") == ["+CMS ERROR: 38"]
    assert bench.network.centre.wrong_number_cause == 38


def test_what_holds_can_be_seen() -> None:
    bench = Bench()
    network = bench.network
    network.add_cell(Cell(name="cellar", channels=1))
    network.move(bench.machines[0].equipment.sim.imsi, "cellar", 0)
    network.behave(PERSON, Recipient(copies=2))
    network.behave_by_default(Recipient(refusal=0x43))

    assert [cell.name for cell in network.cells] == ["home", "cellar"]
    assert (network.knows(bench.machines[0].equipment.sim.imsi), network.knows("999")) == (True, False)
    assert network.cell_of(bench.machines[0].equipment.sim.imsi) == "cellar"
    assert network.recipient(PERSON).copies == 2
    assert network.recipient("+4930") == network.default_recipient == Recipient(refusal=0x43)
    assert [service.code for service in network.ussd_services] == ["*100#", "*101#"]
