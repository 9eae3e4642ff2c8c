"""Routed TPDUs between port and store, kept in a file that outlives the process.

A routed message or report is said only once, and most modems have acknowledged it to the network before we read it.
Between the read and the commit only this file knows it. It is written but not synced: it is meant for a process that is
killed, since in a power cut a sync here would come no sooner than that of the store.

The file holds JSON lines: one for each TPDU that was read, and one with its number once the store has it.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any

import structlog

from gateway.dispatch.radio import Received

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

EMPTIED_AT_OCTETS = 65536
"""A file without anything to keep is emptied when it is as long as this."""


class Spool:
    """`open` first; then `keep` what is read and `release` it when it is durable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1
        self._length = 0
        self._last = 0
        # By identity: two equal reports are two. The object is held so that its identity is not given to another.
        self._kept: dict[int, tuple[int, Received]] = {}
        self._leftovers: dict[str, list[Received]] = {}

    def open(self) -> None:
        """Read what an earlier process left, and go on behind it. OSError when the file cannot be had.

        Nothing is written anew: killed in the middle of that, or on a full disk, it would be lost.
        """
        written = b""
        with contextlib.suppress(FileNotFoundError):
            written = self._path.read_bytes()
        left: dict[int, tuple[str, Received]] = {}
        for line in written.splitlines():
            self._last = max(self._last, _read_line(line, left))
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        for number, (url, received) in left.items():
            self._leftovers.setdefault(url, []).append(received)
            self._kept[id(received)] = number, received
        self._length = len(written)
        if not left:
            self._empty()
        elif not written.endswith(b"\n"):
            self._put(b"\n")
        if left:
            log.info("kept by an earlier process", action="spool", tpdus=len(left))

    def close(self) -> None:
        """Let go of the file; what is kept stays in it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def leftovers(self, url: str) -> list[Received]:
        """Give what an earlier process read from the port and did not bring into the store; once."""
        return self._leftovers.pop(url, [])

    def keep(self, url: str, received: Received) -> None:
        """Keep a routed TPDU until `release`; a stored one is safe in its slot."""
        if received.stored is not None:
            return
        self._last += 1
        self._kept[id(received)] = self._last, received
        self._write(n=self._last, url=url, tpdu=received.tpdu.hex(), smsc=received.smsc)

    def release(self, received: Received) -> None:
        """The store has it."""
        if id(received) not in self._kept:
            return
        number, _ = self._kept.pop(id(received))
        if not self._kept and self._length >= EMPTIED_AT_OCTETS:
            self._empty()
        else:
            self._write(done=number)

    def _empty(self) -> None:
        os.ftruncate(self._descriptor, 0)
        self._length = 0

    def _write(self, **fields: Any) -> None:
        self._put(json.dumps(fields).encode() + b"\n")

    def _put(self, line: bytes) -> None:
        try:
            self._length += os.write(self._descriptor, line)
        except OSError as error:
            # A full disk: the store rides it out and has the TPDU in memory meanwhile.
            log.warning("a received TPDU would not survive a crash now", action="spool", reason=str(error))


def _read_line(line: bytes, left: dict[int, tuple[str, Received]]) -> int:
    """Take a line into account; gives its number, 0 of one that cannot be read."""
    try:
        fields = json.loads(line)
        if "done" in fields:
            left.pop(fields["done"], None)
            return int(fields["done"])
        received = Received(tpdu=bytes.fromhex(fields["tpdu"]), smsc=fields["smsc"], stored=None)
        left[fields["n"]] = (fields["url"], received)
        return int(fields["n"])
    except (ValueError, KeyError, TypeError) as error:
        log.warning("a line of the spool is unreadable", action="spool", reason=str(error))
        return 0
