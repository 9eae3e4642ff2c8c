"""Shows a survey: as tables for a person, as records for a program."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modem.cli.interview import Interview
    from modem.cli.survey import Surveyed
    from modem.ports.choice import PortUse

# Where no terminal says how wide it is: wide enough for a by-path name beside the rest.
_WIDE: Final = 180


def show(found: list[Surveyed], stream: IO[str]) -> None:
    """Write the tables of devices and ports, and what to do."""
    console = console_on(stream)
    if not found:
        console.print("No serial port and no modem is plugged in.")
        return
    devices = Table("device", "socket", "model", "IMEI", "SIM", "network", "profile", "becomes", title="Devices")
    for one in found:
        devices.add_row(*_device_row(one))
    console.print(devices)
    ports = Table("device", "port", "for", "why", "held by", title="Ports")
    for one in found:
        for use in one.choice.uses:
            ports.add_row(_title(one), use.port.device, use.word, use.reason, _holder(one.holders, use))
    if ports.row_count:
        console.print(ports)
    for one in found:
        for advice in one.advice:
            console.print(f"{_place(one)}: {advice}")
        if one.said is not None:
            pinned = ", ".join(f'{key} = "{value}"' for key, value in one.match.items())
            console.print(f"{_place(one)}: to choose its number, [[span]] match = {{ {pinned} }}")


def console_on(stream: IO[str]) -> Console:
    """Return a console that writes plain text, and wraps only where a terminal is narrow."""
    width = None if stream.isatty() else _WIDE
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def records(found: list[Surveyed]) -> str:
    """Return the survey as JSON, a list of devices."""
    return json.dumps([_record(one) for one in found], indent=2)


def _title(one: Surveyed) -> str:
    usb = one.choice.group.usb
    return usb.title if usb is not None else one.choice.group.slot


def _place(one: Surveyed) -> str:
    slot = one.choice.group.slot
    return slot if one.choice.group.usb is None else f"{_title(one)} in {slot}"


def _device_row(one: Surveyed) -> list[str]:
    said = one.said
    if said is None:
        return [_title(one), one.choice.group.slot, "", "", "", "", one.choice.profile, one.becomes]
    model = " ".join(filter(None, (said.manufacturer, said.model)))
    sim = " ".join(filter(None, (said.iccid, said.sim)))
    signal = "" if said.signal_dbm is None else f"{said.signal_dbm} dBm"
    network = ", ".join(filter(None, (said.operator, said.registration, signal)))
    return [_title(one), one.choice.group.slot, model, said.imei, sim, network, said.profile, one.becomes]


def _holder(holders: Mapping[str, str], use: PortUse) -> str:
    return holders.get(use.port.device, "").partition(" is held by ")[2]


def _record(one: Surveyed) -> dict[str, Any]:
    choice, usb = one.choice, one.choice.group.usb
    return {
        "device": _title(one),
        "slot": choice.group.slot,
        "usb": usb.ids if usb is not None else None,
        "verdict": choice.verdict.value,
        "reason": choice.reason,
        "at": choice.at.device if choice.at is not None else None,
        "at2": choice.at2.device if choice.at2 is not None else None,
        "name": choice.at.name if choice.at is not None else None,
        "quiet_s": choice.quiet_s,
        "ports": [
            {
                "port": use.port.device,
                "role": use.role.value if use.role is not None else None,
                "reason": use.reason,
                "held_by": _holder(one.holders, use) or None,
            }
            for use in choice.uses
        ],
        "profile": one.said.profile if one.said is not None else choice.profile or None,
        "modem": said_record(one.said),
        "becomes": one.becomes,
        "match": one.match,
        "advice": one.advice,
    }


def said_record(said: Interview | None) -> dict[str, Any] | None:
    """Return what a modem said, for JSON."""
    if said is None:
        return None
    return {
        "manufacturer": said.manufacturer,
        "model": said.model,
        "revision": said.revision,
        "imei": said.imei,
        "sim": said.sim,
        "iccid": said.iccid,
        "operator": said.operator,
        "registration": said.registration,
        "signal_dbm": said.signal_dbm,
        "capabilities": said.capabilities,
    }
