"""The radio: functionality, registration, operator, signal (3GPP TS 27.007 7.2, 7.3, 8.2, 8.5, 10.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.command import Pause, Shelf
from modem.emulator.equipment import access
from modem.emulator.equipment.charset import to_host
from modem.emulator.equipment.equipment import Functionality
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.radio import UNKNOWN_SIGNAL, Technology
from modem.emulator.refusal import Cme, CmeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.command import Dialogue
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

_SCAN_S: Final = 3.0
# -6 dB of signal to noise and -8 dB of signal quality: a cell that is not crowded.
_GOOD_ECNO: Final = 36
_GOOD_RSRQ: Final = 24
_NUMERIC: Final = 2
_AVAILABLE, _CURRENT = 1, 2
_TECHNOLOGIES: Final = range(8)
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


@SHELF.on("+COPS", Form.TEST, needs=access.unlocked_card)
def scan_operators(equipment: Equipment, _command: Command) -> Dialogue:
    """List the networks on the air; that takes a while, and a radio that is on."""
    if equipment.functionality is not Functionality.FULL:
        raise CmeError(Cme.NO_NETWORK)
    yield Pause(seconds=_SCAN_S)
    status = _CURRENT if equipment.is_registered else _AVAILABLE
    name = to_host(equipment.operator, equipment.settings.charset)
    network = f'({status},"{name}","{name}","{equipment.operator_code}",{equipment.cell.technology.value})'
    return [f"+COPS: {network},,(0-4),(0-2)"]


@SHELF.on("+COPS", Form.READ)
def read_operator(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Name the network in use, in the format that was chosen."""
    mode = _MANUAL if equipment.is_operator_chosen else _AUTOMATIC
    if equipment.is_operator_left:
        mode = _DEREGISTER
    if not equipment.is_registered:
        return [f"+COPS: {mode}"]
    form = equipment.settings.operator_format
    name = equipment.operator_code if form == _NUMERIC else to_host(equipment.operator, equipment.settings.charset)
    return [f'+COPS: {mode},{form},"{name}",{equipment.cell.technology.value}']


@SHELF.on("+COPS", Form.SET, needs=access.unlocked_card)
def choose_operator(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose a network, leave it, or choose how it is named."""
    parameters = Parameters(command, most=4)
    mode = parameters.number(0, range(5))
    form = parameters.number(1, range(3), equipment.settings.operator_format)
    parameters.number(3, _TECHNOLOGIES, Technology.EUTRAN.value)
    if mode == _SET_FORMAT:
        equipment.settings.operator_format = form
        return []
    if mode == _DEREGISTER:
        equipment.is_operator_left = True
        equipment.leave_network()
        return []
    is_known = mode == _AUTOMATIC or _is_here(equipment, form, parameters.text(2))
    if not is_known and mode == _MANUAL:
        raise CmeError(Cme.NO_NETWORK)
    equipment.is_operator_chosen = is_known and mode != _AUTOMATIC
    equipment.is_operator_left = False
    equipment.search_network()
    return []


def _is_here(equipment: Equipment, form: int, wanted: str) -> bool:
    if form == _NUMERIC:
        return wanted == equipment.operator_code
    return wanted == to_host(equipment.operator, equipment.settings.charset)


SHELF.constant("+CSQ", Form.TEST, "+CSQ: (0-31,99),(0-7,99)")


@SHELF.on("+CSQ", Form.EXECUTE)
def signal(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the signal: 0..31 in steps of 2 dB from -113 dBm, 99 for none."""
    if equipment.functionality is not Functionality.FULL:
        return [f"+CSQ: {UNKNOWN_SIGNAL},{UNKNOWN_SIGNAL}"]
    return [f"+CSQ: {equipment.signal_quality},{equipment.bit_error_rate}"]


SHELF.constant("+CESQ", Form.TEST, "+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)")


@SHELF.on("+CESQ", Form.EXECUTE)
def extended_signal(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the signal as each kind of network measures it; only that of the cell in use is known (27.007 8.69)."""
    rxlev, bit_errors, rscp, ecno, rsrq, rsrp = 99, 99, 255, 255, 255, 255
    quality = equipment.signal_quality
    if equipment.functionality is Functionality.FULL and quality != UNKNOWN_SIGNAL:
        # Steps of 2 dB from -113 dBm, in steps of 1 dB from -111 (GSM), -121 (UTRAN) and -141 dBm (E-UTRAN).
        power_dbm = 2 * quality - 113
        if equipment.cell.technology is Technology.GSM:
            rxlev, bit_errors = _within(power_dbm + 111, 63), equipment.bit_error_rate
        elif equipment.cell.technology is Technology.UTRAN:
            rscp, ecno = _within(power_dbm + 121, 96), _GOOD_ECNO
        else:
            # The power of one carrier of 12 in each of 50 blocks is some 28 dB under that of the channel.
            rsrp, rsrq = _within(power_dbm - 28 + 141, 97), _GOOD_RSRQ
    return [f"+CESQ: {rxlev},{bit_errors},{rscp},{ecno},{rsrq},{rsrp}"]


def _within(value: int, most: int) -> int:
    return max(0, min(most, value))
