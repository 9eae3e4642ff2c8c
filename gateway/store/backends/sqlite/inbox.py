"""Inbound messages, and the slots of modems that they were read from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gateway.core.callback import CallbackEvent
from gateway.core.inbound import REPLACE_TYPES, InboundKind, Nature, Waiting
from gateway.core.message import Inbound
from gateway.core.number import match_key
from gateway.core.types import MessageId
from gateway.store.backends.sqlite.callbacks import owe

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.receiving import NewInbound, Slot

INBOUND_COLUMNS = """
id, port, sim, sim_imsi, sender, text, data, smsc, scts, received_at, is_complete, replaced_by, kind, message_class,
pid, dcs, application_port, reply_port, waiting, is_shown
"""
READ = f"SELECT {INBOUND_COLUMNS} FROM inbound WHERE id IN (SELECT value FROM json_each(:ids))"  # noqa: S608
ADD = """
INSERT INTO inbound (id, port, sim, sim_imsi, sender, sender_key, text, data, smsc, scts, received_at,
    is_complete, shown_at, kind, message_class, pid, dcs, application_port, reply_port, waiting, is_shown)
VALUES (:id, :port, :sim, :sim_imsi, :sender, :sender_key, :text, :data, :smsc, :scts, :received_at,
    :is_complete, coalesce(:scts, :received_at), :kind, :message_class, :pid, :dcs, :application_port, :reply_port,
    :waiting, :is_shown)
"""
REPLACEABLE = """
SELECT id, port FROM inbound INDEXED BY inbound_replaceable
WHERE sim = :sim AND sender = :sender AND pid = :pid AND pid BETWEEN 65 AND 71 AND is_shown = 1 AND id <> :id
"""
REPLACE = "UPDATE inbound SET is_shown = 0, replaced_by = :by WHERE id = :id"
READ_SLOT = "SELECT digest FROM slot WHERE sim = :sim AND memory = :memory AND slot = :slot"
SAVE_SLOT = """
INSERT INTO slot (sim, memory, slot, digest) VALUES (:sim, :memory, :slot, :digest)
ON CONFLICT (sim, memory, slot) DO UPDATE SET digest = excluded.digest
"""
FREE_SLOT = "DELETE FROM slot WHERE sim = :sim AND memory = :memory AND slot = :slot AND digest = :digest"


def add_inbound(tx: Transaction, inbound: NewInbound, slot: Slot | None) -> MessageId | None:
    """Store a message with the callbacks owed for it; None when its slot was stored before."""
    if not note_slot(tx, slot):
        return None
    nature = inbound.nature
    message_id = MessageId(tx.next_id("message"))
    tx.execute(
        ADD,
        {
            "id": message_id,
            "port": inbound.port,
            "sim": inbound.sim,
            "sim_imsi": inbound.sim_imsi,
            "sender": inbound.sender,
            "sender_key": match_key(inbound.sender),
            "text": inbound.text,
            "data": inbound.data,
            "smsc": inbound.smsc,
            "scts": inbound.scts,
            "received_at": inbound.received_at,
            "is_complete": inbound.is_complete,
            "kind": nature.kind.value,
            "message_class": nature.message_class,
            "pid": nature.pid,
            "dcs": nature.dcs,
            "application_port": nature.application_port,
            "reply_port": nature.reply_port,
            "waiting": json.dumps([[one.what, one.is_active, one.count] for one in nature.waiting]),
            "is_shown": nature.is_shown,
        },
    )
    if not nature.is_shown:
        return message_id
    tx.add_total("inbox", inbound.port)
    if nature.pid in REPLACE_TYPES:
        _replace(tx, inbound, message_id)
    for account_id, dialect in tx.memory.inbound_receivers(inbound.port):
        owe(
            tx,
            account_id=account_id,
            dialect=dialect,
            event=CallbackEvent.INBOUND,
            message_id=message_id,
            status="",
            report_status=None,
            now=inbound.received_at,
        )
    return message_id


def _replace(tx: Transaction, inbound: NewInbound, message_id: MessageId) -> None:
    """Take what `message_id` replaces out of the inbox; it stays on record. 3GPP TS 23.040 9.2.3.9.

    The service centre is not compared: "it is recommended that the SC address should not be checked".
    """
    key = {"sim": inbound.sim, "sender": inbound.sender, "pid": inbound.nature.pid, "id": message_id}
    for old_id, port in tx.fetch_all(REPLACEABLE, key):
        tx.execute(REPLACE, {"id": old_id, "by": message_id})
        tx.add_total("inbox", port, -1)


def note_slot(tx: Transaction, slot: Slot | None) -> bool:
    """Remember what a slot holds; False when it held the same and was not freed since."""
    if slot is None:
        return True
    values = _slot_values(slot)
    found = tx.fetch_one(READ_SLOT, values)
    if found is not None and found[0] == slot.digest:
        return False
    tx.execute(SAVE_SLOT, values)
    return True


def free_slot(tx: Transaction, slot: Slot) -> None:
    """Forget what a slot held."""
    tx.execute(FREE_SLOT, _slot_values(slot))


def _slot_values(slot: Slot) -> dict[str, Any]:
    return {"sim": slot.sim, "memory": slot.memory, "slot": slot.index, "digest": slot.digest}


def read_inbound(connection: sqlite3.Connection, ids: Sequence[MessageId]) -> list[Inbound]:
    """Give inbound messages in the order of `ids`; missing ones are left out."""
    rows = connection.execute(READ, {"ids": json.dumps(list(ids))}).fetchall()
    by_id = {row[0]: inbound_of(row) for row in rows}
    return [by_id[message_id] for message_id in ids if message_id in by_id]


def inbound_of(row: Sequence[Any]) -> Inbound:
    """Make an inbound message of the values of `INBOUND_COLUMNS`."""
    return Inbound(
        id=row[0],
        port=row[1],
        sim=row[2],
        sim_imsi=row[3],
        sender=row[4],
        text=row[5],
        data=row[6],
        smsc=row[7],
        scts=row[8],
        received_at=row[9],
        is_complete=bool(row[10]),
        replaced_by=row[11],
        nature=Nature(
            kind=InboundKind(row[12]),
            message_class=row[13],
            pid=row[14],
            dcs=row[15],
            application_port=row[16],
            reply_port=row[17],
            waiting=tuple(
                Waiting(what=what, is_active=bool(is_active), count=count)
                for what, is_active, count in json.loads(row[18])
            ),
            is_shown=bool(row[19]),
        ),
    )
