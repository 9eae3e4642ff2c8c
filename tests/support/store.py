"""A real store in a folder of the test, and short ways to fill it."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.core.account import Account
from gateway.core.message import Assignment, Message, NewMessage
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.store.backend import Store
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.receiving import Report
from gateway.store.sending import AttemptOutcome, Settlement, Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from gateway.core.status import Status

NOW = EpochMs(1_711_447_200_000)
VALIDITY_MS = 172_800_000
BACKENDS: dict[str, Callable[[Path], Store]] = {"sqlite": lambda folder: SqliteStore(folder / "gateway.db")}
"""Every back end by name: makes a store that keeps its data in a folder."""


@pytest.fixture(params=sorted(BACKENDS))
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Make a store, not open yet, on data that stay between two calls."""
    backend = BACKENDS[request.param]
    return lambda: backend(tmp_path)


@pytest.fixture
async def store(make_store: Callable[[], Store]) -> AsyncIterator[Store]:
    """An open store with one account, whose id is 1."""
    made = make_store()
    await made.open()
    await made.add_account(an_account("shop"), "hash", NOW)
    yield made
    await made.close()


def an_account(name: str, **changes: object) -> Account:
    """A new account; the store gives it its id."""
    return replace(Account(id=AccountId(0), name=name), **changes)  # type: ignore[arg-type]  # fields by name


def a_message(**changes: object) -> NewMessage:
    """A message of one segment for any span, accepted at `NOW`."""
    message = NewMessage(
        account_id=AccountId(1),
        dialect="openvox",
        recipient="+491711234567",
        recipient_given="01711234567",
        text="hello",
        segment_count=1,
        concat_ref=0,
        spans=(),
        port=None,
        accepted_at=NOW,
        valid_until=EpochMs(NOW + VALIDITY_MS),
    )
    return replace(message, **changes)  # type: ignore[arg-type]  # fields by name


def a_turn(port: int = 1, *, at: int = 0, **changes: object) -> Turn:
    """A turn of span `port` with its SIM `sim<port>`, `at` ms after `NOW`."""
    turn = Turn(port=Port(port), sim=f"sim{port}", imsi=f"imsi{port}", now=EpochMs(NOW + at))
    return replace(turn, **changes)  # type: ignore[arg-type]  # fields by name


def settled(assignment: Assignment, outcome: AttemptOutcome = AttemptOutcome.ACCEPTED, **changes: object) -> Settlement:
    """What became of an assignment."""
    settlement = Settlement(attempt_id=assignment.attempt_id, message_id=assignment.message_id, outcome=outcome)
    return replace(settlement, **changes)  # type: ignore[arg-type]  # fields by name


def a_report(mr: int, *, status: int = 0, port: int = 1, at: int = 0, **changes: object) -> Report:
    """A delivery report on the usual recipient that span `port` received `at` ms after `NOW`."""
    instant = EpochMs(NOW + at)
    report = Report(
        sim=f"sim{port}",
        mr=mr,
        recipient="+491711234567",
        status=status,
        scts=instant,
        discharged=instant,
        received_at=instant,
    )
    return replace(report, **changes)  # type: ignore[arg-type]  # fields by name


@contextlib.asynccontextmanager
async def held_by_another(store: SqliteStore) -> AsyncIterator[None]:
    """Have another program lock the file; the store's writer, who would wait for 5 s, gives up at once."""
    await store._connections[0].run(lambda raw: raw.execute("PRAGMA busy_timeout = 0"))
    with contextlib.closing(sqlite3.connect(store._path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def accept_one(store: Store, **changes: object) -> MessageId:
    """Accept one message; gives its id."""
    (message_id,) = await store.accept([a_message(**changes)])
    return message_id


async def claim(store: Store, port: int = 1, *, at: int = 0, **changes: object) -> Assignment:
    """Claim a segment that must be there."""
    result = await store.turn(a_turn(port, at=at, **changes))
    assert result.assignment is not None
    return result.assignment


async def settle(store: Store, settlement: Settlement, port: int = 1, *, at: int = 0) -> None:
    """Settle without claiming."""
    result = await store.turn(a_turn(port, at=at, settlement=settlement, claim=False))
    assert result.assignment is None


async def send(store: Store, message_id: MessageId, *, mr: int | None = 7, port: int = 1, at: int = 0) -> None:
    """Take a message of one segment to sent."""
    assignment = await claim(store, port, at=at)
    assert assignment.message_id == message_id
    await settle(store, settled(assignment, mr=mr), port, at=at)


async def the_message(store: Store, message_id: MessageId) -> Message:
    """Give a message that must be there."""
    (message,) = await store.messages([message_id])
    return message


async def status_of(store: Store, message_id: MessageId) -> Status:
    """Give the status of a message."""
    return (await the_message(store, message_id)).status
