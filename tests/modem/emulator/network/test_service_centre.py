"""Store and forward: who gets what, how often, when, and what becomes of what nobody takes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from modem.emulator.network import (
    Answer,
    AnswerRule,
    Centre,
    Delay,
    Letter,
    Quota,
    Recipient,
    Reorder,
    Reports,
    Tariff,
    Window,
    replacement,
)
from modem.emulator.radio import Acknowledged, Answered, Arriving, Attached, MemoryFreed
from modem.errors import BehaviourError
from modem.pdu import Absolute, Enhanced, Relative
from tests.modem.emulator.network.site import EPOCH, PERSON, Site, imsi, number

if TYPE_CHECKING:
    from modem.emulator.radio import Delivery
    from modem.pdu import Validity

# TP-ST, 3GPP TS 23.040 9.2.3.15.
DELIVERED, REPLACED, EXPIRED, NO_RESPONSE_GIVEN_UP = 0x00, 0x02, 0x46, 0x62
ABSENT_FOR_EVER = Recipient(absences=(Window(),))
HOUR = 3600


# -- answers ----------------------------------------------------------------------


@pytest.mark.parametrize("cause", [1, 8, 21, 38, 41, 50, 127, 128, 192, 197, 255])
def test_the_centre_refuses_as_it_is_told_and_forwards_nothing(cause: int) -> None:
    site = Site()
    site.network.rule(AnswerRule(answer=Answer(cause=cause)))
    site.submit()

    (entry,) = site.network.ledger
    assert (site.answers(), site.shown()) == ([cause], [])
    assert (entry.cause, entry.is_taken, entry.is_answered) == (cause, False, True)


@pytest.mark.parametrize("dialled", [PERSON, PERSON.removeprefix("+"), f"00{PERSON.removeprefix('+')}"])
def test_a_rule_for_a_recipient_meets_it_however_it_is_dialled(dialled: str) -> None:
    site = Site()
    site.network.rule(AnswerRule(answer=Answer(cause=1), recipient=PERSON))
    site.submit(to=dialled)
    site.submit(to="+4930123456")

    assert site.answers() == [1, None]


def test_the_answer_is_lost_although_the_message_goes_out() -> None:
    site = Site()
    site.network.rule(AnswerRule(answer=Answer(is_heard=False), count=1))
    site.submit(report=True)
    site.wait(60)

    (entry, *_) = site.network.ledger
    assert (site.answers(), site.shown(), site.statuses()) == ([332], ["hello"], [DELIVERED])
    assert (entry.is_taken, entry.is_answered) == (True, False)


def test_the_answer_is_lost_and_the_message_as_well() -> None:
    site = Site()
    site.network.rule(AnswerRule(answer=Answer(is_heard=False, is_taken=False), count=1))
    site.submit(report=True)
    site.wait(86400 * 10)

    assert (site.answers(), site.shown(), site.statuses()) == ([332], [], [])


def test_a_refusal_can_be_a_lie() -> None:
    site = Site()
    site.network.rule(AnswerRule(answer=Answer(cause=38, is_taken=True)))
    site.submit()

    assert (site.answers(), site.shown()) == ([38], ["hello"])


def test_who_has_no_money_is_barred_and_pays_only_for_what_is_taken() -> None:
    site = Site()
    site.network.charge(imsi(), Tariff(balance_cents=20, price_cents=9))
    site.network.rule(AnswerRule(answer=Answer(cause=41), count=1))
    for _ in range(4):
        site.submit()

    assert site.answers() == [41, None, None, 8]
    assert site.network.balance_cents(imsi()) == 2
    site.network.top_up(imsi(), 100)
    site.submit()
    assert (site.answers()[-1], site.network.balance_cents(imsi())) == (None, 93)


def test_a_quota_can_be_met_with_silence() -> None:
    site = Site()
    silence = Answer(is_taken=False, is_heard=False)
    site.network.charge(imsi(), Tariff(quota=Quota(messages=1, period_s=HOUR, answer=silence)))
    for _ in range(2):
        site.submit()
        site.wait(100)

    assert (site.answers(), len(site.shown())) == ([None, 332], 1)


def test_a_validity_format_can_be_refused() -> None:
    site = Site(centre=Centre(refused_validities=("absolute", "enhanced")))
    validities: tuple[Validity | None, ...] = (
        None,
        Relative(octet=167),
        Absolute.of(EPOCH + timedelta(days=1)),
        Enhanced.of(timedelta(minutes=1)),
    )
    for validity in validities:
        site.submit(validity=validity)

    assert site.answers() == [None, None, 0xC6, 0xC6]  # TP-VPF not supported, 3GPP TS 23.040 9.2.3.22


@pytest.mark.parametrize(("wrong_number_cause", "answer"), [(None, None), (38, 38)])
def test_a_wrong_service_centre_may_be_refused(wrong_number_cause: int | None, answer: int | None) -> None:
    site = Site(centre=Centre(number="+33639980000", wrong_number_cause=wrong_number_cause))
    for smsc in ("+33639980000", "33639980000", "+4900000"):
        site.submit(smsc=smsc)

    assert site.answers() == [None, None, answer]


def test_a_duplicate_is_rejected_while_the_first_is_still_held() -> None:
    site = Site()
    site.network.behave(PERSON, Recipient(absences=(Window(from_s=0, until_s=100),)))
    site.submit(mr=7)
    site.submit(mr=8, reject_duplicates=True)
    site.submit(mr=7, to="+4930123456", reject_duplicates=True)
    site.submit(mr=7)  # nobody asked
    site.submit(mr=7, reject_duplicates=True)
    assert site.answers() == [None, None, None, None, 0xC5]  # 3GPP TS 23.040 9.2.3.25

    site.wait(101)
    site.submit(mr=7, reject_duplicates=True)
    assert site.answers()[-1] is None


def test_the_centre_holds_no_more_than_it_can() -> None:
    site = Site(centre=Centre(capacity=2))
    site.network.behave(PERSON, ABSENT_FOR_EVER)
    for _ in range(3):
        site.submit()

    assert site.answers() == [None, None, 0xC0]  # SC busy


# -- recipients -------------------------------------------------------------------


def test_a_phone_that_is_absent_gets_everything_in_order_when_it_is_back() -> None:
    site = Site()
    site.network.behave(PERSON, Recipient(absences=(Window(from_s=10, until_s=2 * HOUR),)))
    site.submit("before")
    site.wait(10)
    for text in ("one", "two"):
        site.submit(text, report=True)
        site.wait(60)
    assert site.shown() == ["before"]
    site.wait(2 * HOUR - site.now)

    assert site.shown() == ["before", "one", "two"]
    assert site.statuses() == [DELIVERED, DELIVERED]
    assert {report.discharged.value for report in site.reports()} == {EPOCH + timedelta(hours=2)}


@pytest.mark.parametrize("started_s", [0.0, 1e9 / 3, 1e9 / 7])
@pytest.mark.parametrize("until_s", [0.1, 1.1, 1.3, 1e3 / 7])
def test_time_goes_on_at_the_end_of_an_absence_however_it_is_rounded(started_s: float, until_s: float) -> None:
    site = Site(started_s=started_s, centre=Centre(retries_s=(3600,)))
    site.network.behave(PERSON, Recipient(absences=(Window(from_s=0, until_s=until_s),)))
    site.now = started_s + 0.05
    site.submit()
    site.wait(until_s)

    assert site.shown() == ["hello"]
    delivered = list(site.network.ledger)[-1]
    assert delivered.at_s == pytest.approx(until_s, abs=0.01)


@pytest.mark.parametrize("status", [0x40, 0x43, 0x48, 0x5F, 0x60, 0x65, 0x80, 0xFF])
def test_a_phone_that_refuses_is_reported_as_it_refuses(status: int) -> None:
    site = Site()
    site.network.behave(PERSON, Recipient(refusal=status))
    site.submit(report=True)

    assert (site.answers(), site.shown(), site.statuses()) == ([None], [], [status])


def test_a_sim_that_refuses_still_gets_the_reports_on_its_own_messages() -> None:
    site = Site(2)
    site.network.behave(number(0), Recipient(refusal=0x43))
    site.submit(to=number(1), index=0, report=True)
    site.submit(to=number(0), index=1, report=True)

    assert (site.statuses(0), site.statuses(1), site.texts(0)) == ([DELIVERED], [0x43], [])


def test_a_message_can_come_twice_and_is_reported_once() -> None:
    site = Site(2)
    for who in (PERSON, number(1)):
        site.network.behave(who, Recipient(copies=2))
        site.submit(to=who, report=True)

    assert (site.shown(), site.texts(1), site.statuses(0)) == (["hello"] * 2, ["hello"] * 2, [DELIVERED] * 2)


def test_messages_can_be_turned_round() -> None:
    site = Site(2)
    for who in (PERSON, number(1)):
        site.network.behave(who, Recipient(reorder=Reorder(count=3, within_s=20)))
        for text in "abcd":
            site.submit(text, to=who)
    assert (site.shown(), site.texts(1)) == (["c", "b", "a"], ["c", "b", "a"])

    site.wait(20)
    assert (site.shown(), site.texts(1)) == (["c", "b", "a", "d"], ["c", "b", "a", "d"])


def test_an_order_left_to_chance_loses_nothing() -> None:
    site = Site(seed=5)
    site.network.behave(PERSON, Recipient(reorder=Reorder(count=8, is_random=True)))
    for text in "abcdefgh":
        site.submit(text)

    shown = [str(text) for text in site.shown()]
    assert sorted(shown) == list("abcdefgh")
    assert shown not in (list("abcdefgh"), list("hgfedcba"))


@pytest.mark.parametrize("who", [PERSON, number(1)])
def test_tries_that_fail_by_chance_are_repeated_until_everything_is_there(who: str) -> None:
    """38 of 100 first tries fail in the field, 98 are delivered in the end (ETSI EMTEL)."""
    site = Site(2)
    site.network.behave(who, Recipient(failing=0.38))
    at_once = 0
    for step in range(300):
        site.submit(str(step), to=who)
        at_once += len(site.shown() + site.texts(1)) == step + 1
        site.wait(10 * HOUR)

    assert 300 * 0.5 < at_once < 300 * 0.75
    assert site.shown() + site.texts(1) == [str(step) for step in range(300)]


def test_a_message_can_be_long_on_its_way() -> None:
    site = Site()
    site.network.behave(PERSON, Recipient(transit=Delay(least_s=5)))
    site.submit()
    site.wait(4.9)
    assert (site.answers(), site.shown()) == ([None], [])
    site.wait(0.1)
    assert site.shown() == ["hello"]


def test_everybody_can_have_a_behaviour_except_who_has_an_own() -> None:
    site = Site(2)
    site.network.behave("+4930123456", Recipient())
    site.network.behave_by_default(Recipient(refusal=0x43))
    for to in (PERSON, "12345", "+4930123456", number(1)):
        site.submit(to=to, report=True)

    assert site.statuses() == [0x43, 0x43, DELIVERED, DELIVERED]
    site.network.subscribe("001010000009999", "+33639989999")
    site.network.handle_event("001010000009999", Attached(), site.now)
    site.submit(to="+33639989999", report=True)
    assert site.statuses()[4:] == [DELIVERED]


# -- SIMs -------------------------------------------------------------------------


def test_a_sim_gets_one_thing_at_a_time() -> None:
    site = Site()
    site.acknowledge = lambda _delivery: None
    for text in ("one", "two"):
        site.network.write(PERSON, number(), text, site.now)
    site.settle()
    assert site.texts() == ["one"]

    site.tell(Acknowledged())
    assert site.texts() == ["one", "two"]


def test_what_a_sim_refuses_comes_again_by_schedule_and_at_once_when_there_is_room() -> None:
    site = Site(centre=Centre(retries_s=(30, 60)))
    site.acknowledge = lambda _delivery: Acknowledged(cause=22)
    site.network.write(PERSON, number(), "hello", 0)
    site.network.write(PERSON, number(), "second", 0)
    site.settle()
    site.wait(200)
    assert site.times(Arriving) == [0, 30, 90, 150]

    site.acknowledge = lambda _delivery: Acknowledged()
    site.tell(MemoryFreed())
    assert site.times(Arriving)[4:] == [200, 200]
    assert site.texts()[3:] == ["hello", "hello", "second"]


def test_what_a_sim_does_not_acknowledge_comes_again() -> None:
    site = Site(centre=Centre(acknowledge_within_s=40, retries_s=(30,)))
    answers = iter((None, Acknowledged()))
    site.acknowledge = lambda _delivery: next(answers)
    site.network.write(PERSON, number(), "hello", 0)
    site.settle()
    site.wait(1000)

    assert site.times(Arriving) == [0, 70]


def test_a_sim_that_was_off_gets_everything_in_order() -> None:
    site = Site()
    site.detach()
    for text in ("one", "two"):
        site.network.write(PERSON, number(), text, site.now)
    site.settle()
    assert site.texts() == []
    site.wait(HOUR)
    site.attach()

    assert site.texts() == ["one", "two"]


def test_what_was_on_the_air_when_a_sim_went_off_comes_again() -> None:
    site = Site()
    site.acknowledge = lambda _delivery: None
    site.network.write(PERSON, number(), "hello", 0)
    site.settle()
    site.detach()
    site.acknowledge = lambda _delivery: Acknowledged()
    site.attach()

    assert site.texts() == ["hello", "hello"]


def test_octets_arrive_as_they_are() -> None:
    site = Site()
    deliver = bytes.fromhex("040B911346610089F60000208062917314080CC8F71D14969741F977FD07")
    for octets in (deliver, b"", b"\x04\xff", b"\x06\x01"):
        site.network.inject(number(), octets, site.now)
    site.settle()

    deliveries: list[Delivery] = [event.delivery for event in site.all_heard(Arriving)]
    assert [delivery.tpdu for delivery in deliveries] == [deliver, b"", b"\x04\xff", b"\x06\x01"]
    assert [delivery.message is None for delivery in deliveries] == [False, True, True, True]
    assert [entry.as_json()["kind"] for entry in site.network.ledger] == ["octets"] * 4


# -- validity ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("validity", "lifetime_s"),
    [
        (None, 2 * 24 * HOUR),
        (Relative(octet=0), 300),
        (Relative(octet=11), HOUR),
        (Relative(octet=255), 7 * 24 * HOUR),  # 63 weeks are more than this centre allows
        (Absolute.of(EPOCH + timedelta(hours=3)), 3 * HOUR),
        (Absolute.of(EPOCH - timedelta(hours=3)), 0),
        (Enhanced.of(timedelta(seconds=90)), 90),
        (Enhanced.of(None), 2 * 24 * HOUR),
    ],
)
@pytest.mark.parametrize("who", [PERSON, number(1)])
def test_what_outlives_its_validity_is_dropped_and_reported(
    validity: Validity | None, lifetime_s: float, who: str
) -> None:
    site = Site(2)
    site.detach(1)
    site.network.behave(PERSON, ABSENT_FOR_EVER)
    site.submit(to=who, validity=validity, report=True)
    site.wait(lifetime_s - 0.5 if lifetime_s else 0)
    if lifetime_s:
        assert site.statuses() == []
    site.wait(1)

    (report,) = site.reports()
    assert (report.status, report.discharged.value) == (EXPIRED, EPOCH + timedelta(seconds=lifetime_s))
    site.attach(1)
    site.wait(30 * 24 * HOUR)
    assert (site.shown(), site.texts(1)) == ([], [])


def test_a_long_queue_expires_each_in_its_time() -> None:
    site = Site(2)
    site.detach(1)
    for octet in (2, 0, 1):
        site.submit(to=number(1), validity=Relative(octet=octet), report=True)
    site.wait(HOUR)

    times = [report.discharged.value for report in site.reports()]
    assert times == [EPOCH + timedelta(minutes=minutes) for minutes in (5, 10, 15)]
    assert [report.mr for report in site.reports()] == [1, 2, 0]


@pytest.mark.parametrize("who", [PERSON, number(1)])
def test_a_single_shot_is_tried_once(who: str) -> None:
    site = Site(2)
    site.detach(1)
    site.network.behave(PERSON, Recipient(absences=(Window(from_s=0, until_s=50),)))
    site.submit(to=who, validity=Enhanced.of(timedelta(hours=1), is_single_shot=True), report=True)
    site.wait(100)
    site.attach(1)

    assert (site.statuses(), site.shown(), site.texts(1)) == ([NO_RESPONSE_GIVEN_UP], [], [])


# -- replacing --------------------------------------------------------------------


def test_a_replacing_message_takes_the_place_of_the_one_that_is_still_held() -> None:
    site = Site(2)
    site.detach(1)
    site.submit("first", to=number(1), pid=0x41, report=True)
    site.submit("other type", to=number(1), pid=0x42)
    site.submit("plain", to=number(1))
    site.submit("second", to=number(1), pid=0x41, report=True)
    assert site.statuses() == [REPLACED]
    site.attach(1)

    assert site.texts(1) == ["other type", "plain", "second"]
    assert site.statuses() == [REPLACED, DELIVERED]


def test_a_message_of_somebody_else_is_not_replaced() -> None:
    site = Site()
    site.detach()
    for sender in (PERSON, "+4930123456"):
        site.network.post(replacement(f"from {sender}", 1), sender, number(), site.now)
    site.attach()

    assert site.texts() == [f"from {PERSON}", "from +4930123456"]


def test_what_is_delivered_already_is_not_replaced() -> None:
    site = Site()
    for text in ("first", "second"):
        site.network.post(Letter(text=text, pid=0x41), PERSON, number(), site.now)
    site.settle()

    assert site.texts() == ["first", "second"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"retries_s": ()}, "retries_s"),
        ({"retries_s": (0.0,)}, "retries_s"),
        ({"refused_validities": ("other",)}, "refused_validities"),
        ({"capacity": 0}, "capacity"),
        ({"validity_s": -1.0}, "validity_s"),
    ],
)
def test_a_centre_that_makes_no_sense_is_refused(values: dict[str, object], field: str) -> None:
    with pytest.raises(BehaviourError) as caught:
        Centre(**values)  # type: ignore[arg-type]

    assert caught.value.field == field


def test_the_answer_comes_before_the_report() -> None:
    site = Site()
    site.network.behave(PERSON, Recipient(reports=Reports()))
    site.submit(report=True)

    assert [type(event) for _, event in site.heard] == [Answered, Arriving]
