"""The record of what happened to modems, bounded, and the recovery steps that helped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.history import Cure, HistoryEvent, HistoryKind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.core.types import EpochMs, Port
    from gateway.store.backends.sqlite.transaction import Transaction

ADD = """
INSERT INTO modem_event (at, port, path, imei, iccid, kind, detail)
VALUES (:at, :port, :path, :imei, :iccid, :kind, :detail)
"""
_READ = "SELECT at, port, path, imei, iccid, kind, detail FROM modem_event"
READ = f"{_READ} ORDER BY id DESC LIMIT :limit"
READ_OF_PORT = f"{_READ} WHERE port = :port ORDER BY id DESC LIMIT :limit"
FORGET_OLD = "DELETE FROM modem_event WHERE at < :before"
# Ids count up without end, and rows leave by age or from the low end: no count over the table is needed.
FORGET_MANY = "DELETE FROM modem_event WHERE id <= (SELECT max(id) FROM modem_event) - :keep"
SAVE_CURE = """
INSERT INTO cure (model, symptom, step) VALUES (:model, :symptom, :step)
ON CONFLICT (model, symptom) DO UPDATE SET step = excluded.step
"""
DROP_CURE = "DELETE FROM cure WHERE model = :model AND symptom = :symptom"
READ_CURES = "SELECT model, symptom, step FROM cure ORDER BY model, symptom"


def add_events(tx: Transaction, events: Sequence[HistoryEvent]) -> None:
    """Put lines at the end of the history."""
    for event in events:
        tx.execute(ADD, {name: getattr(event, name) for name in HistoryEvent.__slots__})


def read_events(connection: sqlite3.Connection, port: Port | None, limit: int) -> list[HistoryEvent]:
    """Give the newest lines, newest first; `port` None: of all spans."""
    sql = READ if port is None else READ_OF_PORT
    return [_event(row) for row in connection.execute(sql, {"port": port, "limit": limit})]


def _event(row: tuple[Any, ...]) -> HistoryEvent:
    at, port, path, imei, iccid, kind, detail = row
    return HistoryEvent(at=at, port=port, path=path, imei=imei, iccid=iccid, kind=HistoryKind(kind), detail=detail)


def forget_events(tx: Transaction, *, before: EpochMs, keep: int) -> int:
    """Drop lines older than `before`, and all but about the newest `keep`; gives how many."""
    dropped = tx.execute(FORGET_OLD, {"before": before}).rowcount
    return dropped + tx.execute(FORGET_MANY, {"keep": keep}).rowcount


def save_cure(tx: Transaction, cure: Cure) -> None:
    """Remember the step that helped; one without a step is forgotten."""
    tx.execute(SAVE_CURE if cure.step else DROP_CURE, {"model": cure.model, "symptom": cure.symptom, "step": cure.step})


def read_cures(connection: sqlite3.Connection) -> list[Cure]:
    """Give the steps that helped."""
    return [Cure(model=model, symptom=symptom, step=step) for model, symptom, step in connection.execute(READ_CURES)]
