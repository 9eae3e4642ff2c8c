"""Faults of modems: one model for each kind there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from modem.emulator.action import Action, ActionError, ModemAction
from modem.emulator.border import Checked, FaultTable
from modem.emulator.border.fault_tables import fault_models

if TYPE_CHECKING:
    from modem.emulator.rack.rack import Rack


class ArmedFault(Checked):
    """A fault that was armed; it may be over at once."""

    modem: int
    number: int
    """Its own among those of the modem: what takes it away."""
    state: str
    """waiting, active or over."""


class Arm(FaultTable, ModemAction):
    """Arm a fault of a modem."""

    path: ClassVar[str] = "/faults"
    answer: ClassVar[type[Checked] | None] = ArmedFault
    example: ClassVar[dict[str, Any]] = {"modem": 0, "fault": "late_result", "after_submits": 3, "delay_s": 20}
    do: Literal["arm"] = "arm"

    def run(self, rack: Rack) -> ArmedFault:
        """Do it."""
        armed = rack.arm(self.modem, *self.built())
        return ArmedFault(modem=self.modem, number=armed.number, state=armed.state)


class Disarm(ModemAction):
    """Take a fault of a modem away, and undo what it does: the one with a number, or all of a name, or all."""

    path: ClassVar[str] = "/modems/{modem}/disarm"
    example: ClassVar[dict[str, Any]] = {"fault": "late_result"}
    do: Literal["disarm"] = "disarm"
    number: int | None = None
    fault: str | None = None

    def run(self, rack: Rack) -> None:
        """Do it."""
        numbers = [
            armed.number
            for armed in rack.machines[self.modem].faults
            if self.number in (None, armed.number) and self.fault in (None, armed.fault.name)
        ]
        if not numbers and (self.number is not None or self.fault is not None):
            raise ActionError("number" if self.number is not None else "fault", "no such fault is armed")
        for number in numbers:
            rack.disarm(self.modem, number)


class DisarmOne(ModemAction):
    """Take one fault of a modem away, and undo what it does."""

    path: ClassVar[str] = "/faults/{modem}/{number}"
    method: ClassVar[str] = "DELETE"
    do: Literal["disarm_one"] = "disarm_one"
    number: int

    def run(self, rack: Rack) -> None:
        """Do it."""
        if not rack.disarm(self.modem, self.number):
            raise ActionError("number", f"no fault {self.number} is armed on modem {self.modem}")


ACTIONS: Final[tuple[type[Action], ...]] = (*fault_models(Arm, "Arm").values(), Disarm, DisarmOne)  # type: ignore[arg-type]
