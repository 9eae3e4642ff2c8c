"""Watches the disk under the database: when it is nearly full, new messages are refused while the old are finished.

Looked at where something happens anyway (a commit, a request), at most once a second. Free pages inside the database
count as free disk, or a box would refuse for ever whose old messages were deleted; but the write-ahead log lies
outside, and needs `LOG_OCTETS`.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = structlog.get_logger(__name__)

MB: Final = 1_000_000
LOOK_EVERY_S: Final = 1.0
USUAL_OCTETS: Final = 200 * MB
USUAL_SHARE: Final = 0.05
LOG_OCTETS: Final = 64 * MB
ENDS_AT_PERCENT: Final = 110
"""It is over when so much of what must be free is free, so that it does not begin again at once."""


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Octets of a file system: in all, and free for us."""

    total: int
    free: int


def read_space(folder: Path) -> DiskSpace:
    """Ask the system about the file system of `folder`."""
    found = os.statvfs(folder)
    return DiskSpace(total=found.f_blocks * found.f_frsize, free=found.f_bavail * found.f_frsize)


class DiskWatch:
    """Whether the disk is nearly full; `min_free_octets` None is `USUAL_OCTETS`, or `USUAL_SHARE` of a small disk."""

    def __init__(
        self,
        folder: Path,
        *,
        min_free_octets: int | None = None,
        read: Callable[[Path], DiskSpace] = read_space,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.space = DiskSpace(total=0, free=0)
        self.spare_octets = 0
        """Free pages inside the database, as whoever can read them says."""
        self.is_low = False
        self._folder = folder
        self._asked_octets = min_free_octets
        self._read = read
        self._monotonic = monotonic
        self._look_at = float("-inf")

    @property
    def wanted_octets(self) -> int:
        """How much must be free; 0 when nobody cares."""
        if self._asked_octets is not None:
            return self._asked_octets
        return min(USUAL_OCTETS, int(self.space.total * USUAL_SHARE))

    def look(self) -> bool:
        """Look at the disk if a second has passed since the last time; whether it did."""
        now = self._monotonic()
        if now < self._look_at or self._asked_octets == 0:
            return False
        self._look_at = now + LOOK_EVERY_S
        try:
            self.space = self._read(self._folder)
        except OSError as error:
            # Whoever asks is in the middle of something else; a disk that is gone makes itself known to the writer.
            log.warning("the disk does not say how full it is", action="disk unknown", reason=str(error))
            return True
        self._judge()
        return True

    def _judge(self) -> None:
        wanted, free = self.wanted_octets, self.space.free
        # What is inside the file helps only while the log has room.
        usable = free + self.spare_octets if free >= min(wanted, LOG_OCTETS) else free
        was_low, self.is_low = self.is_low, usable < (wanted * ENDS_AT_PERCENT // 100 if self.is_low else wanted)
        if self.is_low and not was_low:
            log.error(
                "the disk is nearly full: new messages are refused, those that wait are sent; free some space",
                action="disk",
                folder=str(self._folder),
                free_mb=free // MB,
                wanted_mb=wanted // MB,
            )
        elif was_low and not self.is_low:
            log.warning("the disk has room again: new messages are taken", action="disk over", free_mb=free // MB)
