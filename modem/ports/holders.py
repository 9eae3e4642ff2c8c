"""Names the programs that have a serial port, as far as the system lets us see them (Linux, /proc and /run/lock).

Four things show that somebody has a port: an open descriptor of another process, a lock by flock(2), a lock file of the
UUCP kind (`/run/lock/LCK..ttyUSB2`, the process number in it), and TIOCEXCL, which only an open that fails with EBUSY
shows. The descriptors of another user's process are visible to root only, locks and lock files to everyone; in a unit
with ProcSubset=pid not even the locks, with ProtectProc=invisible no names. Who made a PTY is no holder of it but its
other end.
"""

from __future__ import annotations

import os
import stat
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROCESSES: Final = Path("/proc")
_LOCK_FOLDERS: Final = (Path("/run/lock"), Path("/var/lock"))
# Where systemd keeps the processes of ModemManager's unit (cgroup v2, v1): readable by everyone.
_MODEM_MANAGER: Final = (
    Path("/sys/fs/cgroup/system.slice/ModemManager.service/cgroup.procs"),
    Path("/sys/fs/cgroup/systemd/system.slice/ModemManager.service/cgroup.procs"),
)
_BINARY_PID: Final = struct.Struct("=i")
_MEMORY_DEVICES: Final = 1  # major number
_PTMX: Final = "/ptmx"
_PTS: Final = "/dev/pts/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """A process that has the port."""

    pid: int
    program: str

    def __str__(self) -> str:
        return f"{self.program} (pid {self.pid})"


def holders(path: str) -> list[Holder]:
    """Return the processes, but for this one, that have the device behind `path`, by open descriptor or by lock."""
    device = os.path.realpath(path)
    if not _can_be_held(device):
        return []
    found = {*_who_has_it_open(device), *_who_locked_it(device), *_lock_file_owners(path, device)} - {os.getpid()}
    return [Holder(pid=pid, program=_program(pid)) for pid in sorted(found)]


def who_holds(path: str) -> str:
    """Return in words who has the device behind `path`, "" when nobody that can be seen has it."""
    found = holders(path)
    return f"{os.path.realpath(path)} is held by {', '.join(map(str, found))}" if found else ""


def who_may_hold(path: str) -> str:
    """Return in words who has a device that refuses us, or who may have it where nobody can be seen."""
    suspects = ", ".join(f"ModemManager (pid {pid})" for pid in _modem_manager())
    guess = "which cannot be seen" if os.geteuid() == 0 else "which only root can see"
    if suspects:
        guess = f"perhaps {suspects}, which is running"
    return who_holds(path) or f"{os.path.realpath(path)} is held by another program, {guess}"


def _can_be_held(device: str) -> bool:
    """Tell whether it is a device at all, and none of those that everybody has open, as /dev/null."""
    try:
        status = Path(device).stat()
    except OSError:
        return False
    return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) != _MEMORY_DEVICES


def _who_has_it_open(device: str) -> Iterator[int]:
    index = device.removeprefix(_PTS) if device.startswith(_PTS) else None
    for process in _PROCESSES.glob("[0-9]*"):
        if _has_open(process, device) and (index is None or not _is_other_end(process, index)):
            yield int(process.name)


def _has_open(process: Path, device: str) -> bool:
    try:
        return any(_target(link) == device for link in (process / "fd").iterdir())
    except OSError:  # it ended, or is another user's
        return False


def _is_other_end(process: Path, index: str) -> bool:
    """Tell whether a process has the master of the PTY with this number: proc(5), fdinfo, tty-index."""
    with suppress(OSError):
        for link in (process / "fd").iterdir():
            if _target(link).endswith(_PTMX):
                with suppress(OSError):
                    lines = (process / "fdinfo" / link.name).read_text().splitlines()
                    if any(line.split() == ["tty-index:", index] for line in lines):
                        return True
    return False


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed while we looked
        return ""


def _who_locked_it(device: str) -> Iterator[int]:
    """Yield who has a lock on the device's file; proc_locks(5): 1: FLOCK ADVISORY WRITE 812 00:06:1234 0 EOF."""
    try:
        status = Path(device).stat()
        lines = (_PROCESSES / "locks").read_text().splitlines()
    except OSError:
        return
    wanted = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in lines:
        words = line.split()
        # A lock that is waited for has -> behind its number. A pid below 1 is a process that we cannot see.
        if "->" not in words and wanted in words and (pid := int(words[4])) > 0:
            yield pid


def _lock_file_owners(path: str, device: str) -> Iterator[int]:
    """Yield who left a lock file for the port and is alive; the name may be of the link or of the device."""
    for name in {Path(path).name, Path(device).name}:
        for folder in _LOCK_FOLDERS:
            try:
                octets = (folder / f"LCK..{name}").read_bytes()
            except OSError:
                continue
            pid = _pid(octets)
            if pid is not None and _is_alive(pid):
                yield pid


def _is_alive(pid: int) -> bool:
    """Tell whether a process is there; also one that /proc hides from us, as in a unit with ProtectProc=invisible."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _pid(octets: bytes) -> int | None:
    """Read a lock file: the number in figures (HDB), or as four octets (old UUCP); None for anything else."""
    word = (octets.split() or [b""])[0]
    pid = 0
    if word.isdigit():
        pid = int(word)
    elif len(octets) == _BINARY_PID.size:
        pid = int(_BINARY_PID.unpack(octets)[0])
    return pid if pid > 0 else None


def _modem_manager() -> list[int]:
    for path in _MODEM_MANAGER:
        with suppress(OSError):
            return [int(word) for word in path.read_text().split()]
    return []


def _program(pid: int) -> str:
    """Return the program's name; that of a script, not that of its interpreter."""
    folder = _PROCESSES / str(pid)
    try:
        name = (folder / "comm").read_text().strip()
        words = (folder / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return "a program that cannot be seen"
    is_script = name.startswith("python") and len(words) > 1 and words[1] and not words[1].startswith(b"-")
    return Path(os.fsdecode(words[1])).name if is_script else name
