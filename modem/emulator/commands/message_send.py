"""Messages that go out: typed at the prompt or taken from memory (3GPP TS 27.005 3.5.1, 3.5.2 and 4.3, 4.7)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from modem.at.command import Form
from modem.emulator.card.storage import MessageStatus
from modem.emulator.command import Prompt, Shelf
from modem.emulator.equipment import access, radio_link
from modem.emulator.equipment.parameters import message_parameters
from modem.emulator.refusal import Cms, CmsError
from modem.emulator.services import compose
from modem.errors import CodecError
from modem.pdu import decode_submit

if TYPE_CHECKING:
    from collections.abc import Generator

    from modem.at.command import Command
    from modem.emulator.command import Dialogue, Step
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.services.compose import Draft

SHELF = Shelf(needs=access.messages)

_LENGTHS: Final = range(1, 256)
_NUMBER_TYPES: Final = range(128, 256)

SHELF.constant("+CMGS", Form.TEST)
SHELF.constant("+CMSS", Form.TEST)


@SHELF.on("+CMGS", Form.SET)
def send(equipment: Equipment, command: Command) -> Dialogue:
    """Send what is typed at the prompt; ESC sends nothing and is no error."""
    if equipment.settings.is_text_mode:
        parameters = message_parameters(equipment, command, most=2)
        number, number_type = parameters.text(0), parameters.number(1, _NUMBER_TYPES, 129)
        recipient = compose.destination(equipment.settings, number, number_type)
        if not recipient.number:
            raise CmsError(Cms.INVALID_TEXT_PARAMETER)
        body = yield Prompt(is_text=compose.is_typed_as_text(equipment.settings))
        if body.is_aborted:
            return []
        draft = compose.from_text(equipment.settings, recipient, body.octets)
    else:
        parameters = message_parameters(equipment, command, most=1)
        length = parameters.number(0, _LENGTHS)
        body = yield Prompt()
        if body.is_aborted:
            return []
        draft = compose.from_pdu(body.octets, length, is_truncated=equipment.personality.truncates_long_pdus)
    mr = yield from _transmit(equipment, draft)
    return [f"+CMGS: {mr}"]


@SHELF.on("+CMSS", Form.SET)
def send_stored(equipment: Equipment, command: Command) -> Dialogue:
    """Send a message of the write memory, to another number when one is named."""
    parameters = message_parameters(equipment, command, most=3)
    index = parameters.number(0, range(100000))
    number, number_type = parameters.text(1, ""), parameters.number(2, _NUMBER_TYPES, 129)
    message = equipment.write_memory.get(index)
    if message is None or message.status not in (MessageStatus.UNSENT, MessageStatus.SENT):
        raise CmsError(Cms.INVALID_INDEX)
    draft = compose.Draft(tpdu=message.tpdu, smsc=message.smsc)
    if number:
        draft = _readdressed(equipment, draft, number, number_type)
    mr = yield from _transmit(equipment, draft)
    message.status = MessageStatus.SENT
    return [f"+CMSS: {mr}"]


def _readdressed(equipment: Equipment, draft: Draft, number: str, number_type: int) -> Draft:
    address = compose.destination(equipment.settings, number, number_type)
    try:
        return replace(draft, tpdu=replace(decode_submit(draft.tpdu), destination=address).encode())
    except CodecError:
        raise CmsError(Cms.INVALID_TEXT_PARAMETER) from None


def _transmit(equipment: Equipment, draft: Draft) -> Generator[Step, Any, int]:
    transmission = compose.transmission(equipment, draft)
    cause = yield transmission
    radio_link.note_answer(equipment)
    if cause is not None:
        raise CmsError(cause)
    return transmission.submit.mr
