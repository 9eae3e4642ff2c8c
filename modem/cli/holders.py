"""Names the programs that have a port open, as far as the system lets us see them (Linux, /proc)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PROCESSES = Path("/proc")


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """A process that has the port open."""

    pid: int
    program: str

    def __str__(self) -> str:
        return f"{self.program} (pid {self.pid})"


def holders(path: str) -> list[Holder]:
    """Return the processes, but for this one, that have the device behind `path` open; those of others only as root."""
    device = os.path.realpath(path)
    found = [
        Holder(pid=int(process.name), program=_program(process))
        for process in _PROCESSES.glob("[0-9]*")
        if int(process.name) != os.getpid() and _has_open(process, device)
    ]
    return sorted(found, key=lambda holder: holder.pid)


def _has_open(process: Path, device: str) -> bool:
    try:
        return any(_target(link) == device for link in (process / "fd").iterdir())
    except OSError:  # it ended, or is another user's
        return False


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed while we looked
        return ""


def _program(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "a program that has just ended"
