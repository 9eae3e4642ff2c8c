"""No statement of the store reads a whole table that grows for years: a lost index is seen here, not after years."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gateway.core.types import AccountId, EpochMs, Port
from gateway.errors import StoreError
from gateway.store.backends import sqlite
from gateway.store.backends.sqlite import listing
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.pages import ConversationQuery, ListingQuery, PageQuery
from tests.support.store import NOW, accept_one, an_account, send

GROWING = {"message", "m", "attempt", "a", "inbound", "callback", "next"}
"""Tables that grow with every message, and what the statements call them."""
WAITING = {"message_queue", "message_pinned", "message_held", "message_scheduled", "message_paced", "attempt_open"}
WAITING |= {"attempt_unanswered", "callback_due"}
"""Indexes that hold only what waits: one may be read from end to end."""
BOUNDED = {
    "attempts.LAST_SIM": "the newest 10 000 attempts",
}
"""Statements that read a table all the same, with the reason."""


def statements() -> Iterator[tuple[str, str]]:
    """Every statement that a module keeps as a constant."""
    for module in pkgutil.iter_modules(sqlite.__path__):
        names = vars(importlib.import_module(f"{sqlite.__name__}.{module.name}"))
        for name, value in names.items():
            texts = value.items() if isinstance(value, dict) and name == "HANGING" else [("", value)]
            for key, text in texts:
                is_sql = isinstance(text, str) and re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT|WITH)\s", text)
                if is_sql and not name.startswith("_") and "{" not in text:
                    yield f"{module.name}.{name}{key and f'[{key}]'}", text


def plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    values = dict.fromkeys(re.findall(r":(\w+)", sql))
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def whole_tables(steps: list[str]) -> list[str]:
    """Steps that read a growing table, or an index over all of it, from end to end."""
    found = []
    for step in steps:
        match = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
        if match and match[1] in GROWING and match[2] not in WAITING:
            found.append(step)
    return found


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "gateway.db", synchronous="normal")
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    await send(store, await accept_one(store))
    yield store
    await store.close()


async def test_no_statement_reads_a_whole_table(opened: SqliteStore) -> None:
    found: dict[str, list[str]] = {}
    seen = set()
    for name, sql in statements():
        seen.add(name)
        steps = await opened.read(lambda connection, sql=sql: plan(connection, sql))  # type: ignore[misc]
        if whole_tables(steps) and name not in BOUNDED:
            found[name] = whole_tables(steps)
    assert found == {}
    assert {"queue.FIRST", "attempts.READ", "rows.SAVE_ROW", "sweeping.OUTBOUND", "waiting.READ_SUMS"} <= seen
    assert len(seen) > 100
    assert set(BOUNDED) <= seen


@pytest.mark.parametrize("name", ["queue.FIRST", "queue.DUE_AT", "schedule.DUE", "schedule.NEXT"])
async def test_what_is_first_is_not_sorted_for(opened: SqliteStore, name: str) -> None:
    sql = dict(statements())[name]
    steps = await opened.read(lambda connection: plan(connection, sql))
    assert not any("TEMP B-TREE" in step for step in steps), steps


@pytest.mark.parametrize("index", ["message_recipient", "message_account", "attempt_message", "callback_message"])
async def test_the_loss_of_an_index_is_noticed(opened: SqliteStore, index: str) -> None:
    """This test can fail: without the index a statement is refused, or reads a table."""
    await opened._connections[0].run(lambda raw: raw.execute(f"DROP INDEX {index}"))
    troubles = []
    dynamic: list[tuple[str, str]] = []
    try:
        dynamic += [(str(query), sql) for query, sql in await traced(opened)]
    except StoreError as error:
        troubles.append(str(error))
    for name, sql in [*statements(), *dynamic]:
        try:
            steps = await opened.read(lambda connection, sql=sql: plan(connection, sql))  # type: ignore[misc]
        except StoreError as error:
            troubles.append(str(error))
        else:
            troubles += [] if name in BOUNDED else whole_tables(steps)
    assert troubles


QUERIES: list[PageQuery | ListingQuery | ConversationQuery] = [
    PageQuery(account_id=AccountId(1), page=1),
    PageQuery(account_id=AccountId(1), since=NOW, until=EpochMs(NOW + 1)),
    PageQuery(account_id=None, number="491711234567"),
    PageQuery(account_id=AccountId(1), number="4917112*"),
    ListingQuery(account_id=AccountId(1), ports=frozenset({Port(1)})),
    ListingQuery(account_id=AccountId(1), number="+491711234567"),
    ListingQuery(account_id=AccountId(1), since=NOW),
    ConversationQuery(account_id=AccountId(1), has_inbound=False),
]


async def traced(store: SqliteStore) -> list[tuple[PageQuery | ListingQuery | ConversationQuery, str]]:
    """The statements that the queries become; those that fail are left out."""
    reader = store._connections[2]
    found: list[str] = []
    await reader.run(lambda raw: raw.set_trace_callback(found.append))
    made = []
    for query in QUERIES:
        found.clear()
        try:
            match query:
                case PageQuery():
                    await store.outbox_page(query)
                case ListingQuery():
                    await store.listing(query)
                case ConversationQuery():
                    await store.conversations(query)
        finally:
            made += [(query, sql) for sql in found if sql.lstrip().startswith("SELECT")]
    await reader.run(lambda raw: raw.set_trace_callback(None))
    return made


async def test_pages_listings_and_conversations_use_an_index(opened: SqliteStore) -> None:
    made = await traced(opened)
    assert len(made) >= 2 * len(QUERIES)
    for query, sql in made:
        steps = await opened.read(lambda connection, sql=sql: plan(connection, sql))  # type: ignore[misc]
        of_messages = [step for step in whole_tables(steps) if not step.startswith("SCAN inbound")]
        assert of_messages == [], (query, sql)


async def test_a_page_of_all_is_walked_in_an_index_that_has_all_it_needs(opened: SqliteStore) -> None:
    sql = "SELECT id FROM message INDEXED BY message_shown WHERE true ORDER BY shown_at DESC, id DESC LIMIT 50"
    steps = await opened.read(lambda connection: plan(connection, sql))
    assert steps == ["SCAN message USING COVERING INDEX message_shown"]


@pytest.mark.parametrize("time", [{"since": NOW}, {"until": NOW}, {"since": NOW, "until": NOW}])
async def test_a_listing_of_a_time_reads_no_message_that_it_does_not_show(
    opened: SqliteStore, monkeypatch: pytest.MonkeyPatch, time: dict[str, EpochMs]
) -> None:
    query = ListingQuery(account_id=AccountId(1), has_inbound=False, limit=10, **time)  # type: ignore[arg-type]  # by name
    monkeypatch.setattr(f"{__name__}.QUERIES", [query])
    choosing = [sql for _, sql in await traced(opened) if "accepted_at" in sql and "json_each" not in sql]
    assert len(choosing) == 2  # how many there are, and which are shown
    for sql in choosing:
        (step, *_) = await opened.read(lambda connection, sql=sql: plan(connection, sql))  # type: ignore[misc]
        assert "COVERING INDEX message_account" in step, sql


async def test_the_newest_of_an_account_with_many_messages_are_not_sorted(
    opened: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FEW_ROWS", -1)
    query = ListingQuery(account_id=AccountId(1), has_inbound=False, limit=10)
    monkeypatch.setattr(f"{__name__}.QUERIES", [query])
    (walk,) = [sql for _, sql in await traced(opened) if "ORDER BY id DESC" in sql]
    steps = await opened.read(lambda connection: plan(connection, walk))
    assert steps == ["SCAN message"]
