"""Messages in memory: read, list, delete, write (3GPP TS 27.005 3.4.2, 3.4.3, 3.5.3, 3.5.4 and 4.1, 4.2, 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.card.storage import MessageStatus, StoredMessage
from modem.emulator.command import Prompt, Shelf
from modem.emulator.equipment import access
from modem.emulator.equipment.parameters import message_parameters
from modem.emulator.refusal import Cms, CmsError
from modem.emulator.services import compose, text_mode
from modem.emulator.services.pdu_mode import pdu_line
from modem.errors import DecodeError
from modem.pdu import decode_incoming, decode_submit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.command import Dialogue
    from modem.emulator.equipment.equipment import Equipment
    from modem.pdu import Deliver, StatusReport, Submit

SHELF = Shelf(needs=access.messages)

_CMS_ERROR: Final = "+CMS ERROR: "
_LENGTHS: Final = range(1, 256)
# Any number may be asked for: whether there is such a slot is another question, with another answer.
_INDEXES: Final = range(100000)
_RECEIVED: Final = (MessageStatus.UNREAD, MessageStatus.READ)
_BY_NAME: Final = {name: status for status, name in text_mode.STATUS_NAMES.items()}
# <delflag> of +CMGD: what goes besides the one slot.
_DELETED_WITH: Final = {
    1: {MessageStatus.READ},
    2: {MessageStatus.READ, MessageStatus.SENT},
    3: {MessageStatus.READ, MessageStatus.SENT, MessageStatus.UNSENT},
    4: set(MessageStatus),
}


def _decode(message: StoredMessage) -> Deliver | StatusReport | Submit | None:
    try:
        return decode_incoming(message.tpdu) if message.status in _RECEIVED else decode_submit(message.tpdu)
    except DecodeError:
        return None


def _mark_read(message: StoredMessage) -> None:
    if message.status is MessageStatus.UNREAD:
        message.status = MessageStatus.READ


SHELF.constant("+CMGR", Form.TEST)


@SHELF.on("+CMGR", Form.SET)
def read(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give one message and mark it read; models differ in what they say of an empty slot."""
    index = message_parameters(equipment, command, most=1).number(0, _INDEXES)
    memory = equipment.read_memory
    if index not in memory.indexes:
        raise CmsError(Cms.INVALID_INDEX)
    message = memory.get(index)
    if message is None:
        return _nothing(equipment)
    fields = f"{message.status.value},,{len(message.tpdu)}\r\n{pdu_line(message.tpdu, message.smsc)}"
    if equipment.settings.is_text_mode and (decoded := _decode(message)) is not None:
        fields = text_mode.read_fields(equipment.settings, message.status, decoded, message.smsc)
    _mark_read(message)
    return [f"+CMGR: {fields}"]


def _nothing(equipment: Equipment) -> Sequence[str]:
    answer = equipment.personality.empty_slot
    if answer.startswith(_CMS_ERROR):
        raise CmsError(int(answer.removeprefix(_CMS_ERROR)))
    return [answer] if answer else []


