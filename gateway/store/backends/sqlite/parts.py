"""Segments of longer inbound messages, kept until the whole can be joined.

A set is found by SIM, sender, reference and total. Senders use references again: a segment that is in
the newest set already, with other octets, begins another set.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from gateway.store.backends.sqlite.inbox import add_inbound, note_slot
from gateway.store.receiving import InboundPart

if TYPE_CHECKING:
    import sqlite3

    from gateway.core.types import EpochMs, MessageId
    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.receiving import NewInbound, Slot

_IS_KEY = "s.sim = :sim AND s.sender = :sender AND s.ref = :ref AND s.ref_bits = :ref_bits AND s.total = :total"
FIND_SETS = f"""
SELECT s.id, p.tpdu FROM part_set s INDEXED BY part_set_key
LEFT JOIN part p ON p.set_id = s.id AND p.seq = :seq
WHERE {_IS_KEY} ORDER BY s.id DESC
"""  # noqa: S608 (constants)
ADD_SET = """
INSERT INTO part_set (sim, sender, ref, ref_bits, total, part_count, newest_at)
VALUES (:sim, :sender, :ref, :ref_bits, :total, 0, :received_at)
"""
ADD_PART = """
INSERT INTO part (set_id, seq, sim_imsi, port, tpdu, smsc, scts, received_at)
VALUES (:set_id, :seq, :sim_imsi, :port, :tpdu, :smsc, :scts, :received_at)
"""
COUNT_PART = """
UPDATE part_set SET part_count = part_count + 1, newest_at = max(newest_at, :received_at) WHERE id = :set_id
"""
_READ = """
SELECT s.id, s.sim, p.sim_imsi, p.port, s.sender, s.ref, s.ref_bits, s.total, p.seq, p.tpdu,
    p.smsc, p.scts, p.received_at
FROM part_set s JOIN part p ON p.set_id = s.id
"""
READ_SET = f"{_READ} WHERE s.id = :set_id ORDER BY p.seq"
READ_COMPLETE = f"{_READ} WHERE s.part_count >= s.total ORDER BY s.id, p.seq"
READ_STALE = f"{_READ} WHERE s.part_count < s.total AND s.newest_at < :before ORDER BY s.id, p.seq"
REMOVE_PARTS = "DELETE FROM part WHERE set_id = :set_id"
REMOVE_SET = "DELETE FROM part_set WHERE id = :set_id"


def add_part(tx: Transaction, part: InboundPart, slot: Slot | None) -> list[InboundPart] | None:
    """Store a segment; gives all segments of its message when this was the last one.

    A segment that comes again with the same octets (the network repeats what was not acknowledged in
    time) is stored once.
    """
    if not note_slot(tx, slot):
        return None
    values = _values(part)
    sets = tx.fetch_all(FIND_SETS, values)
    if any(tpdu == part.tpdu for _, tpdu in sets):
        return None
    lacks_it = bool(sets) and sets[0][1] is None
    set_id = sets[0][0] if lacks_it else tx.execute(ADD_SET, values).lastrowid
    values["set_id"] = set_id
    tx.execute(ADD_PART, values)
    tx.execute(COUNT_PART, values)
    parts = [_part(row) for row in tx.fetch_all(READ_SET, {"set_id": set_id})]
    return parts if len(parts) == part.total else None


def join_parts(tx: Transaction, part: InboundPart, inbound: NewInbound) -> MessageId | None:
    """Replace the set that holds `part` by the whole message; None when there is none any more."""
    sets = [set_id for set_id, tpdu in tx.fetch_all(FIND_SETS, _values(part)) if tpdu == part.tpdu]
    if not sets:
        return None
    tx.execute(REMOVE_PARTS, {"set_id": sets[0]})
    tx.execute(REMOVE_SET, {"set_id": sets[0]})
    return add_inbound(tx, inbound, None)


def read_complete(connection: sqlite3.Connection) -> list[list[InboundPart]]:
    """Give sets of which every segment is there."""
    return _sets(connection.execute(READ_COMPLETE).fetchall())


def read_stale(connection: sqlite3.Connection, before: EpochMs) -> list[list[InboundPart]]:
    """Give sets that lack segments and got none since `before`."""
    return _sets(connection.execute(READ_STALE, {"before": before}).fetchall())


def _sets(rows: list[tuple[Any, ...]]) -> list[list[InboundPart]]:
    return [[_part(row) for row in group] for _, group in groupby(rows, key=lambda row: row[0])]


def _values(part: InboundPart) -> dict[str, Any]:
    return {name: getattr(part, name) for name in InboundPart.__slots__}


def _part(row: tuple[Any, ...]) -> InboundPart:
    _, sim, sim_imsi, port, sender, ref, ref_bits, total, seq, tpdu, smsc, scts, received_at = row
    return InboundPart(
        sim=sim,
        sim_imsi=sim_imsi,
        port=port,
        sender=sender,
        ref=ref,
        ref_bits=ref_bits,
        total=total,
        seq=seq,
        tpdu=tpdu,
        smsc=smsc,
        scts=scts,
        received_at=received_at,
    )
