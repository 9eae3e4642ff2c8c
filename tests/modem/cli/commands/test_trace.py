"""`gsm-modem trace` as a person uses it: record a program, look into the file, play it."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import serial
from click.testing import CliRunner

from modem.at.transcript import parse_transcript
from modem.cli import main
from modem.emulator.rack.blocking import GsmNetwork

if TYPE_CHECKING:
    from pathlib import Path

RUN = "from modem.cli import main; main(prog_name='gsm-modem')"
PROGRAM = [
    (b"ATE0\r", b"OK\r\n"),
    (b"AT+CGSN\r", b"OK\r\n"),
    (b"AT+CMGF=1\r", b"OK\r\n"),
    (b'AT+CMGS="+491711234567"\r', b"> "),
    (b"Meet me at five\x1a", b"OK\r\n"),
]


def run_program(port: str) -> bytes:
    heard = b""
    with serial.Serial(port, timeout=20) as line:
        for octets, end in PROGRAM:
            line.write(octets)
            answer = bytes(line.read_until(end))
            assert answer.endswith(end), answer
            heard += answer
    return heard


def record(port: str, file: Path, *options: str) -> tuple[bytes, str]:
    command = [sys.executable, "-c", RUN, "trace", port, "-o", str(file), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        link = process.stderr.readline().removeprefix("Let the program open ").partition(";")[0]
        heard = run_program(link)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    return heard, file.read_text("ascii")


def test_a_recording_has_nothing_of_people_and_plays_as_the_modem(tmp_path: Path) -> None:
    with GsmNetwork(tmp_path / "gsm") as network:
        modem = network.add_modem()
        heard, transcript = record(modem.port, tmp_path / "dialogue.at")
        (message,) = network.phone("+491711234567").wait_messages()

    assert message.text == "Meet me at five"
    assert "what belongs to people is replaced" in transcript
    assert modem.imei.encode() in heard
    assert [secret for secret in (modem.imei, "491711234567", "Meet") if secret in transcript] == []
    assert all(passage.at_s is not None for passage in parse_transcript(transcript))
    assert stat.S_IMODE((tmp_path / "dialogue.at").stat().st_mode) == 0o600


def test_a_plain_recording_answers_the_program_as_the_modem_did(tmp_path: Path) -> None:
    with GsmNetwork(tmp_path / "gsm") as network:
        heard, transcript = record(network.add_modem().port, tmp_path / "dialogue.at", "--plain")
    assert "Meet me at five" in transcript

    command = ["emulate", "--dir", str(tmp_path / "played"), "--replay", str(tmp_path / "dialogue.at")]
    with subprocess.Popen(
        [sys.executable, "-c", RUN, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as play:
        assert play.stdout is not None
        port = play.stdout.readline().decode().strip()
        played = run_program(port)
        play.terminate()
        _, differences = play.communicate(timeout=20)

    assert played == heard
    assert differences == b""


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "dialogue.at"
    file.write_text("mine")
    result = CliRunner().invoke(main, ["trace", str(tmp_path / "nothing"), "-o", str(file)])

    assert result.exit_code == 1
    assert "is there already" in result.output
    assert file.read_text() == "mine"


def test_a_port_that_is_not_there_is_said_in_plain_words(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["trace", str(tmp_path / "nothing")])

    assert result.exit_code == 1
    assert "nothing: No such file or directory" in result.output
