"""An outbound message inside a transaction: read it, change its status, write it back.

Whatever must follow from a change (counts, callbacks owed, news) follows here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.core.callback import CallbackEvent
from gateway.core.options import rank
from gateway.core.record import event_of_change
from gateway.core.status import OPEN, Status, can_change
from gateway.errors import StoreError
from gateway.store.backends.sqlite.callbacks import owe
from gateway.store.backends.sqlite.events import add_event
from gateway.store.backends.sqlite.hours import hour_of
from gateway.store.backends.sqlite.memory import able_ports
from gateway.store.backends.sqlite.shift import move_first
from gateway.store.news import StatusChanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.types import AccountId, EpochMs, MessageId, Port
    from gateway.store.backends.sqlite.transaction import Transaction

ROW_COLUMNS = """
m.id, m.account_id, m.dialect, m.recipient, m.text, m.segment_count, m.concat_ref, m.request_report,
m.accepted_at, m.valid_until, m.status, m.cause, m.port, m.sim_imsi, m.spans, m.due_at, m.pin_sim,
m.segments_sent, m.tries, m.resent_segment, m.is_result_told, m.sent_at, m.settled_at, m.report_status,
m.is_urgent, m.is_credit_late, m.callback_url, m.failure_code, m.changed_at,
m.priority, m.send_window, m.cancel_asked_at, m.is_flash, m.data, m.data_port, m.source_port, m.held_until, m.held_by
"""
READ_ROW = f"SELECT {ROW_COLUMNS} FROM message m WHERE m.id = :id"  # noqa: S608 (constants)
_SAVE = """
UPDATE message SET status = :status, cause = :cause, port = :port, sim_imsi = :sim_imsi, spans = :spans,
    due_at = :due_at, pin_sim = :pin_sim, segments_sent = :segments_sent, tries = :tries,
    resent_segment = :resent_segment, is_result_told = :is_result_told, settled_at = :settled_at,
    report_status = :report_status, failure_code = :failure_code, changed_at = :changed_at
