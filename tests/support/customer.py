"""The customer's HTTP server: keeps what it was told, and can be down, broken or asleep."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from aiohttp import web

from tests.support.ports import free_port


class Receiver:
    """Listens between `start` and `stop`; `mood` is ok, broken (500) or asleep (never answers).

    `on_told` is called when it has taken something, before it says so.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.mood = "ok"
        self.inbound: Counter[str] = Counter()
        self.statuses: Counter[tuple[str, str, str]] = Counter()
        self.on_told: Callable[[], None] | None = None
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/push", self._push)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _push(self, request: web.Request) -> web.Response:
        if self.mood == "broken":
            return web.Response(status=500)
        if self.mood == "asleep":
            await asyncio.sleep(3600)
            return web.Response(status=504)  # who asked has gone long ago
        query = request.query
        if "type" in query:
            self.statuses[query.get("phonenumber", ""), query["type"], query["status"]] += 1
        else:
            self.inbound[query["message"]] += 1
        if self.on_told is not None:
            self.on_told()
        return web.Response()

    def settings(self) -> dict[str, object]:
        """Push settings that lead here."""
        return {
            "enable": 1,
            "results_enable": 1,
            "reports_enable": 1,
            "url_host": "127.0.0.1",
            "url_port": str(self.port),
            "url_path": "/push",
        }
