"""Looks at everything that is plugged in, and asks each modem that nobody is using who it is."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from modem.cli.interview import interview
from modem.driver.asking import answers_at
from modem.errors import PortError
from modem.ports.choice import Verdict
from modem.ports.finder import scan
from modem.ports.holders import who_holds

if TYPE_CHECKING:
    from modem.cli.interview import Interview
    from modem.ports.choice import Choice
    from modem.ports.facts import PortFacts
    from modem.ports.sysfs import Sysfs

_AT_ONCE: Final = 16


@dataclass(kw_only=True, slots=True)
class Surveyed:
    """A device, who has its ports, what its modem said of itself, and what a person may do about it."""

    choice: Choice
    # Words by device file.
    holders: dict[str, str] = field(default_factory=dict)
    said: Interview | None = None
    asked: PortFacts | None = None
    advice: list[str] = field(default_factory=list)

    @property
    def becomes(self) -> str:
        """What the gateway would make of it."""
        if self.choice.verdict is Verdict.NOT_A_MODEM:
            return "nothing: no modem"
        if self.choice.verdict is Verdict.LEFT_ALONE:
            return "nothing, unless you say so"
        if self.said is None:
            return "a span, once it can be used" if self.choice.at is not None else "a span, if it answers AT"
        return "a span"

    @property
    def match(self) -> dict[str, str]:
        """What pins its span to a number, as in [[span]] match: the IMEI, else the name of its port."""
        if self.said is not None and self.said.imei:
            return {"imei": self.said.imei}
        at = self.choice.at
        return {"path": at.name} if at is not None else {}


async def survey(sysfs: Sysfs, *, baudrate: int, is_asking: bool = True) -> list[Surveyed]:
    """Return what is plugged in, in order of place. Without `is_asking` no port is opened."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def look(choice: Choice) -> Surveyed:
        async with limit:
            return await _look(choice, baudrate=baudrate, is_asking=is_asking)

    choices = await asyncio.to_thread(scan, sysfs)
    found = await asyncio.gather(*map(look, choices))
    imeis = Counter(one.said.imei for one in found if one.said is not None and one.said.imei)
    for one in found:
        if one.said is not None and imeis[one.said.imei] > 1:
            one.advice.append(
                f"{imeis[one.said.imei]} modems say that their IMEI is {one.said.imei}: "
                "bind their spans by iccid or path, not by imei."
            )
    return found


async def _look(choice: Choice, *, baudrate: int, is_asking: bool) -> Surveyed:
    found = Surveyed(choice=choice)
    for use in choice.uses:
        holder = await asyncio.to_thread(who_holds, use.port.device)
        if holder:
            found.holders[use.port.device] = holder
    if choice.verdict in {Verdict.NOT_A_MODEM, Verdict.LEFT_ALONE}:
        found.advice.append(choice.reason)
        return found
    await _quiet(choice)
    for port in [choice.at] if choice.at is not None else choice.asked:
        if _may_ask(port, found) and is_asking:
            await _ask(port, found, baudrate=baudrate)
        if found.said is not None:
            return found
    return found


async def _quiet(choice: Choice) -> None:
    """Leave a modem that was plugged in just now alone for as long as it wants."""
    appeared = [port.appeared_at for port in choice.group.ports if port.appeared_at is not None]
    left_s = max(appeared, default=-math.inf) + choice.quiet_s - time.monotonic()
    if left_s > 0:
        await asyncio.sleep(left_s)


def _may_ask(port: PortFacts, found: Surveyed) -> bool:
    """Tell whether a port is free and open to us; what is wrong becomes advice."""
    holder = found.holders.get(port.device, "")
    if holder:
        found.advice.append(advice_on_holder(holder))
    elif not os.access(port.device, os.R_OK | os.W_OK):
        found.advice.append(advice_on_rights(port.device))
    else:
        return True
    return False


async def _ask(port: PortFacts, found: Surveyed, *, baudrate: int) -> None:
    is_known = found.choice.at is not None
    try:
        if is_known or await answers_at(port.device, baudrate=baudrate):
            found.said = await interview(port.device, baudrate=baudrate)
    except PortError as error:
        found.advice.append(f"{error}.")
        return
    if found.said is not None:
        found.asked = port
        found.choice = found.choice if is_known else found.choice.answered(port)
        found.advice += advice_on_sim(found.said)
    else:
        found.advice.append(f"{port.device} does not answer AT. {_silence(found.choice)}")


def _silence(choice: Choice) -> str:
    if choice.profile:
        return "The modem may be starting, hung, or switched off: unplug it, and plug it in again."
    return "Perhaps it is no modem; if it is one, is it switched on, and is its speed the one given by --baud?"


def advice_on_holder(holder: str) -> str:
    """Return what to do when another program has a port."""
    if "ModemManager" in holder:
        return (
            f"{holder}: it reads and deletes the messages. Install our udev rules, which keep it away, "
            "or stop it: systemctl disable --now ModemManager."
        )
    return f"{holder}: it was not disturbed. Stop that program, or leave the modem to it."


def advice_on_sim(said: Interview) -> list[str]:
    """Return what to do about the SIM, [] when it is ready."""
    if said.sim == "SIM PIN":
        return [f'The SIM wants its PIN: [[modems.sim]] iccid = "{said.iccid}", pin_file = "a file with the PIN".']
    if said.sim and said.sim != "READY":
        return [f"The SIM says: {said.sim}. A person is needed."]
    return []


def advice_on_rights(device: str) -> str:
    """Return what to do when we may not open a port."""
    return f"You may not open {device}. Members of the group dialout may: usermod -aG dialout NAME, then log in again."
