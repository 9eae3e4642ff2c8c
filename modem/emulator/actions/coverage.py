"""What a modem sees of the network: registration, signal, cell, as they are or changing with time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeVar

from pydantic import Field

from modem.emulator.action import Action, ModemAction
from modem.emulator.border import CellName, Checked, FromTable
from modem.emulator.network import Signal, Trace
from modem.emulator.radio import UNKNOWN_SIGNAL, Registration

if TYPE_CHECKING:
    from modem.emulator.rack.rack import Rack

Value = TypeVar("Value")

Registered = Annotated[Registration, FromTable()]
After = Annotated[float, Field(ge=0, allow_inf_nan=False, description="seconds after the trace's start")]
Repeat = Annotated[float, Field(gt=0, allow_inf_nan=False, description="start again after so many seconds")]


def _trace(steps: list[tuple[float, Value]], repeat_s: float | None) -> Trace[Value]:
    return Trace(steps=tuple(steps), repeat_s=repeat_s)


class Register(ModemAction):
    """Give a modem's SIM a registration while its radio is on; service goes and comes with it."""

    path: ClassVar[str] = "/modems/{modem}/registration"
    example: ClassVar[dict[str, Any]] = {"registration": "denied"}
    do: Literal["register"] = "register"
    registration: Registered

    def run(self, rack: Rack) -> None:
        """Do it."""
        imsi = self.imsi(rack)
        rack.change(lambda network, now: network.register(imsi, self.registration, now))


class SetSignal(ModemAction):
    """Give a modem's SIM a signal, as +CSQ shows it."""

    path: ClassVar[str] = "/modems/{modem}/signal"
    example: ClassVar[dict[str, Any]] = {"rssi": 9}
    do: Literal["set_signal"] = "set_signal"
    rssi: int
    """0 to 31, 99 for unknown."""
    ber: int = 0
    """0 to 7, 99 for unknown."""

    def run(self, rack: Rack) -> None:
        """Do it."""
        imsi, signal = self.imsi(rack), Signal(rssi=self.rssi, ber=self.ber)
        rack.change(lambda network, now: network.set_signal(imsi, signal, now))


class Move(ModemAction):
    """Bring a modem's SIM to another cell."""

    path: ClassVar[str] = "/modems/{modem}/cell"
    example: ClassVar[dict[str, Any]] = {"cell": "home"}
    do: Literal["move"] = "move"
    cell: CellName

    def run(self, rack: Rack) -> None:
        """Do it."""
        imsi = self.imsi(rack)
        rack.change(lambda network, now: network.move(imsi, self.cell, now))


class RegistrationStep(Checked):
    """A registration and when it begins."""

    after_s: After
    registration: Registered


class TraceRegistration(ModemAction):
    """Let a SIM's registration change with time, from now on."""

    path: ClassVar[str] = "/modems/{modem}/registration/trace"
    example: ClassVar[dict[str, Any]] = {
        "steps": [{"after_s": 0, "registration": "home"}, {"after_s": 60, "registration": "searching"}],
        "repeat_s": 90,
    }
    do: Literal["trace_registration"] = "trace_registration"
    steps: Annotated[list[RegistrationStep], Field(min_length=1)]
    repeat_s: Repeat | None = None

    def run(self, rack: Rack) -> None:
        """Do it."""
        trace = _trace([(step.after_s, step.registration) for step in self.steps], self.repeat_s)
        imsi = self.imsi(rack)
        rack.change(lambda network, now: network.trace_registration(imsi, trace, now))


class SignalStep(Checked):
    """A signal and when it begins."""

    after_s: After
    rssi: int
    ber: int = 0
    jitter: int = 0
    """How far chance may move <rssi>."""


class TraceSignal(ModemAction):
    """Let a SIM's signal change with time, from now on."""

    path: ClassVar[str] = "/modems/{modem}/signal/trace"
    example: ClassVar[dict[str, Any]] = {
        "steps": [{"after_s": 0, "rssi": 25, "jitter": 2}, {"after_s": 30, "rssi": UNKNOWN_SIGNAL, "ber": 99}]
    }
    do: Literal["trace_signal"] = "trace_signal"
    steps: Annotated[list[SignalStep], Field(min_length=1)]
    repeat_s: Repeat | None = None

    def run(self, rack: Rack) -> None:
        """Do it."""
        signals = [(step.after_s, Signal(rssi=step.rssi, ber=step.ber, jitter=step.jitter)) for step in self.steps]
        trace, imsi = _trace(signals, self.repeat_s), self.imsi(rack)
        rack.change(lambda network, now: network.trace_signal(imsi, trace, now))


class CellStep(Checked):
    """A cell and when a SIM comes there."""

    after_s: After
    cell: CellName


class TraceCell(ModemAction):
    """Let a SIM move between cells with time, from now on."""

    path: ClassVar[str] = "/modems/{modem}/cell/trace"
    example: ClassVar[dict[str, Any]] = {"steps": [{"after_s": 0, "cell": "home"}]}
    do: Literal["trace_cell"] = "trace_cell"
    steps: Annotated[list[CellStep], Field(min_length=1)]
    repeat_s: Repeat | None = None

    def run(self, rack: Rack) -> None:
        """Do it."""
        trace, imsi = _trace([(step.after_s, step.cell) for step in self.steps], self.repeat_s), self.imsi(rack)
        rack.change(lambda network, now: network.trace_cell(imsi, trace, now))


ACTIONS: Final[tuple[type[Action], ...]] = (Register, SetSignal, Move, TraceRegistration, TraceSignal, TraceCell)
