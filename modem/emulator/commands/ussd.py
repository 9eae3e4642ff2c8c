"""USSD: codes to the network and its menus (3GPP TS 27.007 7.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.command import Shelf
from modem.emulator.equipment import access
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.equipment.settings import UssdPresentation
from modem.emulator.services import ussd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

_CANCEL: Final = 2

SHELF.constant("+CUSD", Form.TEST, "+CUSD: (0-2)")


@SHELF.on("+CUSD", Form.READ)
def read(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether words of the network are shown."""
    return [f"+CUSD: {equipment.settings.ussd.value}"]


@SHELF.on("+CUSD", Form.SET)
def use(equipment: Equipment, command: Command) -> Sequence[str]:
    """Show the network's words or not, end the session, or send a code; what comes back is unsolicited."""
    parameters = Parameters(command, most=3)
    presentation = parameters.number(0, range(3), 0)
    dcs = parameters.number(2, range(256), ussd.GSM7)
    if presentation == _CANCEL:
        ussd.cancel(equipment)
        return []
    if parameters.has(1):
        access.unlocked_card(equipment)
        ussd.request(equipment, parameters.text(1), dcs)
    equipment.settings.ussd = UssdPresentation(presentation)
    return []
