"""Voice calls to the point where somebody would talk: ringing, taking, dialling, ending (3GPP TS 27.007 6, 7.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.at.device import Result
from modem.emulator.card.number import type_of
from modem.emulator.card.phonebook import Contact
from modem.emulator.equipment.call import Call, CallState
from modem.emulator.equipment.charset import to_host
from modem.emulator.equipment.number_settings import CALLER_LINE, CRING
from modem.emulator.radio import CallAnswered, CallEnded

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.radio import Clearing, Ringing

AUTO_ANSWER_REGISTER = "S0"
WITHHELD = 1


def ring(equipment: Equipment, event: Ringing) -> None:
    """Ring once, and take the call when as many rings as in S0 were heard."""
    number = event.number or ""
    call = equipment.call
    if call is None:
        call = equipment.call = Call(number=number, state=CallState.INCOMING, is_incoming=True)
    elif call.state is not CallState.INCOMING:
        _wait(equipment, number)
        return
    call.rings += 1
    if CRING.values(equipment.settings)[0]:
        equipment.device.send_urc("+CRING: VOICE")
    else:
        equipment.device.send_result(Result.RING)
    if CALLER_LINE.values(equipment.settings)[0]:
        equipment.device.send_urc(f"+CLIP: {_caller(equipment, number)}")
    wanted = equipment.settings.registers.get(AUTO_ANSWER_REGISTER, 0)
    if wanted and call.rings >= wanted:
        answer(equipment)


def _wait(equipment: Equipment, number: str) -> None:
    """Tell of a call that waits while another goes on, if +CCWA asks for it; there is no way to take it."""
    if equipment.settings.numbers.get("+CCWA", (0,))[0]:
        equipment.device.send_urc(f'+CCWA: "{to_host(number, equipment.settings.charset)}",{type_of(number)},1')


def answer(equipment: Equipment) -> bool:
    """Take the call that rings; return whether there was one."""
    call = equipment.call
    if call is None or call.state is not CallState.INCOMING:
        return False
    call.state = CallState.ACTIVE
    _log(equipment, "RC", call)
    equipment.tell(CallAnswered())
    return True


def hang_up(equipment: Equipment) -> None:
    """End or refuse whatever call there is."""
    if equipment.call is not None:
        _miss(equipment, equipment.call)
        equipment.call = None
        equipment.tell(CallEnded())


def clear(equipment: Equipment, clearing: Clearing) -> None:
    """Take note that the other side ended a call, and say so to a host that is not waiting for it to begin."""
    call, equipment.call = equipment.call, None
    if call is not None:
        _miss(equipment, call)
        equipment.device.send_result(Result[clearing.name])


def begin(equipment: Equipment, number: str) -> None:
    """Note a call that is being dialled."""
    equipment.call = Call(number=number, state=CallState.DIALLING, is_incoming=False)
    _log(equipment, "DC", equipment.call)


def _miss(equipment: Equipment, call: Call) -> None:
    if call.state is CallState.INCOMING:
        _log(equipment, "MC", call)


def _log(equipment: Equipment, book: str, call: Call) -> None:
    equipment.call_lists[book].log(Contact(number=call.number, number_type=type_of(call.number), name=""))


def _caller(equipment: Equipment, number: str) -> str:
    """Return number, type, no subaddress, no name, and why a number is missing (27.007 7.6)."""
    if not number:
        return f'"",128,,,,{WITHHELD}'
    return f'"{to_host(number, equipment.settings.charset)}",{type_of(number)},,,,0'
