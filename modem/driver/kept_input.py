"""What is read from a port, in memory that outlives the process until it has been acted upon.

A routed message or report is said only once, and the port has forgotten it when it is read: a process that is killed
between its read and its first look at the octets would take them along. So they are read into a file that is mapped
into memory. Nothing is synced: after a restart of the system, which the boot id tells, nothing of it counts.

The file: 64 octets of boot id, then the octets, then NULs, which a modem has no reason to say.
"""

from __future__ import annotations

import asyncio
import mmap
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from modem.at.lines import without_prompts

if TYPE_CHECKING:
    from modem.driver.link import Link

log = structlog.get_logger(__name__)

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
MOST_KEPT_OCTETS: Final = 10240
"""More than the longest that is heard only in part: a line and the first line of its message."""
_HEAD_OCTETS: Final = 64
_SIZE: Final = 4 * 4096
_MOST_READ_OCTETS: Final = 4096


class KeptInput:
    """The input of one port. `left` is what an earlier process read and did not act upon, to be heard first."""

    def __init__(self, path: Path, *, boot_id: Path = BOOT_ID) -> None:
        """Open or make the file, and its folder. OSError when it cannot be had, or the disk has no room for it."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        head = boot_id.read_bytes().strip().ljust(_HEAD_OCTETS, b"\0")[:_HEAD_OCTETS]
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            # A hole in the file would be a fault at the first read, should the disk be full by then.
            os.posix_fallocate(descriptor, 0, _SIZE)
            self._octets = mmap.mmap(descriptor, _SIZE)
        finally:
            os.close(descriptor)
        if self._octets[:_HEAD_OCTETS] != head:
            self._octets[:] = head.ljust(_SIZE, b"\0")
        kept = self._octets[_HEAD_OCTETS:].rstrip(b"\0")
        self._end = _HEAD_OCTETS + len(kept)
        self.left = kept.replace(b"\0", b"")

    def read(self, descriptor: int) -> bytes:
        """Read what is there, behind what is kept as long as there is room; OSError as of os.read."""
        start = self._end
        if start + _MOST_READ_OCTETS > _SIZE:
            return os.read(descriptor, _MOST_READ_OCTETS)
        count = os.readv(descriptor, [memoryview(self._octets)[start : start + _MOST_READ_OCTETS]])
        self._end += count
        return self._octets[start : self._end]

    def keep_only(self, rest: bytes) -> None:
        """Forget what was read but `rest`, of which the end has not come yet; more than MOST_KEPT_OCTETS is noise."""
        if len(rest) > MOST_KEPT_OCTETS:
            rest = b""
        block = rest.ljust(self._end - _HEAD_OCTETS, b"\0")
        self._octets[_HEAD_OCTETS : _HEAD_OCTETS + len(block)] = block
        self._end = _HEAD_OCTETS + len(rest)


class Ear:
    """Hears a port for a link, and keeps what it reads in the file `path` while the link acts upon it.

    With `is_for_another` all of it stays there for whoever opens the port next.
    """

    def __init__(self, link: Link, path: Path | None, *, is_for_another: bool = False) -> None:
        self._link = link
        self._path = path
        self._is_for_another = is_for_another
        self._kept: KeptInput | None = None

    def begin(self) -> None:
        """Begin to keep, now that the port is open and before anything is read from it.

        First the link hears what an earlier process left, as soon as whoever was to run before has run. The prompts
        among it may have been answered, and tell nothing.
        """
        if self._path is None:
            return
        try:
            self._kept = KeptInput(self._path)
        except OSError as error:
            reason = str(error)
            log.warning("what is read would not survive a crash", action="kept", port=self._link.name, reason=reason)
            return
        if self._kept.left and not self._is_for_another:
            asyncio.get_running_loop().call_soon(self.hear, without_prompts(self._kept.left))

    def read(self, descriptor: int) -> bytes:
        """Read what is there; OSError as of os.read."""
        return os.read(descriptor, _MOST_READ_OCTETS) if self._kept is None else self._kept.read(descriptor)

    def hear(self, data: bytes) -> None:
        """Take octets from the port."""
        half_heard = self._link.receive_data(data)
        if self._kept is not None and not self._is_for_another:
            self._kept.keep_only(half_heard)

    def end(self) -> None:
        """Keep nothing: the port is lost, and with it the end of what is half heard, or nobody will open it."""
        if self._kept is not None:
            self._kept.keep_only(b"")
