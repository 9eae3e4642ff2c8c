"""The faults of one machine: which are armed, when they strike, how long they last, what ends them.

Theory of operation. An armed fault waits for its occasion and counts it; a strike begins it. A fault that is not
lasting is over with its strike. A lasting one is active until its time has passed, it is cured, or it is removed; then
it waits again if strikes are left. The board decides and the machine obeys: it asks for the course of each command,
tells how far a submit has come, and does the acts.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

from modem.at.command import Form
from modem.emulator.fault import ENDLESS, Cure, Direction, Fault, Occasion, Trigger, Urcs, is_like
from modem.emulator.machine.course import Course, Stage

if TYPE_CHECKING:
    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.fault import Act, Hush
    from modem.emulator.machine.wire import Pace

_SUBMITS: Final = frozenset((("+CMGS", Form.SET), ("+CMSS", Form.SET)))
_ESC: Final = b"\x1b"
_RESET: Final = re.compile(rb"AT[^\r]*\+CFUN=[^\r]*\r", re.IGNORECASE)
_REMEMBERED_OCTETS: Final = 80


@dataclass(slots=True, kw_only=True, eq=False)
class Armed:
    """One fault on one machine. `number` is its own; `seen` counts occasions, `struck` strikes."""

    number: int
    fault: Fault
    trigger: Trigger
    armed_at: float
    chance: Random
    seen: int = 0
    struck: int = 0
    is_active: bool = False
    is_over: bool = False
    strikes_at: float | None = None
    ends_at: float | None = None
    kept: Any = field(default=None, repr=False)

    @property
    def state(self) -> str:
        """What it is doing, in a word: "waiting", "active" or "over"."""
        return "over" if self.is_over else "active" if self.is_active else "waiting"

    @property
    def occasion(self) -> Occasion:
        """What it waits for."""
        trigger = self.trigger
        if trigger.on is not None:
            return trigger.on
        if trigger.after_submits:
            return Occasion.SUBMIT
        if trigger.command or trigger.after_commands:
            return Occasion.COMMAND
        return self.fault.occasion

    @property
    def cured_by(self) -> Cure:
        """What ends it."""
        return self.fault.cured_by if self.trigger.cured_by is None else self.trigger.cured_by

    @property
    def lasting_s(self) -> float | None:
        """How long a strike lasts, or strikes are dealt; None: without end."""
        lasting_s = self.fault.lasting_s if self.trigger.lasting_s is None else self.trigger.lasting_s
        return lasting_s or None

    @property
    def has_strikes_left(self) -> bool:
        """Whether it will strike again."""
        times = self.fault.times if self.trigger.times is None else self.trigger.times
        return times == ENDLESS or self.struck < times

    def counts(self, now: float) -> bool:
        """Count an occasion; return whether it is one to strike at."""
        if self.is_over or self.is_active or now < self.armed_at + self.trigger.after_s or not self.has_strikes_left:
            return False
        self.seen += 1
        number = self.seen - max(self.trigger.after_submits, self.trigger.after_commands)
        return number >= 1 and (number - 1) % self.trigger.every == 0

    def is_meant(self, command: Command) -> bool:
        """Whether a command is the occasion."""
        if self.occasion is Occasion.SUBMIT:
            return (command.name, command.form) in _SUBMITS
        return self.occasion is Occasion.COMMAND and is_like(command.text, self.trigger.command or "*")


class Board:
    """The faults of one machine. `is_used`: some fault is armed; all else costs nothing while it is not."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._faults: list[Armed] = []
        self._acts: deque[Act] = deque()
        self._in_submit: list[Armed] = []
        self._count = 0
        self._recent = b""
        self.is_used = False
        self.hush: Hush | None = None
        self.pace: Pace | None = None
        self.blocks_port = False

    @property
    def armed(self) -> tuple[Armed, ...]:
        """The faults that are not over, oldest first."""
        return tuple(self._faults)

    def arm(self, fault: Fault, trigger: Trigger, now: float) -> Armed:
        """Arm a fault; one that waits for nothing strikes at once."""
        self._count += 1
        chance = Random(f"{self._equipment.identity.imei}:{self._count}:{fault!r}")  # noqa: S311 - must be repeatable
        armed = Armed(number=self._count, fault=fault, trigger=trigger, armed_at=now, chance=chance)
        if armed.occasion is Occasion.NOW:
            armed.strikes_at = now + trigger.after_s
        self._faults.append(armed)
        self.is_used = True
        self.handle_timer(now)
        return armed

    def remove(self, number: int) -> bool:
        """End a fault, whatever it is doing; return whether there was one with that number."""
        for armed in self._faults:
            if armed.number == number:
                self._finish(armed)
                return True
        return False

    def next_act(self) -> Act | None:
        """Return what the machine has to do, oldest first, or None."""
        return self._acts.popleft() if self._acts else None

    # -- time -----------------------------------------------------------------

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, or None."""
        dues = [due for armed in self._faults for due in (armed.strikes_at, armed.ends_at) if due is not None]
        return min(dues, default=None)

    def handle_timer(self, now: float) -> None:
        """End and begin what is due, in this order."""
        for armed in self.armed:
            if armed.ends_at is not None and now >= armed.ends_at:
                if armed.is_active:
                    self._end(armed)
                else:
                    self._finish(armed)
            if armed.strikes_at is not None and now >= armed.strikes_at and not armed.is_over:
                due, armed.strikes_at = armed.strikes_at, None
                if not armed.is_active:
                    self._strike(armed, now)
                if armed.trigger.every_s and armed.has_strikes_left and not armed.is_over:
                    armed.strikes_at = due + armed.trigger.every_s

    # -- occasions ------------------------------------------------------------

    def shape(self, command: Command, course: Course | None, now: float) -> Course:
        """Return how `command` goes; `course` is that of its line so far."""
        course = course or Course()
        for armed in self.armed:
            if armed.is_active:
                armed.fault.shape(command, course)
            elif armed.is_meant(command) and armed.counts(now):
                if armed.occasion is Occasion.SUBMIT and armed.fault.strikes_at is not Stage.COMMAND:
                    self._in_submit.append(armed)
                    continue
                self._strike(armed, now)
                armed.fault.shape(command, course)
        return course

    def reach(self, stage: Stage, now: float) -> None:
        """Strike the submit that has come to `stage`."""
        for armed in list(self._in_submit):
            if armed.fault.strikes_at is stage:
                self._in_submit.remove(armed)
                if not armed.is_over:
                    self._strike(armed, now)

    def end_line(self) -> None:
        """Take note that a command line is over."""
        self._in_submit.clear()
        self._settle()

    def boot(self, now: float) -> None:
        """Strike a modem that has just started."""
        for armed in self.armed:
            if armed.occasion is Occasion.BOOT and armed.counts(now):
                self._strike(armed, now)

    def cure(self, cure: Cure) -> None:
        """End what `cure` ends: strikes that last, and series of strikes if the tester said that it does."""
        for armed in self.armed:
            if armed.cured_by > cure or not armed.struck:
                continue
            if armed.is_active:
                self._end(armed)
            elif armed.trigger.cured_by is not None:
                self._finish(armed)

    # -- the wire -------------------------------------------------------------

    def hear(self, octets: bytes) -> bytes:
        """Return what the modem hears of the host's octets: nothing while it is deaf, unless they cure it."""
        octets = self.garble(octets, Direction.TO_MODEM)
        was_deaf = self.hush is not None
        recent = self._recent + octets
        reset = _RESET.search(recent)
        self._recent = b"" if reset is not None else recent[-_REMEMBERED_OCTETS:]
        if reset is not None:
            self.cure(Cure.CFUN)
        elif _ESC in octets:
            self.cure(Cure.ESCAPE)
        if not was_deaf:
            return octets
        if self.hush is not None:
            if self.hush.echoes:
                self._equipment.device.write(octets)
            return b""
        return recent[reset.start() :] if reset is not None else octets[octets.index(_ESC) :]

    def garble(self, octets: bytes, direction: Direction) -> bytes:
        """Return what arrives of octets."""
        for armed in self._faults:
            if armed.is_active and octets:
                octets = armed.fault.garble(octets, direction, armed.chance)
        return octets

    # -- inside ---------------------------------------------------------------

    def _strike(self, armed: Armed, now: float) -> None:
        armed.struck += 1
        armed.kept = armed.fault.begin(self._equipment)
        self._acts.extend(armed.fault.acts(armed.chance))
        armed.is_active = armed.fault.is_lasting
        if armed.lasting_s is not None and (armed.is_active or armed.struck == 1):
            armed.ends_at = now + armed.lasting_s
        if not armed.is_active and not armed.has_strikes_left:
            self._finish(armed)
        self._settle()

    def _end(self, armed: Armed) -> None:
        """End a strike, and the fault with it when it was the last."""
        armed.is_active = False
        armed.ends_at = None
        armed.fault.end(self._equipment, armed.kept)
        if not armed.has_strikes_left or (armed.occasion is Occasion.NOW and armed.strikes_at is None):
            self._finish(armed)
        self._settle()

    def _finish(self, armed: Armed) -> None:
        """End a fault for good."""
        armed.is_over = True
        self._faults.remove(armed)
        if armed.is_active:
            armed.is_active = False
            armed.fault.end(self._equipment, armed.kept)
        self._settle()

    def _settle(self) -> None:
        active = [armed.fault for armed in self._faults if armed.is_active]
        self.is_used = bool(self._faults)
        self.hush = next((fault.hush for fault in active if fault.hush is not None), None)
        self.pace = next((fault.pace for fault in active if fault.pace is not None), None)
        self.blocks_port = any(fault.blocks_port for fault in active)
        device = self._equipment.device
        device.is_mute = any(fault.urcs is Urcs.LOST for fault in active)
        device.is_rude = any(fault.urcs is Urcs.RUDE for fault in active)
