"""Many emulated modems on serial ports in one directory, on one network."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from modem.emulator.air import Air
from modem.emulator.machine import Machine
from modem.emulator.network import Network
from modem.emulator.numbering import SMSC_NUMBER, identity
from modem.emulator.port_watch import PortWatch
from modem.emulator.pty import PtyPort
from modem.emulator.sim import Sim
from modem.profiles.generic import PROFILE as GENERIC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from modem.emulator.handset import ShownMessage
    from modem.profile import Personality


class Rack:
    """`count` modems at `directory`/modem0, modem1 ...; all methods belong to the loop that ran `start`.

    They take `personalities` in turn. `boot_s` is how long each takes to start, None for as long as its model does.
    """

    def __init__(
        self,
        *,
        count: int,
        directory: Path,
        radio_time_s: float = 0.0,
        report_delay_s: float = 0.0,
        seed: int = 0,
        boot_s: float | None = None,
        personalities: Sequence[Personality] = (GENERIC.personality,),
    ) -> None:
        self.network = Network(
            epoch=datetime.now(UTC), radio_time_s=radio_time_s, report_delay_s=report_delay_s, seed=seed
        )
        self.machines = [
            _machine(index, seed, boot_s, personalities[index % len(personalities)]) for index in range(count)
        ]
        self.ports: list[Path] = [directory / f"modem{index}" for index in range(count)]
        self._directory = directory
        self._serial = [PtyPort(link, partial(self._receive, index)) for index, link in enumerate(self.ports)]
        self._air = Air(self.network, self.machines)
        self._started = 0.0
        self._watch: PortWatch | None = None
        self._alarms: list[_Alarm] = []
        self._network_alarm: _Alarm | None = None
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    async def start(self) -> None:
        """Switch everything on; returns when each modem answers AT. Raises OSError when a port cannot be made."""
        loop = asyncio.get_running_loop()
        self._directory.mkdir(parents=True, exist_ok=True)
        self._started = loop.time()
        self._watch = PortWatch()
        self._alarms = [_Alarm(loop, partial(self._ring, index)) for index in range(len(self.machines))]
        self._network_alarm = _Alarm(loop, self._ring_network)
        try:
            for index in range(len(self.machines)):
                self._open(index)
                # These modems were switched on before we came, and nobody heard what they said then.
                machine = self.machines[index]
                machine.power_on(self._now() - machine.boot_s)
                machine.handle_timer(self._now())
                machine.data_to_send()
                self._settle(index, self._now())
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Switch everything off and remove the links."""
        for alarm in self._alarms:
            alarm.set(None)
        if self._network_alarm is not None:
            self._network_alarm.set(None)
        for port in self._serial:
            port.close()
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        for _, waiter in self._waiters:
            waiter.cancel()

    def unplug(self, index: int) -> None:
        """Pull a modem out: its port vanishes and it loses its power. Nothing happens when it is out already."""
        if self._serial[index].is_open:
            self._serial[index].close()
            self.machines[index].power_off()
            self._settle(index, self._now())

    def plug(self, index: int) -> None:
        """Plug a modem in: it boots, on another terminal behind the same link. Nothing happens when it is in."""
        if not self._serial[index].is_open:
            self._open(index)
            self.machines[index].power_on(self._now())
            self._settle(index, self._now())

    def is_plugged(self, index: int) -> bool:
        """Tell whether a modem has its port."""
        return self._serial[index].is_open

    def terminal(self, index: int) -> str | None:
        """Return the terminal behind a modem's link, None when it is unplugged."""
        return self._serial[index].terminal

    def write(self, sender: str, recipient: str, text: str, *, order: Sequence[int] | None = None) -> int:
        """Let a person send a text, as `Network.write` does, now."""
        now = self._now()
        segment_count = self.network.write(sender, recipient, text, now, order=order)
        self._settle(None, now)
        return segment_count

    async def messages(self, number: str, *, count: int = 1, timeout_s: float = 10.0) -> list[ShownMessage]:
        """Return what a handset shows, as soon as that is `count` messages or after the timeout."""

        def shown() -> Sequence[ShownMessage]:
            handset = self.network.handset(number)
            return handset.messages if handset is not None else ()

        await self._until(lambda: len(shown()) >= count, timeout_s)
        return list(shown())

    # -- inside ---------------------------------------------------------------

    def _now(self) -> float:
        return asyncio.get_running_loop().time() - self._started

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

    def _open(self, index: int) -> None:
        terminal = self._serial[index].open()
        if self._watch is not None:
            self._watch.add(terminal, self._serial[index].release)

    def _receive(self, index: int, data: bytes) -> None:
        now = self._now()
        self.machines[index].receive_data(data, now)
        self._settle(index, now)

    def _ring(self, index: int) -> None:
        now = self._now()
        self.machines[index].handle_timer(now)
        self._settle(index, now)

    def _ring_network(self) -> None:
        now = self._now()
        self.network.handle_timer(now)
        self._settle(None, now)

    def _settle(self, index: int | None, now: float) -> None:
        """Let everybody answer, write what that gave, and see when to go on."""
        for touched in self._air.settle(index, now):
            machine = self.machines[touched]
            self._serial[touched].write(machine.data_to_send())
            self._set(self._alarms[touched], machine.next_timer())
        if self._network_alarm is not None:
            self._set(self._network_alarm, self.network.next_timer())
        for condition, waiter in self._waiters:
            if not waiter.done() and condition():
                waiter.set_result(None)

    def _set(self, alarm: _Alarm, due: float | None) -> None:
        alarm.set(None if due is None else due + self._started)


class _Alarm:
    """One timer of the loop. An alarm that turns out too early rings for nothing: cheaper than moving it each time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._handle: asyncio.TimerHandle | None = None

    def set(self, due: float | None) -> None:
        """Ring at `due` of the loop's clock or before; None: need not ring any more."""
        if self._handle is not None:
            if due is not None and self._handle.when() <= due:
                return
            self._handle.cancel()
            self._handle = None
        if due is not None:
            self._handle = self._loop.call_at(due, self._fire)

    def _fire(self) -> None:
        self._handle = None
        self._ring()


def _machine(index: int, seed: int, boot_s: float | None, personality: Personality) -> Machine:
    who = identity(index)
    last_mr = random.Random(f"{seed}:{who.imsi}").randrange(256)  # noqa: S311 - repeatable, not secret
    return Machine(who, Sim(who, smsc=SMSC_NUMBER, last_mr=last_mr), personality=personality, boot_s=boot_s)
