"""Quotas inside a turn: what may be claimed, what is counted, and which messages are held until there is room again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.core.pacing import Owner, Pause, Usage, describe
from gateway.core.status import Status
from gateway.core.types import EpochMs
from gateway.store.backends.sqlite.memory import may_send
from gateway.store.backends.sqlite.rows import ROW_COLUMNS, Row, change_status, read_row, row_of, save_row
from gateway.store.pacing import HeldBy
from gateway.store.sending import AttemptOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.core.pacing import Pace
    from gateway.core.types import AccountId, Port
    from gateway.store.backends.sqlite.attempts import Attempt
    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.pacing import Blocked, HeldFor
    from gateway.store.sending import Turn

PACED_DUE = """
SELECT id FROM message INDEXED BY message_paced
WHERE status = 'held' AND held_until IS NOT NULL AND held_by = :by AND held_until <= :now
ORDER BY held_until, id LIMIT :limit
"""
NEXT_PACED = """
SELECT held_until FROM message INDEXED BY message_paced
WHERE status = 'held' AND held_until IS NOT NULL AND held_by = :by ORDER BY held_until LIMIT 1
"""
KEEP = """
UPDATE message SET held_until = :until, cause = :cause WHERE id IN (
    SELECT id FROM message INDEXED BY message_paced
    WHERE status = 'held' AND held_until IS NOT NULL AND held_by = 'account' AND held_until <= :now
        AND account_id = :account_id
    ORDER BY held_until, id LIMIT :limit OFFSET :room)
"""
# Of `memory.join_spans`: the port is among the allowed ones, if any are named, and not among the excluded ones.
HELD_FOR = """
SELECT id FROM message INDEXED BY message_paced
WHERE status = 'held' AND held_until IS NOT NULL AND held_by = :by
    AND (:account_id IS NULL OR account_id = :account_id)
    AND (:before IS NULL OR changed_at <= :before)
    AND (:port IS NULL OR spans = '' OR (
        substr(spans, 1, 1) = '!' OR instr(',' || replace(spans, '!', ',!') || ',', ',' || :port || ',') > 0
    ) AND instr(',' || replace(substr(spans, instr(spans || '!', '!')), '!', '') || ',', ',' || :port || ',') = 0)
ORDER BY held_until, id LIMIT :limit
"""
WAITING = f"""
SELECT {ROW_COLUMNS} FROM message m INDEXED BY message_queue
WHERE m.status = 'queued' AND m.pin_sim IS NULL AND m.port IS :port AND m.spans = :spans
ORDER BY m.due_at, m.id LIMIT :limit
"""  # noqa: S608 (constants)
KEPT_AT_ONCE: Final = 2000
"""Most messages that wait on by one transaction; all have the same reason, so it is one statement."""
_UNUSED: Final = Usage()
_RELEASED_IN_TIME: Final = (HeldBy.ACCOUNT, HeldBy.ROOM)


# --- may it be sent -------------------------------------------------------------------------------


def sim_pause(tx: Transaction, turn: Turn) -> Pause | None:
    """Give why the SIM of a turn may not send at all, None when it may."""
    return None if turn.pace is None else _seen(tx, turn.pace, turn.now).pause(turn.pace.limits, turn.now)


def sim_room(tx: Transaction, turn: Turn) -> int | None:
    """Give how many segments the quotas of the turn's SIM leave, None without a quota."""
    return None if turn.pace is None else _seen(tx, turn.pace, turn.now).room(turn.pace.limits, turn.now)


def is_stopped(tx: Transaction, row: Row, turn: Turn) -> bool:
    """Whether a quota stops a message that was about to be claimed: it is held now, or left to another span.

    A message that has begun goes on: its account was charged for it as a whole, and its SIM has room for one segment.
    """
    if not row.is_untouched:
        return False
    for pace in (turn.account_paces.get(row.account_id), turn.pace):
        pause = None if pace is None else _seen(tx, pace, turn.now).pause(pace.limits, turn.now, row.segment_count)
        if pace is None or pause is None:
            continue
        other = _port_with_room(row, turn.rooms) if pace is turn.pace else None
        if other is not None:
            row.port = other
            save_row(tx, row)
        else:
            _hold(tx, row, pause, pace, turn.now, by=HeldBy.ROOM if pace is turn.pace else HeldBy.ACCOUNT)
        return True
    return False


def _port_with_room(row: Row, rooms: Mapping[Port, int]) -> Port | None:
    fitting = (port for port, room in rooms.items() if room >= row.segment_count and may_send(row.spans, port))
    return min(fitting, default=None)


def _seen(tx: Transaction, pace: Pace, now: EpochMs) -> Usage:
    """Give what the owner has used, by the present clock."""
    usage = tx.memory.usages.get(pace.owner, _UNUSED)
    seen = usage.seen(pace.limits, now)
    if seen is not usage:
        tx.memory.set_usage(pace.owner, seen)
    return seen


# --- what is counted ------------------------------------------------------------------------------


def count_claim(tx: Transaction, row: Row, turn: Turn) -> None:
    """Count a segment that is claimed."""
    if turn.pace is not None:
        _count(tx, turn.pace, turn.now, 1)
        if turn.pace.limits.has_gap:
            # If the process ends before the answer comes there is a gap all the same.
            usage = tx.memory.usages[turn.pace.owner].with_gap(turn.pace.limits, turn.now, 0.0)
            tx.memory.set_usage(turn.pace.owner, usage)
    pace = turn.account_paces.get(row.account_id)
    if pace is not None and row.is_untouched:
        _count(tx, pace, turn.now, row.segment_count)


def _count(tx: Transaction, pace: Pace, now: EpochMs, segments: int) -> None:
    tx.memory.set_usage(pace.owner, _seen(tx, pace, now).counted(pace.limits, now, segments))


