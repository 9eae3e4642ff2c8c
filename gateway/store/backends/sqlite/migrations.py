"""Brings the schema of a database file up to date."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import structlog

from gateway.errors import SchemaTooNewError, StoreError
from gateway.store.disk import read_space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

log = structlog.get_logger(__name__)

LEFT_OCTETS = 64_000_000
"""What a copy leaves free: the steps themselves need room too."""
_FILE_NAME = re.compile(r"([0-9]{4})_([a-z0-9_]+)\.sql")

CREATE_VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_version (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL
)
"""
READ_VERSIONS = "SELECT version, checksum FROM schema_version ORDER BY version"
ADD_VERSION = "INSERT INTO schema_version (version, name, checksum) VALUES (:version, :name, :checksum)"
HAS_TABLES = "SELECT count(*) FROM sqlite_master"


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    """One step of the schema; `version` counts from 1."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """What tells that a step was changed after it had been applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def shipped_migrations() -> list[Migration]:
    """Give the steps that come with the program, in order."""
    found = []
    for file in resources.files(__package__).joinpath("sql").iterdir():
        match = _FILE_NAME.fullmatch(file.name)
        if match:
            found.append(Migration(version=int(match[1]), name=match[2], sql=file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda one: one.version)


def _free_octets(folder: Path) -> int:
    return read_space(folder).free


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    migrations: Sequence[Migration],
    *,
    read_free: Callable[[Path], int] = _free_octets,
) -> None:
    """Apply the steps that are missing, each in one transaction.

    A file that already has a schema is copied to `<path>.before-<version>` first if the disk has room for it. Raises
    SchemaTooNewError when the file knows a step that we do not, StoreError when a step that was
    applied reads differently now.
    """
    had_tables = connection.execute(HAS_TABLES).fetchone()[0] > 0
    connection.execute(CREATE_VERSIONS)
    applied = dict(connection.execute(READ_VERSIONS).fetchall())
    _check(applied, migrations, path)
    missing = [one for one in migrations if one.version not in applied]
    if missing and had_tables:
        _copy(connection, path.with_name(f"{path.name}.before-{missing[0].version:04}"), read_free)
    for migration in missing:
        _apply(connection, migration)


def _check(applied: dict[int, str], migrations: Sequence[Migration], path: Path) -> None:
    known = {one.version: one for one in migrations}
    newer = [version for version in applied if version > max(known)]
    if newer:
        raise SchemaTooNewError(f"{path} has schema {max(newer)}, this program knows up to {max(known)}")
    for version, checksum in applied.items():
        if version not in known or known[version].checksum != checksum:
            raise StoreError(f"{path}: step {version} of the schema is not the one that was applied")


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(migration.sql):
            connection.execute(statement)
        connection.execute(
            ADD_VERSION, {"version": migration.version, "name": migration.name, "checksum": migration.checksum}
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(sql: str) -> Iterator[str]:
    """Split a script whose statements each begin on a line of their own; executescript would commit first."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _copy(connection: sqlite3.Connection, target: Path, read_free: Callable[[Path], int]) -> None:
    """Copy the file; a disk without room for it does without, because a box that does not start is worse."""
    page_octets, pages = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count"))
    wanted, free = page_octets * pages + LEFT_OCTETS, read_free(target.parent)
    if free < wanted:
        log.warning(
            "no room to copy the database before its schema is changed",
            action="migrate",
            free_mb=free // 1_000_000,
            wanted_mb=wanted // 1_000_000,
        )
        return
    target.touch(mode=0o600)
    with closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)
