"""Who has a port: by open descriptor, by flock, by lock file, and who cannot be seen."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modem.ports import holders as room
from modem.ports.holders import Holder, holders, who_holds, who_may_hold

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLD = "import sys; port = open(sys.argv[1], 'rb', buffering=0); print('open', flush=True); sys.stdin.read()"
LOCK = (
    "import fcntl, sys; port = open(sys.argv[1], 'rb', buffering=0); fcntl.flock(port, fcntl.LOCK_EX | fcntl.LOCK_NB);"
    " print('open', flush=True); sys.stdin.read()"
)
OTHER_END = "import os, pty, sys; master, slave = pty.openpty(); print(os.ttyname(slave), flush=True); sys.stdin.read()"


@pytest.fixture
def slave() -> Iterator[str]:
    master, slave = pty.openpty()
    yield os.ttyname(slave)
    os.close(master)
    os.close(slave)


def running(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def said_by(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_program_is_named_also_behind_a_link(tmp_path: Path, slave: str) -> None:
    port = tmp_path / "modem"
    port.symlink_to(slave)
    with running(HOLD, str(port)) as process:
        said_by(process)
        (holder,) = holders(str(port))
        said = who_holds(str(port))
        process.communicate("")

    assert holder.pid == process.pid
    assert said == f"{slave} is held by {holder.program} (pid {process.pid})"


def test_a_lock_names_its_owner_where_the_descriptors_cannot_be_seen(
    slave: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(LOCK, slave) as process:
        said_by(process)
        # What an unprivileged process sees of another user's: no descriptor, but the lock.
        monkeypatch.setattr(room, "_has_open", lambda process, device: False)
        (holder,) = holders(slave)
        process.communicate("")
    assert holder.pid == process.pid


@pytest.mark.parametrize("octets", [b"%10d\n", b"%d", b"%10d minicom root\n", None], ids=["HDB", "bare", "long", "old"])
def test_a_lock_file_names_its_owner(
    slave: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, octets: bytes | None
) -> None:
    """The two formats of lock files: FHS 3.0 5.9, and four octets of the old UUCP."""
    monkeypatch.setattr(room, "_LOCK_FOLDERS", (tmp_path,))
    lock = tmp_path / f"LCK..{Path(slave).name}"
    with running("import sys; sys.stdin.read()") as process:
        lock.write_bytes(octets % process.pid if octets else process.pid.to_bytes(4, sys.byteorder))
        (holder,) = holders(slave)
        process.communicate("")
    assert holder.pid == process.pid
    # The same file is a leftover once its owner has ended.
    assert holders(slave) == []


@pytest.mark.parametrize("octets", [b"", b"\n", b"nobody", b"\0\0\0", b"0\n", b"9" * 30])
def test_a_lock_file_without_the_number_of_a_process_names_nobody(
    slave: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, octets: bytes
) -> None:
    monkeypatch.setattr(room, "_LOCK_FOLDERS", (tmp_path,))
    (tmp_path / f"LCK..{Path(slave).name}").write_bytes(octets)
    assert holders(slave) == []


def test_who_made_a_pty_is_its_other_end_and_no_holder() -> None:
    with running(OTHER_END) as process:
        assert holders(said_by(process)) == []
        process.communicate("")


@pytest.mark.parametrize("path", ["/dev/null", "/nowhere/ttyUSB0", "/etc/passwd"])
def test_nobody_holds_what_is_no_port(path: str) -> None:
    assert holders(path) == []
    assert who_holds(path) == ""


def test_where_nobody_can_be_seen_it_says_so(slave: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    procs = tmp_path / "cgroup.procs"
    monkeypatch.setattr(room, "_MODEM_MANAGER", (procs,))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert who_may_hold(slave) == f"{slave} is held by another program, which only root can see"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert who_may_hold(slave) == f"{slave} is held by another program, which cannot be seen"
    procs.write_text("812\n")
    assert "perhaps ModemManager (pid 812), which is running" in who_may_hold(slave)


def test_a_holder_reads_as_name_and_number() -> None:
    assert str(Holder(pid=812, program="ModemManager")) == "ModemManager (pid 812)"
