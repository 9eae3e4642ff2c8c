"""A limit of open files is raised as far as the system lets us, and otherwise said."""

from __future__ import annotations

import subprocess
import sys

# In a process of its own: a hard limit that was lowered does not come back.
SCRIPT = """
import resource, sys
from modem.emulator.rack.file_limit import allow_files
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 512))
try:
    allow_files(int(sys.argv[1]))
except OSError as error:
    print(error.strerror)
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def run(count: int) -> list[str]:
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(count)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_enough_is_left_alone() -> None:
    assert run(64) == ["64"]


def test_too_little_is_raised_to_the_hard_limit() -> None:
    assert run(65) == ["512"]


def test_more_than_the_hard_limit_is_refused_in_plain_words() -> None:
    assert run(513) == [
        "513 open files are needed and the system allows 512; raise that limit (ulimit -Hn) first",
        "64",
    ]