def count_settled(tx: Transaction, row: Row, attempt: Attempt, outcome: AttemptOutcome, turn: Turn) -> None:
    """Count a segment when it went out, or may have; take it back when it certainly did not. Before it is settled.

    A network that refused a segment had work with it: there is a gap after it all the same.
    """
    is_out = outcome in {AttemptOutcome.ACCEPTED, AttemptOutcome.NO_ANSWER}
    if not is_out:
        take_back(tx, row, attempt)
    pace = turn.pace
    if pace is None or pace.owner != Owner.of_sim(attempt.sim, attempt.port):
        return
    usage = _seen(tx, pace, turn.now)
    if is_out:
        usage = usage.moved(pace.limits, attempt.opened_at, turn.now)
    is_gap_due = outcome is not AttemptOutcome.NOT_SENT
    usage = usage.with_gap(pace.limits, turn.now, turn.jitter) if is_gap_due else usage.without_gap()
    tx.memory.set_usage(pace.owner, usage)


def take_back(tx: Transaction, row: Row, attempt: Attempt) -> None:
    """Take back the segment of an attempt that certainly did not go out. Before it is settled as refused."""
    if not tx.memory.usages:
        return
    counted_at = attempt.opened_at if attempt.settled_at is None else attempt.settled_at
    _uncount(tx, Owner.of_sim(attempt.sim, attempt.port), counted_at, 1)
    if row.is_untouched:
        _uncount(tx, Owner.of_account(row.account_id), attempt.opened_at, row.segment_count)


def _uncount(tx: Transaction, owner: Owner, at: EpochMs, segments: int) -> None:
    usage = tx.memory.usages.get(owner)
    if usage is not None:
        tx.memory.set_usage(owner, usage.uncounted(at, segments))


# --- what is held ---------------------------------------------------------------------------------


def hold_some(tx: Transaction, blocked: Mapping[Port, Blocked], able: frozenset[Port], now: EpochMs, limit: int) -> int:
    """Hold up to `limit` messages that only blocked spans may send; gives how many."""
    count = 0
    for rows, one in _waiting(tx, blocked, able, limit):
        for values in rows[: limit - count]:
            _hold(tx, row_of(tx, values), one.pause, one.pace, now, by=HeldBy.SIM)
            count += 1
    return count


def _waiting(
    tx: Transaction, blocked: Mapping[Port, Blocked], able: frozenset[Port], limit: int
) -> Iterator[tuple[list[tuple[object, ...]], Blocked]]:
    # What has begun stays queued, pinned to its SIM: late evidence may still say that it went out.
    for port, spans in list(tx.memory.queued):
        if any(may_send(spans, one) for one in able):
            continue
        candidates = [at for at in blocked if may_send(spans, at)]
        if candidates:
            soonest = _soonest(candidates, blocked, port)
            yield tx.fetch_all(WAITING, {"port": port, "spans": spans, "limit": limit}), blocked[soonest]


def _soonest(candidates: list[Port], blocked: Mapping[Port, Blocked], own: Port | None) -> Port:
    """Give the port that can send first; of several the preferred one, which is the one that people expect."""
    return min(candidates, key=lambda port: (blocked[port].pause.until, port != own, port))


def _hold(tx: Transaction, row: Row, pause: Pause, pace: Pace, now: EpochMs, *, by: HeldBy) -> None:
    row.held_until, row.held_by = pause.until, by.value
    change_status(tx, row, Status.HELD, cause=describe(pause, pace), now=now)
    save_row(tx, row)
    if by in _RELEASED_IN_TIME:
        tx.tell_scheduled(pause.until)


def release_paced(tx: Transaction, now: EpochMs, *, limit: int) -> EpochMs | None:
    """Queue messages that were held for a quota until now; gives when the next one is due.

    What waits for a SIM is freed by whoever has a span that can send it, as many as it can send.
    """
    instants: list[EpochMs] = []
    for by in _RELEASED_IN_TIME:
        _free(tx, tx.fetch_all(PACED_DUE, {"by": by.value, "now": now, "limit": limit}), now)
        found = tx.fetch_one(NEXT_PACED, {"by": by.value})
        instants += [] if found is None else [EpochMs(found[0])]
    return min(instants, default=None)


def keep_some(tx: Transaction, *, account_id: AccountId, pace: Pace, now: EpochMs) -> bool:
    """Let messages of an account for which there is no room wait on; gives whether there are more."""
    usage = _seen(tx, pace, now)
    room = usage.room(pace.limits, now)
    pause = None if room is None else usage.counted(pace.limits, now, room).pause(pace.limits, now)
    if pause is None:
        return False
    kept = {"until": pause.until, "cause": describe(pause, pace), "now": now, "account_id": account_id}
    return tx.execute(KEEP, {**kept, "limit": KEPT_AT_ONCE, "room": room}).rowcount == KEPT_AT_ONCE


def free_some(tx: Transaction, which: HeldFor, now: EpochMs, limit: int) -> int:
    """Queue up to `limit` messages that are held for a quota; gives how many."""
    parameters = {
        "by": which.by.value,
        "account_id": which.account_id,
        "port": which.port,
        "before": which.before,
        "limit": limit,
    }
    return _free(tx, tx.fetch_all(HELD_FOR, parameters), now)


def _free(tx: Transaction, found: list[tuple[int]], now: EpochMs) -> int:
    for (message_id,) in found:
        row = read_row(tx, message_id)  # type: ignore[arg-type]  # an id of the table
        if row is not None:
            row.held_until = row.held_by = None
            change_status(tx, row, Status.QUEUED, cause="", now=now)
            save_row(tx, row)
    return len(found)
