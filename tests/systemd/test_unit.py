"""The systemd files are ones that systemd accepts, as tight as promised, and agree with the program's settings."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from gateway.config.settings import DEFAULT_FILE, Settings
from modem.driver.usb_power import DEADLINE_S, SOCKET
from modem.power.steps import POWER_OFF_S, UHUBCTL_DEADLINE_S
from tests.house.tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "systemd"
UNIT = FOLDER / "gsm-gateway.service"
USB_SOCKET = FOLDER / "gsm-gateway-usb.socket"
USB_UNIT = FOLDER / "gsm-gateway-usb@.service"
EXPOSURE_LIMIT = 2.2

analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
activate = pytest.mark.skipif(
    shutil.which("systemd-socket-activate") is None, reason="systemd-socket-activate is not installed"
)
sysusers = pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd-sysusers is not installed")
tmpfiles = pytest.mark.skipif(shutil.which("systemd-tmpfiles") is None, reason="systemd-tmpfiles is not installed")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program of the system; the answer holds both of its outputs in one."""
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def values(key: str, unit: Path = UNIT) -> list[str]:
    """Give the values of a key of a unit, in order."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.MULTILINE)


def installed(folder: Path, text: str, name: str = UNIT.name) -> Path:
    """Put a unit into a folder with a program in the place of ours, which is not installed where tests run."""
    unit = folder / name
    unit.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={shutil.which('true')}", text, flags=re.MULTILINE))
    return unit


@analyze
@pytest.mark.interop
def test_systemd_finds_no_mistake_in_the_unit(tmp_path: Path) -> None:
    verified = run("systemd-analyze", "verify", "--man=no", installed(tmp_path, UNIT.read_text()))
    ours = [line for line in verified.stdout.splitlines() if "gsm-gateway" in line]
    assert (verified.returncode, ours) == (0, [])


@analyze
@pytest.mark.interop
@pytest.mark.parametrize(
    ("line", "wrong"),
    [("WatchdogSec=30", "WatchdogSec=soon"), ("ProtectHome=yes", "ProtectHouse=yes"), ("Type=notify", "Type=loud")],
)
def test_systemd_finds_a_planted_mistake(tmp_path: Path, line: str, wrong: str) -> None:
    text = UNIT.read_text()
    assert line in text
    verified = run("systemd-analyze", "verify", "--man=no", installed(tmp_path, text.replace(line, wrong)))
    assert "gsm-gateway.service" in verified.stdout


@analyze
@pytest.mark.interop
def test_systemd_finds_no_mistake_in_the_usb_helper(tmp_path: Path) -> None:
    for unit in (USB_SOCKET, USB_UNIT):
        installed(tmp_path, unit.read_text(), unit.name)
    verified = run("systemd-analyze", "verify", "--man=no", tmp_path / USB_SOCKET.name)
    ours = [line for line in verified.stdout.splitlines() if "gsm-gateway" in line]
    assert (verified.returncode, ours) == (0, [])


@analyze
@pytest.mark.interop
@pytest.mark.parametrize(
    ("unit", "line", "wrong"),
    [
        (USB_SOCKET, "SocketMode=0660", "SocketMode=all"),
        (USB_SOCKET, "Accept=yes", "Accept=sometimes"),
        (USB_UNIT, "ProtectSystem=strict", "ProtectSystem=stict"),
    ],
)
def test_systemd_finds_a_planted_mistake_in_the_usb_helper(tmp_path: Path, unit: Path, line: str, wrong: str) -> None:
    for one in (USB_SOCKET, USB_UNIT):
        text = one.read_text()
        assert one is not unit or line in text
        installed(tmp_path, text.replace(line, wrong) if one is unit else text, one.name)
    # An instance, as one connection starts it: a template alone is not looked at.
    instance = tmp_path / "gsm-gateway-usb@1.service"
    instance.symlink_to(tmp_path / USB_UNIT.name)
    verified = run("systemd-analyze", "verify", "--man=no", tmp_path / USB_SOCKET.name, instance)
    assert unit.name in verified.stdout


def test_only_the_gateway_may_ask_the_usb_helper_and_the_driver_knows_where() -> None:
    assert values("ListenStream", USB_SOCKET) == [str(SOCKET)]
    assert values("SocketGroup", USB_SOCKET) == values("Group")
    assert values("SocketMode", USB_SOCKET) == ["0660"]
    assert values("SocketUser", USB_SOCKET) == ["root"]


def test_usb_helper_has_root_and_no_capability() -> None:
    assert values("User", USB_UNIT) == ["root"]
    assert values("CapabilityBoundingSet", USB_UNIT) == [""]
    # The gateway itself has neither.
    assert values("CapabilityBoundingSet") == values("AmbientCapabilities") == [""]
    assert values("DeviceAllow", USB_UNIT) == ["char-189 rw"]


def test_usb_helper_may_take_as_long_as_its_longest_step() -> None:
    longest_s = int(values("RuntimeMaxSec", USB_UNIT)[0])
    assert longest_s > DEADLINE_S > UHUBCTL_DEADLINE_S > POWER_OFF_S


@activate
@pytest.mark.interop
def test_usb_helper_answers_when_systemd_starts_it_for_a_connection(tmp_path: Path) -> None:
    path = tmp_path / "usb.sock"
    # As Accept=yes and StandardInput=socket have it.
    command = ["systemd-socket-activate", f"--listen={path}", "--accept", "--inetd", sys.executable]
    with subprocess.Popen([*command, "-m", "modem.power.helper"], stderr=subprocess.PIPE, text=True) as manager:
        try:
            assert manager.stderr is not None
            assert "Listening" in manager.stderr.readline()
            with socket.socket(socket.AF_UNIX) as asking:
                asking.settimeout(20)
                asking.connect(str(path))
                asking.sendall(b'{"do": "usb-reset", "device": "9999-1"}\n')
                assert asking.recv(4096) == b'{"refused": "nothing is plugged in at 9999-1"}\n'
        finally:
            manager.terminate()


def test_program_of_the_usb_helper_is_installed_by_the_package() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert values("ExecStart", USB_UNIT) == ["/usr/bin/gsm-gateway-usb"]
    assert scripts["gsm-gateway-usb"] == "modem.power.helper:main"


@analyze
@pytest.mark.interop
@pytest.mark.parametrize("unit", [UNIT, USB_UNIT], ids=lambda unit: unit.name)
def test_exposure_is_as_low_as_promised(unit: Path) -> None:
    security = run("systemd-analyze", "security", "--offline=yes", "--no-pager", unit)
    level = re.search(r"Overall exposure level for \S+: (\d+\.\d)", security.stdout)
    assert level, security.stdout
    assert float(level[1]) <= EXPOSURE_LIMIT


def test_unit_starts_the_daemon_that_reads_the_folder_made_for_it() -> None:
    assert values("ExecStart") == ["/usr/bin/gsm-gateway serve"]
    assert values("Type") == ["notify"]
    assert str(DEFAULT_FILE) == f"/etc/{values('ConfigurationDirectory')[0]}/gateway.toml"
    assert Settings().store.path.parent.as_posix() == f"/var/lib/{values('StateDirectory')[0]}"


def test_unit_waits_longer_than_a_stop_may_take() -> None:
    dispatch = Settings().dispatch
    stop_s = int(values("TimeoutStopSec")[0])
    assert stop_s > dispatch.stop_timeout_s >= dispatch.submit_timeout_s


def test_unit_lets_serial_ports_through() -> None:
    assert values("PrivateDevices") == ["no"]
    assert {"char-188 rw", "char-166 rw", "char-ttyS rw", "char-pts rw"} <= set(values("DeviceAllow"))
    assert values("SupplementaryGroups") == ["dialout"]
    assert not {"PrivateUsers", "ProtectClock", "DynamicUser"} & set(
        re.findall(r"^(\w+)=", UNIT.read_text(), re.MULTILINE)
    )


@sysusers
@pytest.mark.interop
def test_user_is_made_with_its_group_and_the_right_to_open_ports(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    made = run("systemd-sysusers", f"--root={tmp_path}", FOLDER / "gsm-gateway.sysusers")
    assert made.returncode == 0, made.stdout
    assert re.search(r"^gsm-gateway:x:.*:/var/lib/gsm-gateway:\S*nologin$", _read(tmp_path, "passwd"), re.MULTILINE)
    assert re.search(r"^gsm-gateway:x:", _read(tmp_path, "group"), re.MULTILINE)
    assert re.search(r"^dialout:x:\d+:gsm-gateway$", _read(tmp_path, "group"), re.MULTILINE)


@sysusers
@tmpfiles
@pytest.mark.interop
def test_folders_are_made_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    run("systemd-sysusers", f"--root={tmp_path}", FOLDER / "gsm-gateway.sysusers")
    # Giving folders to another user needs root; without it the same lines are made for the user who runs the test.
    made = run("systemd-tmpfiles", f"--root={tmp_path}", "--create", _own_copy(tmp_path))
    assert made.returncode == 0, made.stdout
    for folder in ("etc/gsm-gateway", "var/lib/gsm-gateway"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o750


def test_user_of_the_unit_is_the_one_that_is_made() -> None:
    user = values("User")[0]
    assert values("Group") == [user]
    assert f"u {user} " in (FOLDER / "gsm-gateway.sysusers").read_text()
    assert f"m {user} {values('SupplementaryGroups')[0]}" in (FOLDER / "gsm-gateway.sysusers").read_text()
    assert (FOLDER / "gsm-gateway.tmpfiles").read_text().count(f" {user} -\n") == 2


def _read(root: Path, name: str) -> str:
    return (root / "etc" / name).read_text()


def _own_copy(folder: Path) -> Path:
    text = (FOLDER / "gsm-gateway.tmpfiles").read_text()
    copy = folder / "gsm-gateway.conf"
    copy.write_text(re.sub(r"^(d \S+ \d+) \S+ \S+ -$", r"\1 - - -", text, flags=re.MULTILINE))
    return copy
