"""Start, stop and the service manager: signals, readiness and watchdog (sd_notify)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from typing import TYPE_CHECKING

import structlog

from gateway.errors import StoreUnavailableError
from gateway.tuning import keep_what_is_there, tune_process

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from gateway.app import App

log = structlog.get_logger(__name__)


class Notifier:
    """Tells the service manager how we are; silent when there is none. Protocol: sd_notify(3)."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        is_ours = environment.get("WATCHDOG_PID") in {None, str(os.getpid())}
        usec = environment.get("WATCHDOG_USEC", "") if is_ours else ""
        self.watchdog_s = int(usec) / 1_000_000 if usec.isdigit() else None

    def send(self, state: str) -> None:
        """Send one datagram, e.g. `READY=1`."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            try:
                out.connect(self._address)
                out.send(state.encode())
            except OSError as error:
                log.warning("service manager not reached", action="notify", reason=str(error))


async def run(
    app: App,
    *,
    prepare: Callable[[App], Awaitable[None]],
    on_ready: Callable[[App], Awaitable[None]] | None = None,
) -> None:
    """Start `app` and run it until SIGTERM or SIGINT; raises what broke it.

    `prepare` is called once the store is open, before anybody can call; `on_ready` once the doors are.
    """
    tune_process()
    notifier = Notifier(os.environ)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await app.open()
        await prepare(app)
        await app.start()
        keep_what_is_there()
        notifier.send("READY=1")
        if on_ready is not None:
            await on_ready(app)
        await _until(stop, app, notifier)
        log.info("stopping", action="stop")
        notifier.send("STOPPING=1")
    finally:
        await app.stop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _until(stop: asyncio.Event, app: App, notifier: Notifier) -> None:
    tasks = {asyncio.ensure_future(work) for work in (stop.wait(), app.wait_broken(), _watchdog(app, notifier))}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watchdog(app: App, notifier: Notifier) -> None:
    """Feed the watchdog from the loop as long as the store answers; without one, wait for ever.

    A store that says what is wrong (disk full) is no reason to be restarted: that would only throw away
    the answers of modems that wait to be written.
    """
    if notifier.watchdog_s is None:
        await asyncio.Event().wait()
        return
    while True:
        try:
            await app.store.ping()
        except StoreUnavailableError as error:
            status = str(error)
        else:
            ready = sum(view.is_usable for view in app.board.views())
            status = f"{ready} of {len(app.board.ports())} spans ready"
        notifier.send(f"WATCHDOG=1\nSTATUS={status}")
        await asyncio.sleep(notifier.watchdog_s / 3)
