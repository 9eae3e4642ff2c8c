"""Outbound messages: accept them, read them, let them expire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gateway.core.message import Message
from gateway.core.number import match_key
from gateway.core.options import NO_OPTIONS, DataPorts, Options, WhenUnknown, rank
from gateway.core.status import Status
from gateway.core.types import MessageId
from gateway.errors import NoCreditError
from gateway.store.backends.sqlite.hours import HOUR_MS
from gateway.store.backends.sqlite.memory import join_ports, split_ports, split_spans
from gateway.store.backends.sqlite.progress import FIRST_MAY_BE_OUT
from gateway.store.backends.sqlite.replaying import refuse_second_replay
from gateway.store.backends.sqlite.rows import Row, change_status, read_row, save_row
from gateway.store.backends.sqlite.transaction import LoadChange, Work
from gateway.store.backends.sqlite.waiting import NEVER

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.core.directory import Newsletter
    from gateway.core.message import NewMessage
    from gateway.core.types import AccountId, EpochMs, Port
    from gateway.store.backends.sqlite.transaction import Transaction

MESSAGE_COLUMNS = """
id, account_id, dialect, recipient, recipient_given, text, segment_count, status, cause, port, sim_imsi,
client_ref, accepted_at, sent_at, settled_at, report_status, coalesce(changed_at, accepted_at), failure_code,
tries > 0 OR segments_sent > 0, iif(send_window = '', send_at, not_before), is_urgent,
sim_slot, sender, callback_url, newsletter_id, route_why,
spans, request_report, valid_until, resent_segment IS NOT NULL, cancel_asked_at,
(SELECT later.id FROM message later WHERE later.replay_of = message.id),
priority, send_window, when_unknown, is_flash, data, data_port, source_port, replay_of
"""
READ_MESSAGES = f"SELECT {MESSAGE_COLUMNS} FROM message WHERE id IN (SELECT value FROM json_each(:ids))"  # noqa: S608
READ_CREDIT = "SELECT credit FROM account WHERE id = :id"
ADD_NEWSLETTER = """
INSERT INTO newsletter (account_id, title, text, created_at, send_at)
VALUES (:account_id, :title, :text, :created_at, :send_at)
"""
OVERDUE = """
SELECT id FROM message INDEXED BY message_queue
WHERE status = 'queued' AND pin_sim IS NULL AND valid_until <= :now
UNION ALL
SELECT id FROM message INDEXED BY message_pinned
WHERE status = 'queued' AND pin_sim IS NOT NULL AND valid_until <= :now
UNION ALL
SELECT id FROM message INDEXED BY message_held WHERE status = 'held' AND valid_until <= :now
LIMIT :limit
"""
NEXT_EXPIRY = """
SELECT min(valid_until) FROM (
    SELECT valid_until FROM message INDEXED BY message_queue WHERE status = 'queued' AND pin_sim IS NULL
    UNION ALL
    SELECT valid_until FROM message INDEXED BY message_pinned WHERE status = 'queued' AND pin_sim IS NOT NULL
    UNION ALL
    SELECT valid_until FROM message INDEXED BY message_held WHERE status = 'held')
