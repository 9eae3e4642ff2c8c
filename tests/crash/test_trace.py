from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.box import can_cut
from tests.crash.disk import Disk
from tests.crash.trace import PROGRAM, TraceError, replay, traced

FOLDER = Path("/d")
"""As \\x2f\\x64 below; strace 6.1 wrote lines like these, with -f -y -xx."""
A = r"\x2f\x64\x2f\x61"
B = r"\x2f\x64\x2f\x62"


def _replayed(lines: list[str], **files: bytes) -> Disk:
    disk = Disk(files)
    replay(lines, disk, FOLDER, ["a", "b"])
    return disk


def test_writes_truncations_and_names_are_replayed() -> None:
    disk = _replayed(
        [
            rf'7  openat(AT_FDCWD<\x2f>, "{A}", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 5<{A}>',
            rf'7  pwrite64(5<{A}>, "\x31\x32\x33", 3, 2) = 3',
            rf"7  ftruncate(5<{A}>, 4) = 0",
            rf'7  openat(AT_FDCWD<\x2f>, "{B}", O_WRONLY|O_CREAT|O_TRUNC|O_APPEND, 0600) = 6<{B}>',
            rf'7  write(6<{B}>, "\x41", 1) = 1',
            rf'7  write(6<{B}>, "\x42\x43", 2) = 2',
            r'7  openat(AT_FDCWD<\x2f>, "\x2f\x64\x2f\x63", O_RDWR|O_CREAT, 0600) = 8<\x2f\x64\x2f\x63>',
            r'7  write(8<\x2f\x64\x2f\x63>, "\x41", 1) = 1',
            rf'7  unlink("{B}") = -1 EBUSY (Device or resource busy)',
            "7  +++ killed by SIGKILL +++",
        ],
        b=b"old",
    )
    assert disk.seen() == {"a": b"\0\x0012", "b": b"ABC"}


def test_a_write_of_another_thread_is_not_promised_by_a_sync_that_had_begun_before_its_end() -> None:
    disk = _replayed(
        [
            rf'7  pwrite64(5<{A}>, "\x31", 1, 0) = 1',
            rf"7  fdatasync(5<{A}> <unfinished ...>",
            rf'8  pwrite64(5<{A}>, "\x32", 1, 1 <unfinished ...>',
            "7  <... fdatasync resumed>) = 0",
            "8  <... pwrite64 resumed>) = 1",
        ],
        a=b"..",
    )
    assert disk.seen() == {"a": b"12"}
    disk.end_sync(("a", 0))
    assert disk._inodes["a"].platter == b"1."


@pytest.mark.parametrize("end", [" <unfinished ...>", ") = ?", ""])
def test_a_sync_in_which_the_process_was_killed_promises_nothing(end: str) -> None:
    disk = _replayed([rf'7  pwrite64(5<{A}>, "\x31", 1, 0) = 1', rf"7  fdatasync(5<{A}>{end}"], a=b".")
    assert disk._inodes["a"].platter == b"."


@pytest.mark.parametrize(
    "line",
    [
        rf'7  pwrite64(5<{A}>, "\x31"..., 9, 0) = 9',
        rf"7  fallocate(5<{A}>, 0, 0, 4096) = 0",
        rf'7  rename("{A}", "\x2f\x65") = 0',
    ],
    ids=["cut short", "unknown call", "to another folder"],
)
def test_what_the_model_does_not_know_is_an_error(line: str) -> None:
    with pytest.raises(TraceError):
        _replayed([line], a=b".")


PROGRAM_UNDER_TRACE = """
import os, sys
folder = sys.argv[1]
os.chdir("/")
a = os.open(folder + "/a", os.O_RDWR | os.O_CREAT, 0o600)
os.pwrite(a, bytes(range(256)) * 40, 100)
os.fsync(a)
os.pwrite(a, b"later", 0)
with open(folder + "/b", "ab") as b:
    b.write(b"one"); b.flush(); b.write(b"two")
os.rename(folder + "/b", folder + "/c")
d = os.open(folder, os.O_RDONLY)
os.fsync(d)
os.unlink(folder + "/c")
"""


@pytest.mark.skipif(not can_cut(), reason=f"{PROGRAM} is not installed")
def test_a_real_program_leaves_the_files_that_the_model_has(tmp_path: Path) -> None:
    folder, trace = tmp_path / "folder", tmp_path / "trace"
    folder.mkdir()
    command = traced([sys.executable, "-c", PROGRAM_UNDER_TRACE, str(folder)], trace, folder, "abc")
    # In the foreground here, so that the trace is complete when it ends.
    subprocess.run([part for part in command if part != "-DD"], check=True)
    disk = Disk({})
    replay(trace.read_text(encoding="ascii").splitlines(), disk, folder, "abc")
    assert disk.seen() == {path.name: path.read_bytes() for path in folder.iterdir()}
    # What was synced before is what every cut leaves of it at least; the name of c is on the platter, its end is not.
    assert disk._inodes["a"].platter == bytes(100) + bytes(range(256)) * 40
    assert set(disk._names) == {"a", "c"}
