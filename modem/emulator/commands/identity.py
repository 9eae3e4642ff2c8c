"""Who the modem is (3GPP TS 27.007 5.1 to 5.4; ITU-T V.250 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.at.command import Form
from modem.emulator.command import Shelf
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.refusal import Cme, CmeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()


@SHELF.on("+CGMI", Form.EXECUTE)
@SHELF.on("+GMI", Form.EXECUTE)
def manufacturer(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Name the maker."""
    return [equipment.personality.manufacturer]


@SHELF.on("+CGMM", Form.EXECUTE)
@SHELF.on("+GMM", Form.EXECUTE)
def model(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Name the model."""
    return [equipment.personality.model]


@SHELF.on("+CGMR", Form.EXECUTE)
@SHELF.on("+GMR", Form.EXECUTE)
def revision(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Name the firmware."""
    return [equipment.personality.revision]


@SHELF.on("+CGSN", Form.EXECUTE)
@SHELF.on("+GSN", Form.EXECUTE)
def imei(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the IMEI."""
    return [equipment.identity.imei]


@SHELF.on("+CGSN", Form.SET)
def serial_number(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give the serial number, which is the IMEI (0), or the IMEI by its name (1)."""
    is_named = Parameters(command, most=1).number(0, range(2), 0)
    return [f'+CGSN: "{equipment.identity.imei}"' if is_named else equipment.identity.imei]


for _name in ("+CGMI", "+GMI", "+CGMM", "+GMM", "+CGMR", "+GMR", "+CGSN", "+GSN"):
    SHELF.constant(_name, Form.TEST)


@SHELF.on("I", Form.EXECUTE)
def information(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give everything (ATI, ATI0, ATI9), or one thing: 3 the maker, 4 the model, 5 the firmware."""
    personality = equipment.personality
    everything = [
        f"Manufacturer: {personality.manufacturer}",
        f"Model: {personality.model}",
        f"Revision: {personality.revision}",
        f"IMEI: {equipment.identity.imei}",
        f"+GCAP: {personality.capabilities}",
    ]
    parts = {"3": [personality.manufacturer], "4": [personality.model], "5": [personality.revision]}
    number = (command.arguments[0] if command.arguments else None) or "0"
    if number in ("0", "9"):
        return everything
    if number not in parts:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    return parts[number]
