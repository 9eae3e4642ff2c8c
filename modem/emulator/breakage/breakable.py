"""A machine that has faults: the sound machine, with a board of faults at every door.

Theory of operation. Octets pass the wire and the board as they come and go. A command gets a `Course` before it is
done. A submit tells the board each stage it reaches. After every one of these the machine does the acts that faults
ask for. While no fault is armed there is no course, and everything goes the way of the sound machine.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, assert_never

from modem.at.device import BodyReceived
from modem.emulator.breakage.board import Board
from modem.emulator.breakage.odd_line import OddLine
from modem.emulator.fault import Cure, Direction, PortEvent, Restart, Trigger, Unplug, Write
from modem.emulator.machine.course import Place, Stage
from modem.emulator.machine.machine import Machine
from modem.emulator.machine.wire import Wire
from modem.emulator.radio import NETWORK_TIMEOUT, Transmission
from modem.profiles.generic import PROFILE as GENERIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.at.device import CommandLineReceived, Result
    from modem.emulator.breakage.board import Armed
    from modem.emulator.card.sim import Sim
    from modem.emulator.command import Prompt
    from modem.emulator.fault import Act, Fault
    from modem.emulator.numbering import Identity
    from modem.emulator.radio import Clearing, Delivery
    from modem.profile import Personality

_ESC: Final = b"\x1b"


class BreakableMachine(Machine):
    """One modem with a SIM, and what a tester wants to be wrong with it."""

    def __init__(
        self,
        identity: Identity,
        sim: Sim,
        *,
        personality: Personality = GENERIC.personality,
        boot_s: float | None = None,
    ) -> None:
        super().__init__(identity, sim, personality=personality, boot_s=boot_s)
        self._board = Board(self.equipment)
        self._wire = Wire()
        self._odd = OddLine(self._device, self._board)
        self._is_deaf = False
        self._back_at: float | None = None
        self._port_events: deque[PortEvent] = deque()
        self._now = 0.0

    # -- what a tester does ---------------------------------------------------

    @property
    def faults(self) -> tuple[Armed, ...]:
        """The faults that are armed, oldest first."""
        return self._board.armed

    def arm(self, fault: Fault, trigger: Trigger, now: float) -> Armed:
        """Arm a fault, and let it strike if it waits for nothing; `Armed.number` is what `disarm` wants."""
        self._now = now
        armed = self._board.arm(fault, trigger, now)
        self._obey(now)
        return armed

    def disarm(self, number: int, now: float) -> bool:
        """Take a fault away and restore what it changed; return whether there was one with that number."""
        self._now = now
        is_known = self._board.remove(number)
        self._obey(now)
        return is_known

    # -- power and port -------------------------------------------------------

    def power_on(self, now: float) -> None:
        """Start booting; the modem hears nothing until that is done."""
        self._back_at = None
        super().power_on(now)

    def power_off(self) -> None:
        """Lose power: whatever was going on is forgotten, and what a power cycle cures is cured."""
        self._board.cure(Cure.POWER)
        self._wire.clear()
        super().power_off()

    def handle_closing(self, now: float) -> None:
        """Take note that the last host closed the port."""
        self._now = now
        if self._board.is_used:
            self._board.cure(Cure.REOPEN)
            self._obey(now)

    @property
    def blocks_port(self) -> bool:
        """Whether the port takes no octet of the host."""
        return self._board.blocks_port

    def next_port_event(self) -> PortEvent | None:
        """Return what the port has to do, oldest first, or None."""
        return self._port_events.popleft() if self._port_events else None

    # -- the five names -------------------------------------------------------

    def receive_data(self, data: bytes, now: float) -> None:
        """Take octets from the host."""
        self._now = now
        if self._board.is_used or self._wire.is_used:
            self._wire.to_modem.put(data, now, self._board.pace)
            data = self._wire.to_modem.take(now)
        super().receive_data(data, now)

    def data_to_send(self) -> bytes:
        """Return the octets for the host and forget them."""
        octets = super().data_to_send()
        if self._board.is_used or self._wire.is_used:
            self._wire.to_host.put(self._board.garble(octets, Direction.TO_HOST), self._now, self._board.pace)
            return self._wire.to_host.take(self._now)
        return octets

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, or None."""
        due = [super().next_timer(), self._odd.next_timer(), self._back_at]
        if self._board.is_used or self._wire.is_used:
            due += [self._board.next_timer(), self._wire.next_timer()]
        return min((at for at in due if at is not None), default=None)

    def handle_timer(self, now: float) -> None:
        """Do what is due, then let faults begin and end."""
        self._now = now
        super().handle_timer(now)
        if self._back_at is not None and now >= self._back_at:
            self._return_port(now)
        if self._odd.next_timer() is not None:
            self._odd.handle_timer(now)
            self._work(now)
        if self._board.is_used or self._wire.is_used:
            super().receive_data(self._wire.to_modem.take(now), now)
            self._board.handle_timer(now)
            self._obey(now)

    def handle_answer(self, cause: int | None, now: float) -> None:
        """Take the network's answer to the message on the air; the host may hear something else."""
        self._now = now
        course = self._odd.course
        if course is not None and isinstance(self._step, Transmission):
            if not self._survives(Stage.SENT, now):
                return
            cause = course.cause if cause is None else cause
        super().handle_answer(cause, now)

    def handle_delivery(self, delivery: Delivery, now: float) -> None:
        """Take a message or report; an `Acknowledged` event answers, at once or when the host did."""
        self._now = now
        super().handle_delivery(delivery, now)

    # -- the doors of the sound machine ---------------------------------------

    def _restart(self, now: float) -> None:
        self._board.cure(Cure.CFUN)
        super()._restart(now)

    def _stop(self) -> None:
        self._odd.lose_power()
        self._is_deaf = self._board.hush is not None
        super()._stop()

    def _end_boot(self) -> None:
        if self._board.is_used:
            if self.equipment.has_radio_events:
                return  # another card may be in now: the network first hears that the last one lost its power
            self._board.boot(self._now)
        super()._end_boot()
        self._obey(self._now)

    def _hear(self, data: bytes, now: float) -> None:
        if self._board.is_used:
            data = self._board.hear(data)
            self._obey(now, is_escaped=data[:1] == _ESC)
        super()._hear(data, now)

    def _begin(self, event: CommandLineReceived, now: float) -> None:
        self._odd.begin()
        super()._begin(event, now)

    def _start(self, command: Command, now: float) -> None:
        if not self._board.is_used or self._is_for_handler(command, now):
            super()._start(command, now)

    def _resume(self, answer: BodyReceived | Clearing | int | None, now: float) -> None:
        if self._odd.course is not None and isinstance(answer, BodyReceived) and answer.is_aborted:
            self._odd.note_abort(self._odd.course, now)
        super()._resume(answer, now)

    def _prompt(self, prompt: Prompt, now: float) -> None:
        if self._odd.course is None:
            super()._prompt(prompt, now)
        else:
            self._odd.prompt(self._odd.course, prompt, now, self._end_prompt)

    def _transmit(self, transmission: Transmission, now: float) -> None:
        course = self._odd.course
        if course is None:
            super()._transmit(transmission, now)
        elif self._survives(Stage.BODY, now):
            if course.is_sent:
                super()._transmit(transmission, now)
            else:
                self._advance(course.cause, now)

    def _respond(self, lines: Sequence[str]) -> None:
        if self._odd.course is None:
            super()._respond(lines)
        else:
            self._odd.respond(self._odd.course, lines)

    def _finish(self, result: Result | str | None) -> None:
        if self._odd.course is None:
            super()._finish(result)
        else:
            self._is_running = False
            self._odd.finish(self._odd.course, result, self._now)

    # -- inside ---------------------------------------------------------------

    def _obey(self, now: float, *, is_escaped: bool = False) -> None:
        """Do what the faults ask for."""
        is_deaf = self._board.hush is not None
        if is_deaf != self._is_deaf:
            self._is_deaf = is_deaf
            # A prompt stays open while the modem is deaf, and the ESC that cures it finds it open.
            if not (self._device.is_entry and (is_deaf or is_escaped)):
                self._drop_line()
        while (act := self._board.next_act()) is not None:
            self._do(act, now)
        if isinstance(self._step, Transmission) and not self.equipment.is_searching:
            # Service went while the message was on the air: nobody will answer it any more.
            super().handle_answer(NETWORK_TIMEOUT, now)

    def _do(self, act: Act, now: float) -> None:
        if isinstance(act, Unplug):
            self._port_events.append(PortEvent.GONE)
            if not act.keeps_power:
                self.power_off()
            self._back_at = None if act.returns_after_s is None else now + act.returns_after_s
        elif isinstance(act, Restart):
            self._restart(now)
        elif isinstance(act, Write):
            self._device.write(act.octets)
        else:
            assert_never(act)

    def _return_port(self, now: float) -> None:
        self._back_at = None
        self._port_events.append(PortEvent.BACK)
        if not self._is_on:
            self.power_on(now)

    def _drop_line(self) -> None:
        """Forget the command line that is being done, with no answer."""
        self._dialogue = self._step = self._resume_at = None
        self._is_running = False
        self._commands.clear()
        self._odd.drop()

    def _survives(self, stage: Stage, now: float) -> bool:
        """Let a line reach a stage; return whether it goes on behind it."""
        number = self._odd.number
        self._board.reach(stage, now)
        self._obey(now)
        return self._is_on and self._odd.number == number

    def _is_for_handler(self, command: Command, now: float) -> bool:
        """Give a command its course; return whether its handler is still to be asked."""
        self._odd.course = course = self._board.shape(command, self._odd.course, now)
        if not self._survives(Stage.COMMAND, now):
            return False
        self._device.is_rude = self._device.is_rude or course.is_rude
        self._odd.intrude(course, Place.ECHO)
        if course.is_ignored:
            self._drop_line()
        elif course.refusal is not None:
            self._refuse(course.refusal)
        elif course.answer is not None:
            self._respond(course.answer)
        else:
            return True
        return False

    def _end_prompt(self, now: float) -> None:
        if self._odd.course is not None:
            self._odd.intrude(self._odd.course, Place.PROMPT)
            self._survives(Stage.PROMPT, now)
