"""`gsm-modem probe` as a person and a program call it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modem.emulator.rack.blocking import GsmModem
from tests.support.devices import read_description
from tests.support.umockdev import needs_umockdev

RUN = [sys.executable, "-c", "from modem.cli import main; main(prog_name='gsm-modem')", "probe"]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)


def test_one_port_is_shown_and_answers_by_its_exit_status(gsm_modem: GsmModem) -> None:
    done = run(*RUN, gsm_modem.port)
    assert done.returncode == 0, done.stderr
    assert gsm_modem.imei in done.stdout
    assert "memories it offers" in done.stdout
    record = json.loads(run(*RUN, "--json", gsm_modem.port).stdout)
    assert record["modem"]["imei"] == gsm_modem.imei


def test_a_port_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = run(*RUN, str(tmp_path / "nothing"))
    assert (done.returncode, done.stdout) == (1, f"There is no {tmp_path / 'nothing'}.\n")


def test_looking_only_is_for_the_list(tmp_path: Path) -> None:
    assert run(*RUN, "--no-ask", str(tmp_path / "x")).returncode == 2


@needs_umockdev
@pytest.mark.interop
def test_all_devices_are_listed_without_being_asked(tmp_path: Path) -> None:
    file = tmp_path / "box.umockdev"
    file.write_text("\n\n".join(read_description("sim7600")) + "\n")
    umockdev = shutil.which("umockdev-run")
    assert umockdev is not None
    done = run(umockdev, "-d", str(file), "--", *RUN, "--no-ask", "--json")
    assert done.returncode == 0, done.stderr
    (listed,) = json.loads(done.stdout)
    assert (listed["slot"], listed["at"], listed["profile"]) == ("1-1.1", "/dev/ttyUSB2", "sim7600")
