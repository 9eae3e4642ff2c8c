from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from gateway.errors import StoreError, StoreUnavailableError
from gateway.store import outage
from gateway.store.outage import Outage


async def test_it_tries_until_the_store_takes_it_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "RETRY_S", 0)
    tries: list[None] = []

    async def work() -> str:
        tries.append(None)
        if len(tries) < 4:
            raise StoreUnavailableError("the disk is full")
        return "written"

    watch = Outage()
    with capture_logs() as logs:
        assert await watch.ride_out(work) == "written"
    assert [(entry["action"], entry.get("reason")) for entry in logs] == [
        ("outage", "the disk is full"),
        ("outage over", None),
    ]
    assert not watch.is_on


async def test_a_mistake_is_no_outage() -> None:
    async def work() -> None:
        raise StoreError("cannot become sent from failed")

    watch = Outage()
    with pytest.raises(StoreError):
        await watch.ride_out(work)
    assert not watch.is_on


def test_the_success_of_one_is_not_the_end_while_another_waits() -> None:
    watch = Outage()
    watch.begin("span 1", StoreUnavailableError("the disk is full"))
    watch.begin("span 2", StoreUnavailableError("the disk is full"))
    watch.end("housekeeping")
    watch.end("span 1")
    assert watch.is_on
    watch.end("span 2")
    assert not watch.is_on
