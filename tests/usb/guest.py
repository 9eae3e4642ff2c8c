"""The guest as a gateway box: the installed service, its API from outside, its USB sockets."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.usb.need import scripts
from tests.usb.rack import Rack

ACCOUNT, PASSWORD = "tests", "correct horse battery"
# ModemManager runs beside the gateway, as on a box that has it; polkitd because Debian installs it with it.
PACKAGES = "modemmanager polkitd"
DATABASE = "/var/lib/gsm-gateway/gateway.db"
SETTINGS = """
[http]
host = "0.0.0.0"

[dispatch]
evidence_s = 10
"""


def until(condition: Callable[[], Any], *, timeout_s: float, what: str, look_every_s: float = 0.25) -> Any:
    """Return what `condition` gives once that is true; AssertionError with `what` after `timeout_s`."""
    end = time.monotonic() + timeout_s
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout_s:g} s: {what}")
        time.sleep(look_every_s)  # neither guest nor control has an event to wait for
    return found


def load_box() -> Any:
    """Give usbbox's module; the modems it starts are those that write down what they get."""
    os.environ.setdefault("USBBOX_LIMIT", "2400")
    os.environ["USBBOX_SCRIPTS"] = str(scripts())
    spec = importlib.util.spec_from_file_location("usbbox", scripts() / "box.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["HERE"] = str(Path(__file__).with_name("watched"))
    return module


def build_image() -> Path:
    """Make the guest's disk image unless it is there; gives the folder it is in."""
    cache = os.environ.get("USBBOX_CACHE") or str(Path(tempfile.gettempdir()) / "gsm-gateway-usb" / "cache")
    environment = {**os.environ, "USBBOX_CACHE": cache, "USBBOX_PACKAGES": PACKAGES}
    subprocess.run(["bash", scripts() / "build.sh"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return Path(cache)


@dataclass
class Span:
    """A span as the gateway's database and API have it."""

    port: int
    imei: str
    path: str
    is_ready: bool


class Guest:
    """A guest with the modems of a rack in its USB sockets."""

    def __init__(self, folder: Path) -> None:
        self._box = load_box()
        self.machine = self._box.Box(run=str(folder), cache=str(build_image()))
        self._sockets: dict[int, tuple[Rack, int]] = {}
        self.writes = folder / "writes.jsonl"
        os.environ["USB_WRITES"] = str(self.writes)

    # -- the machine -----------------------------------------------------------------------------------------------

    def start(self, *, fresh: bool = False) -> float:
        """Boot; gives the seconds that took."""
        seconds: float = self.machine.start(fresh=fresh, disk="volatile", timeout=240)
        return seconds

    def cut(self) -> None:
        """Cut the power of the box and of all modems in it."""
        self.machine.cut()
        for rack, modem in self._sockets.values():
            rack.ask("POST", f"/modems/{modem}/unplug")
        self._sockets.clear()

    def run(self, command: str, *, timeout_s: float = 180) -> str:
        """Run a shell command as root; gives its output, AssertionError when it fails."""
        result = self.machine.run(command, timeout=timeout_s)
        assert result.rc == 0, f"{command}: exit status {result.rc}\n{result.out}{result.err}"
        output: str = result.out
        return output.strip()

    def does(self, command: str, *, timeout_s: float = 60) -> bool:
        """Tell whether a shell command succeeds."""
        return bool(self.machine.run(command, timeout=timeout_s).rc == 0)

    # -- USB -------------------------------------------------------------------------------------------------------

    def plug(self, socket: int, rack: Rack, modem: int, *, model: str, serial: str = "") -> None:
        """Put a modem of the rack into a USB socket, as a device of usbbox's `model`; it boots."""
        rack.ask("POST", f"/modems/{modem}/plug")
        self.machine.plug(socket, str(rack.port(modem)), serial=serial, model=model)
        self._sockets[socket] = (rack, modem)

    def unplug(self, socket: int) -> None:
        """Pull the modem of a socket out: it loses its power."""
        rack, modem = self._sockets.pop(socket)
        rack.ask("POST", f"/modems/{modem}/unplug")
        self.machine.unplug(socket)

    def unplug_all(self) -> None:
        """Pull all modems out."""
        for socket in list(self._sockets):
            self.unplug(socket)

    def modem_in(self, path: str) -> int:
        """Give the number of the modem that is in the socket of a by-path name."""
        (_, modem) = self._sockets[socket_of(path)]
        return modem

    def device_process(self, socket: int) -> int:
        """Give the pid of the process of ours that plays the USB device in a socket."""
        wanted = self.machine.path(f"line{socket}.sock")
        found = subprocess.run(
            ["pgrep", "-f", f"^{sys.executable} .*usbmodem.py .*{wanted}"], check=True, capture_output=True, text=True
        )
        (pid,) = found.stdout.split()
        return int(pid)

    def terminal(self, path: str) -> str:
        """Give the terminal behind a name now, e.g. /dev/ttyUSB2."""
        return self.run(f"readlink -f '{path}'")

    def forget_writes(self) -> None:
        """Begin the record of `foreign_writes` anew."""
        self.writes.unlink()

    def foreign_writes(self) -> list[dict[str, Any]]:
        """Give every write to an interface that is not the AT port of its modem."""
        lines = [json.loads(line) for line in self.writes.read_text().splitlines()]
        assert any(line["is_at"] for line in lines), "nothing was written at all"
        return [line for line in lines if not line["is_at"]]

    # -- the service -----------------------------------------------------------------------------------------------

    def start_service(self) -> None:
        """Start the service; systemd returns when it says READY=1."""
        self.run("systemctl start gsm-gateway", timeout_s=120)

    def shows(self, name: str) -> str:
        """Give a property of the unit."""
        return self.run(f"systemctl show --value -p {name} gsm-gateway")

    def log(self) -> str:
        """Give the service's log since the last boot."""
        return self.run("journalctl -b -u gsm-gateway -o cat --no-pager")

    def post(self, uri: str, **fields: Any) -> dict[str, Any]:
        """Call the OpenVox API from outside; raises OSError while nobody answers."""
        body = json.dumps({"username": ACCOUNT, "password": PASSWORD, **fields}).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.machine.state()['http']}/{uri}", body, timeout=30) as got:
            answer: dict[str, Any] = json.load(got)
        return answer

    def send(self, recipient: str, text: str, *, port: int | None = None) -> int:
        """Send a text, by the span `port` where one is named; gives the message's id."""
        answer = self.post("sms/send", dest_num=recipient, msg=text, **({} if port is None else {"spans": [port]}))
        assert answer["code"] == 200, answer
        (row,) = answer["data"]
        return int(row["id"])

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Ask the gateway's database, read-only."""
        text = self.run(f"sqlite3 -readonly -json -cmd '.timeout 5000' {DATABASE} \"{sql}\"")
        rows: list[dict[str, Any]] = json.loads(text or "[]")
        return rows

    def ready_ports(self) -> set[int]:
        """Give the numbers of the spans that can send now; empty while the API does not answer."""
        with contextlib.suppress(OSError):
            return {int(span["port"]) for span in self.post("sms/get_valid_spans")["data"] if span["status"] == 1}
        return set()

    def spans(self) -> list[Span]:
        """Give all spans."""
        ready = self.ready_ports()
        rows = self.query("select port, imei, path from span order by port")
        return [Span(row["port"], row["imei"], row["path"], row["port"] in ready) for row in rows]

    def until_ready(self, rack: Rack, modems: list[int], *, timeout_s: float = 120) -> dict[int, Span]:
        """Wait until these modems of the rack can send; gives the span of each."""
        imeis = {one["imei"]: one["index"] for one in rack.modems()}
        found: dict[int, Span] = {}

        def are_ready() -> bool:
            if len(self.ready_ports()) < len(modems):
                return False
            found.clear()
            found.update({imeis[span.imei]: span for span in self.spans() if span.is_ready and span.imei in imeis})
            return set(modems) <= set(found)

        try:
            until(are_ready, timeout_s=timeout_s, what=f"modems {modems} ready")
        except AssertionError as error:
            raise AssertionError(f"{error}; ready are {sorted(found)}\n{self.log()[-6000:]}") from None
        return found

    def until_sent(self, recipients: set[str], *, timeout_s: float = 120) -> list[dict[str, Any]]:
        """Wait until the messages to these recipients are sent or reported; gives their rows."""
        rows: list[dict[str, Any]] = []

        def are_sent() -> bool:
            rows[:] = [row for row in self.query("select * from message") if row["recipient"] in recipients]
            return len(rows) == len(recipients) and all(row["status"] in {"sent", "delivered"} for row in rows)

        try:
            until(are_sent, timeout_s=timeout_s, what=f"{len(recipients)} messages sent", look_every_s=0.5)
        except AssertionError as error:
            states = [(row["recipient"], row["status"], row["cause"]) for row in rows]
            raise AssertionError(f"{error}: {states}\n{self.log()[-6000:]}") from None
        return rows


def socket_of(path: str) -> int:
    """Give the number of usbbox's socket in a by-path name: hub 1 + n/8, port 1 + n%8 (its README)."""
    hub, port = path.partition("-usb-0:")[2].partition(":")[0].split(".")[:2]
    return (int(hub) - 1) * 8 + int(port) - 1


def interface_of(path: str) -> int:
    """Give the USB interface in a by-path name."""
    found = re.search(r"-usb-0:[\d.]+:1\.(\d+)", path)
    assert found, path
    return int(found[1])


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Stop a process of ours meanwhile: the USB device that it plays takes and gives nothing, and stays plugged in."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def later_revision(package: Path, folder: Path) -> Path:
    """Make the same package with revision 2."""
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(control.read_text().replace("-1\nArch", "-2\nArch"))
    newer = folder / package.name.replace("-1_", "-2_")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", tree, newer], check=True, capture_output=True)
    return newer
