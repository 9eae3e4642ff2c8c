"""Many emulated modems on serial ports in one directory and on TCP ports, on one network.

A rack is the one object that its surroundings (command line, control, test plugin) need: it makes the machines, opens
their ports, carries what they and the network say, and keeps the clock. Machines and network themselves do no I/O.
"""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from modem.emulator.breakage.breakable import BreakableMachine
from modem.emulator.card.sim import Sim
from modem.emulator.fault import PortEvent
from modem.emulator.network import Network
from modem.emulator.network.agenda import Agenda
from modem.emulator.numbering import SMSC_NUMBER, identity
from modem.emulator.rack.air import Air
from modem.emulator.rack.clock import LoopClock, Timetable, VirtualClock
from modem.emulator.rack.door import Door
from modem.emulator.rack.file_limit import allow_files
from modem.emulator.rack.folder import Folder
from modem.emulator.rack.port_watch import PortWatch
from modem.emulator.rack.stepping import Stepping
from modem.profiles.generic import PROFILE as GENERIC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from modem.emulator.breakage.board import Armed
    from modem.emulator.fault import Fault, Trigger
    from modem.emulator.network.handset import ShownMessage
    from modem.emulator.rack.clock import Clock
    from modem.profile import Personality

Result = TypeVar("Result")

# What a virtual clock shows at its start, so that two runs write equal times of day into their ledgers.
VIRTUAL_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
# Master and slave of a terminal, or listener and connection; the rest is for the process and its control.
FILES_PER_PORT: Final = 2
SPARE_FILES: Final = 64

_NETWORK: Final = -1
_PLAN: Final = -2


