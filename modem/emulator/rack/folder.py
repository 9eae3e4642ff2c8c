"""The directory that emulated modems have their links in: one emulator at a time."""

from __future__ import annotations

import errno
import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Folder:
    """A directory that is ours while it is taken; the lock dies with the process and leaves no file behind.

    A second emulator there would turn the links to its own modems, and those of the first would be gone for
    whoever opens them next.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def take(self) -> None:
        """Make the directory if need be and take it. OSError when that cannot be, or another emulator has it."""
        self._path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            message = "another emulator has its modems here: end that one, or take another directory"
            raise OSError(errno.EBUSY, message, str(self._path)) from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Let others have it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
