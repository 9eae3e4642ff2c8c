"""A dialogue from a program without an event loop."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modem.at.host import Answer
from modem.cli.line import Line
from modem.emulator.rack.blocking import GsmNetwork
from modem.errors import PortBusyError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def port(tmp_path: Path) -> Iterator[str]:
    with GsmNetwork(tmp_path / "gsm") as network:
        yield network.add_modem().port


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def nothing(_: object) -> None:
    """Take news and forget them."""


def test_a_command_is_answered_and_the_port_given_back(port: str) -> None:
    before = open_files()
    for _ in range(2):
        with Line(port, baudrate=115200, on_news=nothing) as line:
            answer = line.command("AT+CMGF?", timeout_s=10)
        assert isinstance(answer, Answer)
        assert answer.lines == ("+CMGF: 0",)

    assert open_files() == before
    assert [thread for thread in threading.enumerate() if thread.name == f"line {port}"] == []


def test_a_port_that_is_held_is_refused_and_leaves_nothing_behind(port: str) -> None:
    with Line(port, baudrate=115200, on_news=nothing):
        before = open_files()
        with pytest.raises(PortBusyError), Line(port, baudrate=115200, on_news=nothing):
            raise AssertionError
        assert open_files() == before


def test_a_line_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        Line("/dev/null", baudrate=115200, on_news=nothing).command("AT", timeout_s=1)
