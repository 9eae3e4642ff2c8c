"""How the network behaves: recipients, answers, cells, the service centre."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from modem.emulator.action import Action, ActionError
from modem.emulator.border import CellName, FromTable
from modem.emulator.network import AnswerRule, Cell, Centre, Congestion, Delay, RadioTime, Recipient

if TYPE_CHECKING:
    from modem.emulator.network import Network
    from modem.emulator.rack.rack import Rack

HOME: Final = "home"


class Behave(Action):
    """Give the phone behind a number a behaviour: absent, refuses, never reports, doubles, turns messages round."""

    path: ClassVar[str] = "/handsets/{number}/behaviour"
    example: ClassVar[dict[str, Any]] = {"recipient": {"absences": [{"from_s": 0, "until_s": 3600}]}}
    do: Literal["behave"] = "behave"
    number: str
    recipient: Annotated[Recipient, FromTable()]

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.change(lambda network, _: network.behave(self.number, self.recipient))


class BehaveByDefault(Action):
    """Give a behaviour to everybody who has none of their own and no emulated SIM."""

    path: ClassVar[str] = "/network/recipient"
    example: ClassVar[dict[str, Any]] = {"recipient": {"failing": 0.38}}
    do: Literal["behave_by_default"] = "behave_by_default"
    recipient: Annotated[Recipient, FromTable()]

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.change(lambda network, _: network.behave_by_default(self.recipient))


class AddRule(Action):
    """Let the service centre answer some submits as `rule` says; older rules go first."""

    path: ClassVar[str] = "/network/rules"
    example: ClassVar[dict[str, Any]] = {"rule": {"answer": {"cause": 38}, "share": 0.1, "count": 5}}
    do: Literal["add_rule"] = "add_rule"
    rule: Annotated[AnswerRule, FromTable()]

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.change(lambda network, _: network.rule(self.rule))


class DropRules(Action):
    """Take all rules for answers out of force."""

    path: ClassVar[str] = "/network/rules"
    method: ClassVar[str] = "DELETE"
    do: Literal["drop_rules"] = "drop_rules"

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.change(_drop_rules)


class AddCell(Action):
    """Add a cell, or change one of the same name."""

    path: ClassVar[str] = "/network/cells"
    example: ClassVar[dict[str, Any]] = {"cell": {"name": "cellar", "radio_time": "gsm", "channels": 2}}
    do: Literal["add_cell"] = "add_cell"
    cell: Annotated[Cell, FromTable()]

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.change(lambda network, _: network.add_cell(self.cell))


class SetRadioTime(Action):
    """Change how long messages are on the air in a cell: a name, seconds, or a table."""

    path: ClassVar[str] = "/network/radio_time"
    example: ClassVar[dict[str, Any]] = {"radio_time": "sgs"}
    do: Literal["set_radio_time"] = "set_radio_time"
    radio_time: Annotated[RadioTime, FromTable()]
    cell: CellName = HOME

    def run(self, rack: Rack) -> None:
        """Do it."""
        cell = _cell(rack, self.cell)
        rack.change(lambda network, _: network.add_cell(replace(cell, radio_time=self.radio_time)))


class Congest(Action):
    """Congest a cell, in place of the congestions it had; none ends them."""

    path: ClassVar[str] = "/network/congestion"
    example: ClassVar[dict[str, Any]] = {"congestions": [{"slowdown": 4, "refused": 0.3}]}
    do: Literal["congest"] = "congest"
    congestions: list[Annotated[Congestion, FromTable()]]
    cell: CellName = HOME

    def run(self, rack: Rack) -> None:
        """Do it."""
        cell = _cell(rack, self.cell)
        rack.change(lambda network, _: network.add_cell(replace(cell, congestions=tuple(self.congestions))))


class SetReportDelay(Action):
    """Change how long after its delivery a message is reported."""

    path: ClassVar[str] = "/network/report_delay"
    example: ClassVar[dict[str, Any]] = {"report_delay": {"least_s": 1, "most_s": 20, "usual_s": 3}}
    do: Literal["set_report_delay"] = "set_report_delay"
    report_delay: Annotated[Delay, FromTable()]

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.change(lambda network, _: network.change_centre(replace(network.centre, report_delay=self.report_delay)))


class SetCentre(Action):
    """Give the service centre other rules, for what comes from now on."""

    path: ClassVar[str] = "/network/centre"
    example: ClassVar[dict[str, Any]] = {"centre": {"retries_s": [60, 600], "refused_validities": ["enhanced"]}}
    do: Literal["set_centre"] = "set_centre"
    centre: Annotated[Centre, FromTable()]

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.change(lambda network, _: network.change_centre(self.centre))


def _drop_rules(network: Network, _now: float) -> None:
    for rule in tuple(network.rules):
        network.unrule(rule)


def _cell(rack: Rack, name: str) -> Cell:
    cell = next((cell for cell in rack.network.cells if cell.name == name), None)
    if cell is None:
        names = ", ".join(cell.name for cell in rack.network.cells)
        raise ActionError("cell", f"there is no cell {name!r}, only {names}")
    return cell


ACTIONS: Final[tuple[type[Action], ...]] = (
    Behave, BehaveByDefault, AddRule, DropRules, AddCell, SetRadioTime, Congest, SetReportDelay, SetCentre,
)  # fmt: skip
