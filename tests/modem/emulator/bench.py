"""Machines on a network with a clock that only the test moves: what a host reads and writes, without ports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modem.emulator.breakage.breakable import BreakableMachine
from modem.emulator.breakage.shelf import build
from modem.emulator.card.sim import Sim
from modem.emulator.network import Network
from modem.emulator.numbering import SMSC_NUMBER, identity
from modem.emulator.rack.air import Air
from modem.pdu import Address, format_pdu, plan, submits
from modem.profiles.generic import PROFILE as GENERIC

if TYPE_CHECKING:
    from modem.emulator.breakage.board import Armed
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.fault import PortEvent
    from modem.pdu import Submit
    from modem.profile import Personality

EPOCH = datetime(2024, 5, 1, 12, tzinfo=UTC)
BOOT_S = 1.0
CTRL_Z = b"\x1a"
ESC = b"\x1b"


class Bench:
    """`count` machines that are switched on, with echo off. `boot_s` None: a start takes what the model takes."""

    def __init__(
        self,
        count: int = 1,
        *,
        radio_time_s: float = 0.0,
        report_delay_s: float = 0.0,
        seed: int = 0,
        sim_capacity: int = 30,
        personality: Personality = GENERIC.personality,
        boot_s: float | None = BOOT_S,
    ) -> None:
        self.now = 0.0
        self.network = Network(epoch=EPOCH, radio_time_s=radio_time_s, report_delay_s=report_delay_s, seed=seed)
        self.machines = [_machine(index, sim_capacity, personality, boot_s) for index in range(count)]
        self._air = Air(self.network, self.machines)
        self._read = [bytearray() for _ in self.machines]
        self.port_events: list[PortEvent] = []
        for index, machine in enumerate(self.machines):
            machine.power_on(-machine.boot_s)
            machine.handle_timer(0)
            self._settle(index)
            self.at("E0", index)

    def equipment(self, index: int = 0) -> Equipment:
        return self.machines[index].equipment

    def number(self, index: int = 0) -> str:
        return self.machines[index].equipment.sim.number

    def arm(self, fault: str, **fields: object) -> Armed:
        """Arm a fault of the first machine, as a scenario names it."""
        built, trigger = build({"fault": fault, **fields})
        armed = self.machines[0].arm(built, trigger, self.now)
        self._settle(0)
        return armed

    def disarm(self, armed: Armed) -> None:
        """Take a fault of the first machine away."""
        assert self.machines[0].disarm(armed.number, self.now)
        self._settle(0)

    def reopen(self) -> None:
        """Close the port of the first machine and open it again."""
        self.machines[0].handle_closing(self.now)
        self._settle(0)

    def type(self, octets: bytes, index: int = 0) -> bytes:
        """Write octets and return what the modem says by then."""
        self.machines[index].receive_data(octets, self.now)
        self._settle(index)
        return self.read(index)

    def at(self, command: str, index: int = 0) -> list[str]:
        """Give one command and return the lines of the answer."""
        return lines(self.type(b"AT" + command.encode("latin-1") + b"\r", index))

    def read(self, index: int = 0) -> bytes:
        """Return what the modem said since the last look."""
        octets = bytes(self._read[index])
        self._read[index].clear()
        return octets

    def wait(self, seconds: float) -> None:
        """Let time pass, with everything that is due on the way."""
        end = self.now + seconds
        while (due := self._next_timer()) is not None and due <= end:
            self.now = max(self.now, due)
            self.network.handle_timer(self.now)
            self._settle(None)
            for index, machine in enumerate(self.machines):
                machine.handle_timer(self.now)
                self._settle(index)
        self.now = end

    def submit(self, submit: Submit, index: int = 0, *, end: bytes = CTRL_Z) -> list[str]:
        """Send a SUBMIT in PDU mode and return the lines of the answer."""
        tpdu = submit.encode()
        assert self.type(b"AT+CMGS=%d\r" % len(tpdu), index) == b"\r\n> "
        return lines(self.type(format_pdu(tpdu).encode() + end, index))

    def send(self, recipient: str, text: str, index: int = 0, *, report: bool = False) -> list[str]:
        """Send a text in PDU mode; the answer is that to its last segment."""
        answer = []
        for submit in submits(plan(text), Address.parse(recipient), concat_ref=7, request_report=report):
            answer = self.submit(submit, index)
        return answer

    def write(self, sender: str, text: str, index: int = 0, *, order: list[int] | None = None) -> None:
        """Let a person write to a modem."""
        self.network.write(sender, self.number(index), text, self.now, order=order)
        self._settle(None)

    def shown(self, number: str) -> list[str | None]:
        """Return the texts on a handset."""
        handset = self.network.handset(number)
        return [message.text for message in handset.messages] if handset else []

    def reboot(self, index: int = 0) -> None:
        """Cut the power, give it back and let the modem boot."""
        self.machines[index].power_off()
        self._settle(index)
        self.machines[index].power_on(self.now)
        self._settle(index)
        self.wait(self.machines[index].boot_s)

    def _next_timer(self) -> float | None:
        dues = [self.network.next_timer(), *(machine.next_timer() for machine in self.machines)]
        return min((due for due in dues if due is not None), default=None)

    def _settle(self, index: int | None) -> None:
        for touched in self._air.settle(index, self.now):
            self._read[touched] += self.machines[touched].data_to_send()
            while (event := self.machines[touched].next_port_event()) is not None:
                self.port_events.append(event)


def _machine(index: int, sim_capacity: int, personality: Personality, boot_s: float | None) -> BreakableMachine:
    who = identity(index)
    card = Sim(who, smsc=SMSC_NUMBER, capacity=sim_capacity)
    return BreakableMachine(who, card, personality=personality, boot_s=boot_s)


def lines(octets: bytes) -> list[str]:
    """Return the lines of an answer without the empty ones."""
    return [line for line in octets.decode("latin-1").split("\r\n") if line]