class Rack:
    """`count` modems; all methods belong to the loop that ran `start`.

    Modem n has a port at `directory`/modem<n>, or at the n-th address of `tcp`, or both: then its answers go to the
    TCP port while a host is connected there. ValueError when a modem has neither. `epoch` is the time of day at the
    clock's start; unless given it is the real one, and `VIRTUAL_EPOCH` with a virtual clock.

    The modems take `personalities` in turn; `boot_s` is how long each takes to start, None for as long as its model.
    """

    def __init__(
        self,
        *,
        count: int,
        directory: Path | None = None,
        tcp: Sequence[tuple[str, int]] = (),
        radio_time_s: float = 0.0,
        report_delay_s: float = 0.0,
        seed: int = 0,
        boot_s: float | None = None,
        personalities: Sequence[Personality] = (GENERIC.personality,),
        clock: Clock | None = None,
        epoch: datetime | None = None,
    ) -> None:
        self.clock: Clock = clock or LoopClock()
        self.network = Network(
            epoch=epoch or (VIRTUAL_EPOCH if isinstance(self.clock, VirtualClock) else datetime.now(UTC)),
            radio_time_s=radio_time_s,
            report_delay_s=report_delay_s,
            seed=seed,
        )
        self.machines: list[BreakableMachine] = []
        self.ports: list[Path] = []
        self._directory = directory
        self._folder = None if directory is None else Folder(directory)
        self._tcp = list(tcp)
        self._seed = seed
        self._boot_s = boot_s
        self._personalities = personalities
        self._plan = Agenda()
        self._listeners: list[Callable[[set[int]], None]] = []
        self._air = Air(self.network, [])
        self._doors: list[Door] = []
        self._watch: PortWatch | None = None
        self._timetable = Timetable()
        self._stepping = (
            Stepping(self.clock, self._timetable, self._ring) if isinstance(self.clock, VirtualClock) else None
        )
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        for _ in range(count):
            self._make()

    async def start(self) -> None:
        """Switch everything on; returns when each modem answers AT. Raises OSError when a port cannot be made.

        One rack at a time has its links in a directory.
        """
        self._allow_files(len(self.machines))
        if self._folder is not None:
            self._folder.take()
        self._watch = PortWatch()
        self.clock.start(self._ring)
        try:
            for index in range(len(self.machines)):
                self._switch_on(index)
        except OSError:
            await self.stop()
            raise
        if self._stepping is not None:
            self._stepping.start()

    async def stop(self) -> None:
        """Switch everything off and remove the links."""
        self.clock.stop()
        if self._stepping is not None:
            await self._stepping.stop()
        for door in self._doors:
            door.close()
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        if self._folder is not None:
            self._folder.release()
        for _, waiter in self._waiters:
            waiter.cancel()

    def add(self, personality: Personality | None = None) -> int:
        """Add one more modem to a running rack and return its number; it answers AT. Raises as `start` does.

        Without a personality it takes the one whose turn it is.
        """
        self._allow_files(len(self.machines) + 1)
        index = self._make(personality)
        self._switch_on(index)
        return index

    # -- ports ----------------------------------------------------------------

    def addresses(self, index: int) -> list[str]:
        """Return what a host may open to reach a modem: the path of its link, `socket://HOST:PORT`, or both."""
        return self._doors[index].addresses

    def unplug(self, index: int) -> None:
        """Pull a modem out: its port vanishes and it loses its power. Nothing happens when it is out already."""
        if self._doors[index].is_open:
            self._doors[index].close()
            self.machines[index].power_off()
            self._settle(index, self.clock.now())

    def plug(self, index: int) -> None:
        """Plug a modem in: it boots, on another terminal behind the same link. Nothing happens when it is in."""
        if not self._doors[index].is_open:
            self._open(index)
            self.machines[index].power_on(self.clock.now())
            self._settle(index, self.clock.now())

    def is_plugged(self, index: int) -> bool:
        """Tell whether a modem has its port."""
        return self._doors[index].is_open

    def terminal(self, index: int) -> str | None:
        """Return what is behind a modem's link, or its TCP address; None when it is unplugged."""
        return self._doors[index].terminal

    # -- people and time ------------------------------------------------------

    def change(self, act: Callable[[Network, float], Result]) -> Result:
        """Let `act` do something to the network, now, and everybody hear of it; return what it returns."""
        now = self.clock.now()
        result = act(self.network, now)
        self._settle(None, now)
        return result

    def handle(self, index: int, act: Callable[[BreakableMachine, float], Result]) -> Result:
        """Let `act` do something to a modem, now, and everybody hear of it; return what it returns."""
        now = self.clock.now()
        result = act(self.machines[index], now)
        self._settle(index, now)
        return result

    def plan(self, at_s: float, act: Callable[[], None]) -> None:
        """Do `act` when the clock is at `at_s`; what was planned first goes first."""
        self._plan.at(at_s, lambda _at: act())
        self._timetable.set(_PLAN, self._plan.next_due())
        self.clock.set(self._timetable.next_due())

    def listen(self, listener: Callable[[set[int]], None]) -> Callable[[], None]:
        """Call `listener` after everything that happens, with the modems it touched; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def arm(self, index: int, fault: Fault, trigger: Trigger) -> Armed:
        """Arm a fault of a modem, as `BreakableMachine.arm` does, now."""
        return self.handle(index, lambda machine, now: machine.arm(fault, trigger, now))

    def disarm(self, index: int, number: int) -> bool:
        """Take a fault away, as `BreakableMachine.disarm` does, now."""
        return self.handle(index, lambda machine, now: machine.disarm(number, now))

    def write(self, sender: str, recipient: str, text: str, *, order: Sequence[int] | None = None) -> int:
        """Let a person send a text, as `Network.write` does, now."""
        return self.change(lambda network, now: network.write(sender, recipient, text, now, order=order))

    async def messages(self, number: str, *, count: int = 1, timeout_s: float = 10.0) -> list[ShownMessage]:
        """Return what a handset shows, as soon as that is `count` messages or after the timeout, in real time."""

        def shown() -> Sequence[ShownMessage]:
            handset = self.network.handset(number)
            return handset.messages if handset is not None else ()

        await self._until(lambda: len(shown()) >= count, timeout_s)
        return list(shown())

    def next_due(self) -> float | None:
        """Return when something is due next, on the clock; None when nothing is."""
        return self._timetable.next_due()

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass on a virtual clock: what falls due happens in order, and hosts may react in between.

        Raises ValueError when time passes by itself here, or would go back.
        """
        if self._stepping is None:
            message = "time passes by itself in this rack: only a virtual clock can be moved"
            raise ValueError(message)
        if not seconds >= 0:
            message = f"time cannot pass by {seconds} seconds"
            raise ValueError(message)
        await self._stepping.advance(seconds)

    # -- inside ---------------------------------------------------------------

    def _make(self, personality: Personality | None = None) -> int:
        index = len(self.machines)
        link = self._directory / f"modem{index}" if self._directory is not None else None
        tcp = self._tcp[index] if index < len(self._tcp) else None
        self._doors.append(Door(link, tcp, partial(self._receive, index), partial(self._part, index)))
        if link is not None:
            self.ports.append(link)
        personality = personality or self._personalities[index % len(self._personalities)]
        machine = _machine(index, self._seed, self._boot_s, personality)
        self.machines.append(machine)
        self._air.add(machine)
        return index

    def _allow_files(self, count: int) -> None:
        allow_files(SPARE_FILES + FILES_PER_PORT * (count * (self._directory is not None) + min(count, len(self._tcp))))

    def _switch_on(self, index: int) -> None:
        self._open(index)
        # These modems were switched on before we came, and nobody heard what they said then.
        machine, now = self.machines[index], self.clock.now()
        machine.power_on(now - machine.boot_s)
        machine.handle_timer(now)
        machine.data_to_send()
        self._settle(index, now)

    def _open(self, index: int) -> None:
        if self._watch is None:
            message = "the rack is not running"
            raise RuntimeError(message)
        self._doors[index].open(self._watch)

    def _part(self, index: int) -> None:
        """Take note that the last host closed a port."""
        now = self.clock.now()
        self.machines[index].handle_closing(now)
        self._settle(index, now)

    def _move_port(self, index: int, event: PortEvent) -> None:
        """Do what a fault of the machine does to its port."""
        if event is PortEvent.GONE:
            self._doors[index].close()
        elif not self._doors[index].is_open:
            self._open(index)

    def _receive(self, index: int, data: bytes) -> None:
        now = self.clock.now()
        if self._stepping is not None:
            self._stepping.note_heard()
        self.machines[index].receive_data(data, now)
        self._settle(index, now)

    def _ring(self) -> None:
        """Do everything that is due."""
        now = self.clock.now()
        while (number := self._timetable.take(now)) is not None:
            if number == _PLAN:
                self._plan.work(now)
                self._timetable.set(_PLAN, self._plan.next_due())
            elif number == _NETWORK:
                self.network.handle_timer(now)
                self._settle(None, now)
            else:
                self.machines[number].handle_timer(now)
                self._settle(number, now)
        self.clock.set(self._timetable.next_due())

    def _settle(self, index: int | None, now: float) -> None:
        """Let everybody answer, write what that gave, and see when to go on."""
        everybody = self._air.settle(index, now)
        for touched in everybody:
            machine = self.machines[touched]
            if octets := machine.data_to_send():
                self._doors[touched].write(octets)
                if self._stepping is not None:
                    self._stepping.note_said(self._doors[touched])
            while (event := machine.next_port_event()) is not None:
                self._move_port(touched, event)
            if machine.blocks_port is not self._doors[touched].is_blocked:
                self._doors[touched].block(is_blocked=machine.blocks_port)
            self._timetable.set(touched, machine.next_timer())
        self._timetable.set(_NETWORK, self.network.next_timer())
        self.clock.set(self._timetable.next_due())
        for condition, waiter in self._waiters:
            if not waiter.done() and condition():
                waiter.set_result(None)
        for listener in self._listeners:
            listener(everybody)

    async def _until(self, condition: Callable[[], bool], timeout_s: float) -> None:
        if condition():
            return
        waiter = asyncio.get_running_loop().create_future()
        entry = (condition, waiter)
        self._waiters.append(entry)
        try:
            await asyncio.wait([waiter], timeout=timeout_s)
        finally:
            self._waiters.remove(entry)


def _machine(index: int, seed: int, boot_s: float | None, personality: Personality) -> BreakableMachine:
    who = identity(index)
    last_mr = random.Random(f"{seed}:{who.imsi}").randrange(256)  # noqa: S311 - repeatable, not secret
    return BreakableMachine(who, Sim(who, smsc=SMSC_NUMBER, last_mr=last_mr), personality=personality, boot_s=boot_s)
