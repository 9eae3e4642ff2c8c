"""The least program that drives a modem, so that it costs little beside it: nothing of an answer is decoded."""

from __future__ import annotations

import asyncio
import os
import time
from types import TracebackType

from modem.pdu import Address, format_pdu, plan, submits

_TPDU = submits(plan("Hello from the bench, forty characters.."), Address.parse("+491711234567"), concat_ref=0)[
    0
].encode()
COMMAND = b"AT+CMGS=%d\r" % len(_TPDU)
BODY = format_pdu(_TPDU).encode() + b"\x1a"


class AtClient:
    """One open serial port; use it as a context."""

    def __init__(self, port: str) -> None:
        self._fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._loop = asyncio.get_running_loop()
        self._heard = b""
        self._end = b""
        self._answer: asyncio.Future[None] | None = None
        self._loop.add_reader(self._fd, self._read)

    def __enter__(self) -> AtClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    async def ask(self, octets: bytes, end: bytes = b"OK\r\n") -> float:
        """Write, wait until the answer ends so, and give the seconds that took."""
        self._heard, self._end, self._answer = b"", end, self._loop.create_future()
        began = time.perf_counter()
        os.write(self._fd, octets)
        await self._answer
        return time.perf_counter() - began

    async def send(self) -> None:
        """Send one message without a report."""
        await self.ask(COMMAND, b"> ")
        await self.ask(BODY)

    def _read(self) -> None:
        self._heard += os.read(self._fd, 65536)
        if self._answer is None or self._answer.done():
            return
        if self._heard.endswith(self._end):
            self._answer.set_result(None)
        elif b"ERROR" in self._heard:
            self._answer.set_exception(AssertionError(self._heard.decode("latin-1")))
