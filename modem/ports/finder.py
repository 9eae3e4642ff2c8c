"""Keeps the list of modems that are plugged in: events and scans in, found devices out.

An event only says where to look; what is there is read from /sys (`sysfs.py`). Everything is looked through once more
at a slow pace, in case an event was lost; where there are no events, at a quick one. A device is given out when it has
shown all its ports (`settling.py`), with the time until which nothing may be written to it. Where nobody knows which
port takes commands they are asked then, one after the other, by the function that the owner brought: this room opens
none.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from modem.ports.choice import Verdict, choose, is_ours
from modem.ports.grouping import group
from modem.ports.holders import who_holds
from modem.ports.settling import SETTLE_S, Gone, Settled, Settling
from modem.ports.sysfs import Sysfs
from modem.ports.uevents import UeventSocket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from modem.ports.choice import Choice
    from modem.ports.facts import PortFacts, UsbFacts
    from modem.ports.uevents import Uevent

RESCAN_S: Final = 45.0
# Without udev, events may not reach us: a container has them from the kernel, if at all.
EAGER_RESCAN_S: Final = 2.0
# A modem that starts is asked for a minute; then ever more rarely, because what is there may be something else.
_ASK_EVERY_S: Final = 5.0
_ASK_EAGERLY_S: Final = 60.0
_ASK_AT_LAST_EVERY_S: Final = 3600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A device that is plugged in; nothing may be written to it before `ready_at`, of the loop's clock."""

    choice: Choice
    ready_at: float

    @property
    def key(self) -> str:
        """What tells it from other devices."""
        return self.choice.group.key


def newest(events: list[Uevent | None]) -> list[Uevent | None]:
    """Return what is to be looked at after these events, each place once, as its last event has it.

    A modem with four ports makes some twenty events, and what an event is about is read whole each time. None (events
    were lost) stands for all of them: everything is looked through then.
    """
    if None in events:
        return [None]
    found: dict[tuple[str, str], Uevent] = {}
    for event in events:
        if event is None:
            continue
        is_interface = event.subsystem == "usb" and event.devtype != "usb_device"
        place = event.path.rpartition("/")[0] if is_interface else event.path
        before = found.pop((event.subsystem, place), None)
        # An interface that goes does not make its device go, nor come back.
        found[event.subsystem, place] = before if is_interface and before is not None else event
    return list(found.values())


