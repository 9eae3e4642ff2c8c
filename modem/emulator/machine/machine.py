"""One emulated modem: octets of a host in, octets and radio events out; time is an argument.

Theory of operation. A command line runs to its end before the next is looked at: while a body is awaited, a message is
on the air or a pause lasts, the device is busy and the host's octets wait. A handler that needs to wait is a generator
(see `command.py`); the machine holds at most one, and resumes it with the body, the network's answer or the time.

Nothing ever goes wrong here: `breakable.py` makes a machine that has faults of it, by the few methods that all octets,
commands, prompts, answers and transmissions pass.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from typing import TYPE_CHECKING, assert_never

from modem.at.command import parse_line
from modem.at.device import BodyReceived, Result
from modem.at.errors import CME_TEXT, CMS_TEXT
from modem.emulator.command import Pause, Prompt, load_table
from modem.emulator.equipment import indicators, network_time
from modem.emulator.equipment.equipment import Equipment, Functionality
from modem.emulator.equipment.local_time import LocalTime
from modem.emulator.machine.boot import Boot
from modem.emulator.machine.manner import Manner
from modem.emulator.radio import (
    CallCleared,
    CallConnected,
    Clearing,
    Dialled,
    RadioEvent,
    Registered,
    Ringing,
    SignalChanged,
    Transmission,
    UssdAnswered,
)
from modem.emulator.refusal import (
    CmeError,
    Cms,
    CmsError,
    NoCallError,
    RefusedError,
    UnknownCommandError,
    WordedError,
)
from modem.emulator.services import broadcast, inbound, telephony, ussd
from modem.profiles.generic import PROFILE as GENERIC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from modem.at.command import Command
    from modem.at.device import CommandLineReceived
    from modem.emulator.card.sim import Sim
    from modem.emulator.command import Dialogue, Step
    from modem.emulator.numbering import Identity
    from modem.emulator.radio import Delivery
    from modem.profile import Personality


class Machine:
    """One modem with a SIM; off until `power_on`.

    `boot_s`: how long it takes from power-up until everything works; None for as long as the model takes.
    """

    def __init__(
        self,
        identity: Identity,
        sim: Sim,
        *,
        personality: Personality = GENERIC.personality,
        boot_s: float | None = None,
    ) -> None:
        self.equipment = Equipment(identity, sim, personality)
        self._device = self.equipment.device
        self._table = load_table()
        self._boot = Boot(personality, boot_s)
        self._manner = Manner(self.equipment, self._boot)
        self._is_unfinished = False
        self._commands: deque[Command] = deque()
        self._is_running = False
        self._is_malformed = False
        self._dialogue: Dialogue | None = None
        self._step: Step | None = None
        self._resume_at: float | None = None
        self._ready_at: float | None = None
        self._is_on = False

    # -- power ----------------------------------------------------------------

    def power_on(self, now: float) -> None:
        """Start booting; the modem hears nothing until that is done."""
        self.equipment.now = now
        self.equipment.local_time = LocalTime(now)
        self.equipment.apply(self.equipment.saved)
        self._is_on = True
        self._boot.start(now)
        self._ready_at = now + self._boot.at_s
        self.handle_timer(now)

    def power_off(self) -> None:
        """Lose power: whatever was going on is forgotten, also a message on the air."""
        self._stop()

    def _restart(self, now: float) -> None:
        self._stop()
        self.power_on(now)

    def _stop(self) -> None:
        self._is_on = False
        self._boot.stop()
        self._ready_at = self._resume_at = None
        self._dialogue = self._step = None
        self._is_running = False
        self._commands.clear()
        self.equipment.lose_power()

    @property
    def is_awake(self) -> bool:
        """Whether it is on and answers AT."""
        return self._is_on and self._ready_at is None

    @property
    def boot_s(self) -> float:
        """How long it takes from power-up until everything works."""
        return self._boot.length_s

    # -- the card -------------------------------------------------------------

    def eject(self, now: float) -> None:
        """Take the card out: service, calls and a message on the air are lost with it."""
        self.equipment.now = now
        if self.equipment.call is not None and not isinstance(self._step, Dialled):
            telephony.clear(self.equipment, Clearing.NO_CARRIER)
        self.equipment.eject()
        if isinstance(self._step, Transmission):
            self._resume(Cms.NO_CARD.value, now)
        elif isinstance(self._step, Dialled):
            self._resume(Clearing.NO_CARRIER, now)
        self._work(now)
        indicators.report(self.equipment)

    def insert(self, sim: Sim, now: float) -> None:
        """Put a card in, after the network has heard that the last one is gone."""
        self.equipment.now = now
        self.equipment.insert(sim)

    # -- the five names -------------------------------------------------------

    def receive_data(self, data: bytes, now: float) -> None:
        """Take octets from the host."""
        if self.is_awake:
            self.equipment.now = now
            self._hear(data, now)
            indicators.report(self.equipment)

    def next_event(self) -> RadioEvent | None:
        """Return what the network has to know, oldest first, or None."""
        return self.equipment.next_radio_event()

    def data_to_send(self) -> bytes:
        """Return the octets for the host and forget them."""
        return self._device.data_to_send()

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, or None."""
        due = (
            self._ready_at,
            self._resume_at,
            self.equipment.acknowledge_by,
            self._device.next_timer(),
            self._boot.next_timer(),
        )
        return min((at for at in due if at is not None), default=None)

    def handle_timer(self, now: float) -> None:
        """Do what is due: lines of the boot, its end, end of a pause, a missing acknowledgement, lines that waited."""
        self.equipment.now = now
        for line in self._boot.lines_due(now):
            self._device.send_urc(self._manner.filled(line))
        if self._ready_at is not None and now >= self._ready_at:
            self._end_boot()
        self._device.handle_timer(now)
        inbound.handle_timer(self.equipment, now)
        if self._resume_at is not None and now >= self._resume_at:
            self._resume_at = None
            self._resume(None, now)
            self._work(now)
        indicators.report(self.equipment)

    # -- the network's side ---------------------------------------------------

    def handle_registration(self, event: Registered) -> None:
        """Take what the network says about our service."""
        if self.equipment.is_searching:
            self.equipment.register(event.registration, event.cell)
            indicators.report(self.equipment)

    def handle_answer(self, cause: int | None, now: float) -> None:
        """Take the network's answer to the message on the air: None for yes, else an RP cause or TP-FCS."""
        self.equipment.now = now
        if isinstance(self._step, Transmission):
            self._resume(cause, now)
            self._work(now)
            indicators.report(self.equipment)

    def handle_delivery(self, delivery: Delivery, now: float) -> None:
        """Take a message or report; an `Acknowledged` event answers, at once or when the host did."""
        self.equipment.now = now
        inbound.deliver(self.equipment, delivery, now)
        indicators.report(self.equipment)

    def handle_service(
        self, event: SignalChanged | UssdAnswered | Ringing | CallConnected | CallCleared, now: float
    ) -> None:
        """Take the signal, a word of a USSD session, or what becomes of a call."""
        self.equipment.now = now
        if isinstance(event, SignalChanged):
            self.equipment.signal_quality, self.equipment.bit_error_rate = event.rssi, event.ber
        elif isinstance(event, UssdAnswered):
            ussd.hear(self.equipment, event)
        elif isinstance(event, Ringing):
            telephony.ring(self.equipment, event)
        elif isinstance(event, CallConnected | CallCleared):
            clearing = event.clearing if isinstance(event, CallCleared) else None
            if isinstance(self._step, Dialled):
                self._resume(clearing, now)
                self._work(now)
            elif clearing is not None:
                telephony.clear(self.equipment, clearing)
        else:
            assert_never(event)
        indicators.report(self.equipment)

    def handle_broadcast(self, page: bytes, now: float) -> None:
        """Take a page of a cell broadcast, 88 octets as 3GPP TS 23.041 9.4.1 lays them out."""
        self.equipment.now = now
        broadcast.hear(self.equipment, page)

    def handle_time(self, local: datetime, now: float) -> None:
        """Take the time of day that the network gives (3GPP TS 24.008 9.2.15a), aware and local to it."""
        self.equipment.now = now
        network_time.hear(self.equipment, local)

    # -- inside ---------------------------------------------------------------

    def _end_boot(self) -> None:
        self._ready_at = None
        self.equipment.switch(Functionality.FULL)

    def _hear(self, data: bytes, now: float) -> None:
        if isinstance(self._step, Dialled) and data.strip(b"\n"):
            # Any character ends the attempt and is not a command itself (V.250 5.6.1); an LF belongs to the CR before.
            telephony.hang_up(self.equipment)
            self._resume(Clearing.NO_CARRIER, now)
        else:
            self._device.receive_data(data, now)
        self._work(now)

    def _work(self, now: float) -> None:
        """Do what the host asks until the network, time or the host itself has to do something."""
        while (event := self._device.next_event()) is not None:
            if isinstance(event, BodyReceived):
                self._resume(event, now)
            else:
                self._begin(event, now)
            if self.equipment.is_reboot_due:
                self._restart(now)
            elif self._manner.last_word is not None:
                self._switch_off(self._manner.last_word)

    def _switch_off(self, last_word: str) -> None:
        self._manner.last_word = None
        if last_word:
            self._device.send_urc(last_word)
        self.power_off()

    def _begin(self, event: CommandLineReceived, now: float) -> None:
        line = parse_line(event.text)
        self._commands.extend(line.commands)
        self._is_malformed = event.is_too_long or not line.is_well_formed
        self._is_unfinished = False
        self._is_running = True
        if event.is_too_long:
            self._commands.clear()
        self._run(now)

    def _run(self, now: float) -> None:
        """Take the commands of the line in turn until one has to wait; the first refusal ends the line."""
        while self._is_running and self._dialogue is None:
            if self._commands:
                self._start(self._commands.popleft(), now)
            else:
                self._finish(Result.ERROR if self._is_malformed else None if self._is_unfinished else Result.OK)

    def _start(self, command: Command, now: float) -> None:
        self._is_unfinished = command.text in self.equipment.personality.unfinished
        try:
            answer = self._answer(command, now)
        except RefusedError as refusal:
            self._refuse(refusal)
            return
        if isinstance(answer, Generator):
            self._dialogue = answer
            self._advance(None, now)
        else:
            self._respond(answer)

    def _answer(self, command: Command, now: float) -> Sequence[str] | Dialogue:
        own = self._manner.answer(command, now)
        if own is not None:
            return own
        command = self._manner.meant(command)
        handler = self._table.get((command.name, command.form))
        if handler is None:
            raise UnknownCommandError(self.equipment.personality.unknown_command)
        return handler(self.equipment, command)

    def _resume(self, answer: BodyReceived | Clearing | int | None, now: float) -> None:
        self._advance(answer, now)
        self._run(now)

    def _advance(self, answer: BodyReceived | Clearing | int | None, now: float) -> None:
        """Give the waiting handler the answer to its step, and begin its next step."""
        dialogue, self._step = self._dialogue, None
        if dialogue is None:
            return
        try:
            step = dialogue.send(answer)
        except StopIteration as stop:
            self._dialogue = None
            self._respond(stop.value)
        except RefusedError as refusal:
            self._dialogue = None
            self._refuse(refusal)
        else:
            self._step = step
            self._begin_step(step, now)

    def _begin_step(self, step: Step, now: float) -> None:
        if isinstance(step, Prompt):
            self._prompt(step, now)
        elif isinstance(step, Transmission):
            self._transmit(step, now)
        elif isinstance(step, Dialled):
            self.equipment.tell(step)
        elif isinstance(step, Pause):
            self._resume_at = now + step.seconds
        else:
            assert_never(step)

    def _refuse(self, refusal: RefusedError) -> None:
        self._commands.clear()
        self._finish(refusal_line(refusal, self.equipment.settings.error_level))

    def _prompt(self, prompt: Prompt, _now: float) -> None:
        self._device.prompt(is_text=prompt.is_text)

    def _transmit(self, transmission: Transmission, _now: float) -> None:
        self.equipment.tell(transmission)

    def _respond(self, lines: Sequence[str]) -> None:
        self._device.respond(lines)

    def _finish(self, result: Result | str | None) -> None:
        self._is_running = False
        self._device.finish(result)


def refusal_line(refusal: RefusedError, level: int) -> Result | str:
    """Return the final result for a refusal at +CMEE=`level`; +CMS ERROR is never hidden (3GPP TS 27.005 3.2.5)."""
    if isinstance(refusal, NoCallError):
        return Result[refusal.clearing.name]
    if isinstance(refusal, CmsError):
        return f"+CMS ERROR: {CMS_TEXT.get(refusal.code, refusal.code) if level == 2 else refusal.code}"
    if isinstance(refusal, UnknownCommandError | WordedError) and refusal.wording:
        return refusal.wording
    if isinstance(refusal, CmeError) and level:
        return f"+CME ERROR: {CME_TEXT.get(refusal.code, refusal.code) if level == 2 else refusal.code}"
    return Result.ERROR
