"""A modem's life: ready, unplugged, back again, closed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from modem.driver import Accepted, Lost, Modem, ModemState, NotReady, Ready, SubmitResult
from modem.errors import PortError, PortTooEarlyError
from tests.modem.driver.driving import FAST, TPDU, Owner, driven
from tests.support.scripted_modem import ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path


async def test_missing_port_is_waited_for(link: Path) -> None:
    owner = Owner()
    modem = Modem(str(link), on_event=owner.take, options=FAST)
    running = asyncio.create_task(modem.run())
    reason = (await owner.until(NotReady)).reason
    assert reason == "the port is not there: the modem is unplugged, or the port has another name"
    async with ScriptedModem(link=link):
        await owner.until(Ready)
        await modem.close()
    await running
    assert [event.reason for event in owner.all(NotReady)].count(reason) == 1


async def test_unplugged_modem_is_lost_and_ready_again_behind_the_same_name(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (modem, owner):
        for times in (1, 2):
            scripted.unplug()
            await owner.until(Lost, count=times)
            assert modem.state is ModemState.CLOSED
            scripted.plug()
            await owner.until(Ready, count=times + 1)
            assert isinstance(await modem.submit(TPDU), Accepted)


class Shelf:
    """A place (`modem.driver.place`) that a test fills and empties."""

    def __init__(self) -> None:
        self.now: str | PortError = PortError("shelf", "not plugged in")

    def device(self) -> str:
        if isinstance(self.now, PortError):
            raise self.now
        return self.now


async def test_a_modem_in_a_known_place_is_opened_under_the_name_it_has_now_and_not_too_early(
    link: Path, tmp_path: Path
) -> None:
    owner, shelf = Owner(), Shelf()
    modem = Modem("socket 4", on_event=owner.take, options=FAST, place=shelf)
    running = asyncio.create_task(modem.run())
    assert (await owner.until(NotReady)).reason == "not plugged in"
    async with ScriptedModem(link=link) as first:
        shelf.now = PortTooEarlyError("shelf", "it gets a few seconds to start")
        await owner.until(NotReady, matching=lambda event: event.reason == "it gets a few seconds to start")
        assert first.heard == []
        shelf.now = str(link)
        await owner.until(Ready)
    await owner.until(Lost)
    async with ScriptedModem(link=tmp_path / "ttyUSB22") as second:
        shelf.now = str(second.link)
        await owner.until(Ready, count=2)
        await modem.close()
    await running


async def test_second_program_on_the_port_is_told_as_busy(link: Path) -> None:
    async with (
        ScriptedModem(link=link) as scripted,
        driven(scripted) as (first, _),
        driven(scripted, is_ready_expected=False) as (second, owner),
    ):
        assert "another program" in (await owner.until(NotReady)).reason
        await first.close()
        await owner.until(Ready)
        assert second.is_ready


async def test_close_waits_for_the_submit_in_flight(link: Path) -> None:
    async with ScriptedModem(link=link, on_body=lambda _: None) as scripted, driven(scripted) as (modem, _):
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        closing = asyncio.create_task(modem.close(limit_s=10))
        await asyncio.sleep(0)
        scripted.say("+CMGS: 4", "OK")
        await closing
        assert await sending == Accepted(mr=4)


async def test_cancelled_run_lets_go_of_the_port(link: Path) -> None:
    owner = Owner()
    async with ScriptedModem(link=link) as scripted:
        modem = Modem(str(link), on_event=owner.take, options=FAST)
        running = asyncio.create_task(modem.run())
        await owner.until(Ready)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert running.cancelled()
        async with driven(scripted):
            pass


async def test_modem_closed_before_it_ran_does_not_run(link: Path) -> None:
    modem = Modem(str(link), on_event=Owner().take)
    await modem.close()
    await modem.run()
    assert modem.state is ModemState.CLOSED


async def test_modem_whose_port_is_lost_is_not_ready_before_anything_else_happens(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (modem, owner):
        scripted.unplug()
        results: list[SubmitResult] = []
        while modem.is_ready and len(results) < 1000:
            results.append(await modem.submit(TPDU))
        assert len(results) <= 2
        await owner.until(Lost)
