"""Limits asked of and changed in a running gateway, by its control socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.clock import Clock
from gateway.config.settings import Settings
from gateway.control import ControlServer
from gateway.control_pacing import LocalPacing, RemotePacing
from gateway.core.pacing import Owner
from gateway.core.span import Span, SpanState
from gateway.core.types import EpochMs, Port
from gateway.errors import InvalidFieldError
from gateway.service.accounts import Accounts
from gateway.service.pacing import LimitBook, PacingDesk
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.store import an_account


class Running:
    def __init__(self, remote: RemotePacing, book: LimitBook) -> None:
        self.remote = remote
        self.book = book


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.add_account(an_account("shop"), "-", EpochMs(0))
    board = SpanBoard(lambda: store.load)
    board.put([Span(port=Port(1), name="gsm-1", iccid="8949")])
    board.set_condition(Port(1), SpanCondition(state=SpanState.READY, iccid="8950"))
    settings = Settings.model_validate(
        {
            "gateway": {"timezone": "Europe/Berlin"},
            "modems": {"limits": {"gap_s": 1, "per_day": 10}, "sim": [{"iccid": "8950", "limits": {"per_day": 30}}]},
            "span": [{"port": 1, "match": {"path": "/dev/ttyUSB0"}, "limits": {"per_day": 20, "per_hour": 5}}],
        }
    )
    book = LimitBook(store, settings=settings)
    await book.load()
    desk = PacingDesk(book, store=store, board=board, clock=Clock())
    path = tmp_path / "gateway.db.control"
    server = ControlServer(Accounts(store, clock=Clock()), path, parts={"pacing": LocalPacing(desk).call})
    await server.start()
    yield Running(RemotePacing(path), book)
    await server.stop()
    await store.close()


async def test_sim_wins_over_span_wins_over_default_and_what_a_person_sets_over_all(running: Running) -> None:
    (report,) = await running.remote.call("spans", {"port": None})
    assert (report["kind"], report["name"], report["port"]) == ("SIM", "8950", 1)
    limits = report["limits"]
    assert (limits["gap_s"], limits["per_hour"], limits["per_day"], limits["per_month"]) == (1, 5, 30, 0)
    assert limits["timezone"] == "Europe/Berlin"
    changed: list[Owner] = []
    running.book.listen(changed.append)
    await running.remote.call("limit_span", {"port": 1, "changes": {"per_day": 40, "gap_s": 0}})
    assert changed == [Owner.of_sim("8950", Port(1))]
    pace = running.book.of_sim("8950", Port(1))
    assert pace is not None
    assert (pace.limits.per_day, pace.limits.gap_ms) == (40, 0)
    another_sim = running.book.of_sim("8951", Port(1))
    assert another_sim is not None
    assert another_sim.limits.per_day == 20


async def test_account_has_limits_of_its_own_and_no_gap(running: Running) -> None:
    assert not running.book.of_accounts
    await running.remote.call("limit_account", {"name": "Shop", "changes": {"per_month": 1000}})
    (pace,) = running.book.of_accounts.values()
    assert (pace.name, pace.limits.per_month) == ("shop", 1000)
    (report,) = await running.remote.call("accounts", {"name": "shop"})
    assert report["quotas"] == [{"period": "month", "used": 0, "limit": 1000, "ends_at": None}]
    with pytest.raises(InvalidFieldError, match="only a SIM has a gap"):
        await running.remote.call("limit_account", {"name": "shop", "changes": {"gap_s": 1}})
    with pytest.raises(InvalidFieldError, match="no account till"):
        await running.remote.call("accounts", {"name": "till"})
    with pytest.raises(InvalidFieldError, match="unknown: pacing dance"):
        await running.remote.call("dance", {})
