"""The store alone with a million messages waiting and millions stored: what each call costs, how long a start takes.

`python -m tests.bench --only size` measures a million of each; GSM_BENCH_STORED=10000000 in the environment is more.
The rows are written straight into the tables, because the calls of the store would need half an hour for ten millions;
a sample is put through the calls, and must come out the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gateway.core.message import NewMessage
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.store.backends.sqlite.hours import HOUR_MS
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.backends.sqlite.transaction import MESSAGE_COLUMNS
from gateway.store.pages import ListingQuery, PageQuery
from gateway.store.receiving import Report
from tests.bench.figure import Figure, Values
from tests.support.box import rss_mb
from tests.support.store import NOW, VALIDITY_MS, a_message, a_turn, an_account, settled

STORED = int(os.environ.get("GSM_BENCH_STORED", "1000000"))
QUEUED = int(os.environ.get("GSM_BENCH_QUEUED", "1000000"))
PORTS = 32
ACCOUNTS = 4
TEXT = "Your parcel is on its way and will be with you between nine and eleven o'clock. Track it with your number."
DAY_MS = 86_400_000
RECIPIENTS = 200_000
ROWS_AT_ONCE = 50_000
OLDEST_DAYS = 300
"""The stored messages are spread over so many days before `NOW`."""


# --- the rows -----------------------------------------------------------------------------------


def _recipient(index: int) -> str:
    return f"+49171{random.Random(index).randrange(RECIPIENTS):07}"


def _queued_rows(first: int, count: int) -> Iterator[tuple[object, ...]]:
    """Messages as `accept` writes them, for all spans in turn."""
    for index in range(first, first + count):
        number = _recipient(index)
        yield (
            *(index, 1 + index % ACCOUNTS, "openvox", number, number[1:], number, None, TEXT, 1, 0, 1, ""),
            *(NOW, NOW + VALIDITY_MS, 1 + index % PORTS, "", NOW),
        )


QUEUED_COLUMNS = MESSAGE_COLUMNS
_ADDED = "status sim_imsi segments_sent is_result_told sent_at settled_at report_status changed_at"
DONE_COLUMNS = (*MESSAGE_COLUMNS, *_ADDED.split())
_ATTEMPT = "id message_id segment port sim recipient tail opened_at outcome settled_at mr report_status"
ATTEMPT_COLUMNS = (*_ATTEMPT.split(), "discharged_at", "reported_at")


def _sent_at(index: int, stored: int) -> int:
    return NOW - OLDEST_DAYS * DAY_MS + OLDEST_DAYS * DAY_MS * index // stored


def _done_rows(first: int, count: int, stored: int) -> Iterator[tuple[object, ...]]:
    """Delivered messages, in the order in which they were accepted."""
    for row in _queued_rows(first, count):
        index = int(row[0])  # type: ignore[call-overload]
        at, port = _sent_at(index, stored), row[14]
        yield (
            *(*row[:12], at - 1000, at - 1000 + VALIDITY_MS, port, "", at),
            *("delivered", f"imsi{port}", 1, 1, at, at + 3000, 0, at + 3000),
        )


def _attempt_rows(first: int, count: int, stored: int) -> Iterator[tuple[object, ...]]:
    for row in _queued_rows(first, count):
        index, port, number = int(row[0]), row[14], str(row[3])  # type: ignore[call-overload]
        at = _sent_at(index, stored)
        yield (
            *(index, index, 0, port, f"sim{port}", number, number[-4:], at, "accepted"),
            *(at, index % 256, 0, at + 3000, at + 3000),
        )


async def fill(path: Path, *, stored: int, queued: int) -> None:
    """Make a database with `stored` delivered messages and `queued` that wait."""
    store = SqliteStore(path)
    await store.open()
    for index in range(ACCOUNTS):
        await store.add_account(an_account(f"shop{index}"), "hash", NOW)
    await store.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000", "temp_store = FILE"):
            raw.execute(f"PRAGMA {pragma}").fetchall()
        indexes = raw.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('message', 'attempt')"
            " AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            raw.execute(f"DROP INDEX {name}")
        for first in range(1, stored + 1, ROWS_AT_ONCE):
            count = min(ROWS_AT_ONCE, stored + 1 - first)
            _insert(raw, "message", DONE_COLUMNS, _done_rows(first, count, stored))
            _insert(raw, "attempt", ATTEMPT_COLUMNS, _attempt_rows(first, count, stored))
        for first in range(stored + 1, stored + queued + 1, ROWS_AT_ONCE):
            count = min(ROWS_AT_ONCE, stored + queued + 1 - first)
            _insert(raw, "message", QUEUED_COLUMNS, _queued_rows(first, count))
        for _, sql in indexes:
            raw.execute(sql)
        raw.execute("UPDATE sequence SET next = ? WHERE name = 'message'", (stored + queued + 1,))
        raw.execute(
            "INSERT INTO total (kind, key, value) SELECT 'outbox', account_id, count(*) FROM message GROUP BY 2"
            " UNION ALL SELECT 'outbox', 0, count(*) FROM message"
        )
        raw.execute(
            "INSERT INTO shown_hour (account_id, hour, value)"
            f" SELECT account_id, shown_at / {HOUR_MS}, count(*) FROM message GROUP BY 1, 2"
        )
        raw.execute(
            "INSERT INTO shown_hour (account_id, hour, value) SELECT 0, hour, sum(value) FROM shown_hour GROUP BY hour"
        )
        raw.execute("PRAGMA journal_mode = WAL").fetchall()


def _insert(raw: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    raw.execute("BEGIN")
    raw.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)
    raw.execute("COMMIT")


async def check_sample(folder: Path) -> None:
    """See that the store's own calls leave the rows that `fill` writes."""
    by_calls, by_rows = folder / "calls.db", folder / "rows.db"
    await fill(by_rows, stored=4, queued=4)
    store = SqliteStore(by_calls)
    await store.open()
    for index in range(ACCOUNTS):
        await store.add_account(an_account(f"shop{index}"), "hash", NOW)
    for index in range(1, 5):
        at, port = _sent_at(index, 4), Port(1 + index % PORTS)
        await store.accept([_message(index, at - 1000)])
        turn = a_turn(port, at=at - NOW)
        claimed = (await store.turn(turn)).assignment
        assert claimed is not None
        ended = settled(claimed, mr=index % 256)
        await store.turn(a_turn(port, at=at - NOW, settlement=ended, claim=False))
        await store.report(
            Report(
                sim=f"sim{port}",
                mr=index % 256,
                recipient=claimed.recipient,
                status=0,
                scts=EpochMs(at),
                discharged=EpochMs(at + 3000),
                received_at=EpochMs(at + 3000),
            )
        )
    await store.accept([_message(index, NOW) for index in range(5, 9)])
    await store.close()
    for table in ("message", "attempt", "total", "shown_hour", "sequence"):
        found = [sorted(map(repr, _all_rows(path, table))) for path in (by_calls, by_rows)]
        assert found[0] == found[1], (table, found)


