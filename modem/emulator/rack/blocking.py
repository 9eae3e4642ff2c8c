"""A network of emulated modems for programs that know nothing of asyncio, above all for tests: all methods may block.

Theory of operation. The rack lives in a thread with an event loop of its own, so that the program under test may block
on a port, and a test may block here. Each method hands its work to that loop and waits for the answer; a method whose
name ends in `_async` is for asynchronous tests, whose own loop must go on while they wait.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from modem.emulator.rack.clock import LoopClock, VirtualClock
from modem.emulator.rack.rack import Rack
from modem.profiles import load_profiles

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from modem.emulator.network.handset import ShownMessage
    from modem.profile import Personality

T = TypeVar("T")

ClockKind = Literal["real", "manual", "jumping"]


class GsmNetwork:
    """One network with its modems and phones. Use it as a context, or call `start` and `stop`.

    `clock` is "real", "manual" (time passes only by `clock.advance`) or "jumping" (time goes to the next moment at
    which something is due whenever the programs on the ports are idle). Ports appear in `directory`. `model` is what
    the modems are, by the names of `gsm-modem emulate --model list`; `boot_s` None: they start as slowly as that does.
    ValueError for another clock or model.
    """

    def __init__(
        self,
        directory: Path,
        *,
        seed: int = 0,
        radio_time_s: float = 0.0,
        report_delay_s: float = 0.0,
        boot_s: float | None = None,
        clock: ClockKind = "real",
        model: str = "generic",
    ) -> None:
        self.modems: list[GsmModem] = []
        self.clock = GsmClock(self)
        self.seed = seed
        self.rack = Rack(
            count=0,
            directory=directory,
            radio_time_s=radio_time_s,
            report_delay_s=report_delay_s,
            seed=seed,
            boot_s=boot_s,
            clock=_clock(clock),
            personalities=(_personality(model),),
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulated modems", daemon=True)

    def __enter__(self) -> GsmNetwork:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start; there is no modem yet. Raises OSError when the directory cannot be made."""
        self._thread.start()
        try:
            self.wait(self.rack.start())
        except OSError:
            self._end_thread()
            raise

    def stop(self) -> None:
        """Switch everything off; the ports vanish."""
        try:
            self.wait(self.rack.stop())
        finally:
            self._end_thread()

    def add_modem(self, model: str | None = None) -> GsmModem:
        """Add a modem with a SIM of its own; it answers at once. ValueError for a `model` that nobody knows."""
        personality = None if model is None else _personality(model)
        modem = GsmModem(self, self.call(lambda: self.rack.add(personality)))
        self.modems.append(modem)
        return modem

    def phone(self, number: str) -> GsmPhone:
        """Return the phone of a person; any number that no SIM here has is a phone."""
        return GsmPhone(self, number)

    def ledger(self) -> list[dict[str, object]]:
        """Return every TPDU that was on the air, in order: kind, times, who, what (in hexadecimal) and why refused."""
        return self.call(lambda: [entry.as_json() for entry in self.rack.network.ledger])

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # -- for the other classes of this file ------------------------------------

    def call(self, work: Callable[[], T]) -> T:
        """Run `work` in the loop of the modems and return what it returns or raise what it raises."""

        async def run() -> T:
            return work()

        return self.wait(run())

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop of the modems and block until it is done."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def wait_async(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the loop of the modems while the caller's own loop goes on."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


class GsmModem:
    """One modem; a program opens its `port`."""

    def __init__(self, network: GsmNetwork, index: int) -> None:
        machine = network.rack.machines[index]
        self.index = index
        self.port = network.rack.addresses(index)[0]
        # As +CGMM says it.
        self.model = machine.equipment.personality.model
        self.number = machine.equipment.sim.number
        self.imei = machine.equipment.identity.imei
        self.imsi = machine.equipment.sim.imsi
        self.iccid = machine.equipment.sim.iccid
        self._network = network

    def __repr__(self) -> str:
        return f"<GsmModem {self.index} {self.number} at {self.port}>"

    def unplug(self) -> None:
        """Pull it out: the port vanishes, the power is gone."""
        self._network.call(lambda: self._network.rack.unplug(self.index))

    def plug(self) -> None:
        """Put it back: it boots, behind the same port name."""
        self._network.call(lambda: self._network.rack.plug(self.index))

    @property
    def is_plugged(self) -> bool:
        """Whether the port is there."""
        return self._network.call(lambda: self._network.rack.is_plugged(self.index))


class GsmPhone:
    """The phone of a person."""

    def __init__(self, network: GsmNetwork, number: str) -> None:
        self.number = number
        self._network = network

    def send(self, to: GsmModem | str, text: str) -> int:
        """Write a text to a modem or number; return how many segments it took. Raises EncodeError."""
        number = to.number if isinstance(to, GsmModem) else to
        return self._network.call(lambda: self._network.rack.write(self.number, number, text))

    @property
    def messages(self) -> list[ShownMessage]:
        """What it shows now, oldest first: `sender`, `text`, `data`, `at`, `segment_count` of each."""
        return self._network.wait(self._shown(0, 0.0))

    def wait_messages(self, count: int = 1, *, timeout_s: float = 10.0) -> list[ShownMessage]:
        """Return what it shows once that is at least `count` messages; TimeoutError after `timeout_s` of real time."""
        return self._network.wait(self._shown(count, timeout_s))

    async def wait_messages_async(self, count: int = 1, *, timeout_s: float = 10.0) -> list[ShownMessage]:
        """Do the same as `wait_messages` for an asynchronous test."""
        return await self._network.wait_async(self._shown(count, timeout_s))

    async def _shown(self, count: int, timeout_s: float) -> list[ShownMessage]:
        messages = await self._network.rack.messages(self.number, count=count, timeout_s=timeout_s)
        if len(messages) < count:
            message = f"{self.number} shows {len(messages)} of {count} messages after {timeout_s:g} s"
            raise TimeoutError(message)
        return messages


class GsmClock:
    """The time of a network, in seconds since it was started."""

    def __init__(self, network: GsmNetwork) -> None:
        self._network = network

    def now(self) -> float:
        """Return the time."""
        return self._network.call(self._network.rack.clock.now)

    def advance(self, seconds: float) -> None:
        """Let time pass: what falls due happens in order. ValueError when the clock is "real"."""
        self._network.wait(self._network.rack.advance(seconds))

    async def advance_async(self, seconds: float) -> None:
        """Do the same as `advance` for an asynchronous test."""
        await self._network.wait_async(self._network.rack.advance(seconds))


def _personality(model: str) -> Personality:
    profiles = load_profiles()
    if model not in profiles:
        message = f"model is one of {', '.join(profiles)}, not {model!r}"
        raise ValueError(message)
    return profiles[model].personality


def _clock(kind: ClockKind) -> LoopClock | VirtualClock:
    if kind not in ("real", "manual", "jumping"):
        message = f"clock is 'real', 'manual' or 'jumping', not {kind!r}"
        raise ValueError(message)
    return LoopClock() if kind == "real" else VirtualClock(is_jumping=kind == "jumping")
