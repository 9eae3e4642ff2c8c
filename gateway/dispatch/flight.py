"""Which attempt of each span reached its modem, in a file that outlives the process.

An attempt is in the store before the modem hears of it. If the process is killed in between, nothing went out, and the
next one need not wait for evidence: it finds no mark here. The mark is written just before the PDU and Ctrl-Z, and not
synced: it counts for a process that was killed, while the system went on, which the system's boot id tells.

The file: 64 octets of boot id, then 8 octets for each port, the newest attempt that it was marked for.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from gateway.core.types import AttemptId, Port

log = structlog.get_logger(__name__)

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_HEAD_OCTETS: Final = 64
_MARK_OCTETS: Final = 8


class Flight:
    """`open` first; then `mark` each attempt before its PDU is written."""

    def __init__(self, path: Path, *, boot_id: Path = BOOT_ID) -> None:
        self._path = path
        self._boot_id = boot_id
        self._descriptor = -1
        self._left: bytes | None = None

    def open(self) -> None:
        """Read the marks that an earlier process left since the system was started. OSError when there can be none."""
        head = self._read_boot_id().ljust(_HEAD_OCTETS, b"\0")
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        written = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)
        if head.strip(b"\0") and written[:_HEAD_OCTETS] == head:
            self._left = written[_HEAD_OCTETS:]
            return
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, head, 0)

    def close(self) -> None:
        """End in good order: there is nothing to tell the next process."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._path.unlink(missing_ok=True)

    def mark(self, port: Port, attempt_id: AttemptId) -> None:
        """Note that from now on the attempt may be on the air."""
        if self._descriptor < 0:
            return
        try:
            os.pwrite(self._descriptor, attempt_id.to_bytes(_MARK_OCTETS, "little"), _place_of(port))
        except OSError as error:
            # Without this mark the next process would take the attempt for unsent: better it has no marks at all.
            log.warning("attempts are not marked any more", action="flight", reason=str(error))
            self.close()

    def was_never_out(self, port: Port, attempt_id: AttemptId) -> bool:
        """Tell whether an attempt that an earlier process left open certainly did not reach its modem."""
        if self._left is None:
            return False
        at = _place_of(port) - _HEAD_OCTETS
        newest = int.from_bytes(self._left[at : at + _MARK_OCTETS], "little")
        # A newer one than the store knows of: the store is an older copy, and the marks are not about it.
        return newest < attempt_id

    def _read_boot_id(self) -> bytes:
        try:
            return self._boot_id.read_bytes().strip()
        except OSError:
            return b""


def _place_of(port: Port) -> int:
    return _HEAD_OCTETS + port * _MARK_OCTETS
