from __future__ import annotations

from pathlib import Path

from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.backends.sqlite.sweeping import HANGING


async def test_all_that_hangs_on_a_message_is_known(tmp_path: Path) -> None:
    """A table with a message_id needs a line in HANGING and an index by it, or its rows stay for ever."""
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    try:
        found = await store.read(
            lambda connection: connection.execute(
                "SELECT t.name FROM sqlite_master t JOIN pragma_table_info(t.name) c"
                " WHERE t.type = 'table' AND c.name = 'message_id'"
            ).fetchall()
        )
        assert {name for (name,) in found} == set(HANGING)
        for statement in HANGING.values():
            plan = await store.read(
                lambda connection, sql=statement: connection.execute(  # type: ignore[misc]
                    f"EXPLAIN QUERY PLAN {sql}", {"ids": "[1]"}
                ).fetchall()
            )
            assert any("SEARCH" in row[3] and "message_id=?" in row[3] for row in plan), (statement, plan)
    finally:
        await store.close()
