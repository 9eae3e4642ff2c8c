from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.core.pacing import OwnerKind, Usage
from gateway.core.period import Period
from gateway.core.status import Status
from gateway.core.types import MessageId
from gateway.errors import StoreBusyError, StoreError
from gateway.store.backends.sqlite.store import SqliteStore

REPOSITORY = Path(__file__).parents[5]


ATTEMPTS_BY_SIM = "SELECT sim, count(*) FROM attempt GROUP BY sim"
BEGUN_BY_ACCOUNT = """
SELECT cast(account_id AS TEXT), sum(segment_count) FROM message
WHERE id IN (SELECT message_id FROM attempt) GROUP BY account_id
"""


def used(usages: dict[str, Usage]) -> dict[str, int]:
    """What each owner has used today."""
    return {key: sum(one.segments for one in usage.buckets[Period.DAY]) for key, usage in usages.items()}


@asynccontextmanager
async def worker(path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process at work on the store at `path`; killed at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.gateway.store.backends.sqlite.worker",
        str(path),
        stdout=asyncio.subprocess.PIPE,
        cwd=REPOSITORY,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"open\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def words_until_killed(process: asyncio.subprocess.Process, after_lines: int) -> list[list[str]]:
    """Let the process say some lines, kill it, and give everything it had said."""
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(after_lines)]
    process.send_signal(signal.SIGKILL)
    lines += (await process.stdout.read()).splitlines(keepends=True)
    return [line.decode().split() for line in lines if line.endswith(b"\n")]


@pytest.mark.parametrize("after_lines", [1, 50, 2000])
async def test_whatever_was_answered_survives_sigkill(tmp_path: Path, after_lines: int) -> None:
    path = tmp_path / "gateway.db"
    async with worker(path) as process:
        said = await words_until_killed(process, after_lines)
    accepted = {MessageId(int(words[1])) for words in said if words[0] == "accepted"}
    inbound = {MessageId(int(words[1])) for words in said if words[0] == "inbound"}
    sent = {MessageId(int(words[1])) for words in said if words[0] == "sent"}
    claimed = {int(words[2]): MessageId(int(words[3])) for words in said if words[0] == "claimed"}
    assert len(said) >= after_lines

    store = SqliteStore(path)
    await store.open()
    try:
        found = {one.id: one.status for one in await store.messages(sorted(accepted))}
        assert set(found) == accepted
        assert {one.id for one in await store.inbound(sorted(inbound))} == inbound
        assert {one.status for one in await store.messages(sorted(sent))} <= {Status.SENT}
        open_attempts = {one.attempt_id for one in await store.open_attempts()}
        assert len(open_attempts) <= 4
        for attempt_id, message_id in claimed.items():
            (message,) = await store.messages([message_id])
            is_under_way = attempt_id in open_attempts and message.status is Status.SENDING
            # The kill may have come between a commit and the line that tells of it.
            is_settled = attempt_id not in open_attempts and message.status in {Status.SENT, Status.SENDING}
            assert is_under_way or is_settled, f"attempt {attempt_id} was forgotten"
        with sqlite3.connect(path) as connection:
            # What counts against quotas is neither more nor less than what was, or may have been, on the air.
            assert used(await store.usages(OwnerKind.SIM)) == dict(connection.execute(ATTEMPTS_BY_SIM))
            assert used(await store.usages(OwnerKind.ACCOUNT)) == dict(connection.execute(BEGUN_BY_ACCOUNT))
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        await store.close()


async def test_a_second_process_is_told_who_holds_the_store(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    async with worker(path) as process:
        store = SqliteStore(path)
        with pytest.raises(StoreBusyError, match=rf"\b{process.pid}\b"):
            await store.open()
    await store.open()
    await store.close()


async def test_a_store_is_busy_in_its_own_process_too(tmp_path: Path) -> None:
    first, second = SqliteStore(tmp_path / "gateway.db"), SqliteStore(tmp_path / "gateway.db")
    await first.open()
    with pytest.raises(StoreBusyError):
        await second.open()
    await first.ping()
    await first.close()
    await second.open()
    await second.close()


@pytest.mark.parametrize(("synchronous", "level"), [("full", 2), ("normal", 1)])
async def test_commits_are_synced_as_asked(tmp_path: Path, synchronous: str, level: int) -> None:
    store = SqliteStore(tmp_path / "gateway.db", synchronous=synchronous)
    await store.open()
    try:
        assert await store.write(lambda tx: tx.fetch_one("PRAGMA synchronous", {})) == (level,)
        assert await store.write(lambda tx: tx.fetch_one("PRAGMA journal_mode", {})) == ("wal",)
        assert await store.write(lambda tx: tx.fetch_one("PRAGMA foreign_keys", {})) == (1,)
    finally:
        await store.close()


async def test_readers_cannot_write(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    try:
        for read in (store.read, store.read_slowly):
            with pytest.raises(StoreError):
                await read(lambda connection: connection.execute("DELETE FROM message"))
    finally:
        await store.close()


async def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    path.touch(mode=0o644)
    store = SqliteStore(path)
    await store.open()
    try:
        await store.ping()
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        assert set(modes) == {"gateway.db", "gateway.db-wal", "gateway.db-shm", "gateway.db.lock"}
        assert set(modes.values()) == {0o600}
    finally:
        await store.close()
    assert not (tmp_path / "gateway.db-wal").exists(), "a clean end leaves no log behind"


async def test_a_folder_that_is_missing_is_an_error_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="missing"):
        await SqliteStore(tmp_path / "missing" / "gateway.db").open()


async def test_a_file_that_is_no_database_is_an_error_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    path.write_bytes(b"something else entirely\n" * 1000)
    before = path.read_bytes()
    store = SqliteStore(path)
    with pytest.raises(StoreError, match="not a database"):
        await store.open()
    assert path.read_bytes() == before
    path.unlink()
    await store.open()
    await store.close()
