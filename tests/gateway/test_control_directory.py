from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.clock import Clock
from gateway.control import ControlServer, control_path
from gateway.control_directory import RemoteUpkeep
from gateway.core.account import Account
from gateway.core.types import AccountId, EpochMs
from gateway.errors import InvalidFieldError
from gateway.service.accounts import Accounts
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.upkeep import upkeep_of


@pytest.fixture
async def remote(tmp_path: Path) -> AsyncIterator[RemoteUpkeep]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.add_account(Account(id=AccountId(0), name="shop"), "-", EpochMs(0))
    path = control_path(tmp_path / "gateway.db")
    server = ControlServer(Accounts(store, clock=Clock()), path, parts={"directory": upkeep_of(store).call})
    await server.start()
    yield RemoteUpkeep(path)
    await server.stop()
    await store.close()


async def test_a_long_list_goes_both_ways(remote: RemoteUpkeep) -> None:
    rows = [{"account": "shop", "username": f"contact {index}", "fullname": "x" * 100} for index in range(3000)]
    counts = await remote.call("save", {"kind": "contact", "rows": rows, "how": "import"})
    assert counts == {"added": 3000, "changed": 0, "unchanged": 0}
    assert len(await remote.call("rows", {"kind": "contact"})) == 3000


async def test_mistakes_come_back_line_by_line(remote: RemoteUpkeep) -> None:
    rows = [{"account": "lost", "username": "a"}, {"account": "shop"}]
    with pytest.raises(InvalidFieldError) as raised:
        await remote.call("save", {"kind": "contact", "rows": rows, "how": "import"})
    assert raised.value.reason.splitlines() == [
        "row 2, column account: no account lost",
        "row 3, column username: a row needs an id, a username, a phone or an email",
    ]


async def test_an_unknown_call_is_refused(remote: RemoteUpkeep) -> None:
    with pytest.raises(InvalidFieldError, match="unknown: explode"):
        await remote.call("explode", {})
