"""SIMs that are asked what is left on them."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from gateway.config.settings import BalanceSettings, HistorySection
from gateway.core.balance import BalanceRule
from gateway.core.history import HistoryKind
from gateway.core.span import SpanState
from gateway.core.ussd import UssdReply, UssdState
from gateway.dispatch.balance import BalanceWatch, rules_of
from gateway.dispatch.history import History
from gateway.service.spans import SpanCondition
from gateway.store.backends.sqlite.store import SqliteStore
from tests.gateway.service.test_ussd import ONE, Office
from tests.support.clock import FakeClock
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

RULE = BalanceRule(
    operator="Example*",
    mccmnc="262",
    code="*100#",
    answers=(),
    pattern=re.compile(r"([0-9.]+) EUR"),
    interval_s=86_400,
    low=Decimal(2),
)
IN_SERVICE = SpanCondition(state=SpanState.READY, iccid="8949", imsi="262011", operator="Example Net")


class Watched:
    """A watch over a span with a modem that answers as the test says."""

    def __init__(self, store: SqliteStore, rule: BalanceRule = RULE) -> None:
        self.store = store
        self.office = Office(store)
        self.office.board.set_condition(ONE, IN_SERVICE)
        self.clock = FakeClock()
        self.history = History(store, settings=HistorySection(), clock=self.clock)
        self.watch = BalanceWatch(
            [rule],
            store=store,
            board=self.office.board,
            desk=self.office.desk,
            history=self.history,
            clock=self.clock,
        )

    async def look(self, *replies: UssdReply) -> Decimal | None:
        for reply in replies:
            self.office.line.replies.put_nowait(reply)
        await self.watch._look(ONE)
        balance = self.office.board.balance("8949")
        return None if balance is None else balance.amount

    @property
    def asked(self) -> int:
        return len(self.office.line.asked)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(tmp_path / "gateway.db")
    await made.open()
    yield made
    await made.close()


def said(text: str, result: int = 0) -> UssdReply:
    return UssdReply(result=result, text=text)


async def test_a_sim_is_asked_once_in_its_interval(store: SqliteStore) -> None:
    watched = Watched(store)
    assert await watched.look(said("You have 5.10 EUR")) == Decimal("5.10")
    assert await watched.look() == Decimal("5.10")
    watched.clock.advance(86_399)
    await watched.look()
    assert watched.asked == 1
    watched.clock.advance(2)
    assert await watched.look(said("You have 4.10 EUR")) == Decimal("4.10")
    view = watched.office.board.get(ONE)
    assert view is not None
    assert view.balance is not None
    assert (view.balance.amount, view.balance.reply, view.balance.is_low) == (
        Decimal("4.10"), "You have 4.10 EUR", False,
    )  # fmt: skip


async def test_a_restart_does_not_ask_again(store: SqliteStore) -> None:
    await Watched(store).look(said("5.10 EUR"))
    again = Watched(store)
    await again.watch.load()
    assert await again.look() == Decimal("5.10")
    assert again.asked == 0


async def test_low_balance_is_one_event_until_it_is_well_again(store: SqliteStore) -> None:
    watched = Watched(store)
    for text in ("5 EUR", "1.99 EUR", "1.50 EUR", "20 EUR"):
        await watched.look(said(text))
        watched.clock.advance(86_400)
    await watched.history.stop()
    assert [(event.kind, event.detail, event.iccid) for event in await store.history()] == [
        (HistoryKind.BALANCE_WELL, "20 left", "8949"),
        (HistoryKind.BALANCE_LOW, "1.99 left", "8949"),
    ]


async def test_without_an_answer_the_last_balance_stays_and_the_sim_is_asked_sooner(store: SqliteStore) -> None:
    watched = Watched(store)
    await watched.look(said("5.10 EUR"))
    watched.clock.advance(86_400)
    assert await watched.look(UssdReply(result=5, text="")) == Decimal("5.10")
    watched.clock.advance(899)
    await watched.look()
    assert watched.asked == 2
    watched.clock.advance(1)
    assert await watched.look(said("try later")) == Decimal("5.10")
    watched.clock.advance(900)
    assert await watched.look(said("4.00 EUR")) == Decimal("4.00")
    assert watched.asked == 4


async def test_menus_are_gone_through_and_left(store: SqliteStore) -> None:
    watched = Watched(store, replace(RULE, answers=("1",)))
    assert await watched.look(said("1 Balance", 1), said("5.10 EUR, 9 Back", 1)) == Decimal("5.10")
    assert watched.office.line.asked == [("*100#", False), ("1", True)]
    (dialogue,) = await watched.office.desk.newest(None, ONE)
    assert (dialogue.state, watched.office.line.cancelled) == (UssdState.CANCELLED, 1)


@pytest.mark.parametrize(
    "condition",
    [
        replace(IN_SERVICE, operator="Other"),
        replace(IN_SERVICE, imsi="310150"),
        replace(IN_SERVICE, state=SpanState.NOT_READY),
        replace(IN_SERVICE, iccid="", imsi=""),
    ],
    ids=["another operator", "another country", "not in service", "no SIM"],
)
async def test_other_sims_are_left_alone(store: SqliteStore, condition: SpanCondition) -> None:
    watched = Watched(store)
    watched.office.board.set_condition(ONE, condition)
    assert await watched.look() is None
    assert watched.asked == 0


async def test_a_barred_sim_may_still_say_why(store: SqliteStore) -> None:
    watched = Watched(store)
    watched.office.board.set_condition(ONE, replace(IN_SERVICE, state=SpanState.PAUSED))
    assert await watched.look(said("0.00 EUR")) == Decimal("0.00")


async def test_a_dialogue_of_somebody_else_is_not_disturbed(store: SqliteStore) -> None:
    watched = Watched(store)
    await watched.office.desk.begin(None, "*555#", port=ONE)
    await until(lambda: watched.asked == 1)
    assert await watched.look() is None
    assert watched.office.line.asked == [("*555#", False)]


def test_rules_of_the_settings() -> None:
    settings = BalanceSettings.model_validate({"code": "*100#", "low": 2.5})
    (rule,) = rules_of([settings])
    assert (rule.code, rule.low, rule.interval_s, rule.operator) == ("*100#", Decimal("2.5"), 86_400, "")
    assert rule.pattern.search("left: 5,00")
