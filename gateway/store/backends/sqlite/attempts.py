"""Attempts: one row for each try of a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.core.number import match_key
from gateway.core.status import Status
from gateway.core.types import AttemptId
from gateway.store.backends.sqlite.memory import join_ports
from gateway.store.backends.sqlite.rows import ROW_COLUMNS, Row, row_of
from gateway.store.sending import AttemptOutcome, OpenAttempt

if TYPE_CHECKING:
    import sqlite3

    from gateway.core.types import EpochMs, MessageId, Port
    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.sending import Settlement

OPEN_OUTCOME = "open"
"""Outcome of an attempt that is not settled."""
MR_UNKNOWN = -1
"""Kept as the TP-MR of an accepted attempt whose modem gave none."""
TAIL_DIGITS = 4

ATTEMPT_COLUMNS = """
a.id, a.message_id, a.segment, a.port, a.sim, a.recipient, a.opened_at, a.outcome, a.settled_at, a.mr,
a.decide_at, a.report_status, a.discharged_at
"""
READ = f"""
SELECT {ATTEMPT_COLUMNS}, {ROW_COLUMNS} FROM attempt a JOIN message m ON m.id = a.message_id WHERE a.id = :id
"""  # noqa: S608 (constants)
OPEN = """
INSERT INTO attempt (message_id, segment, port, sim, recipient, tail, opened_at)
VALUES (:message_id, :segment, :port, :sim, :recipient, :tail, :now)
"""
SETTLE = """
UPDATE attempt SET outcome = :outcome, settled_at = :now, mr = :mr, code = :code, cause = :cause, decide_at = NULL
WHERE id = :id
"""
LOSE = """
UPDATE attempt SET outcome = 'no answer', settled_at = :now, code = :code, cause = :cause, decide_at = :decide_at
WHERE id = :id
"""
NOTE_NEXT = """
UPDATE attempt SET next_status = :next_status, next_at = :next_at, next_spans = :next_spans WHERE id = :id
"""
DECIDED = "UPDATE attempt SET decide_at = NULL WHERE id = :id"
OTHERS = """
SELECT DISTINCT outcome FROM attempt INDEXED BY attempt_message
WHERE message_id = :message_id AND segment = :segment AND id <> :id
"""
HAS_UNDECIDED = """
SELECT 1 FROM attempt INDEXED BY attempt_message
WHERE message_id = :message_id AND segment = :segment AND id <> :id AND decide_at IS NOT NULL LIMIT 1
"""
UNDECIDED = """
SELECT a.id, a.message_id, a.segment, a.port, a.sim, a.recipient, a.opened_at, a.decide_at,
    m.resent_segment IS a.segment
FROM attempt a JOIN message m ON m.id = a.message_id
WHERE a.id IN (
    SELECT id FROM attempt INDEXED BY attempt_open WHERE outcome = 'open'
    UNION ALL
    SELECT id FROM attempt INDEXED BY attempt_unanswered WHERE outcome = 'no answer' AND decide_at IS NOT NULL)
