"""Looks at one port in detail: what it is, who has it, at which speed it answers, and what its modem says."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from modem.cli.interview import interview
from modem.cli.survey import advice_on_holder, advice_on_rights, advice_on_sim
from modem.cli.survey_tables import said_record
from modem.driver.asking import answers_at
from modem.errors import PortError
from modem.ports.bridges import bridge_name
from modem.ports.facts import PortKind
from modem.ports.finder import scan
from modem.ports.holders import who_holds

if TYPE_CHECKING:
    from modem.cli.interview import Interview
    from modem.ports.choice import Choice, PortUse
    from modem.ports.facts import PortFacts
    from modem.ports.sysfs import Sysfs

# Auto-bauding modems and most adapters come with the first; the others in the order in which boards have them.
SPEEDS: Final = (115200, 9600, 57600, 38400, 19200, 230400, 460800, 921600)
_SPEED_TRIES: Final = 2
_SPEED_TIMEOUT_S: Final = 0.7


@dataclass(kw_only=True, slots=True)
class OnePort:
    """What was found out; `speed` is None where the port did not answer."""

    url: str
    port: PortFacts | None = None
    choice: Choice | None = None
    use: PortUse | None = None
    speed: int | None = None
    said: Interview | None = None
    advice: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Everything that is known, as name and value."""
        return [(name, value) for name, value in (*self._port_rows(), *self._modem_rows()) if value]

    @property
    def record(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "port": self.url,
            "facts": dict(self._port_rows()),
            "role": self.use.role.value if self.use is not None and self.use.role is not None else None,
            "reason": self.use.reason if self.use is not None else None,
            "speed": self.speed,
            "profile": self.said.profile if self.said is not None else None,
            "modem": said_record(self.said),
            "advice": self.advice,
        }

    def _port_rows(self) -> list[tuple[str, str]]:
        if self.port is None:
            return []
        port, usb = self.port, self.port.usb
        rows = [("device", port.device), ("kind", port.kind.value), ("stable name", port.name)]
        if usb is not None:
            rows += [("USB device", f"{usb.title} ({usb.ids})"), ("socket", usb.slot)]
            rows += [("interface", f"{port.interface}, {port.interface_kind}"), ("driver", port.driver)]
        if self.use is not None:
            rows += [("for", self.use.word), ("why", self.use.reason)]
        return rows

    def _modem_rows(self) -> list[tuple[str, str]]:
        said = self.said
        if said is None:
            return []
        signal = "" if said.signal_dbm is None else f"{said.signal_dbm} dBm"
        return [
            ("speed", f"{self.speed} baud" if self.speed is not None else ""),
            ("manufacturer", said.manufacturer),
            ("model", said.model),
            ("revision", said.revision),
            ("profile", said.profile),
            ("IMEI", said.imei),
            ("SIM", said.sim),
            ("ICCID", said.iccid),
            ("operator", said.operator),
            ("registration", said.registration),
            ("signal", signal),
            *said.capabilities.items(),
        ]


async def look_at(url: str, sysfs: Sysfs, *, baudrate: int | None, is_forced: bool) -> OnePort:
    """Return what there is to know of one port; `baudrate` None tries the usual ones on a line that has a speed."""
    found = OnePort(url=url)
    if "://" not in url:
        found.port = await asyncio.to_thread(sysfs.describe, url)
        if found.port is None:
            found.advice.append(f"There is no {url}.")
            return found
        await _find_use(found, found.port, sysfs)
        if not _is_free(found, found.port, await asyncio.to_thread(who_holds, url), is_forced=is_forced):
            return found
    try:
        found.speed = await _speed(url, _speeds(found.port, baudrate))
        if found.speed is not None:
            found.said = await interview(url, baudrate=found.speed, is_thorough=True)
    except PortError as error:
        found.advice.append(f"{error}.")
        return found
    found.advice += advice_on_sim(found.said) if found.said is not None else ["Nothing answers AT there."]
    return found


async def _find_use(found: OnePort, port: PortFacts, sysfs: Sysfs) -> None:
    for choice in await asyncio.to_thread(scan, sysfs):
        for use in choice.uses:
            if use.port.device == port.device:
                found.choice, found.use = choice, use


def _is_free(found: OnePort, port: PortFacts, holder: str, *, is_forced: bool) -> bool:
    """Tell whether the port may be asked; what is against it becomes advice."""
    if holder:
        found.advice.append(advice_on_holder(holder))
    elif not os.access(port.device, os.R_OK | os.W_OK):
        found.advice.append(advice_on_rights(port.device))
    elif found.use is not None and found.use.is_never_opened and not is_forced:
        at = found.choice.at if found.choice is not None else None
        better = f" The AT port of this modem is {at.device}." if at is not None else ""
        found.advice.append(f"Nothing is written to a port for {found.use.word}.{better} --force asks it all the same.")
    else:
        return True
    return False


def _speeds(port: PortFacts | None, baudrate: int | None) -> tuple[int, ...]:
    """Return the speeds to try: one where the line has none of its own."""
    if baudrate is not None:
        return (baudrate,)
    has_speed = port is not None and (port.kind is PortKind.UART or bridge_name(port.driver, port.usb))
    return SPEEDS if has_speed else SPEEDS[:1]


async def _speed(url: str, speeds: tuple[int, ...]) -> int | None:
    """Return the first speed at which AT is answered. A single one is not tried: the interview says more of it."""
    if len(speeds) == 1:
        return speeds[0]
    for speed in speeds:
        if await answers_at(url, baudrate=speed, tries=_SPEED_TRIES, timeout_s=_SPEED_TIMEOUT_S):
            return speed
    return None
