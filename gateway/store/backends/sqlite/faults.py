"""What an error of SQLite means for the operator: what is wrong with which file, and what to do."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from gateway.errors import StoreError, StoreUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

PRIMARY_CODE = 0xFF
"""The low octet of an extended result code. https://www.sqlite.org/rescode.html"""

_HELD = (
    "another program holds the database",
    "another program holds {path}: end it (a backup tool or a database browser, perhaps)",
)
_PASSING = {
    sqlite3.SQLITE_FULL: ("the disk is full", "the disk is full: free some space on the file system of {path}"),
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_IOERR: (
        "the disk fails or is full",
        "the disk of {path} fails or is full: look at the free space and at the kernel's log (dmesg)",
    ),
    sqlite3.SQLITE_READONLY: (
        "the database is read-only",
        "{path} cannot be written: give it and its folder to the gateway's user, and see that the file system is not"
        " mounted read-only",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the database cannot be opened",
        "{path} cannot be opened: give its folder to the gateway's user",
    ),
}
"""What is wrong, and what to do."""


def is_full(error: Exception) -> bool:
    """Whether the disk has no room left."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & PRIMARY_CODE == sqlite3.SQLITE_FULL


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """Give our error: StoreUnavailableError for what may pass when somebody acts, StoreError for the rest."""
    code = getattr(error, "sqlite_errorcode", None)
    found = None if code is None else _PASSING.get(code & PRIMARY_CODE)
    if found is None:
        ours = StoreError(f"{path}: {error}")
    else:
        brief, advice = found
        ours = StoreUnavailableError(advice.format(path=path), brief)
    ours.__cause__ = error
    return ours
