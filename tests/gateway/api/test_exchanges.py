"""Every recorded exchange of every dialect gives the answer that its document shows."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import RawTestServer

from gateway.api.dialects import shelf
from tests.gateway.api.desk import Desk
from tests.gateway.api.exchange import Exchange, assert_same, load_exchanges, send

CASES = [pytest.param(one, id=f"{name}/{one.name}") for name in shelf() for one in load_exchanges(name)]


@pytest.mark.parametrize("exchange", CASES)
async def test_exchange_gives_the_answer_of_the_document(exchange: Exchange, desk: Desk, server: RawTestServer) -> None:
    exchange = await desk.prepare(exchange)
    before = desk.stored()
    answer = await send(server.port or 0, exchange.request)
    assert_same(exchange.answer, answer)
    if exchange.stores_nothing:
        assert desk.stored() == before


def test_every_dialect_has_exchanges() -> None:
    assert {name for name in shelf() if not load_exchanges(name)} == set()
