"""A plain program at the other end of a serial port: opens it, writes, and waits for what it expects."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from modem.pdu import Address, Submit, format_pdu, plan, submits

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

PATIENCE_S = 10.0


class Host:
    """An open port; use it as a context."""

    def __init__(self, port: Path | str) -> None:
        self.fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.is_lost = asyncio.Event()
        self._heard = bytearray()
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self.fd, self._read)

    def __enter__(self) -> Host:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.remove_reader(self.fd)
        os.close(self.fd)

    def write(self, octets: bytes) -> None:
        os.write(self.fd, octets)

    async def hear(self, wanted: bytes) -> bytes:
        """Wait until `wanted` was heard; return everything up to its end."""
        async with asyncio.timeout(PATIENCE_S):
            while wanted not in self._heard:
                self._news.clear()
                await self._news.wait()
        end = self._heard.index(wanted) + len(wanted)
        heard = bytes(self._heard[:end])
        del self._heard[:end]
        return heard

    async def ask(self, command: str) -> list[str]:
        """Give a command that succeeds; return the lines before OK."""
        self.write(b"AT" + command.encode() + b"\r")
        heard = await self.hear(b"\r\nOK\r\n")
        return [line for line in heard.decode("latin-1").split("\r\n") if line and not line.startswith("AT")][:-1]

    async def send(self, recipient: str, text: str) -> None:
        """Send a text in PDU mode."""
        for submit in submits(plan(text), Address.parse(recipient), concat_ref=9):
            await self._submit(submit)
            await self.hear(b"\r\nOK\r\n")

    async def begin_to_send(self, recipient: str, text: str) -> None:
        """Give a text of one part in PDU mode; return as soon as the modem has it and says so by its echo."""
        (submit,) = submits(plan(text), Address.parse(recipient), concat_ref=9)
        await self.hear(await self._submit(submit))

    async def _submit(self, submit: Submit) -> bytes:
        """Give a TPDU; return it as it was written."""
        tpdu = submit.encode()
        self.write(b"AT+CMGS=%d\r" % len(tpdu))
        await self.hear(b"\r\n> ")
        body = format_pdu(tpdu).encode()
        self.write(body + b"\x1a")
        return body

    def _read(self) -> None:
        try:
            octets = os.read(self.fd, 65536)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            self._loop.remove_reader(self.fd)
            self.is_lost.set()
        self._heard += octets
        self._news.set()
