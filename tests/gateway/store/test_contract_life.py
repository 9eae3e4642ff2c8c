"""Messages live through anything in any order; whatever happens, the promises of the contract hold."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.core.callback import CallbackEvent
from gateway.core.message import Assignment
from gateway.core.status import OPEN, Status, can_change
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.store.backend import Store
from gateway.store.news import News, StatusChanged
from gateway.store.pages import PageQuery
from gateway.store.sending import AttemptOutcome, Settlement
from tests.support.store import BACKENDS, NOW, a_message, a_report, a_turn, an_account, settled

PORTS = (1, 2, 3)
MRS = st.integers(0, 3)
NO_RESULT_YET = frozenset({Status.SENT, Status.FAILED, Status.UNKNOWN, Status.EXPIRED})


class MessageLife(RuleBasedStateMachine):
    """Drives one store and keeps a plain account of what it said."""

    backend = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.now = int(NOW)
        self.ids: list[MessageId] = []
        self.segments: dict[MessageId, int] = {}
        self.status: dict[MessageId, Status] = {}
        self.under_way: dict[int, Assignment] = {}
        self.owed: Counter[tuple[MessageId, CallbackEvent, str]] = Counter()
        self.paid: Counter[tuple[MessageId, CallbackEvent, str]] = Counter()
        self.store = self._opened()

    def _opened(self) -> Store:
        store = BACKENDS[self.backend](self.folder)
        self.runner.run(store.open())
        store.listen(self._hear)
        return store

    def _hear(self, news: News) -> None:
        if not isinstance(news, StatusChanged):
            return
        old, new, message_id = self.status[news.message_id], news.status, news.message_id
        assert can_change(old, new), f"{old} to {new}"
        self.status[message_id] = new
        if new in NO_RESULT_YET and not any(owed[:2] == (message_id, CallbackEvent.RESULT) for owed in self.owed):
            self.owed[message_id, CallbackEvent.RESULT, new.value] += 1
        if new in {Status.DELIVERED, Status.UNDELIVERED} or (new is Status.EXPIRED and old not in OPEN):
            self.owed[message_id, CallbackEvent.REPORT, new.value] += 1

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    @initialize()
    def subscribe(self) -> None:
        self.runner.run(self.store.add_account(an_account("shop"), "hash", NOW))
        self.runner.run(self.store.set_subscriptions(AccountId(1), "openvox", frozenset(CallbackEvent)))

    # --- what can happen ------------------------------------------------------------------------

    @rule(
        count=st.integers(1, 3),
        segments=st.integers(1, 3),
        port=st.sampled_from([None, *PORTS]),
        others=st.sets(st.sampled_from(PORTS)),
        validity_ms=st.sampled_from([3_000, 60_000, 10_000_000]),
    )
    def accept(self, count: int, segments: int, port: int | None, others: set[int], validity_ms: int) -> None:
        message = a_message(
            segment_count=segments,
            port=None if port is None else Port(port),
            spans=tuple(Port(one) for one in sorted(others | ({port} if port and others else set()))),
            accepted_at=EpochMs(self.now),
            valid_until=EpochMs(self.now + validity_ms),
        )
        ids = self.runner.run(self.store.accept([message] * count))
        assert not set(ids) & set(self.ids)
        assert ids == sorted(ids)
        self.ids += ids
        self.segments.update(dict.fromkeys(ids, segments))
        self.status.update(dict.fromkeys(ids, Status.QUEUED))

    @rule(
        port=st.sampled_from(PORTS),
        outcome=st.sampled_from(AttemptOutcome),
        mr=st.none() | MRS,
        next_status=st.sampled_from([Status.QUEUED, Status.QUEUED, Status.FAILED, Status.EXPIRED]),
        delay_ms=st.sampled_from([0, 2_000]),
        away_ms=st.sampled_from([None, 0, 1_500, 60_000]),
        claim=st.booleans(),
        steals=st.booleans(),
        sim_is_swapped=st.sampled_from([False] * 5 + [True]),
    )
    def turn(
        self,
        port: int,
        outcome: AttemptOutcome,
        mr: int | None,
        next_status: Status,
        delay_ms: int,
        away_ms: int | None,
        claim: bool,
        steals: bool,
        sim_is_swapped: bool,
    ) -> None:
        settlement: Settlement | None = None
        assignment = self.under_way.pop(port, None)
        if assignment is not None:
            settlement = settled(
                assignment,
                outcome,
                mr=mr,
                next_status=next_status,
                due_at=EpochMs(self.now + delay_ms),
                exclude_until=None if away_ms is None else EpochMs(self.now + away_ms),
                decide_at=EpochMs(self.now + 1000),
            )
        sim = "swapped" if sim_is_swapped else f"sim{port}"
        result = self.runner.run(
            self.store.turn(
                a_turn(
                    port,
                    at=self.now - NOW,
                    sim=sim,
                    settlement=settlement,
                    claim=claim,
                    steal_before=EpochMs(self.now - 1000) if steals else None,
                    **self.limits_of(port, sim),
                )
            )
        )
        if result.assignment is None:
            return
        assert claim
        assert result.assignment.segment < result.assignment.segment_count
        assert not result.assignment.spans or port in result.assignment.spans
        if result.assignment.segment == 0 and not result.assignment.is_possible_duplicate:
            assert port not in result.assignment.excluded
        assert self.status[result.assignment.message_id] is Status.SENDING
        self.under_way[port] = result.assignment

    def limits_of(self, port: int, sim: str) -> dict[str, object]:
        """What turns are told of limits: nothing here."""
        return {}

    @rule(
        mr=MRS,
        port=st.sampled_from(PORTS),
        tp_st=st.sampled_from([0, 0, 0x20, 0x40, 0x46]),
        age_ms=st.integers(0, 5000),
    )
    def report(self, mr: int, port: int, tp_st: int, age_ms: int) -> None:
        at = self.now - NOW
        report = a_report(mr, port=port, status=tp_st, at=at, scts=EpochMs(self.now - age_ms))
        self.runner.run(self.store.report(report))

    @rule(data=st.data(), mr=st.none() | MRS, refused=st.sampled_from(["", "", "+CMS ERROR 42"]))
    def evidence(self, data: st.DataObject, mr: int | None, refused: str) -> None:
        attempts = self.runner.run(self.store.open_attempts())
        if not attempts:
            return
        attempt = data.draw(st.sampled_from(attempts))
        now = EpochMs(self.now)
        assert self.runner.run(self.store.evidence(attempt.attempt_id, mr=mr, refused=refused, now=now))
        assert not self.runner.run(self.store.evidence(attempt.attempt_id, mr=mr, refused=refused, now=now))

    @rule(port=st.sampled_from(PORTS))
    def leave(self, port: int) -> None:
        self.runner.run(self.store.leave_span(Port(port)))

    @rule(resend=st.booleans())
    def decide(self, resend: bool) -> None:
        for attempt in self.runner.run(self.store.open_attempts()):
            if attempt.decide_at is not None and attempt.decide_at <= self.now:
                self.runner.run(
                    self.store.decide_ambiguous(
                        attempt.attempt_id, resend=resend, cause="no evidence", now=EpochMs(self.now)
                    )
                )

    @rule()
    def expire(self) -> None:
        self.runner.run(self.store.expire(EpochMs(self.now)))

    @rule(ms=st.sampled_from([1, 1_500, 60_000]))
    def time_goes_by(self, ms: int) -> None:
        self.now += ms

    @precondition(lambda self: self.ids)
    @rule()
    def crash(self) -> None:
        self.runner.run(self.store.close())
        self.under_way.clear()
        self.store = self._opened()
        for attempt in self.runner.run(self.store.open_attempts()):
            if attempt.decide_at is None:
                self.runner.run(
                    self.store.lose_attempt(attempt.attempt_id, cause="crash", decide_at=EpochMs(self.now + 1000))
                )

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def statuses_are_those_told(self) -> None:
        found = {one.id: one.status for one in self.runner.run(self.store.messages(self.ids))}
        assert found == self.status

    @invariant()
    def load_equals_a_recount(self) -> None:
        waiting = [one for one in self.runner.run(self.store.messages(self.ids)) if one.status in OPEN]
        assert self.store.load.open_messages == len(waiting)
        assert dict(self.store.load.open_by_account) == ({1: len(waiting)} if waiting else {})
        most = Counter(dict.fromkeys(PORTS, 0))
        in_line = [one for one in waiting if one.status is not Status.HELD]
        for one in in_line:
            if one.port is not None:
                most[one.port] += self.segments[one.id]
        for port in PORTS:
            least = sum(one.port == port for one in in_line)
            assert least <= self.store.load.waiting_segments.get(Port(port), 0) <= most[port]

    @invariant()
    def totals_count_every_message(self) -> None:
        page = self.runner.run(self.store.outbox_page(PageQuery(account_id=None, page_size=500)))
        assert page.total == len(page.rows) == len(self.ids)

    @invariant()
    def attempts_are_open_for_one_message_per_port(self) -> None:
        attempts = self.runner.run(self.store.open_attempts())
        ports = [one.port for one in attempts if one.decide_at is None]
        assert len(ports) == len(set(ports))
        for one in attempts:
            if one.decide_at is None:
                assert self.status[one.message_id] is Status.SENDING

    @invariant()
    def callbacks_are_exactly_as_owed(self) -> None:
        far = EpochMs(self.now + 10**9)
        while rows := self.runner.run(self.store.due_callbacks(far, limit=1000, busy=frozenset())):
            for row in rows:
                self.paid[row.message_id, row.event, row.status] += 1
                self.runner.run(self.store.callback_done(row.id, far))
        assert self.paid == self.owed


MessageLife.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestMessageLife = MessageLife.TestCase
