"""Who is let in: this host's programs and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import aiohttp

    from modem.emulator.rack.rack import Rack


@pytest.mark.parametrize("host", ["127.0.0.1:80", "localhost", "localhost:8090", "[::1]:8090", "127.0.0.5"])
async def test_a_request_for_this_host_is_served(door: aiohttp.ClientSession, host: str) -> None:
    async with door.get("/modems", headers={"Host": host}) as response:
        assert response.status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8090", "localhost.evil.example", "192.0.2.1", ""])
async def test_a_name_that_only_points_here_is_refused(door: aiohttp.ClientSession, host: str) -> None:
    async with door.get("/modems", headers={"Host": host}) as response:
        answer = await response.json()

    assert (response.status, answer["field"]) == (403, "Host")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
async def test_a_foreign_page_changes_nothing(rack: Rack, door: aiohttp.ClientSession, origin: str) -> None:
    for method, path in (("POST", "/modems/0/unplug"), ("POST", "/page/messages"), ("DELETE", "/network/rules")):
        async with door.request(method, path, headers={"Origin": origin}) as response:
            assert (response.status, (await response.json())["field"]) == (403, "Origin")

    assert rack.is_plugged(0)


async def test_its_own_page_may_change_things(rack: Rack, door: aiohttp.ClientSession, at: str) -> None:
    async with door.post("/modems/0/unplug", headers={"Origin": at}) as response:
        assert response.status == 200

    assert not rack.is_plugged(0)


@pytest.mark.parametrize("path", ["/", "/modems", "/nowhere", "/vendor/htmx.min.js", "/openapi.json"])
async def test_every_answer_forbids_what_is_foreign(door: aiohttp.ClientSession, path: str) -> None:
    async with door.get(path) as response:
        policy = response.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