@SHELF.on("+CMGL", Form.TEST)
def list_forms(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the selections +CMGL knows in this mode."""
    if equipment.settings.is_text_mode:
        return ["+CMGL: (" + ",".join(f'"{name}"' for name in _BY_NAME) + ")"]
    return ["+CMGL: (0-4)"]


@SHELF.on("+CMGL", Form.SET, Form.EXECUTE)
def list_messages(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give all messages of a selection, unread ones when none is named, and mark them read."""
    wanted = _selection(equipment, command)
    lines = []
    for index, message in equipment.read_memory:
        if wanted in (MessageStatus.ALL, message.status):
            lines.append(f"+CMGL: {index},{_list_fields(equipment, message)}")
            _mark_read(message)
    return lines


def _selection(equipment: Equipment, command: Command) -> MessageStatus:
    parameters = message_parameters(equipment, command, most=1)
    if not equipment.settings.is_text_mode:
        return MessageStatus(parameters.number(0, range(5), 0))
    name = parameters.text(0, text_mode.STATUS_NAMES[MessageStatus.UNREAD]).upper()
    if name not in _BY_NAME:
        raise CmsError(Cms.INVALID_TEXT_PARAMETER)
    return _BY_NAME[name]


def _list_fields(equipment: Equipment, message: StoredMessage) -> str:
    if equipment.settings.is_text_mode and (decoded := _decode(message)) is not None:
        return text_mode.list_fields(equipment.settings, message.status, decoded)
    return f"{message.status.value},,{len(message.tpdu)}\r\n{pdu_line(message.tpdu, message.smsc)}"


@SHELF.on("+CMGD", Form.TEST)
def delete_forms(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the slots that are in use, one by one, and the flags."""
    slots = ",".join(str(index) for index, _ in equipment.read_memory)
    return [f"+CMGD: ({slots}),(0-4)"]


@SHELF.on("+CMGD", Form.SET)
def delete(equipment: Equipment, command: Command) -> Sequence[str]:
    """Empty one slot, or all of some kinds; an empty slot is no error, a slot that does not exist is."""
    parameters = message_parameters(equipment, command, most=2)
    index, flag = parameters.number(0, _INDEXES), parameters.number(1, range(5), 0)
    memory = equipment.read_memory
    if flag:
        for slot in [slot for slot, message in memory if message.status in _DELETED_WITH[flag]]:
            equipment.free(memory, slot)
    elif index in memory.indexes:
        equipment.free(memory, index)
    else:
        raise CmsError(Cms.INVALID_INDEX)
    return []


SHELF.constant("+CMGW", Form.TEST)


@SHELF.on("+CMGW", Form.SET, Form.EXECUTE)
def write(equipment: Equipment, command: Command) -> Dialogue:
    """Store what is typed at the prompt."""
    if equipment.settings.is_text_mode:
        return (yield from _write_text(equipment, command))
    return (yield from _write_pdu(equipment, command))


def _write_pdu(equipment: Equipment, command: Command) -> Dialogue:
    parameters = message_parameters(equipment, command, most=2)
    length = parameters.number(0, _LENGTHS)
    status = MessageStatus(parameters.number(1, range(4), MessageStatus.UNSENT.value))
    body = yield Prompt()
    if body.is_aborted:
        return []
    draft = compose.from_pdu(body.octets, length, is_truncated=equipment.personality.truncates_long_pdus)
    message = StoredMessage(tpdu=draft.tpdu, smsc=draft.smsc, status=status)
    if _decode(message) is None:
        raise CmsError(Cms.INVALID_PDU_PARAMETER)
    return _keep(equipment, message)


def _write_text(equipment: Equipment, command: Command) -> Dialogue:
    parameters = message_parameters(equipment, command, most=3)
    # A message may be stored before it is known whom it is for (27.005 3.5.3).
    number = parameters.text(0, "")
    number_type = parameters.number(1, range(128, 256), 129)
    status = _BY_NAME.get(parameters.text(2, text_mode.STATUS_NAMES[MessageStatus.UNSENT]).upper())
    if status not in (MessageStatus.UNSENT, MessageStatus.SENT):
        raise CmsError(Cms.INVALID_TEXT_PARAMETER)
    recipient = compose.destination(equipment.settings, number, number_type)
    body = yield Prompt(is_text=compose.is_typed_as_text(equipment.settings))
    if body.is_aborted:
        return []
    draft = compose.from_text(equipment.settings, recipient, body.octets)
    return _keep(equipment, StoredMessage(tpdu=draft.tpdu, smsc="", status=status))


def _keep(equipment: Equipment, message: StoredMessage) -> list[str]:
    index = equipment.write_memory.add(message)
    if index is None:
        raise CmsError(Cms.MEMORY_FULL)
    return [f"+CMGW: {index}"]
