"""Another program that has a port open, without any lock."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PROGRAM = "import sys; port = open(sys.argv[1], 'rb', buffering=0); print('open', flush=True); sys.stdin.read()"


@contextmanager
def holding(port: str) -> Iterator[int]:
    """Run the program for as long as the context lasts; give its process number."""
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, port], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.communicate("")
