"""A customer's HTTP server that keeps what it was told."""

from __future__ import annotations

import asyncio

from aiohttp import web

from tests.support.ports import free_port


class PushReceiver:
    """Listens on a port of its own between `start` and `stop`; keeps the queries, or forms, in order of arrival."""

    def __init__(self) -> None:
        self.port = free_port()
        self.pushes: list[dict[str, str]] = []
        self._arrived = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/push", self._push)
        app.router.add_post("/push", self._push)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _push(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.pushes.append({name: str(value) for name, value in {**request.query, **form}.items()})
        self._arrived.set()
        return web.Response()

    async def until(self, count: int, *, timeout_s: float) -> list[dict[str, str]]:
        """Give the pushes once there are `count`."""
        try:
            async with asyncio.timeout(timeout_s):
                while len(self.pushes) < count:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(f"{len(self.pushes)} of {count} pushes: {self.pushes}") from None
        return self.pushes

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
