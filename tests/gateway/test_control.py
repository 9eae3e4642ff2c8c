from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import Clock
from gateway.control import ControlServer, RemoteAccounts, ask, control_path, running_accounts
from gateway.core.account import Role
from gateway.errors import InvalidFieldError
from gateway.service.accounts import Accounts
from gateway.store.backends.sqlite.store import SqliteStore


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    server = ControlServer(Accounts(store, clock=Clock()), control_path(tmp_path / "gateway.db"))
    await server.start()
    yield control_path(tmp_path / "gateway.db")
    await server.stop()
    await store.close()


async def test_accounts_are_changed_through_the_running_gateway(path: Path) -> None:
    remote = RemoteAccounts(path)
    created = await remote.create("shop", role=Role.SENDER, password="long enough", email="shop@example.com")
    assert (created.name, created.role, created.enabled) == ("shop", Role.SENDER, True)
    await remote.disable("shop")
    assert [(account.name, account.enabled) for account in await remote.list()] == [("shop", False)]
    await remote.enable("shop")
    key, _, secret = (await remote.create_token("shop", label="till")).partition("|")
    assert (len(key), len(secret)) == (12, 40)


async def test_mistakes_come_back_with_their_field(path: Path) -> None:
    remote = RemoteAccounts(path)
    await remote.create("shop", role=Role.SENDER, password="long enough")
    with pytest.raises(InvalidFieldError) as caught:
        await remote.create("SHOP", role=Role.SENDER, password="long enough")
    assert caught.value.field == "name"
    with pytest.raises(InvalidFieldError):
        await remote.disable("nobody")


async def test_rubbish_is_answered_and_does_not_end_the_server(path: Path) -> None:
    remote = RemoteAccounts(path)
    for call in ("", "drop everything"):
        with pytest.raises(InvalidFieldError, match="unknown"):
            await remote._ask(call)
    with pytest.raises(InvalidFieldError):
        await remote._ask("create", name="shop")
    with pytest.raises(InvalidFieldError, match="id: cannot be changed"):
        await remote._ask("change", name="shop", changes={"id": 7, "rate_per_s": 1})
    assert await remote.list() == []


async def test_only_the_owner_may_open_the_socket(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_who_waits_when_the_gateway_ends_is_told(tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def for_ever(_call: str, _arguments: dict[str, Any]) -> None:
        waiting.set()
        await asyncio.Event().wait()

    store = SqliteStore(tmp_path / "gateway.db")
    path = control_path(tmp_path / "gateway.db")
    server = ControlServer(Accounts(store, clock=Clock()), path, parts={"span": for_ever})
    await server.start()
    asked = asyncio.create_task(ask(path, "span wait", {}))
    await waiting.wait()
    await server.stop()
    with pytest.raises(InvalidFieldError, match="the gateway ended before it answered"):
        await asked


async def test_without_a_gateway_there_are_no_running_accounts(tmp_path: Path) -> None:
    assert await running_accounts(tmp_path / "gateway.db.control") is None


async def test_a_long_folder_name_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    store = SqliteStore(folder / "gateway.db")
    await store.open()
    server = ControlServer(Accounts(store, clock=Clock()), control_path(folder / "gateway.db"))
    await server.start()
    try:
        assert await RemoteAccounts(control_path(folder / "gateway.db")).list() == []
    finally:
        await server.stop()
        await store.close()
