"""A small modem on a real PTY that says what a test tells it to say; it shares no code with what it tests.

It knows memories and +CMGS, because those have state; everything else is a table of answers, by default that of a
plain modem, or one read from a transcript (tests/modem/transcripts).
"""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from modem.at.transcript import Side, parse_transcript

if TYPE_CHECKING:
    from collections.abc import Callable

TRANSCRIPTS = Path(__file__).parent.parent / "modem" / "transcripts"

ICCID = "8949020000012345678"

PLAIN: dict[str, list[str]] = {
    "AT": ["OK"],
    "ATE0": ["OK"],
    "ATV1": ["OK"],
    "AT+CMEE=1": ["OK"],
    "AT+CFUN?": ["+CFUN: 1", "OK"],
    "AT+CGMI": ["Example", "OK"],
    "AT+CGMM": ["Scripted", "OK"],
    "AT+CGMR": ["1.0", "OK"],
    "AT+CGSN": ["490154203237518", "OK"],
    "AT+CCID": [f"+CCID: {ICCID}", "OK"],
    "AT+CPIN?": ["+CPIN: READY", "OK"],
    "AT+CIMI": ["262010000000001", "OK"],
    "AT+CMGF=0": ["OK"],
    "AT+CNMI=?": ["+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)", "OK"],
    "AT+CNMI=2,1,0,1,0": ["OK"],
    "AT+CNMI?": ["+CNMI: 2,1,0,1,0", "OK"],
    "AT+CPMS=?": ['+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")', "OK"],
    "AT+CREG=1": ["OK"],
    "AT+CREG?": ["+CREG: 1,1", "OK"],
    "AT+CSQ": ["+CSQ: 20,0", "OK"],
    "AT+COPS?": ['+COPS: 0,0,"Example Net"', "OK"],
}


@dataclass(frozen=True, kw_only=True)
class Wire:
    """How octets travel from the modem to us."""

    is_echoing: bool = False
    is_byte_by_byte: bool = False
    delay_s: float = 0.0
    noise: bytes = b""


WIRES = {
    "whole": Wire(),
    "byte at a time": Wire(is_byte_by_byte=True),
    "echo on": Wire(is_echoing=True),
    "echo, byte at a time": Wire(is_echoing=True, is_byte_by_byte=True),
    "delayed": Wire(delay_s=0.005),
    "noisy": Wire(noise=b"\0\r\n\0"),
}


