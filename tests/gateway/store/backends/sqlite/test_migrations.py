from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.errors import SchemaTooNewError, StoreError
from gateway.store.backends.sqlite.migrations import LEFT_OCTETS, Migration, migrate, shipped_migrations
from gateway.store.backends.sqlite.store import SqliteStore

FIRST = Migration(version=1, name="first", sql="CREATE TABLE a (x INTEGER);\nINSERT INTO a VALUES (1);\n")
SECOND = Migration(
    version=2,
    name="second",
    sql="""
    -- a trigger holds semicolons of its own
    CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = x + 1; DELETE FROM a WHERE x > 9; END;
    ALTER TABLE a ADD COLUMN y TEXT DEFAULT ';';
    """,
)
BROKEN = Migration(version=3, name="broken", sql="CREATE TABLE b (x);\nINSERT INTO a (nothing) VALUES (1);")


def apply(path: Path, *migrations: Migration) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, path, migrations)


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_shipped_steps_are_numbered_from_one_without_a_gap() -> None:
    assert [one.version for one in shipped_migrations()] == list(range(1, len(shipped_migrations()) + 1))


def test_an_empty_file_gets_every_step_and_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    apply(path, FIRST, SECOND)
    assert query(path, "SELECT x, y FROM a") == [(1, ";")]
    assert query(path, "SELECT version, name FROM schema_version") == [(1, "first"), (2, "second")]
    assert [file.name for file in tmp_path.iterdir()] == ["x.db"]


def test_an_older_file_gets_the_missing_steps_after_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    apply(path, FIRST)
    apply(path, FIRST, SECOND)
    copy = tmp_path / "x.db.before-0002"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert query(copy, "SELECT * FROM a") == [(1,)]
    assert query(path, "SELECT * FROM a") == [(1, ";")]


def test_a_disk_without_room_for_a_copy_gets_the_steps_without_one(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    apply(path, FIRST)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection, capture_logs() as logs:
        migrate(connection, path, [FIRST, SECOND], read_free=lambda _: LEFT_OCTETS)
    assert query(path, "SELECT * FROM a") == [(1, ";")]
    assert [file.name for file in tmp_path.iterdir()] == ["x.db"]
    assert [line["action"] for line in logs] == ["migrate"]


def test_a_file_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    apply(path, FIRST)
    before = path.read_bytes()
    apply(path, FIRST)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["x.db"]


def test_a_step_that_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with pytest.raises(sqlite3.OperationalError):
        apply(path, FIRST, SECOND, BROKEN)
    assert query(path, "SELECT max(version) FROM schema_version") == [(2,)]
    assert query(path, "SELECT name FROM sqlite_master WHERE name = 'b'") == []


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    apply(path, FIRST, SECOND)
    with pytest.raises(SchemaTooNewError, match="schema 2"):
        apply(path, FIRST)


def test_a_step_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    apply(path, FIRST)
    changed = Migration(version=1, name="first", sql=FIRST.sql + " ")
    with pytest.raises(StoreError, match="step 1"):
        apply(path, changed, SECOND)


async def test_a_store_refuses_a_newer_file_and_lets_go_of_it(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    store = SqliteStore(path)
    await store.open()
    await store.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO schema_version VALUES (9999, 'future', '-')")
    for _ in range(2):
        with pytest.raises(SchemaTooNewError):
            await SqliteStore(path).open()


def test_callbacks_of_two_dialects_wait_no_longer_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    first, *later = shipped_migrations()
    apply(path, first)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executemany(
            "INSERT INTO callback (id, account_id, dialect, event, message_id, status, status_at, created_at, next_at,"
            " is_head) VALUES (?, 1, ?, 'inbound', 1, '', 0, 0, 0, ?)",
            [(1, "openvox", 1), (2, "openvox", 0), (3, "v1", 0)],
        )
    apply(path, first, *later)
    assert query(path, "SELECT id, is_head FROM callback ORDER BY id") == [(1, 1), (2, 0), (3, 1)]


@contextmanager
def a_file_before(path: Path, name: str) -> Iterator[sqlite3.Connection]:
    """Give a file as it was before the migration `name`, to be filled; then that migration is applied."""
    (last,) = (one.version for one in shipped_migrations() if one.name == name)
    apply(path, *(one for one in shipped_migrations() if one.version < last))
    with closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()
    apply(path, *(one for one in shipped_migrations() if one.version <= last))


def test_inbound_messages_of_an_older_file_get_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    with a_file_before(path, "inbound_kinds") as connection:
        for number, (sender, text, data, is_complete) in enumerate(
            [("+49171", "hi", None, 1), ("+49171", "", b"1", 1), ("", "", b"2", 0), ("+49171", "half", None, 0)], 1
        ):
            connection.execute(
                "INSERT INTO inbound VALUES (?, 1, 'sim', 'imsi', ?, ?, ?, ?, '+49', NULL, 5, ?, 5)",
                (number, sender, sender, text, data, is_complete),
            )
    assert query(path, "SELECT kind, is_shown, pid, waiting FROM inbound ORDER BY id") == [
        ("text", 1, 0, "[]"),
        ("data", 1, 0, "[]"),
        ("unreadable", 1, 0, "[]"),
        ("text", 1, 0, "[]"),
    ]


def test_urgent_messages_of_an_older_file_stay_before_those_with_a_priority(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    with a_file_before(path, "message_options") as connection:
        connection.executemany(
            "INSERT INTO message (id, account_id, dialect, recipient, recipient_key, recipient_given, text,"
            " segment_count, concat_ref, request_report, client_ref, accepted_at, valid_until, spans, shown_at,"
            " due_at, is_urgent) VALUES (?, 1, 'smsgateway24', '1', '1', '1', 'hi', 1, 0, 1, '', 5, 9, '', 5, ?, ?)",
            [(1, 0, 0), (2, -1, 1), (3, 70, 1)],  # plain, urgent, urgent and waiting for a retry
        )
    assert query(path, "SELECT id, due_at, priority FROM message ORDER BY id") == [(1, 0, 0), (2, -10, 0), (3, 70, 0)]


def test_messages_of_an_older_file_are_counted_by_the_hour(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    with a_file_before(path, "size") as connection:
        connection.executemany(
            "INSERT INTO message (id, account_id, dialect, recipient, recipient_key, recipient_given, text,"
            " segment_count, concat_ref, request_report, client_ref, accepted_at, valid_until, spans, shown_at)"
            " VALUES (?, ?, 'openvox', '1', '1', '1', 'hi', 1, 0, 1, '', 5, 9, '', ?)",
            [(1, 7, 0), (2, 7, 3_599_999), (3, 8, 3_600_000), (4, 7, 7_199_999), (5, 7, 36_000_000)],
        )
    assert query(path, "SELECT account_id, hour, value FROM shown_hour ORDER BY 1, 2") == [
        *((0, 0, 2), (0, 1, 2), (0, 10, 1)),
        *((7, 0, 2), (7, 1, 1), (7, 10, 1)),
        (8, 1, 1),
    ]
