"""Asks SIMs what is left on them, as the settings say for their operators, and tells when it is little."""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import structlog

from gateway.core.balance import Balance, BalanceRule, find_rule, read_amount
from gateway.core.history import HistoryKind
from gateway.core.types import EpochMs
from gateway.core.ussd import UssdState
from gateway.errors import RequestError
from gateway.store.outage import Outage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.clock import Clock
    from gateway.config.settings import BalanceSettings
    from gateway.core.types import Port
    from gateway.core.ussd import UssdDialogue
    from gateway.dispatch.history import History
    from gateway.service.spans import SpanBoard, SpanCondition
    from gateway.service.ussd import UssdDesk
    from gateway.store.backend import Store

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 15.0
# A question without an answer is asked again sooner than after the whole interval, but not all the time.
RETRY_S: Final = 900.0
# The box's own notes of a reply need no more of it.
_MOST_REPLY_CHARACTERS: Final = 500


class BalanceWatch:
    """Asks one SIM after the other when it is time; `run` until cancelled. Balances are on the board."""

    def __init__(
        self,
        rules: Sequence[BalanceRule],
        *,
        store: Store,
        board: SpanBoard,
        desk: UssdDesk,
        history: History,
        clock: Clock,
    ) -> None:
        self._rules = rules
        self._store = store
        self._board = board
        self._desk = desk
        self._history = history
        self._clock = clock
        self._outage = Outage()

    async def load(self) -> None:
        """Put on the board what an earlier process was told."""
        for balance in await self._store.balances():
            self._board.set_balance(balance)

    async def run(self) -> None:
        """Look for SIMs that are due."""
        while self._rules:
            for port in self._board.ports():
                await self._look(port)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self, port: Port) -> None:
        condition = self._board.condition(port)
        rule = find_rule(self._rules, condition.operator, condition.imsi)
        if rule is None or not condition.can_be_asked:
            return
        before = self._board.balance(condition.sim)
        if before is not None and self._clock.now_ms() < _due_at(before, rule):
            return
        try:
            dialogue = await self._desk.ask(None, rule.code, port=port, answers=rule.answers)
        except RequestError as error:
            log.info("balance not asked", action="balance", span=port, reason=str(error))
            return
        if dialogue.state is UssdState.ANSWER_WANTED:
            await self._desk.cancel(None, dialogue.id)
        await self._take(port, condition, rule, before, dialogue)

    async def _take(
        self, port: Port, condition: SpanCondition, rule: BalanceRule, before: Balance | None, dialogue: UssdDialogue
    ) -> None:
        now = self._clock.now_ms()
        found = (read_amount(turn.reply, rule.pattern) for turn in reversed(dialogue.turns) if turn.reply)
        amount = next((one for one in found if one is not None), None)
        is_known = amount is not None
        if not is_known:
            log.warning(
                "balance not told", action="balance", span=port, reason=dialogue.reason or "no number in the answer"
            )
        balance = Balance(
            sim=condition.sim,
            amount=amount if is_known else before.amount if before else None,
            reply=(dialogue.reply or dialogue.reason)[:_MOST_REPLY_CHARACTERS],
            asked_at=now,
            read_at=now if is_known else before.read_at if before else None,
            is_low=amount < rule.low if amount is not None and rule.low is not None else bool(before and before.is_low),
        )
        self._board.set_balance(balance)
        await self._outage.ride_out(lambda: self._store.save_balance(balance))
        if amount is not None:
            self._tell(port, condition, balance, was_low=before is not None and before.is_low)

    def _tell(self, port: Port, condition: SpanCondition, balance: Balance, *, was_low: bool) -> None:
        log.info("balance", action="balance", span=port, amount=str(balance.amount))
        if balance.is_low and not was_low:
            log.warning("balance of the SIM is low", action="balance low", span=port, amount=str(balance.amount))
        if balance.is_low != was_low:
            kind = HistoryKind.BALANCE_LOW if balance.is_low else HistoryKind.BALANCE_WELL
            self._history.note(kind, f"{balance.amount} left", port=port, iccid=condition.iccid)


def _due_at(before: Balance, rule: BalanceRule) -> EpochMs:
    is_answered = before.read_at == before.asked_at
    wait_s = rule.interval_s if is_answered else min(RETRY_S, rule.interval_s)
    return EpochMs(before.asked_at + int(wait_s * 1000))


def rules_of(settings: Sequence[BalanceSettings]) -> list[BalanceRule]:
    """Give the rules of the settings file."""
    return [
        BalanceRule(
            operator=one.operator,
            mccmnc=one.mccmnc,
            code=one.code,
            answers=tuple(one.answers),
            pattern=re.compile(one.pattern),
            interval_s=one.interval_s,
            low=None if one.low is None else Decimal(str(one.low)),
        )
        for one in settings
    ]