def _all_rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as raw:
        return raw.execute(f"SELECT * FROM {table}").fetchall()


def _message(index: int, at: int) -> NewMessage:
    return a_message(
        account_id=AccountId(1 + index % ACCOUNTS),
        recipient=_recipient(index),
        recipient_given=_recipient(index),
        text=TEXT,
        port=Port(1 + index % PORTS),
        accepted_at=EpochMs(at),
        valid_until=EpochMs(at + VALIDITY_MS),
    )


# --- the figures --------------------------------------------------------------------------------

FEW = 10_000
"""Stored and waiting in the database that the large one is compared with."""
_folder: list[tempfile.TemporaryDirectory[str]] = []


async def _database(*, is_large: bool) -> Path:
    """Give a database, made for the first figure that asks; the figures leave it about as they found it."""
    if not _folder:
        _folder.append(tempfile.TemporaryDirectory(prefix="gsm-bench-size-"))
        await check_sample(Path(_folder[0].name))
    path = Path(_folder[0].name) / f"{'large' if is_large else 'small'}.db"
    if not path.exists():
        await fill(path, stored=STORED if is_large else FEW, queued=QUEUED if is_large else FEW)
    return path


@contextlib.asynccontextmanager
async def _store(*, is_large: bool) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(await _database(is_large=is_large))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@contextlib.contextmanager
def _timed(values: Values, name: str, count: int) -> Iterator[None]:
    """Note how many were done per second, and the processor time of each, which counts on a busy machine too."""
    began, cpu = time.perf_counter(), time.process_time()
    yield
    values[f"{name}_per_s"] = count / (time.perf_counter() - began)
    values[f"{name}_cpu_us"] = (time.process_time() - cpu) / count * 1e6


