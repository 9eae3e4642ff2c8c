"""USSD sessions as +CUSD shows them (3GPP TS 27.007 7.15): 0 done, 1 answer wanted, 2 terminated, 4 not supported."""

from __future__ import annotations

import pytest

from modem.emulator.network import Delay, Tariff, UssdPage, UssdService
from modem.emulator.radio import Registration, UssdAnswered, UssdCancelled, UssdRequest
from modem.errors import BehaviourError
from tests.modem.emulator.network.site import Site, imsi, number

VOUCHER = UssdService(
    code="*104#",
    pages={"start": UssdPage(text="Voucher?", choices={"0": "end", "*": "taken"}), "end": UssdPage(text="Bye"),
           "taken": UssdPage(text="Мерси")},
)  # fmt: skip


def said(site: Site) -> list[tuple[int, str | None]]:
    answers = [(event.status.value, event.text) for event in site.all_heard(UssdAnswered)]
    site.heard.clear()
    return answers


def ask(site: Site, *texts: str) -> list[tuple[int, str | None]]:
    for text in texts:
        site.tell(UssdRequest(text=text))
    return said(site)


def test_a_code_tells_the_balance() -> None:
    site = Site()
    assert ask(site, "*100#") == [(0, "Your balance is unlimited.")]

    site.network.charge(imsi(), Tariff(balance_cents=1205, price_cents=9))
    site.submit()
    assert ask(site, "*100#") == [(0, "Your balance is 11.96.")]


def test_a_menu_is_walked_through_and_ends() -> None:
    site = Site()

    assert ask(site, "*101#", "2", "9", "7", "0") == [
        (1, "1 Balance\n2 My number\n0 End"),
        (1, f"Your number is {number()}.\n9 Back"),
        (1, "1 Balance\n2 My number\n0 End"),
        (1, "1 Balance\n2 My number\n0 End"),  # 7 leads nowhere
        (0, "Good bye."),
    ]
    assert ask(site, "0") == [(4, None)]


def test_an_unknown_code_is_not_supported() -> None:
    assert ask(Site(), "*999#") == [(4, None)]


@pytest.mark.parametrize(("answer", "text", "dcs"), [("0", "Bye", 15), ("4711", "Мерси", 72)])
def test_a_page_can_take_anything_and_say_it_in_ucs2(answer: str, text: str, dcs: int) -> None:
    site = Site()
    site.network.offer_ussd(VOUCHER)
    site.tell(UssdRequest(text="*104#"))
    site.tell(UssdRequest(text=answer))

    *_, last = site.all_heard(UssdAnswered)
    assert (last.status.value, last.text, last.dcs) == (0, text, dcs)


def test_the_network_does_not_wait_for_ever() -> None:
    site = Site()
    ask(site, "*101#")
    site.wait(59)
    assert said(site) == []
    site.wait(2)
    assert said(site) == [(2, None)]
    assert ask(site, "1") == [(4, None)]


def test_each_answer_gives_the_network_new_patience() -> None:
    site = Site()
    for answer in ("*101#", "1", "9"):
        ask(site, answer)
        site.wait(40)
    assert said(site) == []


def test_a_session_that_is_cancelled_says_no_more() -> None:
    site = Site()
    ask(site, "*101#")
    site.tell(UssdCancelled())
    site.wait(100)

    assert said(site) == []
    assert ask(site, "*101#")[0][0] == 1


def test_a_page_that_is_slow_is_not_shown_to_who_cancelled() -> None:
    site = Site()
    site.network.offer_ussd(UssdService(code="*105#", pages={"start": UssdPage(text="slow")}, delay=Delay(least_s=5)))
    assert ask(site, "*105#") == []
    site.wait(5)
    assert said(site) == [(0, "slow")]

    ask(site, "*105#")
    site.tell(UssdCancelled())
    site.wait(10)
    assert said(site) == []


def test_a_page_that_is_slow_does_not_reach_who_lost_the_network() -> None:
    site = Site()
    site.network.offer_ussd(UssdService(code="*105#", pages={"start": UssdPage(text="slow")}, delay=Delay(least_s=5)))
    ask(site, "*105#")
    site.network.register(imsi(), Registration.NONE, site.now)
    site.settle()
    site.wait(10)

    assert said(site) == [(5, None)]


def test_a_session_ends_with_the_radio() -> None:
    site = Site()
    ask(site, "*101#")
    site.detach()
    site.attach()
    site.heard.clear()

    assert ask(site, "2") == [(4, None)]


def test_the_network_can_begin() -> None:
    site = Site()
    assert site.network.begin_ussd(imsi(), VOUCHER, site.now)
    assert not site.network.begin_ussd(imsi(), VOUCHER, site.now)
    site.settle()

    assert said(site) == [(1, "Voucher?")]
    assert ask(site, "0") == [(0, "Bye")]
    site.detach()
    assert not site.network.begin_ussd(imsi(), VOUCHER, site.now)


@pytest.mark.parametrize(
    ("pages", "field"),
    [
        ({"other": UssdPage(text="x")}, "pages"),
        ({"start": UssdPage(text="x", choices={"1": "gone"})}, "pages.start.choices"),
    ],
)
def test_a_service_with_a_page_that_is_missing_is_refused(pages: dict[str, UssdPage], field: str) -> None:
    with pytest.raises(BehaviourError) as caught:
        UssdService(code="*1#", pages=pages)

    assert caught.value.field == field


def test_without_service_nobody_answers() -> None:
    site = Site()
    ask(site, "*101#")
    site.network.register(imsi(), Registration.SEARCHING, site.now)
    site.settle()

    assert ask(site, "1") == [(5, None)]
    site.network.register(imsi(), Registration.HOME, site.now)
    assert ask(site, "1") == [(4, None)]
