"""`gsm-gateway-usb`: answers one request on a socket that systemd hands it as standard input, and ends.

One JSON line `{"do": "usb-reset", "device": "1-1.4"}` in; one `{"done": "…"}` or `{"refused": "…"}` out. Who may open
the socket is a matter of its file's permissions; what may be done to which device is decided here, whoever asks.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import TYPE_CHECKING, Final

from modem.power import steps
from modem.power.sysfs import Host, RefusedError, Step, UsbDevice

if TYPE_CHECKING:
    from collections.abc import Callable

LINE_LIMIT_OCTETS: Final = 1024
READ_DEADLINE_S: Final = 5.0


def answer(line: bytes, host: Host, *, do: Callable[[Step, UsbDevice], str] = steps.do) -> dict[str, str]:
    """Do what a line asks for and return the answer."""
    try:
        request = json.loads(line)
        step, name = Step(request["do"]), request["device"]
        if not isinstance(name, str):
            raise TypeError
    except (ValueError, KeyError, TypeError):
        return {"refused": 'wanted: {"do": one of ' + ", ".join(Step) + ', "device": a name such as 1-1.4}'}
    try:
        return {"done": do(step, UsbDevice.named(host, name))}
    except RefusedError as error:
        return {"refused": str(error)}


def serve(connection: socket.socket, host: Host) -> dict[str, str]:
    """Answer one request; returns the answer."""
    connection.settimeout(READ_DEADLINE_S)
    line = b""
    while not line.endswith(b"\n"):
        octets = connection.recv(LINE_LIMIT_OCTETS)
        line += octets
        if not octets or len(line) > LINE_LIMIT_OCTETS:
            break
    said = answer(line, host)
    connection.sendall(json.dumps(said).encode() + b"\n")
    return said


def main() -> None:
    """Serve the connection on standard input; what was done is a line on standard error, for the journal."""
    with socket.socket(fileno=sys.stdin.fileno()) as connection:
        try:
            said = serve(connection, Host())
        except OSError as error:
            sys.stderr.write(f"the asking program is gone: {error}\n")
            raise SystemExit(1) from error
        sys.stderr.write(f"{said.get('done') or 'refused: ' + said.get('refused', '')}\n")


if __name__ == "__main__":
    main()
