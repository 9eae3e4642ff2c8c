"""Spans, which keep their numbers for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.span import Span

if TYPE_CHECKING:
    import sqlite3

    from gateway.store.backends.sqlite.transaction import Transaction

READ = "SELECT port, name, imei, path, enabled, iccid FROM span ORDER BY port"
SAVE = """
INSERT INTO span (port, name, imei, path, enabled, iccid) VALUES (:port, :name, :imei, :path, :enabled, :iccid)
ON CONFLICT (port) DO UPDATE SET name = excluded.name, imei = excluded.imei, path = excluded.path,
    enabled = excluded.enabled, iccid = excluded.iccid
"""


def read_spans(connection: sqlite3.Connection) -> list[Span]:
    """Give all spans in order of port."""
    return [
        Span(port=port, name=name, imei=imei, path=path, enabled=bool(enabled), iccid=iccid)
        for port, name, imei, path, enabled, iccid in connection.execute(READ)
    ]


def save_span(tx: Transaction, span: Span) -> None:
    """Insert or update a span by port."""
    tx.execute(SAVE, {name: getattr(span, name) for name in Span.__slots__})
