"""A submit on its way: radio time, channels, congestion, and the patience of the modem (TR1M, 3GPP TS 24.011 10)."""

from __future__ import annotations

import pytest

from modem.emulator.network import RADIO_TIMES, Answer, AnswerRule, Cell, Congestion, Delay, RadioTime, Window
from modem.emulator.radio import Answered, Registration
from modem.errors import BehaviourError
from tests.modem.emulator.network.site import PERSON, Site, imsi

FIVE_S = RadioTime(first=Delay(least_s=5))
NETWORK_TIMEOUT = 332  # +CMS ERROR, 3GPP TS 27.005 3.2.5


def test_messages_that_find_no_channel_wait_for_one() -> None:
    site = Site(3, home=Cell(radio_time=FIVE_S, channels=1))
    for index in range(3):
        site.submit(index=index)
    site.wait(60)

    assert site.times(Answered) == [5, 10, 15]


def test_who_waits_too_long_for_a_channel_gives_up_and_sends_nothing() -> None:
    site = Site(3, home=Cell(radio_time=RadioTime(first=Delay(least_s=30)), channels=1))
    for index in range(3):
        site.submit(f"from {index}", index=index)
    site.wait(200)

    assert [site.answers(index) for index in range(3)] == [[None], [None], [NETWORK_TIMEOUT]]
    assert site.shown() == ["from 0", "from 1"]


def test_a_channel_whose_modem_vanished_is_free_again() -> None:
    site = Site(2, home=Cell(radio_time=FIVE_S, channels=1))
    site.submit(index=0)
    site.submit(index=1)
    site.detach(0)
    site.wait(60)

    assert (site.answers(0), site.answers(1), len(site.shown())) == ([], [None], 1)


def test_the_kept_link_makes_the_next_message_faster() -> None:
    site = Site(home=Cell(radio_time=RADIO_TIMES["gsm"]))
    site.submit(keeps_link=True)
    site.wait(6)
    (first,) = site.times(Answered)
    site.now = first + 1
    site.submit()
    site.wait(10)

    assert 3 <= first <= 6
    assert 2 <= site.times(Answered)[1] - (first + 1) <= 3


def test_congestion_refuses_a_share_and_slows_the_others() -> None:
    congestion = Congestion(window=Window(from_s=0, until_s=1000), slowdown=2, refused=0.5)
    site = Site(home=Cell(radio_time=RadioTime(first=Delay(least_s=1)), congestions=(congestion,)))
    for _ in range(100):
        site.submit()
        site.wait(2)

    answers = site.answers()
    assert site.times(Answered)[:3] == [2, 4, 6]
    assert set(answers) == {None, 42}
    assert 30 < answers.count(42) < 70
    assert len(site.shown()) == answers.count(None)
    refused = [entry for entry in site.network.ledger if not entry.is_taken]
    assert [entry.cause for entry in refused] == [42] * answers.count(42)


def test_congestion_of_another_time_or_cell_is_not_felt() -> None:
    later = Congestion(window=Window(from_s=100), refused=1, cause=47)
    site = Site(2, home=Cell(congestions=(later,)))
    site.network.add_cell(Cell(name="far"))
    site.wait(50)
    site.submit()
    site.wait(100)
    site.submit()
    site.network.move(imsi(0), "far", site.now)
    site.submit()

    assert site.answers() == [None, 47, None]


@pytest.mark.parametrize(("late_s", "heard_at", "answer"), [(12, 12, None), (39.9, 39.9, None), (60, 40, 332)])
def test_a_late_answer_is_heard_unless_the_modem_gave_up(late_s: float, heard_at: float, answer: int | None) -> None:
    site = Site()
    site.network.rule(AnswerRule(answer=Answer(late_s=late_s)))
    site.submit()
    site.wait(200)

    assert (site.times(Answered), site.answers(), len(site.shown())) == ([heard_at], [answer], 1)


def test_an_answer_to_a_message_that_was_given_up_is_not_taken_for_that_of_the_next() -> None:
    site = Site()
    site.network.rule(AnswerRule(answer=Answer(late_s=60), count=1))
    site.network.rule(AnswerRule(answer=Answer(cause=38, late_s=30)))
    site.submit()
    site.wait(45)
    site.submit()  # at 45; the yes to the first comes at 60
    site.wait(100)

    assert site.answers() == [NETWORK_TIMEOUT, 38]
    assert site.times(Answered) == [40, 75]


def test_a_radio_time_of_an_hour_is_waited_for_and_a_lost_answer_not_longer_than_that() -> None:
    site = Site(home=Cell(radio_time=RadioTime(first=Delay(least_s=3600))))
    site.submit()
    site.wait(4000)
    site.network.rule(AnswerRule(answer=Answer(is_heard=False)))
    site.submit()
    site.wait(4000)

    assert site.answers() == [None, NETWORK_TIMEOUT]
    assert site.times(Answered) == [3600, 4000 + 3600 + 40]


def test_a_modem_may_wait_for_ever() -> None:
    site = Site(answer_within_s=None)
    site.network.rule(AnswerRule(answer=Answer(is_heard=False)))
    site.submit()
    site.wait(86400)

    assert (site.answers(), len(site.shown())) == ([], 1)


def test_a_message_whose_sender_loses_its_network_on_the_way_is_not_sent() -> None:

    site = Site(home=Cell(radio_time=FIVE_S))
    site.submit()
    site.network.register(imsi(0), Registration.SEARCHING, site.now)
    site.wait(100)

    assert (site.answers(), site.shown(PERSON)) == ([NETWORK_TIMEOUT], [])


@pytest.mark.parametrize(
    "wrong",
    [lambda: Cell(channels=0), lambda: Congestion(slowdown=0.5), lambda: Congestion(refused=1.5)],
    ids=["channels", "slowdown", "refused"],
)
def test_a_cell_that_makes_no_sense_is_refused(wrong: object, request: pytest.FixtureRequest) -> None:
    assert callable(wrong)
    with pytest.raises(BehaviourError) as caught:
        wrong()

    assert caught.value.field == request.node.callspec.id
