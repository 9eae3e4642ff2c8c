"""The emulator as a process: it says where everything is, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

RUN = "from modem.cli import main; main(prog_name='gsm-modem')"


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, "emulate", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_announces_every_modem_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    directory = tmp_path / "modems"
    with start("--count", "2", "--dir", str(directory)) as process:
        assert process.stdout is not None
        announced = [process.stdout.readline() for _ in range(3)]
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)

    assert announced[0] == f"{directory}/modem0  +33639980001  IMEI 001017000000011\n"
    assert announced[1].startswith(f"{directory}/modem1  +33639980002")
    assert announced[2].startswith("control  http://127.0.0.1:")
    assert (process.returncode, output, errors) == (0, "", "")
    assert list(directory.iterdir()) == []


def test_a_port_that_cannot_be_made_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "modem0").write_text("mine")
    with start("--dir", str(tmp_path)) as process:
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 1
    assert errors.startswith("Error: ")
    assert "modem0" in errors


def test_the_modems_take_the_models_in_turn(tmp_path: Path) -> None:
    models = ("--model", "huawei-e173", "--model", "sim800")
    with start("--count", "3", "--dir", str(tmp_path / "modems"), *models) as process:
        assert process.stdout is not None
        announced = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    assert [line.split()[-1] for line in announced] == ["E173", "SIMCOM_SIM800L", "E173"]
