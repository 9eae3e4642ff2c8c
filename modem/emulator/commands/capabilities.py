"""What the modem can do, and numbers that it only keeps (V.250 6.1.9; 3GPP TS 27.007 5.9, 8.37, 8.4, 7.19, 10.1.28)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.command import Form, parse_line
from modem.emulator.command import Shelf, load_table
from modem.emulator.equipment.number_settings import MESSAGE_BEARER, OPERATION_MODE, OPERATOR_LIST, SIDE_OF_NETWORK
from modem.emulator.equipment.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

_PREFERRED_PLACES: Final = 20

for _name in ("+GCAP", "+CLAC"):
    SHELF.constant(_name, Form.TEST)
for _setting in (SIDE_OF_NETWORK, OPERATION_MODE, MESSAGE_BEARER, OPERATOR_LIST):
    SHELF.numbers(_setting)


@SHELF.on("+GCAP", Form.EXECUTE)
def capabilities(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Name the families of commands the modem knows."""
    return [f"+GCAP: {equipment.personality.capabilities}"]


@SHELF.on("+CLAC", Form.EXECUTE)
def list_commands(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Name every command the modem knows, one a line, those of its maker too."""
    personality = equipment.personality
    own = (*personality.answers, *personality.aliases, *personality.restarts, *personality.switches_off)
    vendors = {command.name for typed in own for command in parse_line(typed).commands}
    return sorted(({name for name, _ in load_table()} | vendors) - personality.missing)


SHELF.constant("+CPOL", Form.TEST, f"+CPOL: (1-{_PREFERRED_PLACES}),(0-2)")


@SHELF.on("+CPOL", Form.READ)
def read_preferred(_equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the preferred operators: this card has none."""
    return []


@SHELF.on("+CPOL", Form.SET)
def choose_preferred(_equipment: Equipment, command: Command) -> Sequence[str]:
    """Empty a place of the list, or choose how operators are named; one network needs no list."""
    parameters = Parameters(command, most=2)
    places = range(1, _PREFERRED_PLACES + 1)
    if parameters.has(0) or not parameters.has(1):
        parameters.number(0, places)
    parameters.number(1, range(3), 0)
    return []


SHELF.constant("+CBC", Form.EXECUTE, "+CBC: 0,95")
SHELF.constant("+CBC", Form.TEST, "+CBC: (0-3),(0-100)")
