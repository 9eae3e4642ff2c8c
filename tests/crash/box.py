"""The gateway's process with its files on a disk that may lose its power."""

from __future__ import annotations

import contextlib
import random
import shutil
from pathlib import Path
from typing import Final

from gateway.dispatch.flight import BOOT_ID
from tests.crash.disk import Disk
from tests.crash.trace import PROGRAM, replay, traced
from tests.support.box import Box
from tests.support.waiting import until

DATABASE: Final = "gateway.db"
INDEX: Final = f"{DATABASE}-shm"
"""Memory that the processes share; what a cut leaves of it is nothing to go by."""
FLIGHT: Final = f"{DATABASE}.flight"
INPUT: Final = f"{DATABASE}.input"
NAMES: Final = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-journal", FLIGHT, f"{DATABASE}.received")
TRACER_TIMEOUT_S: Final = 60.0


def can_cut() -> bool:
    """Tell whether this system has what power cuts want."""
    return shutil.which(PROGRAM) is not None


class CuttableBox(Box):
    """A box; what it does to its disk from a start with `is_traced` on can be undone by `cut_power`."""

    def __init__(self, folder: Path, *, ports: list[str], settings: str = "") -> None:
        super().__init__(folder, ports=ports, settings=settings)
        self.is_traced = False
        self._disk: Disk | None = None
        self._trace = folder / "trace"
        self._tracer: Path | None = None

    def command(self) -> list[str]:
        command = super().command()
        if not self.is_traced:
            self._disk = None
            return command
        self._trace.unlink(missing_ok=True)
        self._tracer = None
        self._disk = Disk(self._read())
        return traced(command, self._trace, self.folder, NAMES)

    def strike(self) -> None:
        self._note_tracer()
        super().strike()

    async def cut_power(self, chance: random.Random) -> None:
        """Kill it, and leave on the disk what a power cut would have left. AssertionError when the trace has gaps."""
        self.strike()
        await self.kill()
        assert self._disk is not None, "it was not traced"
        if self._tracer is not None:
            await until(lambda: not self._is_tracing(), timeout_s=TRACER_TIMEOUT_S)
        with self._trace.open(encoding="ascii") as lines:
            replay(lines, self._disk, self.folder, NAMES)
        seen, read = self._disk.seen(), self._read()
        # A call in which it was killed may have been done, or not; it was the last of its thread.
        odd = [name for name in NAMES if seen.get(name) != read.get(name)]
        assert len(odd) <= 1, f"the model has other octets than the disk in {odd}"
        self._write(self._disk.after_cut(chance))
        self._disk = None

    def _note_tracer(self) -> None:
        """Find out who writes the trace, as long as there is a process to ask."""
        if not self.is_traced or not self.is_running or self._tracer is not None:
            return
        with contextlib.suppress(FileNotFoundError):
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
            (tracer,) = (line.split()[1] for line in status.splitlines() if line.startswith("TracerPid:"))
            self._tracer = None if tracer == "0" else Path(f"/proc/{tracer}")

    def _is_tracing(self) -> bool:
        if self._tracer is None:
            return False
        try:
            return self._tracer.joinpath("comm").read_text(encoding="ascii").strip() == PROGRAM
        except (FileNotFoundError, ProcessLookupError):
            return False

    def _read(self) -> dict[str, bytes]:
        paths = (self.folder / name for name in NAMES)
        return {path.name: path.read_bytes() for path in paths if path.exists()}

    def _write(self, files: dict[str, bytes]) -> None:
        self.folder.joinpath(INDEX).unlink(missing_ok=True)
        shutil.rmtree(self.folder / INPUT, ignore_errors=True)  # of an earlier boot: what is in it does not count
        for name in NAMES:
            path = self.folder / name
            if name not in files:
                path.unlink(missing_ok=True)
                continue
            octets = files[name]
            path.touch(mode=0o600)
            path.write_bytes(_of_an_earlier_boot(octets) if name == FLIGHT else octets)


def _of_an_earlier_boot(octets: bytes) -> bytes:
    """The system was started anew in between: what the file says of that is never what the system says now.

    This system was not, so the file is changed instead.
    """
    boot_id = BOOT_ID.read_bytes().strip()
    return octets.replace(boot_id, bytes(reversed(boot_id)))