"""
SAVE_ROW = f"{_SAVE} WHERE id = :id"
# Apart, because naming shown_at makes SQLite write two large indexes again.
SAVE_SENT_ROW = f"{_SAVE}, sent_at = :sent_at, shown_at = :sent_at WHERE id = :id"

# Apart, because most messages are never held for a quota.
SAVE_HELD = "UPDATE message SET held_until = :held_until, held_by = :held_by WHERE id = :id"

_STATUSES = {status.value: status for status in Status}
_ENDS_SENDING = frozenset({Status.SENT, Status.FAILED, Status.UNKNOWN, Status.EXPIRED})
_REPORTED = frozenset({Status.DELIVERED, Status.UNDELIVERED, Status.EXPIRED})


@dataclass(slots=True)
class Row:
    """A row of `message`; columns as in the schema."""

    id: MessageId
    account_id: AccountId
    dialect: str
    recipient: str
    text: str
    segment_count: int
    concat_ref: int
    request_report: int
    accepted_at: EpochMs
    valid_until: EpochMs
    status: Status
    cause: str
    port: Port | None
    sim_imsi: str
    spans: str
    due_at: int
    pin_sim: str | None
    segments_sent: int
    tries: int
    resent_segment: int | None
    is_result_told: int
    sent_at: EpochMs | None
    settled_at: EpochMs | None
    report_status: int | None
    is_urgent: int
    is_credit_late: int
    callback_url: str
    failure_code: str
    changed_at: EpochMs | None
    priority: int
    send_window: str
    cancel_asked_at: EpochMs | None
    is_flash: int
    data: bytes | None
    data_port: int | None
    source_port: int | None
    held_until: EpochMs | None
    held_by: str | None
    counted_as: _Standing | None = None
    stored_sent_at: EpochMs | None = None
    stored_held_until: EpochMs | None = None

    def standing(self) -> _Standing:
        """Give what the row is counted by."""
        remaining = self.segment_count - self.segments_sent
        is_unchecked = self.status is Status.HELD and self.is_credit_late and self.held_until is None
        reserved = 0 if is_unchecked else remaining
        return self.status, self.port, self.spans, self.pin_sim, self.due_at > 0, remaining, reserved

    @property
    def is_possible_duplicate(self) -> bool:
        """Whether the segment that is next may have gone out before."""
        return self.resent_segment == self.segments_sent

    @property
    def is_untouched(self) -> bool:
        """Whether for certain nothing of it has gone out."""
        return not self.segments_sent and self.resent_segment is None


_Standing = tuple[Status, "Port | None", str, "str | None", bool, int, int]


def row_of(tx: Transaction, values: Sequence[Any]) -> Row:
    """Make a row of the values of `ROW_COLUMNS`."""
    if tx.memory.clock_change is not None and move_first(tx, values[0]):
        values = tx.fetch_one(READ_ROW, {"id": values[0]})
    row = Row(*values)
    row.status = _STATUSES[row.status]
    row.counted_as = row.standing()
    row.stored_sent_at = row.sent_at
    row.stored_held_until = row.held_until
    return row


def read_row(tx: Transaction, message_id: MessageId) -> Row | None:
    """Read a message, None when there is none."""
    values = tx.fetch_one(READ_ROW, {"id": message_id})
    return None if values is None else row_of(tx, values)


def change_status(
    tx: Transaction, row: Row, status: Status, *, cause: str, now: EpochMs, report_status: int | None = None
) -> None:
    """Give the row a new status, with the event, the callbacks and the news that follow.

    `report_status` is the TP-ST when a delivery report is the reason. Raises StoreError for a change
    that is not allowed: callers with news from outside look first.
    """
    if not can_change(row.status, status):
        raise StoreError(f"message {row.id} cannot become {status} from {row.status}")
    event = event_of_change(row.status, status)
    if event is not None:
        add_event(tx, row.id, event, at=now, text=cause)
    row.status, row.cause, row.changed_at = status, cause, now
    row.settled_at = now if status.is_final else None
    if report_status is not None:
        row.report_status = report_status
    tx.tell_status(StatusChanged(message_id=row.id, status=status, port=row.port, cause=cause))
    if status in _ENDS_SENDING and not row.is_result_told:
        row.is_result_told = 1
        _owe(tx, row, CallbackEvent.RESULT, now)
    if status in _REPORTED and report_status is not None:
        _owe(tx, row, CallbackEvent.REPORT, now)
    if status is Status.CANCELLED:
        _owe(tx, row, CallbackEvent.CANCEL, now)


def _owe(tx: Transaction, row: Row, event: CallbackEvent, now: EpochMs) -> None:
    if row.callback_url or event in tx.memory.events(row.account_id, row.dialect):
        owe(
            tx,
            account_id=row.account_id,
            dialect=row.dialect,
            event=event,
            message_id=row.id,
            status=row.status.value,
            report_status=row.report_status if event is CallbackEvent.REPORT else None,
            now=now,
        )


def save_row(tx: Transaction, row: Row) -> None:
    """Write the row and keep the counts in step; a row that became queued is announced."""
    if row.due_at <= 0:
        row.due_at = -rank(priority=row.priority, is_urgent=bool(row.is_urgent))
    was, standing = row.counted_as, row.standing()
    if was is None:
        raise AssertionError("a row that was never read")
    if was != standing:
        _count(tx, row, was, -1)
        _count(tx, row, standing, 1)
        row.counted_as = standing
    is_sent_now = row.sent_at != row.stored_sent_at
    if is_sent_now:
        _show_elsewhere(tx, row)
    tx.execute(
        SAVE_SENT_ROW if is_sent_now else SAVE_ROW,
        {
            "id": row.id,
            "status": row.status.value,
            "cause": row.cause,
            "port": row.port,
            "sim_imsi": row.sim_imsi,
            "spans": row.spans,
            "due_at": row.due_at,
            "pin_sim": row.pin_sim,
            "segments_sent": row.segments_sent,
            "tries": row.tries,
            "resent_segment": row.resent_segment,
            "is_result_told": row.is_result_told,
            "settled_at": row.settled_at,
            "report_status": row.report_status,
            "failure_code": row.failure_code,
            "changed_at": row.changed_at,
            "sent_at": row.sent_at,
        },
    )
    if row.held_until != row.stored_held_until:
        row.stored_held_until = row.held_until
        tx.execute(SAVE_HELD, {"id": row.id, "held_until": row.held_until, "held_by": row.held_by})
    if row.status is Status.QUEUED:
        tx.memory.expect_expiry(row.valid_until)
        spans = able_ports(row.spans)
        tx.tell_work(row.port, spans if row.pin_sim is None or row.port is None else (row.port,))


def _show_elsewhere(tx: Transaction, row: Row) -> None:
    """The message is shown at another time from now on: when it was sent, no more when it was accepted."""
    was, now = (hour_of(row.accepted_at if at is None else at) for at in (row.stored_sent_at, row.sent_at))
    row.stored_sent_at = row.sent_at
    if was != now:
        tx.add_shown(was, row.account_id, -1)
        tx.add_shown(now, row.account_id, 1)


def _count(tx: Transaction, row: Row, standing: _Standing, sign: int) -> None:
    account_id = row.account_id
    status, port, spans, pin_sim, is_delayed, remaining, reserved = standing
    if status not in OPEN:
        return
    tx.memory.reserved.add(account_id, sign * reserved)
    tx.load.open_by_account[account_id] += sign
    if row.is_urgent:
        tx.load.urgent_by_account[account_id] += sign
    if port is not None:
        tx.load.open_by_port[port] += sign
        # Nobody waits behind what is held.
        tx.load.waiting_segments[port] += 0 if status is Status.HELD else sign * remaining
    if status is not Status.QUEUED:
        return
    if pin_sim is not None and port is not None:
        tx.memory.pinned.add(pin_sim, sign)
        return
    tx.memory.queued.add((port, spans), sign)
    if is_delayed:
        tx.memory.delayed.add((port, spans), sign)
