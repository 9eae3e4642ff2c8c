"""One line in, one line out; what is asked wrongly is refused in plain words."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

from modem.power.helper import LINE_LIMIT_OCTETS, answer, serve
from modem.power.sysfs import RefusedError, Step, UsbDevice
from tests.modem.power.usb_tree import UsbTree


def test_step_is_done_and_said(tree: UsbTree) -> None:
    asked: list[tuple[Step, str]] = []

    def do(step: Step, device: UsbDevice) -> str:
        asked.append((step, device.name))
        return "it was reset"

    assert answer(b'{"do": "usb-reset", "device": "1-1.4"}\n', tree.host, do=do) == {"done": "it was reset"}
    assert asked == [(Step.USB_RESET, "1-1.4")]


def test_refusal_is_said(tree: UsbTree) -> None:
    def do(step: Step, device: UsbDevice) -> str:
        raise RefusedError("1-2 is a keyboard or mouse")

    line = b'{"do": "usb-reset", "device": "1-2"}\n'
    assert answer(line, tree.host, do=do) == {"refused": "1-2 is a keyboard or mouse"}


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"usb-reset", b"[]", b"{}", b'{"do": "rm", "device": "1-1"}', b'{"do": "usb-reset"}', b"\xff\xfe\n",
     b'{"do": "usb-reset", "device": 7}', b'{"do": null, "device": "1-1"}'],
)  # fmt: skip
def test_rubbish_is_refused_with_what_is_wanted(tree: UsbTree, line: bytes) -> None:
    assert "wanted" in answer(line, tree.host)["refused"]


@pytest.mark.parametrize("line", [b'{"do": "usb-reset", "device": "1-2"}', b"x" * (LINE_LIMIT_OCTETS + 9)])
def test_caller_that_sends_too_much_or_hangs_up_early_does_not_hold_it_up(tree: UsbTree, line: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(line)
        theirs.shutdown(socket.SHUT_WR)
        assert "refused" in serve(ours, tree.host)


def test_program_answers_on_the_socket_that_it_gets_as_standard_input() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b'{"do": "usb-reset", "device": "1-1.4; reboot"}\n')
        command = [sys.executable, "-m", "modem.power.helper"]
        done = subprocess.run(command, stdin=theirs.fileno(), capture_output=True, check=True)
        assert "no name of a USB device" in json.loads(ours.recv(4096))["refused"]
        assert b"refused" in done.stderr
