"""The emulator as a process: it says where everything is, and leaves nothing behind."""

from __future__ import annotations

import json
import signal
import socket
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
        announced = [process.stdout.readline() for _ in range(4)]
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)

    assert announced[0] == f"{directory}/modem0  +33639980001  IMEI 001017000000011\n"
    assert announced[1].startswith(f"{directory}/modem1  +33639980002")
    assert announced[2].startswith("control  http://127.0.0.1:")
    assert announced[3] == f"See the phones: {announced[2].split()[1]}/\n"
    assert (process.returncode, output, errors) == (0, "", "")
    assert list(directory.iterdir()) == []


def test_a_port_that_cannot_be_made_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "modem0").write_text("mine")
    with start("--dir", str(tmp_path)) as process:
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 1
    assert errors.startswith("Error: ")
    assert "modem0" in errors


def test_a_second_emulator_leaves_the_modems_of_the_first_alone(tmp_path: Path) -> None:
    with start("--dir", str(tmp_path)) as first:
        assert first.stdout is not None
        first.stdout.readline()
        link = (tmp_path / "modem0").readlink()
        with start("--dir", str(tmp_path)) as second:
            _, errors = second.communicate(timeout=20)
        assert (tmp_path / "modem0").readlink() == link
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=20)

    assert second.returncode == 1
    assert "another emulator has its modems here" in errors
    assert str(tmp_path) in errors


def test_the_modems_take_the_models_in_turn(tmp_path: Path) -> None:
    models = ("--model", "huawei-e173", "--model", "sim800")
    with start("--count", "3", "--dir", str(tmp_path / "modems"), *models) as process:
        assert process.stdout is not None
        announced = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    assert [line.split()[-1] for line in announced] == ["E173", "SIMCOM_SIM800L", "E173"]


def ask(address: str, command: bytes, answer: bytes) -> bytes:
    host, _, port = address.removeprefix("socket://").rpartition(":")
    heard = b""
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(command)
        while answer not in heard:
            octets = connection.recv(4096)
            assert octets, f"the modem hung up after {heard!r}"
            heard += octets
    return heard


def test_modems_on_tcp_need_no_directory() -> None:
    with start("--count", "2", "--tcp", "127.0.0.1:0") as process:
        assert process.stdout is not None
        addresses = [process.stdout.readline().split()[0] for _ in range(2)]
        imeis = {ask(address, b"AT+CGSN\r", b"OK\r\n") for address in addresses}
        process.terminate()
        _, errors = process.communicate(timeout=20)

    assert all(address.startswith("socket://127.0.0.1:") for address in addresses)
    assert len(imeis) == 2
    assert errors == ""


def test_whoever_binds_wider_than_the_loopback_is_told_that_there_is_no_password(tmp_path: Path) -> None:
    with start("--dir", str(tmp_path), "--tcp", "0.0.0.0:0") as process:
        assert process.stdout is not None
        announced = process.stdout.readline()
        process.terminate()
        _, errors = process.communicate(timeout=20)

    assert announced.startswith(f"{tmp_path}/modem0  socket://0.0.0.0:")
    assert errors.startswith("Warning: 0.0.0.0 can be reached from other computers")
    assert "no password" in errors


def test_whoever_lets_other_computers_reach_the_control_is_told_so(tmp_path: Path) -> None:
    with start("--dir", str(tmp_path), "--control", "0.0.0.0:0") as process:
        assert process.stdout is not None
        announced = [process.stdout.readline() for _ in range(3)]
        process.terminate()
        _, errors = process.communicate(timeout=20)

    assert announced[1].startswith("control  http://0.0.0.0:")
    assert errors.startswith("Warning: the control on 0.0.0.0 can be reached from other computers")


SCENARIO = """
control = "127.0.0.1:0"
[[modems]]
[[timeline]]
at_s = 0
do = "write"
sender = "+491711234567"
to = "+33639980001"
text = "hello"
[[timeline]]
at_s = 0.1
do = "insert_sim"
modem = 0
"""


def test_a_scenario_is_run_and_its_ledger_written(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SCENARIO)
    ledger = tmp_path / "ledger.jsonl"
    arguments = ("--scenario", str(tmp_path / "small.toml"), "--dir", str(tmp_path / "modems"), "--ledger", str(ledger))
    with start(*arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        announced = [process.stdout.readline() for _ in range(3)]
        complaint = process.stderr.readline()
        process.terminate()
        process.communicate(timeout=20)

    assert announced[0].startswith(f"{tmp_path}/modems/modem0  +33639980001")
    assert complaint == "at 0.1 s, insert_sim: modem: its SIM is in\n"
    assert json.loads(ledger.read_text())["destination"] == "+33639980001"


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        with start("--tcp", f"127.0.0.1:{number}") as process:
            _, errors = process.communicate(timeout=20)

    assert process.returncode == 1
    assert errors == f"Error: cannot listen on socket://127.0.0.1:{number}: Address already in use\n"


def test_a_transcript_is_replayed_and_what_differs_is_said(tmp_path: Path) -> None:
    transcript = tmp_path / "small.at"
    transcript.write_text("host AT+CGSN\ndevice 490154203237518\ndevice OK\n")
    with start("--tcp", "127.0.0.1:0", "--replay", str(transcript)) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert b"490154203237518" in ask(address, b"AT+CGSN\r", b"OK\r\n")
        assert ask(address, b"AT+CGMI\r", b"ERROR\r\n")
        process.terminate()
        _, errors = process.communicate(timeout=20)

    assert errors == (
        "modem0: the transcript is at its end, the host said AT+CGMI, which is nowhere in it; it gets ERROR\n"
    )


def test_a_file_that_is_no_transcript_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "wrong.at").write_text("host AT\nmodem OK\n")
    with start("--dir", str(tmp_path), "--replay", str(tmp_path / "wrong.at")) as process:
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 1
    assert "wrong.at: line 2: 'modem OK' begins neither with" in errors
