"""Clock, ledger, faults and network, as the control shows them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from modem.emulator.breakage.shelf import fault_kinds
from modem.emulator.control import address, serve
from modem.emulator.rack.clock import VirtualClock
from modem.emulator.rack.rack import Rack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from modem.emulator.network.ledger import Entry

PERSON = "+491711234567"


@pytest.fixture
async def frozen() -> AsyncIterator[aiohttp.ClientSession]:
    """The control of a rack whose clock is moved by hand."""
    rack = Rack(count=1, tcp=[("127.0.0.1", 0)], clock=VirtualClock(), report_delay_s=5)
    await rack.start()
    runner = await serve(rack, "127.0.0.1", 0)
    async with aiohttp.ClientSession(address(runner)) as session:
        yield session
    await runner.cleanup()
    await rack.stop()


async def ask(door: aiohttp.ClientSession, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with door.request(method, path, json=body) as response:
        return response.status, await response.json()


async def test_a_virtual_clock_is_moved(frozen: aiohttp.ClientSession) -> None:
    _, start = await ask(frozen, "GET", "/clock")
    _, hour = await ask(frozen, "POST", "/clock/advance", {"seconds": 3600})
    _, day = await ask(frozen, "POST", "/clock/jump", {"to_s": 86400})
    back, answer = await ask(frozen, "POST", "/clock/jump", {"to_s": 10})

    assert (start["kind"], start["now_s"], start["time"]) == ("virtual", 0, "2026-01-01T00:00:00.000+00:00")
    assert (hour["now_s"], hour["time"]) == (3600, "2026-01-01T01:00:00.000+00:00")
    assert (day["now_s"], day["time"]) == (86400, "2026-01-02T00:00:00.000+00:00")
    assert (back, answer["field"]) == (409, "to_s")


async def test_it_jumps_to_what_is_due_next(frozen: aiohttp.ClientSession) -> None:
    await ask(frozen, "POST", f"/handsets/{PERSON}/behaviour", {"recipient": {"transit": 12.3}})
    await ask(frozen, "POST", "/modems/0/call", {"every_s": 7.7, "ring_s": 60})
    _, due = await ask(frozen, "GET", "/clock")
    _, there = await ask(frozen, "POST", "/clock/jump", {})

    assert due["next_due_s"] == pytest.approx(7.7)
    assert there["now_s"] >= due["next_due_s"]
    assert there["next_due_s"] > there["now_s"]


async def test_a_real_clock_cannot_be_moved(door: aiohttp.ClientSession) -> None:
    status, answer = await ask(door, "POST", "/clock/advance", {"seconds": 1})

    assert (status, answer["field"]) == (409, "clock")


async def test_the_ledger_is_followed_and_goes_on_where_it_was(rack: Rack, door: aiohttp.ClientSession) -> None:
    rack.write(PERSON, "+33639980001", "one")
    async with door.get("/ledger/events") as stream:
        first = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 10)
        rack.write(PERSON, "+33639980002", "two")
        second = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 10)
    rack.write(PERSON, "+33639980001", "three")
    async with door.get("/ledger/events", headers={"Last-Event-ID": "2"}) as stream:
        third = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 10)

    assert [int(text.split(b"\n")[0].removeprefix(b"id: ")) for text in (first, second, third)] == [1, 2, 3]
    assert json.loads(second.split(b"data: ")[1])["destination"] == "+33639980002"


async def test_what_a_client_is_not_told_holds_nothing_up(
    rack: Rack, door: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every entry of the ledger came a tenth of a second late: the modem was touched before, by AT+CMGS."""
    monkeypatch.setattr("modem.emulator.control.streams.REST_S", 3600.0)
    async with door.get("/ledger/events") as stream:
        for verb in ("unplug", "plug"):  # both touch the modem, and neither makes an entry
            await ask(door, "POST", f"/modems/0/{verb}", {})
            await ask(door, "GET", "/modems")
        rack.write(PERSON, "+33639980001", "one")
        first = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 10)

    assert first.startswith(b"id: 1\n")


@pytest.mark.parametrize("path", ["/ledger", "/ledger/events"])
async def test_modems_have_their_turns_while_a_long_ledger_is_told(
    rack: Rack, door: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Told at once, a ledger of some thousand entries made every modem late by tens of milliseconds."""
    for _ in range(500):
        rack.network.ledger.append(0.0, b"", imsi=None, originator=PERSON, destination="+33639980001")
    told_in = Counter[int]()
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def line(entry: Entry) -> str:
        told_in[turns] += 1
        return f'{{"number": {entry.number}}}'

    monkeypatch.setattr("modem.emulator.control.routes.ledger.line", line)
    task = asyncio.create_task(take_turns())
    async with door.get(path) as answer:
        await asyncio.wait_for(answer.content.readuntil(b'{"number": 500}'), 10)
    task.cancel()

    assert told_in.total() == 500
    assert max(told_in.values()) <= 50


async def test_a_stream_ends_when_the_control_stops(rack: Rack) -> None:
    runner = await serve(rack, "127.0.0.1", 0)
    async with aiohttp.ClientSession(address(runner)) as session, session.get("/ledger/events") as stream:
        await asyncio.wait_for(runner.cleanup(), 10)

        assert await stream.content.read() == b""


async def test_all_faults_are_listed_with_their_fields(door: aiohttp.ClientSession) -> None:
    _, faults = await ask(door, "GET", "/faults")

    assert [kind["name"] for kind in faults["kinds"]] == [kind.name for kind in fault_kinds()]
    assert {"on", "times", "cured_by"} <= {field["name"] for field in faults["trigger"]}
    assert faults["armed"] == []


async def test_ussd_services_are_listed(door: aiohttp.ClientSession) -> None:
    _, services = await ask(door, "GET", "/ussd")

    assert [service["code"] for service in services] == ["*100#", "*101#"]
