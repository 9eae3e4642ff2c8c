"""Commands about the line: echo, result codes, profiles, error level, character set (ITU-T V.250, 27.007 9.1)."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.at.values import is_hex
from modem.emulator.command import Shelf
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.equipment.settings import Charset, Settings
from modem.emulator.refusal import Cme, CmeError
from modem.emulator.services import inbound, telephony

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

# What changes the framing of a line is fixed: CR, LF and BS are the characters (V.250 6.2.1 to 6.2.3).
_FIXED_REGISTERS: Final = {"S3": 13, "S4": 10, "S5": 8}
_REGISTERS: Final = {"S0": 0, "S6": 2, "S7": 60, "S8": 2, "S10": 2}
# Accepted and without meaning on a line that has no carrier, no DTR and no flow control.
_WITHOUT_EFFECT: Final = {"X": 4, "&C": 1, "&D": 2, "&K": 3, "&S": 1, "\\Q": 3, "L": 3, "M": 3, "T": 0, "P": 0}


def _digit(command: Command, most: int) -> int:
    text = command.arguments[0] if command.arguments else None
    if text is None:
        return 0
    if len(text) > 3 or int(text) > most:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    return int(text)


@SHELF.on("E", Form.EXECUTE)
def echo(equipment: Equipment, command: Command) -> Sequence[str]:
    """Switch the echo."""
    is_on = bool(_digit(command, 1))
    equipment.settings.is_echo = equipment.device.is_echo = is_on
    return []


@SHELF.on("V", Form.EXECUTE)
def verbose(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose words or digits for final results."""
    is_on = bool(_digit(command, 1))
    equipment.settings.is_verbose = equipment.device.is_verbose = is_on
    return []


@SHELF.on("Q", Form.EXECUTE)
def quiet(equipment: Equipment, command: Command) -> Sequence[str]:
    """Suppress final results and unsolicited lines."""
    is_on = bool(_digit(command, 1))
    equipment.settings.is_quiet = equipment.device.is_quiet = is_on
    return []


def _accept(_equipment: Equipment, command: Command) -> Sequence[str]:
    _digit(command, _WITHOUT_EFFECT[command.name])
    return []


for _name in _WITHOUT_EFFECT:
    SHELF.on(_name, Form.EXECUTE)(_accept)


@SHELF.on("Z", Form.EXECUTE)
def reset(equipment: Equipment, command: Command) -> Sequence[str]:
    """Return to the saved profile, and hang up (V.250 6.1.1)."""
    _digit(command, 0)
    telephony.hang_up(equipment)
    equipment.apply(equipment.saved)
    inbound.release(equipment)
    return []


@SHELF.on("&F", Form.EXECUTE)
def factory(equipment: Equipment, command: Command) -> Sequence[str]:
    """Return to the factory's profile."""
    _digit(command, 0)
    equipment.apply(Settings())
    inbound.release(equipment)
    return []


@SHELF.on("&W", Form.EXECUTE)
def save(equipment: Equipment, command: Command) -> Sequence[str]:
    """Save the profile: ATZ and the next start return to it."""
    _digit(command, 0)
    equipment.saved = deepcopy(equipment.settings)
    return []


def _read_register(equipment: Equipment, command: Command) -> Sequence[str]:
    default = {**_REGISTERS, **_FIXED_REGISTERS}[command.name]
    return [f"{equipment.settings.registers.get(command.name, default):03d}"]


def _set_register(equipment: Equipment, command: Command) -> Sequence[str]:
    value = Parameters(command, most=1).number(0, range(256), 0)
    if _FIXED_REGISTERS.get(command.name, value) != value:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    equipment.settings.registers[command.name] = value
    return []


for _name in (*_REGISTERS, *_FIXED_REGISTERS):
    SHELF.on(_name, Form.READ)(_read_register)
    SHELF.on(_name, Form.SET)(_set_register)


SHELF.constant("+CMEE", Form.TEST, "+CMEE: (0-2)")


@SHELF.on("+CMEE", Form.READ)
def read_error_level(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say how errors are written."""
    return [f"+CMEE: {equipment.settings.error_level}"]


@SHELF.on("+CMEE", Form.SET)
def set_error_level(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose ERROR, numbers or words."""
    equipment.settings.error_level = Parameters(command, most=1).number(0, range(3), 0)
    return []


SHELF.constant("+CSCS", Form.TEST, '+CSCS: ("GSM","IRA","UCS2")')


@SHELF.on("+CSCS", Form.READ)
def read_charset(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say which character set strings are in."""
    return [f'+CSCS: "{equipment.settings.charset.value}"']


@SHELF.on("+CSCS", Form.SET)
def set_charset(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose the character set of strings."""
    name = Parameters(command, most=1).text(0).upper()
    if equipment.settings.charset is Charset.UCS2 and is_hex(name):
        # A host that speaks UCS2 may write even this string in it.
        name = bytes.fromhex(name).decode("utf-16-be", "replace")
    if name not in Charset.__members__:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    equipment.settings.charset = Charset(name)
    return []