@dataclass
class ScriptedModem:
    """One modem behind `link`, a stable name for whatever pts it has at the moment."""

    link: Path
    wire: Wire = field(default_factory=Wire)
    answers: dict[str, list[str]] = field(default_factory=lambda: dict(PLAIN))
    prompt: bytes = b"\r\n> "
    # What is said to a PDU; None: nothing. The default counts up the message reference.
    on_body: Callable[[str], list[str] | None] | None = None
    # Empty: no memories at all but what the answers say.
    memories: dict[str, dict[int, str]] = field(default_factory=lambda: {"SM": {}, "ME": {}})
    selected: str = "SM"
    is_silent: bool = False
    # Keeps silent at commands it does not know.
    is_ignoring: bool = False
    # What ends a command line; a program that reads whole lines waits for LF.
    line_end: bytes = b"\r"
    heard: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._master = self._slave = -1
        self._incoming = b""
        self._is_body = False
        self._mr = 0
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._changed = asyncio.Condition()
        self._writer: asyncio.Task[None] | None = None
        self._notices: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> ScriptedModem:
        self._writer = asyncio.create_task(self._write())
        self.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.unplug()
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    def plug(self) -> None:
        """Appear, as a new pts behind the old name."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        asyncio.get_running_loop().add_reader(self._master, self._read)
        fresh = self.link.with_suffix(".new")
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self.link)

    def unplug(self) -> None:
        """Vanish."""
        if self._master >= 0:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._slave)
            os.close(self._master)
            self._master = self._slave = -1
            self._incoming, self._is_body = b"", False
            self.link.unlink(missing_ok=True)

    def say(self, *lines: str) -> None:
        """Say lines unasked, or late."""
        self._send(b"".join(b"\r\n" + line.encode("latin-1") + b"\r\n" for line in lines))

    def say_raw(self, octets: bytes) -> None:
        """Say octets as they are."""
        self._send(octets)

    def say_pdu(self, header: str, pdu: str) -> None:
        """Say a URC of two lines."""
        self._send(f"\r\n{header}\r\n{pdu}\r\n".encode("latin-1"))

    async def until_heard(self, command: str, times: int = 1) -> None:
        """Return when `command` has come `times` times."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.heard.count(command) >= times)

    async def until_bodies(self, count: int) -> None:
        """Return when `count` PDUs have come."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.bodies) >= count)

    # -- octets --------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            data = os.read(self._master, 4096)
        except OSError:
            return
        if self.is_silent:
            self._note("")
            return
        for octet in data:
            self._take(bytes([octet]))

    def _take(self, octet: bytes) -> None:
        if self.wire.is_echoing:
            self._send(octet)
        if self._is_body and octet == b"\x1a":
            body, self._incoming, self._is_body = self._incoming.decode().strip(), b"", False
            self.bodies.append(body)
            self._note("")
            answer = self._accept() if self.on_body is None else self.on_body(body)
            self._send_answer(answer or [])
        elif octet == b"\x1b":
            if self._is_body:
                self._send_answer(["OK"])
            self._incoming, self._is_body = b"", False
        elif octet == self.line_end and not self._is_body:
            command, self._incoming = self._incoming.decode("latin-1").strip(), b""
            if command:
                self._obey(command)
        elif octet != b"\n":
            self._incoming += octet

    def _send(self, octets: bytes) -> None:
        self._outgoing.put_nowait(octets)

    def _send_answer(self, lines: list[str]) -> None:
        if lines and self.wire.noise:
            self._send(self.wire.noise)
        information, final = lines[:-1], lines[-1:]
        if information:
            self._send(("\r\n" + "\r\n".join(information) + "\r\n").encode("latin-1"))
        for line in final:
            self._send(f"\r\n{line}\r\n".encode("latin-1"))

    async def _write(self) -> None:
        while True:
            octets = await self._outgoing.get()
            if self.wire.delay_s:
                await asyncio.sleep(self.wire.delay_s)
            pieces = [octets[i : i + 1] for i in range(len(octets))] if self.wire.is_byte_by_byte else [octets]
            for piece in pieces:
                if self._master < 0:
                    break
                os.write(self._master, piece)
                await asyncio.sleep(0)

    def _note(self, command: str) -> None:
        if command:
            self.heard.append(command)

        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.get_running_loop().create_task(notify())
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)

    # -- commands ------------------------------------------------------------------------------------------------

    def _obey(self, command: str) -> None:
        self._note(command)
        name, _, parameters = command.partition("=")
        if command in self.answers:
            self._send_answer(self.answers[command])
        elif name == "AT+CMGS":
            self._is_body = True
            self._send(self.prompt)
        elif not self.memories:
            self._refuse()
        elif name == "AT+CPMS" and parameters:
            self._select([word.strip('"') for word in parameters.split(",")])
        elif command == "AT+CPMS?":
            self._send_answer(["+CPMS: " + ",".join([self._usage(quoted=True)] * 3), "OK"])
        elif command == "AT+CMGL=4":
            stored = self.memories[self.selected]
            self._send_answer(
                [f"+CMGL: {index},1,,{length_of(pdu)}\r\n{pdu}" for index, pdu in sorted(stored.items())] + ["OK"]
            )
        elif name == "AT+CMGR":
            pdu = self.memories[self.selected].get(int(parameters))
            self._send_answer(([f"+CMGR: 0,,{length_of(pdu)}\r\n{pdu}"] if pdu else []) + ["OK"])
        elif name == "AT+CMGD":
            self.memories[self.selected].pop(int(parameters), None)
            self._send_answer(["OK"])
        else:
            self._refuse()

    def _refuse(self) -> None:
        if not self.is_ignoring:
            self._send_answer(["ERROR"])

    def _select(self, names: list[str]) -> None:
        if any(name not in self.memories for name in names):
            self._send_answer(["+CMS ERROR: 302"])
            return
        self.selected = names[0]
        self._send_answer(["+CPMS: " + ",".join([self._usage(quoted=False)] * 3), "OK"])

    def _usage(self, *, quoted: bool) -> str:
        name = f'"{self.selected}",' if quoted else ""
        return f"{name}{len(self.memories[self.selected])},10"

    def _accept(self) -> list[str]:
        self._mr = (self._mr + 1) % 256
        return [f"+CMGS: {self._mr}", "OK"]


def length_of(pdu: str) -> int:
    """TPDU octets of a PDU line: all but the SMSC field."""
    octets = bytes.fromhex(pdu)
    return len(octets) - 1 - octets[0]


def read_transcript(name: str) -> tuple[dict[str, list[str]], list[str]]:
    """Return the answers and the boot lines of a transcript.

    What the modem says before the first line of the host are the boot lines; echoes and prompts are left out.
    """
    answers: dict[str, list[str]] = {}
    boot: list[str] = []
    lines = boot
    for passage in parse_transcript((TRANSCRIPTS / name).read_text("utf-8")):
        if passage.side is Side.HOST:
            lines = answers.setdefault(passage.text, [])
        elif passage.octets.endswith(b"\r\n"):
            lines.append(passage.text)
    return answers, boot
