"""Spans, which keep their numbers for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.span import Drain, Span, SpanTimes

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from gateway.core.types import EpochMs, Port
    from gateway.store.backends.sqlite.transaction import Transaction

READ = "SELECT port, name, imei, path, enabled, iccid, imsi, drain FROM span ORDER BY port"
SAVE = """
INSERT INTO span (port, name, imei, path, enabled, iccid, imsi, drain)
VALUES (:port, :name, :imei, :path, :enabled, :iccid, :imsi, :drain)
ON CONFLICT (port) DO UPDATE SET name = excluded.name, imei = excluded.imei, path = excluded.path,
    enabled = excluded.enabled, iccid = excluded.iccid, imsi = excluded.imsi, drain = excluded.drain
"""
READ_TIMES = "SELECT port, created_at, seen_at FROM span_time"
NOTE_KNOWN = "INSERT INTO span_time (port, created_at) VALUES (:port, :now) ON CONFLICT (port) DO NOTHING"
NOTE_SEEN = "UPDATE span_time SET seen_at = :now WHERE port = :port"


def read_spans(connection: sqlite3.Connection) -> list[Span]:
    """Give all spans in order of port."""
    return [
        Span(
            port=port,
            name=name,
            imei=imei,
            path=path,
            enabled=bool(enabled),
            iccid=iccid,
            imsi=imsi,
            drain=Drain(drain),
        )
        for port, name, imei, path, enabled, iccid, imsi, drain in connection.execute(READ)
    ]


def save_span(tx: Transaction, span: Span) -> None:
    """Insert or update a span by port."""
    tx.execute(SAVE, {name: getattr(span, name) for name in Span.__slots__})


def read_times(connection: sqlite3.Connection) -> dict[Port, SpanTimes]:
    """Give when spans became known and were last seen."""
    return {
        port: SpanTimes(created_at=created_at, seen_at=seen_at)
        for port, created_at, seen_at in connection.execute(READ_TIMES)
    }


def note_times(tx: Transaction, *, known: Iterable[Port], answering: Iterable[Port], now: EpochMs) -> None:
    """Remember spans that were not known before, and that the modems of others answer."""
    for statement, ports in ((NOTE_KNOWN, known), (NOTE_SEEN, answering)):
        for port in ports:
            tx.execute(statement, {"port": port, "now": now})
