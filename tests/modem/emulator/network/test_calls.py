from __future__ import annotations

from typing import TYPE_CHECKING

from modem.emulator.network import Recipient
from modem.emulator.radio import (
    CallAnswered,
    CallCleared,
    CallConnected,
    CallEnded,
    Clearing,
    Dialled,
    Ringing,
)
from tests.modem.emulator.network.site import PERSON, Site, imsi, number

if TYPE_CHECKING:
    from modem.emulator.radio import NetworkEvent

CallEvent = Ringing | CallConnected | CallCleared


def called(**values: float) -> Site:
    """Return a site where PERSON calls the modem."""
    site = Site(2)
    assert site.network.call(PERSON, imsi(), site.now, **values)
    site.settle()
    return site


def story(site: Site, index: int = 0) -> list[tuple[float, str]]:
    def word(event: NetworkEvent) -> str:
        if isinstance(event, CallCleared):
            return event.clearing.value
        return "ring" if isinstance(event, Ringing) else "connected"

    return [(at, word(event)) for at, event in site.heard if isinstance(event, CallEvent) and event.imsi == imsi(index)]


def test_a_call_rings_until_the_caller_hangs_up() -> None:
    site = called(ring_s=12)
    site.wait(100)

    assert story(site) == [(0, "ring"), (5, "ring"), (10, "ring"), (12, "NO CARRIER")]
    assert [(event.number, event.is_first) for event in site.all_heard(Ringing)] == [
        (PERSON, True),
        (PERSON, False),
        (PERSON, False),
    ]


def test_a_call_can_withhold_its_number() -> None:
    site = Site()
    site.network.call(None, imsi(), 0)
    site.settle()

    assert [event.number for event in site.all_heard(Ringing)] == [None]


def test_a_call_that_is_taken_lasts_until_the_caller_hangs_up() -> None:
    site = called()
    site.wait(7)
    site.tell(CallAnswered())
    site.wait(600)
    assert story(site) == [(0, "ring"), (5, "ring")]
    site.network.hang_up(imsi())
    site.settle()

    assert story(site)[2:] == [(607, "NO CARRIER")]


def test_a_call_that_is_refused_rings_no_more_and_says_no_more() -> None:
    site = called()
    site.wait(7)
    site.tell(CallEnded())
    site.wait(100)
    site.network.hang_up(imsi())
    site.settle()

    assert story(site) == [(0, "ring"), (5, "ring")]


def test_only_a_sim_that_can_be_reached_and_is_free_rings() -> None:
    site = called()
    assert not site.network.call(PERSON, imsi(), site.now)
    site.detach()
    assert not site.network.call(PERSON, imsi(), site.now)
    site.attach()
    assert site.network.call(PERSON, imsi(), site.now)


def test_taking_or_ending_without_a_call_does_nothing() -> None:
    site = Site()
    site.tell(CallAnswered())
    site.tell(CallEnded())

    assert site.heard == []


def test_a_person_who_is_called_never_answers() -> None:
    site = Site()
    site.tell(Dialled(number=PERSON))
    site.wait(100)

    assert story(site) == [(30, Clearing.NO_ANSWER.value)]


def test_a_person_may_take_a_call_and_hang_up_later() -> None:
    site = Site()
    site.network.behave(PERSON, Recipient(takes_calls_after_s=8))
    site.tell(Dialled(number=PERSON))
    site.wait(100)
    site.network.hang_up(imsi())
    site.settle()

    assert story(site) == [(8, "connected"), (100, "NO CARRIER")]


def test_a_call_that_the_modem_gave_up_is_not_taken() -> None:
    site = Site()
    site.network.behave(PERSON, Recipient(takes_calls_after_s=8))
    site.tell(Dialled(number=PERSON))
    site.tell(CallEnded())
    site.wait(100)

    assert story(site) == []


def test_one_modem_calls_another() -> None:
    site = Site(2)
    site.tell(Dialled(number=number(1)))
    site.wait(6)
    site.tell(CallAnswered(), 1)
    site.wait(60)
    assert (story(site, 0), story(site, 1)) == ([(6, "connected")], [(0, "ring"), (5, "ring")])
    assert site.all_heard(Ringing, 1)[0].number == number(0)

    site.tell(CallEnded(), 0)
    assert (story(site, 0)[1:], story(site, 1)[2:]) == ([], [(66, "NO CARRIER")])


def test_a_modem_that_does_not_answer_another() -> None:
    site = Site(2)
    site.tell(Dialled(number=number(1)))
    site.wait(100)

    assert story(site, 0) == [(30, "NO ANSWER")]
    assert story(site, 1)[-1] == (30, "NO CARRIER")


def test_a_modem_that_refuses_another_is_busy() -> None:
    site = Site(2)
    site.tell(Dialled(number=number(1)))
    site.tell(CallEnded(), 1)

    assert (story(site, 0), story(site, 1)) == ([(0, "BUSY")], [(0, "ring")])


def test_a_modem_that_talks_is_busy_and_one_that_is_off_is_not_there() -> None:
    site = Site(3)
    site.network.call(PERSON, imsi(1), 0)
    site.detach(2)
    for to in (number(1), number(2), number(0)):
        site.tell(Dialled(number=to))

    assert [word for _, word in story(site, 0)] == ["BUSY", "NO CARRIER", "BUSY"]