ORDER BY a.id
"""

# There is no index for it, so an old one is not looked for.
LAST_SIM = """
SELECT sim FROM (SELECT port, sim FROM attempt ORDER BY id DESC LIMIT 10000) WHERE port = :port LIMIT 1
"""


@dataclass(slots=True)
class Attempt:
    """A row of `attempt`; columns as in the schema."""

    id: AttemptId
    message_id: MessageId
    segment: int
    port: Port
    sim: str
    recipient: str
    opened_at: EpochMs
    outcome: str
    settled_at: EpochMs | None
    mr: int | None
    decide_at: EpochMs | None
    report_status: int | None
    discharged_at: EpochMs | None


_ATTEMPT_WIDTH = len(Attempt.__slots__)


def read_attempt(tx: Transaction, attempt_id: AttemptId) -> tuple[Attempt, Row] | None:
    """Read an attempt and its message, None when there is none."""
    values = tx.fetch_one(READ, {"id": attempt_id})
    if values is None:
        return None
    return Attempt(*values[:_ATTEMPT_WIDTH]), row_of(tx, values[_ATTEMPT_WIDTH:])


def open_attempt(tx: Transaction, row: Row, *, port: Port, sim: str, now: EpochMs) -> AttemptId:
    """Write down that the next segment of `row` is about to be sent.

    The database refuses a second open attempt of a port.
    """
    cursor = tx.execute(
        OPEN,
        {
            "message_id": row.id,
            "segment": row.segments_sent,
            "port": port,
            "sim": sim,
            "recipient": row.recipient,
            "tail": tail_of(row.recipient),
            "now": now,
        },
    )
    return AttemptId(cursor.lastrowid or 0)


def settle_attempt(
    tx: Transaction,
    attempt: Attempt,
    outcome: AttemptOutcome,
    *,
    now: EpochMs,
    mr: int | None = None,
    code: str = "",
    cause: str = "",
) -> None:
    """Write down that an attempt was accepted or refused."""
    attempt.outcome, attempt.settled_at, attempt.decide_at = outcome.value, now, None
    if outcome is AttemptOutcome.ACCEPTED:
        attempt.mr = MR_UNKNOWN if mr is None else mr
    parameters = {
        "id": attempt.id,
        "outcome": outcome.value,
        "now": now,
        "mr": attempt.mr,
        "code": code,
        "cause": cause,
    }
    tx.execute(SETTLE, parameters)


def lose_attempt(
    tx: Transaction, attempt: Attempt, *, code: str, cause: str, decide_at: EpochMs | None, now: EpochMs | None
) -> None:
    """Write down that no answer came; `decide_at` None when nothing is left to decide."""
    attempt.outcome, attempt.settled_at = AttemptOutcome.NO_ANSWER.value, now
    attempt.decide_at = decide_at
    tx.execute(LOSE, {"id": attempt.id, "now": now, "code": code, "cause": cause, "decide_at": decide_at})


def note_next(
    tx: Transaction, attempt: Attempt, row: Row, *, now: EpochMs, settlement: Settlement | None = None
) -> None:
    """Write down what follows from an attempt that did not go out: what its message is now.

    A message that waits again may be kept from the span of the attempt, as its settlement says.
    """
    next_at, next_spans = max(row.due_at, now), None
    if settlement is not None and settlement.exclude_until is not None and row.status is Status.QUEUED:
        next_spans = join_ports(settlement.elsewhere)
        next_at = next_at if next_spans else settlement.exclude_until
    values = {"id": attempt.id, "next_status": row.status.value, "next_at": next_at, "next_spans": next_spans}
    tx.execute(NOTE_NEXT, values)


def mark_decided(tx: Transaction, attempt: Attempt) -> None:
    """Write down that an attempt without an answer is no open question any more."""
    attempt.decide_at = None
    tx.execute(DECIDED, {"id": attempt.id})


def other_outcomes(tx: Transaction, attempt: Attempt) -> set[str]:
    """Give what other attempts of the same segment came to."""
    parameters = {"message_id": attempt.message_id, "segment": attempt.segment, "id": attempt.id}
    return {outcome for (outcome,) in tx.fetch_all(OTHERS, parameters)}


def has_undecided(tx: Transaction, attempt: Attempt) -> bool:
    """Tell whether somebody is still to decide about another try of the same segment."""
    parameters = {"message_id": attempt.message_id, "segment": attempt.segment, "id": attempt.id}
    return tx.fetch_one(HAS_UNDECIDED, parameters) is not None


def tail_of(recipient: str) -> str:
    """Give the digits that are equal whenever `is_same_subscriber` says that two numbers are."""
    return match_key(recipient)[-TAIL_DIGITS:]


def read_undecided(connection: sqlite3.Connection) -> list[OpenAttempt]:
    """Give attempts whose outcome is not known, oldest first."""
    return [
        OpenAttempt(
            attempt_id=row[0],
            message_id=row[1],
            segment=row[2],
            port=row[3],
            sim=row[4],
            recipient=row[5],
            opened_at=row[6],
            decide_at=row[7],
            is_possible_duplicate=bool(row[8]),
        )
        for row in connection.execute(UNDECIDED)
    ]


def read_last_sim(connection: sqlite3.Connection, port: Port) -> str:
    """Give the SIM of the newest attempt of a port, "" when it made none of late."""
    found = connection.execute(LAST_SIM, {"port": port}).fetchone()
    return "" if found is None else str(found[0])
