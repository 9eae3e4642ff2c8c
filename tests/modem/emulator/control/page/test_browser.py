"""The page in a real browser, at the width of a phone and of a desk."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from modem.emulator.radio import Registration
from tests.modem.emulator.host import Host
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

    from modem.emulator.rack.rack import Rack

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PERSON = "+491711234567"
TALK = "/?phone=%2B491711234567&with=%2B33639980001"
WIDTHS = {"phone": 390, "desk": 1280}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not here: make programs (as root) installs it")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        # Chromium does not run as root inside its sandbox.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


@pytest.fixture(params=WIDTHS)
async def page(request: pytest.FixtureRequest, browser: Browser, at: str) -> AsyncIterator[Page]:
    """A page of which nothing is wrong: no error in its console, and no request to anybody else."""
    context = await browser.new_context(base_url=at, viewport={"width": WIDTHS[request.param], "height": 800})
    page = await context.new_page()
    problems: list[str] = []
    # A browser writes down each answer with an error status; those are part of a test that makes one.
    page.on(
        "console",
        lambda each: problems.append(each.text) if each.type == "error" and "status of" not in each.text else None,
    )
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda each: problems.append(each.url) if not each.url.startswith((at, "data:")) else None)
    yield page
    await context.close()
    assert problems == []


async def live(page: Page, path: str = "/") -> None:
    await page.goto(path)
    await expect(page.locator("#live")).to_have_text("live")


async def test_a_message_appears_by_itself_and_is_answered(rack: Rack, page: Page) -> None:
    await live(page)
    with Host(rack.ports[0]) as host:
        await host.ask("+CNMI=2,1")
        await host.send(PERSON, "Your code is <b>1234</b>")
        await page.get_by_role("link", name="Your code is <b>1234</b>").click()
        await expect(page.locator("#thread li")).to_have_text(re.compile("Your code is <b>1234</b>"))

        await page.get_by_label("Reply").fill("thank you 😀")
        await page.keyboard.press("Enter")
        await host.hear(b'+CMTI: "SM",1\r\n')

    await expect(page.locator("#thread li.own")).to_have_text(re.compile("thank you 😀"))
    await expect(page.get_by_label("Reply")).to_have_value("")
    handset = rack.network.handset(PERSON)
    assert handset is not None
    assert [message.text for message in handset.written] == ["thank you 😀"]


async def test_a_new_conversation_is_begun_with_the_keyboard(rack: Rack, page: Page) -> None:
    await live(page)
    await page.get_by_label("From the phone").fill("+447700900123")
    await page.keyboard.press("Tab")
    await page.keyboard.type("+33639980002")
    await page.keyboard.press("Tab")
    await page.keyboard.type("STOP")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#thread li.own")).to_have_text(re.compile("STOP"))

    assert len(rack.machines[1].equipment.sim.messages) == 1


async def test_a_mistake_in_a_form_is_shown_beside_it(page: Page) -> None:
    await live(page)
    await page.get_by_label("To the modem").fill("+12x")
    await page.get_by_label("Text").fill("hello")
    await page.get_by_role("button", name="Send").click()

    await expect(page.locator("#phones .problem")).to_contain_text("To:")


async def test_what_is_being_typed_survives_what_arrives(rack: Rack, page: Page) -> None:
    rack.write(PERSON, "+33639980001", "first")
    await live(page, TALK)
    await page.get_by_label("Reply").fill("half a sen")
    rack.write(PERSON, "+33639980001", "second")
    await expect(page.locator("#thread li")).to_have_count(2)

    await expect(page.get_by_label("Reply")).to_have_value("half a sen")
    await expect(page.get_by_label("Reply")).to_be_focused()


async def test_a_modem_is_unplugged_and_plugged_by_its_card(rack: Rack, page: Page) -> None:
    await live(page)
    card = page.get_by_role("article", name="Modem 1")
    await expect(card).to_contain_text("registered")
    await card.get_by_role("button", name="Unplug").click()
    await expect(card).to_contain_text("unplugged")
    assert not rack.is_plugged(1)
    await card.get_by_role("button", name="Plug in").click()
    await expect(card).to_contain_text("registered")

    assert rack.machines[1].equipment.registration is Registration.HOME


async def test_a_card_shows_signal_storage_and_sim_live(rack: Rack, page: Page) -> None:
    await live(page)
    card = page.get_by_role("article", name="Modem 0")
    await expect(card.get_by_role("img", name=re.compile("CSQ 21"))).to_be_visible()
    await card.get_by_role("button", name="Lock SIM").click()
    await expect(card).to_contain_text("wants SIM PIN")
    await card.get_by_role("button", name="Unlock SIM").click()
    rack.write(PERSON, "+33639980001", "hello")
    await expect(card).to_contain_text("1/30")
    await card.get_by_role("button", name="SIM out").click()

    await expect(card).to_contain_text("no SIM")


async def test_a_fault_is_armed_with_its_fields_seen_and_removed(rack: Rack, page: Page) -> None:
    await live(page)
    card = page.get_by_role("article", name="Modem 0")
    await card.get_by_role("button", name="Faults…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="late result", exact=True).click()
    await dialog.get_by_label(re.compile("^delay")).fill("soon")
    await dialog.get_by_role("button", name="Arm late result").click()
    await expect(dialog).to_contain_text("must be a number")
    await dialog.get_by_label(re.compile("^delay")).fill("7.5")
    await dialog.get_by_text("When it strikes").click()
    await dialog.get_by_label(re.compile("^after submits")).fill("3")
    await dialog.get_by_role("button", name="Arm late result").click()
    await expect(dialog).to_be_hidden()
    await expect(card).to_contain_text("late_result waiting for submit")
    (armed,) = rack.machines[0].faults
    assert (armed.fault.name, armed.trigger.after_submits, getattr(armed.fault, "delay_s")) == ("late_result", 3, 7.5)  # noqa: B009
    await card.get_by_role("button", name="Remove late_result").click()
    await expect(card).not_to_contain_text("late_result")

    assert rack.machines[0].faults == ()


async def test_the_dialog_closes_with_escape(page: Page) -> None:
    await live(page)
    await page.get_by_role("button", name="Faults…").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")

    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_what_cannot_be_done_is_said(rack: Rack, page: Page) -> None:
    rack.change(lambda network, now: network.register(rack.machines[0].equipment.sim.imsi, Registration.DENIED, now))
    await live(page)
    await page.get_by_role("article", name="Modem 0").get_by_role("button", name="Ring").click()

    await expect(page.locator("#toast")).to_contain_text("no service")


async def test_nothing_is_wider_than_the_window(rack: Rack, page: Page) -> None:
    rack.write(PERSON, "+33639980001", "x" * 400)
    for path in ("/", TALK):
        await live(page, path)
        width = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0


async def test_the_page_lets_go_when_it_is_closed(rack: Rack, page: Page) -> None:
    await live(page)
    listeners = rack._listeners
    assert len(listeners) == 1
    await page.goto("about:blank")

    def is_gone() -> bool:
        # That the browser has left is noticed when something is sent to it, and its goodbye takes a moment.
        rack.write(PERSON, "+33639980001", "hello")
        return not listeners

    await until(is_gone)