async def _all(calls: Sequence[Callable[[], Awaitable[object]]], at_once: int) -> None:
    """Make the calls, so many at a time."""
    waiting = iter(calls)

    async def work() -> None:
        for call in waiting:
            await call()

    await asyncio.gather(*(work() for _ in range(at_once)))


async def start() -> Values:
    """From nothing to a store that takes messages."""
    path = await _database(is_large=True)
    store = SqliteStore(path)
    before, began, cpu = rss_mb("self"), time.perf_counter(), time.process_time()
    await store.open()
    await store.ping()
    values = {"s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu, "more_mb": rss_mb("self") - before}
    await store.close()
    return values


async def hot() -> Values:
    """Accept, claim with settle, report, as many at once as clients and spans are; the ratios are to a small one."""
    large, small = await _hot(is_large=True), await _hot(is_large=False)
    ratios = {f"cpu_to_small_{name}": large[f"{name}_cpu_us"] / small[f"{name}_cpu_us"] for name in HOT}
    return {**large, **ratios}


HOT = ("accept", "turn", "report")


async def _hot(*, is_large: bool) -> Values:
    values: Values = {}
    async with _store(is_large=is_large) as store:
        accepts = [lambda index=index: store.accept([_message(index, NOW)]) for index in range(10_000)]
        with _timed(values, "accept", len(accepts)):
            await _all(accepts, 64)
        sent: list[tuple[Port, str]] = []
        with _timed(values, "turn", 300 * PORTS):
            await asyncio.gather(*(_send(store, Port(port), 300, sent) for port in range(1, PORTS + 1)))
        reports = [lambda one=one: store.report(one) for one in _reports(sent)]
        with _timed(values, "report", len(reports)):
            await _all(reports, PORTS)
    return values


async def _send(store: SqliteStore, port: Port, count: int, sent: list[tuple[Port, str]]) -> None:
    """Send on one span: each turn settles one message and claims the next."""
    assignment = (await store.turn(a_turn(port))).assignment
    for number in range(count):
        assert assignment is not None
        sent.append((port, assignment.recipient))
        settlement = settled(assignment, mr=number % 256)
        is_last = number == count - 1
        result = await store.turn(a_turn(port, at=number, settlement=settlement, claim=not is_last))
        assignment = result.assignment


def _reports(sent: Sequence[tuple[Port, str]]) -> Iterator[Report]:
    numbers = dict.fromkeys((port for port, _ in sent), 0)
    for port, recipient in sent:
        number = numbers[port]
        numbers[port] += 1
        at = EpochMs(NOW + number + 1000)
        yield Report(
            sim=f"sim{port}",
            mr=number % 256,
            recipient=recipient,
            status=0,
            scts=EpochMs(NOW + number),
            discharged=at,
            received_at=at,
        )


async def pages() -> Values:
    """Pages of 50 rows: the first ones, any, of one account, of one number; and the newest of both kinds."""
    async with _store(is_large=True) as store:
        last = (STORED + QUEUED) // 50
        chance = random.Random(7)
        queries = {
            "newest": [PageQuery(account_id=None, page=page, page_size=50) for page in range(1, 51)],
            "any": [PageQuery(account_id=None, page=chance.randint(1, last), page_size=50) for _ in range(20)],
            "any_of_account": [
                PageQuery(account_id=AccountId(2), page=chance.randint(1, last // ACCOUNTS), page_size=50)
                for _ in range(20)
            ],
            "since": [
                PageQuery(account_id=None, since=EpochMs(NOW - days * DAY_MS), page=days, page_size=50)
                for days in range(1, OLDEST_DAYS, 15)
            ],
            "account": [PageQuery(account_id=AccountId(2), page=page, page_size=50) for page in range(1, 51)],
            "number": [PageQuery(account_id=None, number=_recipient(index), page_size=50) for index in range(50)],
        }
        values: Values = {}
        for name, some in queries.items():
            took = [await _took_ms(functools.partial(store.outbox_page, one)) for one in some]
            values[f"{name}_p50_ms"], values[f"{name}_max_ms"] = statistics.median(took), max(took)
        values["by_id_ms"] = await _took_ms(lambda: store.messages([MessageId(last)]))
        listing = ListingQuery(account_id=AccountId(2), limit=50)
        values["listing_ms"] = await _took_ms(lambda: store.listing(listing))
        today = replace(listing, since=EpochMs(NOW - DAY_MS))
        values["listing_today_ms"] = await _took_ms(lambda: store.listing(today))
        return values


async def _took_ms(call: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await call()
    return (time.perf_counter() - began) * 1000


async def removal() -> Values:
    """Cancelled messages, and rows deleted as too old, per second; the longest that a step of 500 rows takes."""
    async with _store(is_large=True) as store:
        # Not those of an earlier run, if it can be helped; the spans took the first ones.
        some = random.sample(range(STORED + QUEUED // 2, STORED + QUEUED), 3000)
        cancels = [lambda one=one: store.cancel(MessageId(one), account_id=None, now=NOW) for one in some]
        values: Values = {}
        with _timed(values, "cancel", len(cancels)):
            await _all(cancels, 64)
        rows, longest, resume = 0, 0.0, None
        began, cpu = time.perf_counter(), time.process_time()
        while rows < 20_000:
            swept = await store.sweep_outbound(
                before=EpochMs(NOW - DAY_MS), now=NOW, resume=resume, most=1 << 40, rows=500
            )
            longest = max(longest, swept.took_s)
            rows, resume = rows + swept.rows, swept.resume
            assert resume is not None
        values["delete_rows_per_s"] = rows / (time.perf_counter() - began)
        values["delete_cpu_us"] = (time.process_time() - cpu) / rows * 1e6
        values["step_max_ms"] = longest * 1000
        return values


async def clock() -> Values:
    """The clock is set by an hour and back: seconds that it takes, and the longest that an accept waits meanwhile."""
    async with _store(is_large=True) as store:
        began, cpu, longest = time.perf_counter(), time.process_time(), 0.0
        setting = asyncio.gather(*(store.clock_was_set(by_ms) for by_ms in (HOUR_MS, -HOUR_MS)))
        while not setting.done():
            longest = max(longest, await _took_ms(lambda: store.accept([_message(1, NOW)])))
        await setting
        values = {"s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
        return {**values, "accept_max_ms": longest}


FIGURES = [
    Figure("size: start with 1 million waiting", "seconds", start),
    Figure("size: calls with 1 million waiting", "cpu <= 2 x small", hot),
    Figure("size: pages of 2 million", "newest <= 5, any <= 100 ms", pages),
    Figure("size: cancelled, deleted", "15 000 rows/s", removal),
    Figure("size: clock set with 1 million waiting", "accept <= 100 ms", clock),
]
