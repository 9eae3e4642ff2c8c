"""Who has a port open."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

from modem.cli.holders import Holder, holders

if TYPE_CHECKING:
    from pathlib import Path

HOLD = "import sys; port = open(sys.argv[1], 'rb', buffering=0); print('open', flush=True); sys.stdin.read()"


def test_a_program_is_named_also_behind_a_link(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    port = tmp_path / "modem"
    port.symlink_to(os.ttyname(slave))
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (holder,) = holders(str(port))
        process.communicate("")
    os.close(master)
    os.close(slave)

    assert holder.pid == process.pid
    assert str(holder) == f"{holder.program} (pid {process.pid})"


def test_nobody_is_named_for_a_port_that_nobody_has(tmp_path: Path) -> None:
    assert holders(str(tmp_path / "nothing")) == []


def test_a_holder_reads_as_name_and_number() -> None:
    assert str(Holder(pid=812, program="ModemManager")) == "ModemManager (pid 812)"
