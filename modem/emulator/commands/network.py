"""The radio: functionality, registration, operator, signal (3GPP TS 27.007 7.2, 7.3, 8.2, 8.5, 10.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.charset import to_host
from modem.emulator.command import Pause, Shelf
from modem.emulator.equipment import ACCESS_TECHNOLOGY, Functionality
from modem.emulator.parameters import Parameters
from modem.emulator.refusal import Cme, CmeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.command import Dialogue
    from modem.emulator.equipment import Equipment

SHELF = Shelf()

_SCAN_S: Final = 3.0
_LONG, _SHORT, _NUMERIC = 0, 1, 2
_AUTOMATIC, _MANUAL, _DEREGISTER, _SET_FORMAT, _MANUAL_THEN_AUTOMATIC = range(5)

SHELF.constant("+CFUN", Form.TEST, "+CFUN: (0,1,4),(0,1)")


@SHELF.on("+CFUN", Form.READ)
def read_functionality(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether the radio is on."""
    return [f"+CFUN: {equipment.functionality.value}"]


@SHELF.on("+CFUN", Form.SET)
def set_functionality(equipment: Equipment, command: Command) -> Sequence[str]:
    """Switch the radio, or start again when the second parameter is 1."""
    parameters = Parameters(command, most=2)
    wanted = Functionality(parameters.number(0, tuple(Functionality), Functionality.FULL.value))
    if parameters.number(1, range(2), 0):
        equipment.is_reboot_due = True
    else:
        equipment.switch(wanted)
    return []


def _read_registration(equipment: Equipment, command: Command) -> Sequence[str]:
    mode = equipment.settings.registration_reports.get(command.name, 0)
    return [f"{command.name}: {mode},{equipment.registration_text(mode)}"]


def _set_registration(equipment: Equipment, command: Command) -> Sequence[str]:
    mode = Parameters(command, most=1).number(0, range(3), 0)
    equipment.settings.registration_reports[command.name] = mode
    return []


for _name in ("+CREG", "+CGREG", "+CEREG"):
    SHELF.constant(_name, Form.TEST, f"{_name}: (0-2)")
    SHELF.on(_name, Form.READ)(_read_registration)
    SHELF.on(_name, Form.SET)(_set_registration)


@SHELF.on("+COPS", Form.TEST)
def scan_operators(equipment: Equipment, _command: Command) -> Dialogue:
    """List the networks on the air; that takes a while."""
    yield Pause(seconds=_SCAN_S)
    name = to_host(equipment.operator, equipment.settings.charset)
    network = f'(2,"{name}","{name}","{equipment.operator_code}",{ACCESS_TECHNOLOGY})'
    return [f"+COPS: {network},,(0-4),(0-2)"]


@SHELF.on("+COPS", Form.READ)
def read_operator(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Name the network in use, in the format that was chosen."""
    mode = _AUTOMATIC if equipment.is_searching else _DEREGISTER
    if not equipment.is_registered:
        return [f"+COPS: {mode}"]
    form = equipment.settings.operator_format
    name = equipment.operator_code if form == _NUMERIC else to_host(equipment.operator, equipment.settings.charset)
    return [f'+COPS: {mode},{form},"{name}",{ACCESS_TECHNOLOGY}']


@SHELF.on("+COPS", Form.SET)
def choose_operator(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose a network, leave it, or choose how it is named."""
    parameters = Parameters(command, most=4)
    mode = parameters.number(0, range(5))
    form = parameters.number(1, range(3), equipment.settings.operator_format)
    if mode == _SET_FORMAT:
        equipment.settings.operator_format = form
    elif mode == _DEREGISTER:
        equipment.leave_network()
    else:
        if mode in (_MANUAL, _MANUAL_THEN_AUTOMATIC):
            _check_operator(equipment, parameters.text(2))
        equipment.search_network()
    return []


def _check_operator(equipment: Equipment, wanted: str) -> None:
    names = (equipment.operator_code, to_host(equipment.operator, equipment.settings.charset))
    if wanted not in names:
        raise CmeError(Cme.NO_NETWORK)


SHELF.constant("+CSQ", Form.TEST, "+CSQ: (0-31,99),(0-7,99)")


@SHELF.on("+CSQ", Form.EXECUTE)
def signal(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the signal: 0..31 in steps of 2 dB from -113 dBm, 99 for none."""
    if equipment.functionality is not Functionality.FULL:
        return ["+CSQ: 99,99"]
    return [f"+CSQ: {equipment.signal_quality},{equipment.bit_error_rate}"]


@SHELF.on("+CGATT", Form.READ)
def packet_attachment(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether packet service is there: with the registration."""
    return [f"+CGATT: {int(equipment.is_registered)}"]


@SHELF.on("+CPAS", Form.EXECUTE)
def activity(_equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say that commands are taken and no call is going on."""
    return ["+CPAS: 0"]


SHELF.constant("+CPAS", Form.TEST, "+CPAS: (0)")
SHELF.constant("+CBC", Form.EXECUTE, "+CBC: 0,100")
SHELF.constant("+CBC", Form.TEST, "+CBC: (0),(0-100)")
