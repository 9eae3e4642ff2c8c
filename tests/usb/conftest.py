from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.usb.guest import ACCOUNT, PASSWORD, SETTINGS, Guest, until
from tests.usb.need import missing
from tests.usb.rack import Rack

Note = Callable[[str, str], None]

_NOTES: list[tuple[str, str]] = []
# One modem of each USB identity that usbbox has; behind the adapter (FTDI) is a SIM800.
IDENTITIES = {
    "ec25": "quectel-ec25",
    "sim7600": "sim7600",
    "e173": "huawei-e173",
    "ublox": "ublox-sara-u2",
    "ftdi": "sim800",
}


@pytest.fixture(scope="session")
def note() -> Note:
    """Write a line of the table that is printed at the end: what was checked, and what was seen."""
    return lambda what, seen: _NOTES.append((what, seen))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _NOTES:
        terminalreporter.section("on real USB (Python runs at a tenth of its speed in the guest)")
        width = max(len(what) for what, _ in _NOTES)
        for what, seen in _NOTES:
            terminalreporter.write_line(f"{what:{width}}  {seen}")


@pytest.fixture(scope="session")
def package() -> Path:
    """Build the Debian package of these sources."""
    if absent := missing():
        pytest.skip(f"not here: {'; '.join(absent)}")
    subprocess.run([ROOT / "packaging" / "deb" / "build", sys.executable, "1"], check=True, capture_output=True)
    return max((ROOT / "dist").glob("gsm-gateway_*-1_*.deb"), key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="session")
def guest(package: Path, mixed: Rack, tmp_path_factory: pytest.TempPathFactory, note: Note) -> Iterator[Guest]:
    """A guest that ran ModemManager on an EC25 when the package was installed; the service is not started."""
    guest = Guest(tmp_path_factory.mktemp("usb"))
    try:
        note("guest boots", f"{guest.start(fresh=True):.0f} s")
        guest.plug(0, mixed, 0, model="ec25")
        until(lambda: "EC25" in guest.run("mmcli -L"), timeout_s=120, what="ModemManager has the modem", look_every_s=1)
        # The guest's disk is emulated; what matters of dpkg's fsyncs is not tested here.
        guest.run("echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/quick")
        guest.machine.put(str(package), "/root")
        guest.run(f"apt-get -q install -y /root/{package.name}", timeout_s=300)
        yield guest
    finally:
        guest.machine.cut()


@pytest.fixture(scope="session")
def service(guest: Guest) -> Guest:
    """The guest with the service running and an account for `Guest.post`."""
    # Through the file that the package brought, so that its owner and mode stay.
    guest.machine.run("cat >/etc/gsm-gateway/gateway.toml", input=SETTINGS)
    guest.run("systemctl enable gsm-gateway")
    guest.start_service()
    guest.run(
        f"printf %s '{PASSWORD}' | runuser -u gsm-gateway -- "
        f"gsm-gateway account add {ACCOUNT} --role sender --password-stdin"
    )
    return guest


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rack]:
    """One modem of each identity, in the order of IDENTITIES; none is plugged in."""
    with Rack(tmp_path_factory.mktemp("mixed"), list(IDENTITIES.values())) as rack:
        for modem in range(len(IDENTITIES)):
            rack.ask("POST", f"/modems/{modem}/unplug")
        yield rack


@pytest.fixture(scope="session")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rack]:
    """Eight modems for one USB identity. Generic ones: these boot in half a second."""
    with Rack(tmp_path_factory.mktemp("alike"), ["generic"] * 8) as rack:
        for modem in range(8):
            rack.ask("POST", f"/modems/{modem}/unplug")
        yield rack