class Finder:
    """Runs until cancelled. `on_change` gets each sighting, new or changed, and Gone when it is unplugged.

    A sighting of a modem comes as soon as it has settled, so that the owner knows of it while its quiet time lasts;
    one whose ports have to be asked comes as it is, and once more when one of them has answered. `asks` tells whether a
    bare AT on a port is answered.
    """

    def __init__(
        self,
        *,
        on_change: Callable[[Sighting | Gone], None],
        asks: Callable[[PortFacts], Awaitable[bool]],
        sysfs: Sysfs | None = None,
        settle_s: float = SETTLE_S,
        rescan_s: float | None = None,
        ask_every_s: float = _ASK_EVERY_S,
    ) -> None:
        self._on_change = on_change
        self._asks = asks
        self._sysfs = sysfs or Sysfs()
        self._settling = Settling(settle_s=settle_s, awaits_udev=self._sysfs.has_udev)
        self._rescan_s = rescan_s
        self._ask_every_s = ask_every_s
        self._sightings: dict[str, Sighting] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._news: asyncio.Queue[Uevent | None] = asyncio.Queue()
        self._signature: dict[str, int] | None = None

    async def run(self) -> None:
        """Look for devices until cancelled."""
        events = self._listen()
        is_eager = events is None or not self._sysfs.has_udev
        rescan_s = self._rescan_s or (EAGER_RESCAN_S if is_eager else RESCAN_S)
        try:
            loop = asyncio.get_running_loop()
            rescan_at = loop.time()
            while True:
                if loop.time() >= rescan_at:
                    await self._scan(is_thorough=not is_eager)
                    rescan_at = loop.time() + rescan_s
                self._tell()
                due = self._settling.next_timer()
                wake_at = rescan_at if due is None else min(rescan_at, due)
                for event in newest(await self._wait(wake_at)):
                    await self._look(event)
        finally:
            if events is not None:
                events.close()
            for task in self._asking.values():
                task.cancel()
            await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def _listen(self) -> UeventSocket | None:
        if not self._sysfs.has_udev:
            log.info(
                "udev is not at work here: ports are known by what the kernel tells of them, without hints of rules"
                " and without the names under /dev/serial",
                action="no udev",
            )
        try:
            return UeventSocket(self._news.put_nowait, has_udev=self._sysfs.has_udev)
        except OSError as error:
            log.warning(
                "no events of devices: new ones are looked for every few seconds",
                action="no events",
                reason=error.strerror or str(error),
            )
            return None

    async def _wait(self, until: float) -> list[Uevent | None]:
        """Return the events that came, at the latest when something is due."""
        events: list[Uevent | None] = []
        try:
            async with asyncio.timeout_at(until):
                events.append(await self._news.get())
        except TimeoutError:
            pass
        while not self._news.empty():
            events.append(self._news.get_nowait())
        return events

    async def _look(self, event: Uevent | None) -> None:
        """Read anew what an event is about; all when events were lost."""
        if event is None:
            await self._scan(is_thorough=True)
            return
        folder = self._sysfs.folder(event.path)
        if event.subsystem == "tty":
            is_gone = event.action == "remove"
            port = None if is_gone else await asyncio.to_thread(self._sysfs.read_port, folder)
            self._take_port(self._sysfs.device_file(folder), port)
        elif event.subsystem == "usb":
            # An interface that has got, or lost, its driver is a change of its device; its ports are told by tty.
            is_device = event.devtype == "usb_device"
            is_gone = is_device and event.action == "remove"
            folder = folder if is_device else folder.parent
            usb = None if is_gone else await asyncio.to_thread(self._sysfs.read_device, folder)
            self._take_device(folder.name, usb)

    async def _scan(self, *, is_thorough: bool) -> None:
        """Read all that is there; without `is_thorough` only when something has come or gone."""
        signature = await asyncio.to_thread(self._sysfs.signature)
        if signature == self._signature and not is_thorough:
            return
        self._signature = signature
        ports = {port.device: port for port in await asyncio.to_thread(self._sysfs.ports)}
        devices = {usb.slot: usb for usb in await asyncio.to_thread(self._sysfs.devices)}
        for device in self._settling.ports | ports.keys():
            self._take_port(device, ports.get(device))
        for slot in self._settling.slots | devices.keys():
            self._take_device(slot, devices.get(slot))

    def _take_port(self, device: str, port: PortFacts | None) -> None:
        now = asyncio.get_running_loop().time()
        if port is None:
            self._settling.lose_port(device, now)
        else:
            self._settling.see_port(port, now)

    def _take_device(self, slot: str, usb: UsbFacts | None) -> None:
        now = asyncio.get_running_loop().time()
        if usb is None:
            self._settling.lose_device(slot, now)
        elif is_ours(usb):
            self._settling.see_device(usb, now)

    # -- what comes of it ----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        self._settling.handle_timer(asyncio.get_running_loop().time())
        while (event := self._settling.next_event()) is not None:
            match event:
                case Settled(group=group, appeared_at=appeared_at):
                    choice = self._remembering(choose(group))
                    self._take(Sighting(choice=choice, ready_at=appeared_at + choice.quiet_s))
                case Gone(key=key):
                    self._drop(key)
                    self._sightings.pop(key, None)
                    self._on_change(event)

    def _take(self, sighting: Sighting) -> None:
        choice = sighting.choice
        self._drop(sighting.key)
        self._sightings[sighting.key] = sighting
        log.info(
            "device found",
            action="found",
            slot=choice.group.slot,
            device=choice.group.usb.title if choice.group.usb is not None else "",
            verdict=choice.verdict.value,
            reason=choice.reason,
            at=choice.at.device if choice.at is not None else None,
        )
        self._on_change(sighting)
        if choice.verdict is Verdict.ASK:
            task = asyncio.create_task(self._ask(sighting), name=f"ask {sighting.key}")
            task.add_done_callback(_log_fault)
            self._asking[sighting.key] = task

    def _remembering(self, choice: Choice) -> Choice:
        """Return the choice with the port that has answered before, when it is still the same."""
        before = self._sightings.get(choice.group.key)
        at = before.choice.at if before is not None else None
        same = [port for port in choice.asked if at is not None and port.device == at.device]
        return choice.answered(same[0]) if same else choice

    def _drop(self, key: str) -> None:
        task = self._asking.pop(key, None)
        if task is not None:
            task.cancel()

    async def _ask(self, sighting: Sighting) -> None:
        """Ask the ports of a device in turn until one answers; one that another program has is left alone."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(sighting.ready_at - loop.time())
        eager_until = loop.time() + _ASK_EAGERLY_S
        pause_s = self._ask_every_s
        while True:
            for port in sighting.choice.asked:
                holder = await asyncio.to_thread(who_holds, port.device)
                if holder:
                    log.debug("port not asked", action="not asked", port=port.device, reason=holder)
                elif await self._asks(port):
                    self._asking.pop(sighting.key, None)
                    self._take(Sighting(choice=sighting.choice.answered(port), ready_at=sighting.ready_at))
                    return
            await asyncio.sleep(pause_s)
            if loop.time() >= eager_until:
                pause_s = min(2 * pause_s, _ASK_AT_LAST_EVERY_S)


def _log_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("asking a device failed", action="ask failed", exc_info=error)


def scan(sysfs: Sysfs) -> list[Choice]:
    """Return what is plugged in now, in order of place, without asking any port; blocks for a moment."""
    return [choose(one) for one in group(sysfs.ports(), [usb for usb in sysfs.devices() if is_ours(usb)])]
