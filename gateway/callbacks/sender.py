"""Sends what the callbacks outbox owes, as soon as it is due, until it is taken or given up."""

from __future__ import annotations

import asyncio
import contextlib
import random
from functools import partial
from typing import TYPE_CHECKING

import structlog

from gateway.callbacks.client import Client
from gateway.callbacks.lanes import Lanes, receiver_of
from gateway.core.callback import CallbackAnswer
from gateway.core.schedule import callback_delay_s
from gateway.core.types import EpochMs
from gateway.store.news import CallbackOwedNews
from gateway.store.outage import Outage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway.clock import Clock
    from gateway.config.settings import CallbacksSection
    from gateway.core.callback import CallbackRequest, OwedCallback
    from gateway.core.types import AccountId, CallbackId
    from gateway.store.backend import Store
    from gateway.store.news import News

    Render = Callable[[OwedCallback], Awaitable[CallbackRequest | None]]

log = structlog.get_logger(__name__)

BATCH = 128
LONGEST_SLEEP_S = 600.0
"""The wall clock may be set while we sleep."""


class CallbackSender:
    """The task behind the outbox: `start`, `stop`, `wait_failed`.

    It sleeps until the store has news or the next row is due. Rows of one message to one account and
    dialect go out in order; rows of different receivers never wait for each other.
    """

    def __init__(
        self,
        *,
        store: Store,
        settings: CallbacksSection,
        clock: Clock,
        render: Render,
        own_port: int = 0,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`render` gives the request of a row, None when nothing is owed any more; `jitter` gives 0..1."""
        self._store = store
        self._settings = settings
        self._clock = clock
        self._render = render
        self._own_port = own_port
        self._jitter = jitter
        self._busy: set[CallbackId] = set()
        self._outage = Outage()
        self._unreached: dict[str, set[tuple[AccountId, str]]] = {}
        self._wake = asyncio.Event()
        self._failure: asyncio.Future[None]
        self._client: Client
        self._lanes: Lanes
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None

    async def start(self) -> None:
        """Begin to send; the store is open."""
        self._failure = asyncio.get_running_loop().create_future()
        self._client = Client(self._settings, self._own_port)
        self._lanes = Lanes(
            per_receiver=self._settings.per_receiver,
            at_once=self._settings.workers,
            clock=self._clock,
            on_error=self._fail,
        )
        self._stop_listening = self._store.listen(self._hear)
        self._task = asyncio.create_task(self._run(), name="callbacks")

    async def stop(self) -> None:
        """Send no more; requests under way are dropped and made again after the next start."""
        if self._task is None or self._stop_listening is None:
            return
        self._stop_listening()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._lanes.stop()
        await self._client.close()

    async def wait_failed(self) -> None:
        """Return never; raises what broke the sender."""
        await asyncio.shield(self._failure)

    def _hear(self, news: News) -> None:
        if isinstance(news, CallbackOwedNews):
            self._wake.set()

    def _fail(self, error: BaseException) -> None:
        if not self._failure.done():
            self._failure.set_exception(error)
            self._failure.exception()  # marked as seen: nobody needs to wait for it

    async def _run(self) -> None:
        try:
            while True:
                self._wake.clear()
                busy = frozenset(self._busy)
                rows = await self._outage.ride_out(partial(self._due, busy))
                self._busy.update(row.id for row in rows)
                await asyncio.gather(*map(self._take, rows))
                if not rows:
                    await self._sleep(busy)
        except Exception as error:  # noqa: BLE001  (whoever waits for the sender gets it)
            self._fail(error)

    async def _due(self, busy: frozenset[CallbackId]) -> list[OwedCallback]:
        return await self._store.due_callbacks(self._clock.now_ms(), limit=BATCH, busy=busy)

    async def _sleep(self, busy: frozenset[CallbackId]) -> None:
        next_at = await self._outage.ride_out(lambda: self._store.next_callback_at(busy))
        wait_s = LONGEST_SLEEP_S
        if next_at is not None:
            wait_s = min(LONGEST_SLEEP_S, max(0.0, (next_at - self._clock.now_ms()) / 1000))
        # asyncio.wait_for of Python 3.11 swallows the cancellation that comes together with a wake-up.
        with contextlib.suppress(TimeoutError):  # something is due
            async with asyncio.timeout(wait_s):
                await self._wake.wait()

    async def _take(self, row: OwedCallback) -> None:
        """Render a row and put it into the lane of its receiver."""
        try:
            request = await self._render(row)
        except Exception:
            log.exception("callback cannot be rendered", action="callback", callback_id=row.id, kind=row.event)
            await self._retry(row, self._note("internal error"))
            return
        if request is None:
            await self._outage.ride_out(lambda: self._store.callback_done(row.id, self._clock.now_ms()))
            self._release(row)
            return
        wait_s = self._lanes.offer(request.url, partial(self._send, row, request))
        if wait_s:
            next_at = EpochMs(self._clock.now_ms() + int(wait_s * 1000))
            await self._outage.ride_out(lambda: self._store.callback_postpone(row.id, next_at=next_at))
            self._release(row)

    async def _send(self, row: OwedCallback, request: CallbackRequest) -> None:
        began_s = self._clock.monotonic()
        answer = await self._client.send(request, row.id)
        note = self._note(answer.text, began_s)
        if not answer.error:
            await self._outage.ride_out(lambda: self._store.callback_done(row.id, note.at, note))
            log.debug("callback taken", action="callback", callback_id=row.id, message_id=row.message_id)
            self._release(row)
            await self._receiver_is_back(request.url)
        elif request.is_once:
            await self._give_up(row, note)
        else:
            if answer.status is None:
                self._unreached.setdefault(receiver_of(request.url), set()).add((row.account_id, row.dialect))
            await self._retry(row, note)

    def _note(self, text: str, began_s: float | None = None) -> CallbackAnswer:
        took_s = 0.0 if began_s is None else self._clock.monotonic() - began_s
        return CallbackAnswer(at=self._clock.now_ms(), took_ms=round(took_s * 1000), text=text)

    async def _receiver_is_back(self, url: str) -> None:
        """What failed while the receiver was away need not wait for its own time, which may be half an hour off."""
        for account_id, dialect in self._unreached.pop(receiver_of(url), ()):
            make_due = partial(self._store.callbacks_due_now, account_id, dialect, self._clock.now_ms())
            await self._outage.ride_out(make_due)

    async def _retry(self, row: OwedCallback, answer: CallbackAnswer) -> None:
        now = self._clock.now_ms()
        delay_s = callback_delay_s(row.tries + 1, (now - row.created_at) / 1000, self._jitter())
        if delay_s is None:
            await self._give_up(row, answer)
            return
        next_at = EpochMs(now + int(delay_s * 1000))
        await self._outage.ride_out(
            lambda: self._store.callback_retry(row.id, next_at=next_at, error=answer.text, answer=answer)
        )
        log.info(
            "callback failed",
            action="callback",
            callback_id=row.id,
            message_id=row.message_id,
            error=answer.text,
            tries=row.tries + 1,
            again_in_s=round(delay_s),
        )
        self._release(row)

    async def _give_up(self, row: OwedCallback, answer: CallbackAnswer) -> None:
        await self._outage.ride_out(
            lambda: self._store.callback_given_up(row.id, now=self._clock.now_ms(), error=answer.text, answer=answer)
        )
        log.warning(
            "callback given up",
            action="callback",
            callback_id=row.id,
            message_id=row.message_id,
            error=answer.text,
            tries=row.tries + 1,
        )
        self._release(row)

    def _release(self, row: OwedCallback) -> None:
        """The store knows what became of the row: it, or the one that follows it, may go."""
        self._busy.discard(row.id)
        self._wake.set()
