"""A small radio: a modem whose answers a test chooses, and that keeps what it was given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.core.span import SpanHealth
from gateway.core.ussd import UssdReply
from gateway.dispatch.radio import (
    Accepted,
    Identity,
    Lost,
    RadioEvent,
    Ready,
    Received,
    StoredAt,
    SubmitResult,
)
from modem.pdu import Submit, decode_submit
from tests.support.waiting import until


class FakeRadio:
    """Fits `gateway.dispatch.radio.Radio`.

    Each submit waits in `asked` until the test (or `auto`) answers it. `slots` are the messages in
    its storage, which it deletes if it `can_delete`; `acknowledged` counts acknowledgements, which it gives on if it
    `can_acknowledge`. `hints` are those of the submits; without `is_on_air` a submit never gets as far as its Ctrl-Z.
    """

    def __init__(self, url: str, on_event: Callable[[RadioEvent], None], *, identity: Identity, auto: bool) -> None:
        self.url = url
        self.identity = identity
        self.auto = auto
        self.sent: list[Submit] = []
        self.asked: asyncio.Queue[tuple[Submit, asyncio.Future[SubmitResult]]] = asyncio.Queue()
        self.slots: dict[StoredAt, bytes] = {}
        self.can_delete = True
        self.refused_deletes = 0
        self.can_begin_delete = asyncio.Event()
        self.can_begin_delete.set()
        self.can_acknowledge = True
        self.acknowledged = self.released = 0
        self.is_on_air = True
        self.hints: list[bool] = []
        self.ussd_asked: list[tuple[str, bool]] = []
        self.ussd_replies: asyncio.Queue[UssdReply] = asyncio.Queue()
        self.ussd_cancelled = 0
        self.listen_first_s = 0.0
        self.is_closed = asyncio.Event()
        self._on_event = on_event
        self._mr = 0
        self._under_way: asyncio.Future[SubmitResult] | None = None

    @property
    def health(self) -> SpanHealth:
        return SpanHealth(model=self.identity.model, accepted=len(self.sent))

    def release(self) -> None:
        self.released += 1

    async def run(self) -> None:
        await self.is_closed.wait()

    def ready(self) -> None:
        self._on_event(Ready(identity=self.identity))

    def tell(self, event: RadioEvent) -> None:
        self._on_event(event)

    def lose(self, result: SubmitResult | None = None) -> None:
        """The port is gone; a submit under way ends with `result`."""
        self._on_event(Lost(reason="unplugged"))
        if result is not None and self._under_way is not None and not self._under_way.done():
            self._under_way.set_result(result)

    def store(self, tpdu: bytes, index: int) -> StoredAt:
        stored = StoredAt(memory="SM", index=index)
        self.slots[stored] = tpdu
        self._on_event(Received(tpdu=tpdu, smsc="+491710760000", stored=stored))
        return stored

    def route(self, tpdu: bytes) -> None:
        self._on_event(Received(tpdu=tpdu, smsc="", stored=None))

    async def submit(self, tpdu: bytes, *, is_more_coming: bool, on_air: Callable[[], None]) -> SubmitResult:
        submit = decode_submit(tpdu)
        self.hints.append(is_more_coming)
        if self.is_on_air:
            on_air()
        self.sent.append(submit)
        if self.auto:
            self._mr = (self._mr + 1) % 256
            await asyncio.sleep(0)
            return Accepted(mr=self._mr)
        self._under_way = asyncio.get_running_loop().create_future()
        self.asked.put_nowait((submit, self._under_way))
        return await self._under_way

    async def asked_once(self) -> None:
        """Wait until a submit is under way, and leave it so."""
        await until(lambda: self._under_way is not None)

    async def answer(self, result: SubmitResult) -> Submit:
        """Answer the next submit; gives what it was."""
        async with asyncio.timeout(5):
            submit, future = await self.asked.get()
        future.set_result(result)
        return submit

    async def delete(self, stored: StoredAt) -> bool:
        await self.can_begin_delete.wait()
        if not self.can_delete:
            self.refused_deletes += 1
            return False
        self.slots.pop(stored, None)
        return True

    async def acknowledge(self) -> bool:
        self.acknowledged += self.can_acknowledge
        return self.can_acknowledge

    async def ussd(self, text: str, *, is_answer: bool, timeout_s: float) -> UssdReply:
        self.ussd_asked.append((text, is_answer))
        return await self.ussd_replies.get()

    async def cancel_ussd(self) -> None:
        self.ussd_cancelled += 1

    async def close(self) -> None:
        self.is_closed.set()
