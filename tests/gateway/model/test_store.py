"""The store under everything that can happen, held to what is true: nothing twice unmarked, no status that lies.

Beside the store there is a plain account of what really became of each attempt (`truth.py`). What the store is told is
always honest, but often late, doubled, out of order or missing, and the process may be killed, the disk be full and the
clock be set at any point. `make crash CRASH_ARGS="--model-minutes 60"` goes on for an hour.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import Coroutine
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.core.callback import CallbackEvent
from gateway.core.message import Assignment, NewMessage
from gateway.core.status import OPEN, Status, can_change
from gateway.core.types import AccountId, AttemptId, EpochMs, MessageId, Port
from gateway.errors import NoCreditError, StoreUnavailableError
from gateway.store.backends.sqlite import shift
from gateway.store.backends.sqlite.load import read_load
from gateway.store.backends.sqlite.memory import Tally, read_memory
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.news import News, StatusChanged
from gateway.store.pages import PageQuery
from gateway.store.sending import AttemptOutcome, Settlement
from tests.gateway.model.settings import model_settings, new_folder
from tests.gateway.model.truth import DELIVERED, NOT_OBTAINABLE, TOO_OLD, TRYING, Told, Try
from tests.support.store import NOW, a_message, a_report, a_turn, an_account, settled

T = TypeVar("T")

OUTCOMES = ("yes", "yes", "yes", "yes, no mr", "again", "never", "unsent", "?", "?")
PORTS = (Port(1), Port(2), Port(3))
FREE, PAYS = AccountId(1), AccountId(2)
CREDIT = 12
NO_LIMIT = 1 << 30
SECOND_MS = 1000
DAY_MS = 86_400_000
BY_HOUR = "SELECT account_id, hour, value FROM shown_hour WHERE account_id > 0 ORDER BY 1, 2"
RECOUNT = "SELECT account_id, shown_at / 3600000, count(*) FROM message GROUP BY 1, 2 ORDER BY 1, 2"


def _rows(sql: str, connection: sqlite3.Connection) -> list[tuple[int, ...]]:
    return connection.execute(sql).fetchall()


class FullError(Exception):
    """The disk was full: the store did nothing, and said so."""


class Truthful(RuleBasedStateMachine):
    """One store, three spans and their SIMs, two accounts of which one pays."""

    def __init__(self) -> None:
        super().__init__()
        self.home = new_folder()
        self.lives = 0
        self.runner = asyncio.Runner()
        self.now = int(NOW)
        self.messages: dict[MessageId, Told] = {}
        self.tries: dict[AttemptId, Try] = {}
        self.sims = {port: f"sim{port}" for port in PORTS}
        self.mrs: Counter[str] = Counter(dict.fromkeys(self.sims.values(), 250))
        self.flights: dict[Port, Assignment] = {}
        self.answers: dict[Port, Settlement] = {}
        """What a modem said, until the store has it."""
        self.status: dict[MessageId, Status] = {}
        self.owed: Counter[tuple[MessageId | None, CallbackEvent, str]] = Counter()
        self.is_full = False
        self.store = self._opened()

    # -- the store's lives ---------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        return self.home / str(self.lives)

    def _opened(self) -> SqliteStore:
        self.folder.mkdir(exist_ok=True)
        store = SqliteStore(self.folder / "gateway.db")
        self.runner.run(store.open())
        store.listen(self._hear)
        return store

    def _hear(self, news: News) -> None:
        if isinstance(news, StatusChanged):
            old = self.status[news.message_id]
            assert can_change(old, news.status), f"{old} to {news.status}"
            self.status[news.message_id] = news.status

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Have the store do something; FullError when it says that it cannot."""
        try:
            return self.runner.run(work)
        except StoreUnavailableError:
            assert self.is_full
            raise FullError from None

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()
        shutil.rmtree(self.home)

    @initialize(segments=st.lists(st.sampled_from([1, 1, 2, 3]), min_size=3, max_size=6))
    def begin(self, segments: list[int]) -> None:
        """There is something to do from the start: hypothesis leaves rules out of whole runs, accepting as well."""
        self.do(self.store.add_account(an_account("free"), "hash", NOW))
        self.do(self.store.add_account(an_account("pays", credit=CREDIT), "hash", NOW))
        for account_id in (FREE, PAYS):
            self.do(self.store.set_subscriptions(account_id, "openvox", frozenset(CallbackEvent)))
        for count in segments:
            self.accept(
                count=1,
                segments=count,
                account_id=FREE,
                port=None,
                others=None,
                validity_ms=DAY_MS,
                send_in_ms=None,
                is_urgent=False,
                is_credit_late=False,
            )

    # -- what customers do ---------------------------------------------------------------------------

    @rule(
        count=st.integers(1, 3),
        segments=st.sampled_from([1, 2, 2, 3]),
        account_id=st.sampled_from([FREE, FREE, PAYS]),
        port=st.sampled_from([None, *PORTS]),
        others=st.none() | st.sets(st.sampled_from(PORTS)),
        validity_ms=st.sampled_from([5 * SECOND_MS, DAY_MS, DAY_MS]),
        send_in_ms=st.sampled_from([None, None, None, 2 * SECOND_MS, DAY_MS]),
        is_urgent=st.sampled_from([False, False, True]),
        is_credit_late=st.booleans(),
    )
    def accept(
        self,
        count: int,
        segments: int,
        account_id: AccountId,
        port: Port | None,
        others: set[Port] | None,
        validity_ms: int,
        send_in_ms: int | None,
        is_urgent: bool,
        is_credit_late: bool,
    ) -> None:
        send_at = None if send_in_ms is None else EpochMs(self.now + send_in_ms)
        spans = () if others is None else tuple(sorted(others | ({port} if port is not None else set())))
        new: list[NewMessage] = []
        for index in range(count):
            recipient = f"+4917{len(self.messages) + index:08d}"
            new.append(
                a_message(
                    account_id=account_id,
                    recipient=recipient,
                    recipient_given=recipient,
                    segment_count=segments,
                    port=port if not spans or port in spans else spans[0],
                    spans=spans,
                    accepted_at=EpochMs(self.now),
                    valid_until=EpochMs((send_at or self.now) + validity_ms),
                    send_at=send_at,
                    is_urgent=is_urgent,
                    is_credit_late=is_credit_late and send_at is not None,
                )
            )
        asked = 0 if new[0].is_credit_late else count * segments
        left = self._credit_left(account_id)
        try:
            ids = self.do(self.store.accept(new))
        except NoCreditError:
            assert asked > left
            return
        except FullError:
            return
        assert asked <= left
        assert len(set(ids)) == count
        assert not set(ids) & set(self.messages)
        for message_id, message in zip(ids, new, strict=True):
            self.messages[message_id] = Told(
                id=message_id,
                account_id=account_id,
                recipient=message.recipient,
                segment_count=segments,
                valid_until=message.valid_until,
                send_at=send_at,
            )
            self.status[message_id] = Status.HELD if message.is_scheduled else Status.QUEUED

    def _credit_left(self, account_id: AccountId) -> int:
        left = self.runner.run(self.store.credit_left(account_id))
        return NO_LIMIT if left is None else left

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        message_id = data.draw(st.sampled_from(sorted(self.messages)))
        before = self.status[message_id]
        try:
            now = self.do(self.store.cancel(message_id, account_id=None, now=EpochMs(self.now)))
        except FullError:
            return
        assert now is self.status[message_id]
        assert now is before or now is Status.CANCELLED

    # -- spans at work -------------------------------------------------------------------------------

    @precondition(lambda self: any(status in OPEN for status in self.status.values()))
    @rule(data=st.data(), rounds=st.integers(1, 4), resend=st.sampled_from([True, True, False]))
    def some_turns(self, data: st.DataObject, rounds: int, resend: bool) -> None:
        """Spans work on, one after the other, and what was not answered is decided meanwhile."""
        for _ in range(rounds):
            for port in PORTS:
                if port in self.flights and port not in self.answers:
                    self._answer(port, data.draw(st.sampled_from(OUTCOMES)), data)
                self.turn(port=port, claim=True, steals=True)
            self.now += SECOND_MS
            self.decide(resend=resend)

    @rule(port=st.sampled_from(PORTS), claim=st.sampled_from([True, True, False]), steals=st.booleans())
    def turn(self, port: Port, claim: bool, steals: bool) -> None:
        """Settle what the modem has answered, and claim the next; a span whose modem has not answered waits."""
        settlement = self.answers.get(port)
        if port in self.flights and settlement is None:
            return
        turn = a_turn(
            port,
            at=self.now - NOW,
            sim=self.sims[port],
            settlement=settlement,
            claim=claim,
            steal_before=EpochMs(self.now - SECOND_MS) if steals else None,
        )
        try:
            result = self.do(self.store.turn(turn))
        except FullError:
            return
        self.answers.pop(port, None)
        self.flights.pop(port, None)
        if result.assignment is not None:
            assert claim
            self._fly(port, result.assignment)

    def _fly(self, port: Port, assignment: Assignment) -> None:
        message = self.messages[assignment.message_id]
        assert self.status[message.id] is Status.SENDING
        sims = {one.sim for one in message.tries if one.is_taken is not False}
        assert sims <= {self.sims[port]}, "what may have gone out goes on with another SIM"
        # What may have begun follows its SIM, even to a span that nobody asked for: phones join segments by sender.
        may_have_begun = assignment.segment > 0 or assignment.is_possible_duplicate
        is_behind_its_sim = may_have_begun and self.sims[port] in {one.sim for one in message.tries}
        assert is_behind_its_sim or not assignment.spans or port in assignment.spans
        assert self.now < message.valid_until
        assert message.was_due
        assert assignment.recipient == message.recipient
        taken = message.taken
        assert assignment.segment == len(taken) or assignment.segment in taken or assignment.is_possible_duplicate
        self.flights[port] = assignment
        one = Try(assignment.attempt_id, message.id, assignment.segment, self.sims[port], self.now)
        assert one.id not in self.tries
        self.tries[one.id] = one
        message.tries.append(one)

    @precondition(lambda self: bool(set(self.flights) - set(self.answers)))
    @rule(
        data=st.data(),
        outcome=st.sampled_from(["yes", "yes", "yes", "yes, no mr", "again", "never", "unsent", "?", "?"]),
    )
    def answer(self, data: st.DataObject, outcome: str) -> None:
        """A modem answers, or its span gives up waiting; the store hears of it at the span's next turn."""
        self._answer(data.draw(st.sampled_from(sorted(set(self.flights) - set(self.answers)))), outcome, data)

    def _answer(self, port: Port, outcome: str, data: st.DataObject) -> None:
        assignment = self.flights[port]
        one = self.tries[assignment.attempt_id]
        if one.is_taken and not outcome.startswith("yes"):
            outcome = "?"  # a report came already: it is out
        self.answers[port] = self._settlement(assignment, one, outcome, data)

    def _settlement(self, assignment: Assignment, one: Try, outcome: str, data: st.DataObject) -> Settlement:
        due_at = EpochMs(self.now + data.draw(st.sampled_from([0, 2 * SECOND_MS])))
        match outcome:
            case "yes" | "yes, no mr":
                self._take(one)
                return settled(assignment, mr=one.mr if outcome == "yes" else None)
            case "?":
                if not one.is_taken and data.draw(st.booleans()):
                    self._take(one)
                one.is_taken = bool(one.is_taken)
                self.messages[one.message_id].was_unanswered = True
                decide_at = EpochMs(self.now + SECOND_MS)
                return settled(assignment, AttemptOutcome.NO_ANSWER, cause="silence", decide_at=decide_at)
        one.is_taken = False
        kind = AttemptOutcome.NOT_SENT if outcome == "unsent" else AttemptOutcome.REFUSED
        next_status = Status.FAILED if outcome == "never" else Status.QUEUED
        return settled(assignment, kind, cause="no", code="+CMS ERROR 42", next_status=next_status, due_at=due_at)

    def _take(self, one: Try) -> None:
        if one.is_taken:
            return
        one.is_taken = True
        one.mr = self.mrs[one.sim] % 256
        self.mrs[one.sim] += 1

    @precondition(lambda self: self.messages and not self.flights)
    @rule(ports=st.permutations(PORTS))
    def plug_sims_elsewhere(self, ports: list[Port]) -> None:
        """SIMs change places while nothing is on the way."""
        self.sims = dict(zip(ports, sorted(self.sims.values()), strict=True))

    # -- evidence ------------------------------------------------------------------------------------

    @precondition(lambda self: any(one.is_taken is not False for one in self.tries.values()))
    @rule(
        data=st.data(),
        status=st.sampled_from([DELIVERED, DELIVERED, DELIVERED, TRYING, NOT_OBTAINABLE, TOO_OLD]),
        times=st.integers(1, 2),
    )
    def report(self, data: st.DataObject, status: int, times: int) -> None:
        """A report on something that is out comes, perhaps before the modem has answered, perhaps twice."""
        on_air = [one for one in self.tries.values() if one.is_taken or self._is_in_flight(one)]
        if not on_air:
            return
        one = data.draw(st.sampled_from(on_air))
        final = next((told for told in one.told if told != TRYING), None)
        if final is not None:
            status = final  # a centre does not change its mind
        self._take(one)
        report = a_report(
            one.mr,
            status=status,
            at=self.now - NOW,
            sim=one.sim,
            recipient=self.messages[one.message_id].recipient,
            scts=EpochMs(one.opened_at),
            discharged=EpochMs(one.opened_at + 1),
        )
        for _ in range(times):
            try:
                self.do(self.store.report(report))
            except FullError:
                return
            if status not in one.told:
                one.told.append(status)

    def _is_in_flight(self, one: Try) -> bool:
        return one.is_taken is None and any(flight.attempt_id == one.id for flight in self.flights.values())

    @precondition(lambda self: any(one.was_unanswered for one in self.messages.values()))
    @rule(data=st.data())
    def late_answer(self, data: st.DataObject) -> None:
        """A modem answers after all."""
        undecided = [one for one in self.runner.run(self.store.open_attempts()) if one.decide_at is not None]
        if not undecided:
            return
        one = self.tries[data.draw(st.sampled_from(undecided)).attempt_id]
        mr, refused = (one.mr, "") if one.is_taken else (None, "+CMS ERROR 42")
        try:
            assert self.do(self.store.evidence(one.id, mr=mr, refused=refused, now=EpochMs(self.now)))
            assert not self.do(self.store.evidence(one.id, mr=mr, refused=refused, now=EpochMs(self.now)))
        except FullError:
            return

    @precondition(lambda self: any(one.was_unanswered for one in self.messages.values()))
    @rule(resend=st.booleans())
    def decide(self, resend: bool) -> None:
        """Nobody waits for an answer any longer."""
        for attempt in self.runner.run(self.store.open_attempts()):
            if attempt.decide_at is not None and attempt.decide_at <= self.now:
                decision = self.store.decide_ambiguous(
                    attempt.attempt_id, resend=resend, cause="no evidence", now=EpochMs(self.now)
                )
                try:
                    status = self.do(decision)
                except FullError:
                    return
                assert resend or status is not Status.QUEUED

    # -- time, disk, process -------------------------------------------------------------------------

    @rule(ms=st.sampled_from([1, 1_500, 6_000, DAY_MS // 2]))
    def time_goes_by(self, ms: int) -> None:
        self.now += ms

    @rule(by_ms=st.sampled_from([-3_600_000, -5_000, 5_000, 3 * DAY_MS, -90 * DAY_MS]), is_cut_short=st.booleans())
    def somebody_sets_the_clock(self, by_ms: int, is_cut_short: bool) -> None:
        """What waits is moved, or only noted to be: the rest is for whatever comes next."""

        async def note() -> bool:
            return await self.store.write(lambda tx: shift.note_change(tx, by_ms))

        try:
            if not is_cut_short or not self.do(note()):
                self.do(self.store.clock_was_set(by_ms))
        except FullError:
            return
        self.now += by_ms
        waiting = {one.message_id for one in self.runner.run(self.store.open_attempts())}
        for message in self.messages.values():
            if self.status[message.id] in {Status.QUEUED, Status.HELD} or message.id in waiting:
                message.valid_until += by_ms

    @precondition(lambda self: self.messages)
    @rule()
    def keep_house(self) -> None:
        for message in self.messages.values():
            message.note_time(self.now)
        try:
            self.do(self.store.expire(EpochMs(self.now)))
            self.do(self.store.release(EpochMs(self.now)))
        except FullError:
            return

    @rule()
    def the_disk_fills_up_or_has_room_again(self) -> None:
        self.is_full = not self.is_full
        pages = 1 if self.is_full else 1 << 30
        writer = self.store._connections[0]
        self.runner.run(writer.run(lambda raw: raw.execute(f"PRAGMA max_page_count = {pages}").fetchall()))

    @rule(data=st.data())
    def the_process_is_killed(self, data: st.DataObject) -> None:
        """The next one finds the files as they are; of an attempt on the way it may know that it never went out."""
        before = self.folder
        self.lives += 1
        shutil.copytree(before, self.folder)
        for left in (*self.folder.glob("*-shm"), *self.folder.glob("*.lock")):
            left.unlink()
        self.runner.run(self.store.close())
        self.is_full = False
        self.store = self._opened()
        for attempt in self.runner.run(self.store.open_attempts()):
            one = self.tries[attempt.attempt_id]
            if attempt.decide_at is not None:
                continue
            was_answered = attempt.port in self.answers
            if one.is_taken is None and data.draw(st.booleans()):
                one.is_taken = False
                evidence = self.store.evidence(one.id, mr=None, refused="never out", now=EpochMs(self.now))
                assert self.do(evidence)
                continue
            if one.is_taken is None and data.draw(st.booleans()):
                self._take(one)
            one.is_taken = bool(one.is_taken)
            self.messages[one.message_id].was_unanswered = True
            assert was_answered or attempt.port in self.flights
            self.do(self.store.lose_attempt(one.id, cause="killed", decide_at=EpochMs(self.now + SECOND_MS)))
        self.flights.clear()
        self.answers.clear()

    @precondition(lambda self: len(self.messages) > 2)
    @rule()
    def everything_comes_to_an_end(self) -> None:
        """With modems that answer, room on the disk and some time nothing is left waiting."""
        if self.is_full:
            self.the_disk_fills_up_or_has_room_again()
        for _ in range(20 * len(self.messages)):
            if not any(status in OPEN for status in self.status.values()):
                break
            self.now += 3 * SECOND_MS
            self.keep_house()
            self.decide(resend=True)
            for port in PORTS:
                if port in self.flights and port not in self.answers:
                    one = self.tries[self.flights[port].attempt_id]
                    self._take(one)
                    self.answers[port] = settled(self.flights[port], mr=one.mr)
                self.turn(port=port, claim=True, steals=True)
            held = [one.send_at for one in self.messages.values() if self.status[one.id] is Status.HELD]
            if held and not any(status in {Status.QUEUED, Status.SENDING} for status in self.status.values()):
                self.now = max(self.now, *(send_at or 0 for send_at in held))
        waiting = [one for one in self.messages.values() if self.status[one.id] in OPEN]
        assert not waiting, f"left waiting: {[(self.status[one.id], one) for one in waiting]}"

    # -- what must hold ------------------------------------------------------------------------------

    @invariant()
    def no_status_lies(self) -> None:
        found = self.runner.run(self.store.messages(sorted(self.messages)))
        assert {one.id: one.status for one in found} == self.status
        with closing(sqlite3.connect(f"file:{self.folder / 'gateway.db'}?mode=ro", uri=True)) as reader:
            marked = dict(reader.execute("SELECT id, resent_segment FROM message WHERE resent_segment IS NOT NULL"))
        for message in self.messages.values():
            message.is_marked = {marked[message.id]} if message.id in marked else set()
            message.check(self.status[message.id], self.now)

    @invariant()
    def counters_equal_counts(self) -> None:
        store = self.store
        assert store._writer is not None
        kept = store._writer._memory

        def differences(raw: sqlite3.Connection) -> list[str]:
            read, load = read_memory(raw), read_load(raw)
            wrong = [
                f"{name}: {tally._counts}, counted {getattr(read, name)._counts}"
                for name, tally in vars(kept).items()
                if isinstance(tally, Tally) and tally._counts != getattr(read, name)._counts
            ]
            for name, counts in (("open_by_port", load.open_by_port), ("waiting_segments", load.waiting_segments)):
                if dict(getattr(store.load, name)) != {key: count for key, count in counts.items() if count}:
                    wrong.append(f"{name}: {dict(getattr(store.load, name))}, counted {dict(counts)}")
            return wrong

        assert self.runner.run(store._connections[0].run(differences)) == []
        waiting = Counter(one.account_id for one in self.messages.values() if self.status[one.id] in OPEN)
        assert store.load.open_messages == sum(waiting.values())
        assert dict(store.load.open_by_account) == dict(waiting)
        page = self.runner.run(store.outbox_page(PageQuery(account_id=None, page_size=1)))
        assert page.total == len(self.messages)
        by_hour, recount = (self.runner.run(store.read(partial(_rows, sql))) for sql in (BY_HOUR, RECOUNT))
        assert by_hour == recount

    @invariant()
    def who_pays_pays_for_what_went_out(self) -> None:
        if not any(one.account_id == PAYS for one in self.messages.values()):
            return
        account = self.runner.run(self.store.account(PAYS))
        assert account is not None
        assert account.credit is not None
        with closing(sqlite3.connect(f"file:{self.folder / 'gateway.db'}?mode=ro", uri=True)) as reader:
            (accepted,) = reader.execute(
                "SELECT count(*) FROM attempt JOIN message m ON m.id = message_id"
                " WHERE m.account_id = ? AND outcome = 'accepted'",
                (PAYS,),
            ).fetchone()
        assert CREDIT - account.credit == accepted
        assert accepted <= sum(sum(one.taken.values()) for one in self.messages.values() if one.account_id == PAYS)

    @invariant()
    def each_result_is_owed_once(self) -> None:
        far = EpochMs(1 << 50)
        if self.is_full:
            return
        while rows := self.runner.run(self.store.due_callbacks(far, limit=1000, busy=frozenset())):
            for row in rows:
                self.owed[row.message_id, row.event, row.status] += 1
                self.runner.run(self.store.callback_done(row.id, far))
        results = Counter(message_id for message_id, event, _ in self.owed.elements() if event is CallbackEvent.RESULT)
        assert all(count == 1 for count in results.values())
        assert all(count == 1 for count in self.owed.values())
        ended = {one for one, status in self.status.items() if status not in OPEN and status is not Status.CANCELLED}
        assert {message_id for message_id in results if message_id is not None} >= ended


Truthful.TestCase.settings = model_settings(examples=16)
TestTruthful = pytest.mark.timeout(600)(Truthful.TestCase)  # some seconds; a failure is made small first
