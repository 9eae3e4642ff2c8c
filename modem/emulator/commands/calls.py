"""Voice calls to the point where somebody would talk (ITU-T V.250 6.3; 3GPP TS 27.007 6, 7.6, 7.8, 7.17, 7.18)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.card.number import EMERGENCY_NUMBERS, type_of
from modem.emulator.command import Shelf
from modem.emulator.equipment import access, phonebooks
from modem.emulator.equipment.call import CallState
from modem.emulator.equipment.charset import to_host
from modem.emulator.equipment.number_settings import CALLER_LINE, CONNECTED_LINE, CRING, HANGUP_CONTROL, SERVICE_NOTES
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.radio import Dialled
from modem.emulator.refusal import Cme, CmeError, NoCallError
from modem.emulator.services import telephony, ussd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.command import Dialogue
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

_READY, _RINGING, _IN_CALL = 0, 3, 4
_ASK: Final = 2
_CLASSES: Final = 7  # voice, data and fax, what an answer is about that names no class
_VOICE: Final = 0  # <mode> of +CLCC
_VOICE_CLASS: Final = 1
# What may stand in a dial string without being dialled (V.250 6.3.1), and 27.007 6.2's I and G behind it.
_MODIFIERS: Final = str.maketrans("", "", "TP,W@!-() ")
_PLACE: Final = re.compile(r"([A-Za-z]{2})?(\d{1,5})")
_NUMBER: Final = re.compile(r"\+?[0-9*#ABCD]{1,40}")
# A code of 3GPP TS 22.030 6.5.2 dialled as a number is no call.
_SERVICE_CODE: Final = re.compile(r"[*#].*#")

for _setting in (CRING, CONNECTED_LINE, SERVICE_NOTES, HANGUP_CONTROL, CALLER_LINE):
    SHELF.numbers(_setting)


# The network gives these to every subscriber: <m> is 1.
@SHELF.on("+CLIP", Form.READ)
def read_caller_line(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether callers are shown, and that the network tells them."""
    return [f"+CLIP: {CALLER_LINE.values(equipment.settings)[0]},1"]


@SHELF.on("+COLP", Form.READ)
def read_connected_line(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether the number that took a call is shown, and that the network tells it."""
    return [f"+COLP: {CONNECTED_LINE.values(equipment.settings)[0]},1"]


SHELF.constant("+CCWA", Form.TEST, "+CCWA: (0,1)")


@SHELF.on("+CCWA", Form.READ)
def read_waiting(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether calls that wait are shown."""
    return [f"+CCWA: {equipment.settings.numbers.get('+CCWA', (0,))[0]}"]


@SHELF.on("+CCWA", Form.SET)
def set_waiting(equipment: Equipment, command: Command) -> Sequence[str]:
    """Show calls that wait or not; a second parameter orders that of the network, gives it up, or asks for it."""
    parameters = Parameters(command, most=3)
    shown = parameters.number(0, range(2), 0)
    mode = parameters.number(1, range(3), 0)
    parameters.number(2, range(1, 256), _CLASSES)
    if parameters.has(1):
        access.unlocked_card(equipment)
        if not equipment.is_registered:
            raise CmeError(Cme.NO_NETWORK)
        if mode == _ASK:
            is_on = equipment.sim.has_call_waiting
            return [f"+CCWA: 1,{_VOICE_CLASS}" if is_on else f"+CCWA: 0,{_CLASSES}"]
        equipment.sim.has_call_waiting = bool(mode)
    equipment.settings.numbers["+CCWA"] = (shown,)
    return []


@SHELF.on("D", Form.EXECUTE)
def dial(equipment: Equipment, command: Command) -> Dialogue:
    """Call a number and wait until somebody takes it; without the semicolon it is a data call, which nobody takes."""
    number, is_voice = _dialled(equipment, command)
    if number not in EMERGENCY_NUMBERS:
        access.unlocked_card(equipment)
    if is_voice and _SERVICE_CODE.fullmatch(number):
        ussd.send(equipment, number)
        return []
    if not is_voice or not equipment.is_registered:
        raise NoCallError
    if equipment.call is not None:
        raise CmeError(Cme.NOT_ALLOWED)
    telephony.begin(equipment, number)
    clearing = yield Dialled(number=number)
    if clearing is not None:
        equipment.call = None
        raise NoCallError(clearing)
    if equipment.call is not None:
        equipment.call.state = CallState.ACTIVE
    if CONNECTED_LINE.values(equipment.settings)[0]:
        return [f'+COLP: "{to_host(number, equipment.settings.charset)}",{type_of(number)}']
    return []


def _dialled(equipment: Equipment, command: Command) -> tuple[str, bool]:
    """Return the number to call and whether it is a voice call."""
    text = command.arguments[0] or ""
    is_voice = text.endswith(";")
    text = text.removesuffix(";")
    if text.startswith(">"):
        return _looked_up(equipment, text[1:]), is_voice
    number = text.upper().rstrip("IG").translate(_MODIFIERS)
    if not _NUMBER.fullmatch(number):
        raise CmeError(Cme.INVALID_NUMBER)
    return number, is_voice


def _looked_up(equipment: Equipment, text: str) -> str:
    """Return the number of a contact: of a place (`>5`, `>ME5`) or of a name (`>"Anna"`); 27.007 6.3."""
    access.unlocked_card(equipment)
    place = _PLACE.fullmatch(text.replace('"', ""))
    name = (place[1] or equipment.settings.phonebook).upper() if place else ""
    if place and name in phonebooks.NAMES:
        contact = phonebooks.get(equipment, name).get(int(place[2]))
    else:
        contact = phonebooks.find(equipment, text.replace('"', ""))
    # A caller who withheld the number is in the list of calls without one.
    if contact is None or not contact.number:
        raise CmeError(Cme.NOT_FOUND)
    return contact.number


@SHELF.on("A", Form.EXECUTE)
def take(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Take the call that rings; when none does, there is no carrier."""
    if not telephony.answer(equipment):
        raise NoCallError
    return []


@SHELF.on("H", Form.EXECUTE)
def hang_up(equipment: Equipment, command: Command) -> Sequence[str]:
    """End every call; nothing to end is no error."""
    if (command.arguments[0] if command.arguments else None) not in (None, "0"):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    telephony.hang_up(equipment)
    return []


@SHELF.on("+CHUP", Form.EXECUTE)
def hang_up_call(equipment: Equipment, _command: Command) -> Sequence[str]:
    """End every call; nothing to end is no error."""
    telephony.hang_up(equipment)
    return []


SHELF.constant("+CHUP", Form.TEST)
SHELF.constant("+CLCC", Form.TEST)


@SHELF.on("+CLCC", Form.EXECUTE)
def list_calls(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the call there is: number 1, who called whom, its state, voice, no conference."""
    call = equipment.call
    if call is None:
        return []
    line = f"+CLCC: 1,{int(call.is_incoming)},{call.state.value},{_VOICE},0"
    if call.number:
        line += f',"{to_host(call.number, equipment.settings.charset)}",{type_of(call.number)}'
    return [line]


SHELF.constant("+CPAS", Form.TEST, f"+CPAS: ({_READY},{_RINGING},{_IN_CALL})")


@SHELF.on("+CPAS", Form.EXECUTE)
def activity(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether it rings, somebody talks, or nothing of both."""
    call = equipment.call
    if call is None:
        return [f"+CPAS: {_READY}"]
    return [f"+CPAS: {_RINGING if call.state is CallState.INCOMING else _IN_CALL}"]
