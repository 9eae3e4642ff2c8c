from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from gateway.lifecycle import Notifier


def test_states_reach_the_service_manager(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        Notifier({"NOTIFY_SOCKET": str(address)}).send("READY=1")
        assert manager.recv(100) == b"READY=1"


def test_an_abstract_address_is_understood() -> None:
    name = f"gsm-gateway-notify-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name)
        Notifier({"NOTIFY_SOCKET": "@" + name}).send("STOPPING=1")
        assert manager.recv(100) == b"STOPPING=1"


def test_without_a_service_manager_nothing_is_sent() -> None:
    notifier = Notifier({})
    notifier.send("READY=1")
    assert notifier.watchdog_s is None


@pytest.mark.parametrize(
    ("environment", "watchdog_s"),
    [
        pytest.param({"WATCHDOG_USEC": "30000000"}, 30.0, id="for everybody"),
        pytest.param({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0, id="for us"),
        pytest.param({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None, id="for another process"),
    ],
)
def test_the_watchdog_is_fed_only_when_it_is_ours(environment: dict[str, str], watchdog_s: float | None) -> None:
    assert Notifier(environment).watchdog_s == watchdog_s
