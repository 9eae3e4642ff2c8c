"""The gateway with somebody who looks now and then what its threads are doing; a process of its own.

`python -m tests.bench.sampler FILE serve …` is `gsm-gateway serve …`. The first SIGUSR2 begins the looking, the second
ends it and writes to FILE, by part of the program, the processor time in seconds: each thread's own, by the system's
account, shared out as often as its stack was found in a part.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final

import gateway.cli

EVERY_S: Final = 0.004
# The first that a frame's file has in it counts; the stack is looked through from the innermost frame on.
PARTS: Final = (
    ("/json/", "JSON"),
    ("/structlog/", "log"),
    ("/logging/", "log"),
    ("/gateway/api/auth.py", "who calls"),
    ("/gateway/service/accounts.py", "who calls"),
    ("/gateway/service/proofs.py", "who calls"),
    ("/gateway/api/params.py", "fields"),
    ("/gateway/api/intake.py", "fields"),
    ("/gateway/api/names.py", "fields"),
    ("/gateway/api/server.py", "HTTP"),
    ("/gateway/api/listener.py", "HTTP"),
    ("/gateway/api/", "dialect"),
    ("/aiohttp/", "HTTP"),
    ("/yarl/", "HTTP"),
    ("/gateway/service/", "service and core"),
    ("/gateway/core/", "service and core"),
    ("/gateway/directory/", "service and core"),
    ("/gateway/store/", "store"),
    ("/aiosqlite/", "store"),
    ("/gateway/dispatch/", "dispatch"),
    ("/gateway/modem_", "dispatch"),
    ("/gateway/callbacks/", "callbacks"),
    ("/modem/pdu/", "PDU"),
    ("/modem/ports/", "ports"),
    ("/modem/", "driver"),
)
ELSE: Final = "event loop and the rest"
# A thread whose innermost frame is one of these waits.
WAITS: Final = {("selectors.py", "select"), ("core.py", "_connection_worker_thread"), ("thread.py", "_worker")}


class Sampler:
    """Looks at all threads whenever the process has used the processor for a while.

    Not from a thread of its own: that one would get Python's lock mostly where others give it away, in system calls.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: dict[int, Counter[str]] = {}
        self._began_s: dict[int, float] = {}

    def toggle(self, _number: int, _frame: FrameType | None) -> None:
        """Begin, or end and write."""
        if not self._began_s:
            self._began_s = _cpu_s()
            signal.signal(signal.SIGPROF, self._look)
            signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
            return
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._file.write_text(json.dumps(self._shares()), encoding="utf-8")

    def _look(self, _number: int, interrupted: FrameType | None) -> None:
        frames: dict[int, FrameType | None] = {**sys._current_frames(), threading.get_ident(): interrupted}
        for thread, frame in frames.items():
            part = part_of(frame)
            if part is not None:
                self._seen.setdefault(thread, Counter())[part] += 1

    def _shares(self) -> dict[str, float]:
        shares: Counter[str] = Counter()
        for thread, ended_s in _cpu_s().items():
            seen = self._seen.get(thread, Counter())
            for part, count in seen.items():
                spent_s = ended_s - self._began_s.get(thread, 0.0)
                shares[part] += spent_s * count / seen.total()  # type: ignore[assignment]  # a Counter of seconds
        return dict(shares)


def part_of(frame: FrameType | None) -> str | None:
    """Give the part of the program that a stack is in, None when it waits."""
    if frame is not None and (Path(frame.f_code.co_filename).name, frame.f_code.co_name) in WAITS:
        return None
    while frame is not None:
        file = frame.f_code.co_filename
        for piece, part in PARTS:
            if piece in file:
                return part
        frame = frame.f_back
    return ELSE


def _cpu_s() -> dict[int, float]:
    threads = [thread.ident for thread in threading.enumerate() if thread.ident is not None]
    return {thread: time.clock_gettime(time.pthread_getcpuclockid(thread)) for thread in threads}


if __name__ == "__main__":
    sampler = Sampler(Path(sys.argv.pop(1)))
    signal.signal(signal.SIGUSR2, sampler.toggle)
    gateway.cli.main()
