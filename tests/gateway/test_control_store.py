from __future__ import annotations

from pathlib import Path

import pytest

from gateway.control_store import LocalStore
from gateway.errors import InvalidFieldError
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.disk import MB, DiskSpace, DiskWatch
from tests.support.store import NOW, a_message, an_account, held_by_another


async def test_it_says_how_much_there_is_and_why_nothing_new_is_taken(tmp_path: Path) -> None:
    free = [1000 * MB]
    disk = DiskWatch(
        tmp_path, read=lambda _: DiskSpace(total=32_000 * MB, free=free[0]), monotonic=iter(range(99)).__next__
    )
    store = SqliteStore(tmp_path / "gateway.db", disk=disk)
    await store.open()
    try:
        await store.add_account(an_account("shop"), "-", NOW)
        await store.accept([a_message(), a_message()])
        local = LocalStore(store, tmp_path / "gateway.db")
        found = await local.call("show", {})
        assert (found["outbound"], found["inbound"], found["waiting"], found["refusing"]) == (2, 0, 2, "")
        assert (found["free_octets"], found["wanted_octets"]) == (1000 * MB, 200 * MB)
        assert found["database_octets"] == (tmp_path / "gateway.db").stat().st_size or found["log_octets"]
        free[0] = 100 * MB
        assert (await local.call("show", {}))["refusing"] == "the disk is nearly full"
        free[0] = 1000 * MB
        async with held_by_another(store):
            assert "another program holds" in (await local.call("show", {}))["refusing"]
        with pytest.raises(InvalidFieldError):
            await local.call("drop", {})
    finally:
        await store.close()
