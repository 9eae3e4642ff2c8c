"""A disk that is nearly full is, to a caller, a queue that is full: each API says so in its own words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import RawTestServer, TestClient

from gateway.api.dialects import shelf
from gateway.service.room import DISK_RETRY_S
from gateway.store.disk import MB, DiskSpace, DiskWatch
from tests.gateway.api.desk import Desk
from tests.gateway.api.exchange import Exchange, load_exchanges, send

FULL = [one for name in shelf() for one in load_exchanges(name) if "queue full" in one.given]
LOW = "the disk is nearly full: new messages are refused"


def fill_disk(desk: Desk) -> None:
    space = DiskSpace(total=32_000 * MB, free=100 * MB)
    desk.store.disk = DiskWatch(desk.path.parent, read=lambda _: space)


@pytest.mark.parametrize("exchange", FULL, ids=lambda one: f"{one.dialect}/{one.name}")
async def test_every_api_refuses_as_if_the_queue_were_full(
    exchange: Exchange, desk: Desk, server: RawTestServer
) -> None:
    others = tuple(state for state in exchange.given if state != "queue full")
    exchange = await desk.prepare(replace(exchange, given=others))
    before = desk.stored()
    fill_disk(desk)
    answer = await send(server.port or 0, exchange.request)
    assert answer.first_line == exchange.answer.first_line
    assert answer.headers["Retry-After"] == str(DISK_RETRY_S)
    assert desk.stored() == before


def test_every_api_has_an_exchange_for_a_full_queue() -> None:
    assert {exchange.dialect for exchange in FULL} == set(shelf())


async def test_health_says_it(client: TestClient[Any, Any], desk: Desk) -> None:
    fill_disk(desk)
    live = await client.get("/health/live")
    assert (live.status, await live.json()) == (200, {"status": "live", "name": "gsm-gateway", "warning": LOW})
    ready = await client.get("/health/ready")
    assert (ready.status, await ready.json()) == (503, {"status": LOW, "usable_ports": [1]})


async def test_what_comes_in_and_what_waits_goes_on(desk: Desk) -> None:
    fill_disk(desk)
    await desk.receive("still stored")
    await desk.store.ping()
    assert len(desk.rows("SELECT * FROM inbound")) == 1
