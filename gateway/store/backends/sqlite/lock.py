"""One process per database file."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from gateway.errors import StoreBusyError, StoreError

if TYPE_CHECKING:
    from pathlib import Path


class FileLock:
    """An exclusive lock on a file beside the database that dies with the process.

    A file of its own, because SQLite drops its own locks on the database when any descriptor of it
    is closed in the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock; StoreBusyError names the process that has it."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self._path}: {error.strerror}; the folder must exist and belong to the gateway's user, with room"
                " on a disk that is mounted for writing"
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise StoreBusyError(
                f"{self._path} is held by the process {holder}: one gateway per database, end that one first"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let it go; the file stays, for removing it would let two processes lock different files."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