"""
EXPIRED_AT_ONCE = 200
"""Most messages that expire in one transaction: nobody else can write meanwhile."""


def accept(messages: Sequence[NewMessage], newsletter: Newsletter | None = None) -> Work[list[MessageId]]:
    """Give the work that stores `messages` as queued or held, all or none; those of a newsletter with its row."""
    is_plain = newsletter is None and all(message.is_plain for message in messages)
    rows = [_values(message) if is_plain else (*_values(message), *_special_values(message)) for message in messages]
    counts = _Counts(messages)
    next_expiry = min(message.valid_until for message in messages)
    replayed = [message.options.replay_of for message in messages if message.options and message.options.replay_of]

    def work(tx: Transaction) -> list[MessageId]:
        if replayed:
            refuse_second_replay(tx, replayed)
        counts.count(tx)
        tx.memory.expect_expiry(next_expiry)
        first = tx.next_id("message", len(rows))
        if is_plain:
            tx.insert_messages([(first + index, *row) for index, row in enumerate(rows)])
        else:
            newsletter_id = None if newsletter is None else add_newsletter(tx, newsletter)
            tx.insert_special_messages([(first + index, *row, newsletter_id) for index, row in enumerate(rows)])
        return [MessageId(first + index) for index in range(len(rows))]

    return work


class _Counts:
    """What messages add to the counts of the writer."""

    __slots__ = ("_hours", "_queued", "_scheduled_at", "_segments")

    def __init__(self, messages: Sequence[NewMessage]) -> None:
        # Plain dicts: this is done for every message, and a Counter costs several times as much to make.
        self._queued: dict[tuple[Port | None, str], int] = {}
        self._hours: dict[tuple[int, AccountId], int] = {}
        self._segments: dict[AccountId, int] = {}
        self._scheduled_at: EpochMs | None = None
        for message in messages:
            account_id = message.account_id
            hour = message.accepted_at // HOUR_MS, account_id
            self._hours[hour] = self._hours.get(hour, 0) + 1
            if not message.is_scheduled:
                group = message.port, join_ports(message.spans) if message.spans else ""
                self._queued[group] = self._queued.get(group, 0) + 1
            else:
                self._scheduled_at = _earlier(self._scheduled_at, message.send_at)
                if message.is_credit_late:
                    continue
            self._segments[account_id] = self._segments.get(account_id, 0) + message.segment_count

    def count(self, tx: Transaction) -> None:
        """Add them; NoCreditError when the credit of an account does not cover its segments."""
        for account_id, segments in self._segments.items():
            reserve_credit(tx, account_id, segments)
        for group, count in self._queued.items():
            tx.memory.queued.add(group, count)
            tx.tell_work(group[0], split_ports(group[1]))
        for (hour, account_id), count in self._hours.items():
            tx.add_shown(hour, account_id, count)
        if self._scheduled_at is not None:
            tx.tell_scheduled(self._scheduled_at)


def _earlier(one: EpochMs | None, other: EpochMs | None) -> EpochMs | None:
    return other if one is None or (other is not None and other < one) else one


def reserve_credit(tx: Transaction, account_id: AccountId, segments: int) -> None:
    """Set segments aside until they are charged or their message ends; NoCreditError when the account lacks them."""
    facts = tx.memory.accounts.get(account_id)
    if facts is not None and facts.has_credit and not covers(tx, account_id, segments):
        raise NoCreditError
    tx.memory.reserved.add(account_id, segments)


def covers(tx: Transaction, account_id: AccountId, segments: int) -> bool:
    """Whether the credit of an account, without what is set aside, is enough for `segments` more."""
    left = credit_left(tx, account_id)
    return left is None or left >= segments


def credit_left(tx: Transaction, account_id: AccountId) -> int | None:
    """Give the credit of an account without what is set aside for messages that wait, None without a limit."""
    (credit,) = tx.fetch_one(READ_CREDIT, {"id": account_id})
    return None if credit is None else int(credit) - tx.memory.reserved.get(account_id)


def add_newsletter(tx: Transaction, newsletter: Newsletter) -> int:
    """Keep what a newsletter is; gives its id."""
    values = {
        "account_id": newsletter.account_id,
        "title": newsletter.title,
        "text": newsletter.text,
        "created_at": newsletter.created_at,
        "send_at": newsletter.send_at,
    }
    return tx.execute(ADD_NEWSLETTER, values).lastrowid or 0


def reservation(messages: Sequence[NewMessage]) -> LoadChange:
    """Give how the load changes once `messages` are accepted."""
    change = LoadChange()
    for message in messages:
        change.open_by_account[message.account_id] += 1
        if message.is_urgent:
            change.urgent_by_account[message.account_id] += 1
        if message.port is not None:
            change.open_by_port[message.port] += 1
            change.waiting_segments[message.port] += 0 if message.is_scheduled else message.segment_count
    return change


def _values(message: NewMessage) -> tuple[Any, ...]:
    """Give what `transaction.MESSAGE_COLUMNS` names, without the id."""
    key, given_key = match_key(message.recipient), match_key(message.recipient_given)
    return (
        message.account_id,
        message.dialect,
        message.recipient,
        key,
        message.recipient_given,
        None if given_key == key else given_key,
        message.text,
        message.segment_count,
        message.concat_ref,
        message.request_report,
        message.client_ref,
        message.accepted_at,
        message.valid_until,
        message.port,
        join_ports(message.spans),
        message.accepted_at,
    )


def _special_values(message: NewMessage) -> tuple[Any, ...]:
    """Give what `transaction.SPECIAL_COLUMNS` names beyond that, without the newsletter."""
    options = message.options or NO_OPTIONS
    return (
        "held" if message.is_scheduled else "queued",
        0 if message.is_scheduled else -rank(priority=options.priority, is_urgent=message.is_urgent),
        message.send_at,
        message.is_urgent,
        message.is_credit_late,
        message.sim_slot,
        message.sender,
        message.callback_url,
        message.route_why,
        message.held_cause if message.is_scheduled else "",
        options.priority,
        options.window,
        message.not_before if options.window else None,
        options.when_unknown or "",
        options.is_flash,
        options.data,
        None if options.data_ports is None else options.data_ports.destination,
        None if options.data_ports is None else options.data_ports.source,
        options.replay_of,
    )


def read_messages(connection: sqlite3.Connection, ids: Sequence[MessageId]) -> list[Message]:
    """Give messages in the order of `ids`; missing ones are left out."""
    rows = connection.execute(READ_MESSAGES, {"ids": json.dumps(list(ids))}).fetchall()
    by_id = {row[0]: message_of(row) for row in rows}
    return [by_id[message_id] for message_id in ids if message_id in by_id]


def message_of(row: Sequence[Any]) -> Message:
    """Make a message of the values of `MESSAGE_COLUMNS`."""
    return Message(
        id=row[0],
        account_id=row[1],
        dialect=row[2],
        recipient=row[3],
        recipient_given=row[4],
        text=row[5],
        segment_count=row[6],
        status=Status(row[7]),
        cause=row[8],
        port=row[9],
        sim_imsi=row[10],
        client_ref=row[11],
        accepted_at=row[12],
        sent_at=row[13],
        settled_at=row[14],
        report_status=row[15],
        changed_at=row[16],
        failure_code=row[17],
        was_tried=bool(row[18]),
        send_at=row[19],
        is_urgent=bool(row[20]),
        sim_slot=row[21],
        sender=row[22],
        callback_url=row[23],
        newsletter_id=row[24],
        route_why=row[25],
        spans=split_spans(row[26])[0],
        request_report=bool(row[27]),
        valid_until=row[28],
        may_be_out=bool(row[29]),
        cancel_asked_at=row[30],
        replayed_as=row[31],
        options=_options(row[32:]),
    )


def _options(values: Sequence[Any]) -> Options:
    if not any(values):
        return NO_OPTIONS
    priority, window, when_unknown, is_flash, data, data_port, source_port, replay_of = values
    return Options(
        priority=priority,
        window=window,
        when_unknown=WhenUnknown(when_unknown) if when_unknown else None,
        is_flash=bool(is_flash),
        data=data,
        data_ports=None if data_port is None else DataPorts(destination=data_port, source=source_port),
        replay_of=replay_of,
    )


def expire_some(tx: Transaction, now: EpochMs) -> int:
    """Expire up to `EXPIRED_AT_ONCE` messages whose validity ended; gives how many.

    The queue is searched only when the earliest validity that was seen since the last search has ended, and not while
    validities are being moved because the clock was set.
    """
    if now < tx.memory.next_expiry or tx.memory.clock_change is not None:
        return 0
    found = tx.fetch_all(OVERDUE, {"now": now, "limit": EXPIRED_AT_ONCE})
    for (message_id,) in found:
        row = read_row(tx, message_id)
        if row is not None:
            expire_row(tx, row, now)
    if len(found) < EXPIRED_AT_ONCE:
        (next_expiry,) = tx.fetch_one(NEXT_EXPIRY, {})
        tx.memory.next_expiry = NEVER if next_expiry is None else next_expiry
    return len(found)


def expire_row(tx: Transaction, row: Row, now: EpochMs) -> None:
    """Expire a message that was not sent in time; the cause says when a part of it may have gone out."""
    cause = "its validity ended before it could be sent"
    if row.is_possible_duplicate:
        cause = f"its validity ended before it was sent again; {FIRST_MAY_BE_OUT}"
    elif row.segments_sent:
        cause = f"its validity ended after {row.segments_sent} of {row.segment_count} segments"
    elif row.status is Status.HELD and row.held_until is not None:
        cause = f"its validity ended while it was held: {row.cause}"
    row.pin_sim, row.due_at = None, 0
    change_status(tx, row, Status.EXPIRED, cause=cause, now=now)
    save_row(tx, row)
