"""The tester's door: what it answers, and how it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.modem.emulator.host import Host

if TYPE_CHECKING:
    from modem.emulator.rack.rack import Rack

PERSON = "+491711234567"


async def get(door: aiohttp.ClientSession, path: str) -> Any:
    async with door.get(path) as response:
        return await response.json()


async def test_modems_are_listed(rack: Rack, door: aiohttp.ClientSession) -> None:
    first, second = await get(door, "/modems")

    assert first["port"] == str(rack.ports[0])
    assert (first["number"], second["number"]) == ("+33639980001", "+33639980002")
    assert first["storage"]["SM"] == {"used": 0, "total": 30}
    assert (first["is_plugged"], first["registration"]) == (True, "home")


async def test_a_modem_is_unplugged_and_plugged(rack: Rack, door: aiohttp.ClientSession) -> None:
    async with door.post("/modems/1/unplug") as response:
        gone = await response.json()
    assert (gone["is_plugged"], gone["terminal"], rack.is_plugged(1)) == (False, None, False)
    async with door.post("/modems/1/plug") as response:
        back = await response.json()

    assert back["is_plugged"]
    assert back["terminal"] == rack.terminal(1)


async def test_a_handset_shows_what_it_got(rack: Rack, door: aiohttp.ClientSession) -> None:
    with Host(rack.ports[0]) as host:
        await host.send(PERSON, "héllo €")
    handset = await get(door, f"/handsets/{PERSON}?count=1")

    (message,) = handset["messages"]
    assert (handset["number"], message["text"], message["sender"], message["segments"]) == (
        PERSON,
        "héllo €",
        "+33639980001",
        1,
    )
    assert await get(door, "/handsets") == [{"number": PERSON, "message_count": 1}]
    assert await get(door, f"/handsets/{PERSON[1:]}") == handset


async def test_a_person_writes_segments_out_of_order(rack: Rack, door: aiohttp.ClientSession) -> None:
    body = {"to": "+33639980001", "text": "x" * 400, "order": [3, 1, 2]}
    async with door.post(f"/handsets/{PERSON}/messages", json=body) as response:
        assert (response.status, await response.json()) == (201, {"segments": 3})

    assert len(rack.machines[0].equipment.sim.messages) == 3


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, "body"),
        (b"[]", 400, "body"),
        (b"\xff", 400, "body"),
        (b'{"text": "hello"}', 400, "to"),
        (b'{"to": 5, "text": "hello"}', 400, "to"),
        (b'{"to": "+12x", "text": "hello"}', 400, "to"),
        (b'{"to": "+33639980001"}', 400, "text"),
        (b'{"to": "+33639980001", "text": ""}', 400, "text"),
        (b'{"to": "+33639980001", "text": "\\ud800"}', 400, "text"),
        (b'{"to": "+33639980001", "text": "hello", "order": [2]}', 400, "order"),
        (b'{"to": "+33639980001", "text": "hello", "order": "1"}', 400, "order"),
        (b'{"to": "+33639980001", "text": "hello", "order": [true]}', 400, "order[0]"),
        (b'{"to": "+33639980001", "text": "hello", "ordr": [1]}', 400, "ordr"),
    ],
)
async def test_a_wrong_message_is_refused_naming_the_field(
    door: aiohttp.ClientSession, body: bytes, status: int, field: str
) -> None:
    async with door.post(f"/handsets/{PERSON}/messages", data=body) as response:
        answer = await response.json()

    assert (response.status, answer["field"]) == (status, field)
    assert answer["error"]


async def test_a_number_that_cannot_write_is_refused(door: aiohttp.ClientSession) -> None:
    body = {"to": "+33639980001", "text": "hello"}
    async with door.post("/handsets/+12x/messages", json=body) as response:
        answer = await response.json()

    assert (response.status, answer["field"]) == (400, "sender")


@pytest.mark.parametrize(
    ("method", "path", "status", "field"),
    [
        ("POST", "/modems/2/unplug", 404, "modem"),
        ("POST", "/modems/x/plug", 404, "modem"),
        ("GET", "/handsets/+4930", 404, "number"),
        ("GET", "/handsets/+4930?count=x", 400, "count"),
        ("GET", "/handsets/+4930?timeout_s=61", 400, "timeout_s"),
        ("GET", "/ledger?since=-1", 400, "since"),
        ("GET", "/nowhere", 404, None),
        ("GET", "/modems/0/plug", 405, None),
    ],
)
async def test_a_wrong_address_is_refused_in_json(
    door: aiohttp.ClientSession, method: str, path: str, status: int, field: str | None
) -> None:
    async with door.request(method, path) as response:
        answer = await response.json()

    assert (response.status, answer["field"]) == (status, field)


async def test_the_ledger_comes_as_json_lines(rack: Rack, door: aiohttp.ClientSession) -> None:
    rack.write(PERSON, "+33639980001", "hello")
    rack.write(PERSON, "+33639980002", "hello")
    async with door.get("/ledger?since=1") as response:
        entries = [json.loads(line) for line in (await response.text()).splitlines()]

    assert response.content_type == "application/x-ndjson"
    assert [(entry["number"], entry["kind"], entry["destination"]) for entry in entries] == [
        (2, "deliver", "+33639980002")
    ]
