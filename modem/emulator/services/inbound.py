"""What becomes of an arriving message or report: stored, routed to the host, or refused (3GPP TS 27.005 3.4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.device import MAX_HELD_URCS
from modem.emulator.card.storage import MessageStatus, StoredMessage
from modem.emulator.radio import Acknowledged
from modem.emulator.services import text_mode
from modem.emulator.services.pdu_mode import pdu_line
from modem.errors import DecodeError
from modem.pdu import Dcs, Deliver, StatusReport, decode_incoming

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.equipment.memories import Memory
    from modem.emulator.radio import Delivery

MEMORY_CAPACITY_EXCEEDED: Final = 22  # RP cause, 3GPP TS 24.011 8.2.5.4
PROTOCOL_ERROR: Final = 111
ACKNOWLEDGE_WITHIN_S: Final = 15.0
MAX_BUFFERED_URCS: Final = 32
SILENT_PID: Final = 0x40  # type 0: acknowledged, neither shown nor stored (3GPP TS 23.040 9.2.3.9)
REPLACE_PIDS: Final = range(0x41, 0x48)
SIM_CLASS: Final = 2
TE_CLASS: Final = 3


def deliver(equipment: Equipment, delivery: Delivery, now: float) -> None:
    """Take what the network brings and acknowledge it, unless the host has to do that."""
    if equipment.device.held_count >= MAX_HELD_URCS:
        _refuse(equipment)
    elif isinstance(delivery.message, Deliver):
        _deliver_message(equipment, delivery, delivery.message, now)
    elif isinstance(delivery.message, StatusReport):
        _deliver_report(equipment, delivery, delivery.message, now)
    else:
        _deliver_raw(equipment, delivery, now)


def acknowledge(equipment: Equipment, *, cause: int | None = None) -> None:
    """Pass the host's +CNMA to the network, if one is awaited; `cause` says that the host refuses."""
    if equipment.acknowledge_by is not None:
        equipment.acknowledge_by = None
        equipment.tell(Acknowledged(cause=cause))


def release(equipment: Equipment) -> None:
    """Acknowledge in the host's place when the service is no longer phase 2+ (27.005 3.2.1)."""
    if not equipment.settings.service:
        acknowledge(equipment)


def handle_timer(equipment: Equipment, now: float) -> None:
    """Give up waiting for +CNMA: the network hears an error and nothing is routed any more (27.005 3.4.4)."""
    if equipment.acknowledge_by is not None and now >= equipment.acknowledge_by:
        equipment.acknowledge_by = None
        equipment.settings.indications.deliver = equipment.settings.indications.report = 0
        equipment.tell(Acknowledged(cause=PROTOCOL_ERROR))


def flush(equipment: Equipment) -> None:
    """Write or clear what +CNMI mode 0 held back, as the last parameter of +CNMI says."""
    if equipment.settings.indications.mode and equipment.buffered_urcs:
        held, equipment.buffered_urcs = list(equipment.buffered_urcs), type(equipment.buffered_urcs)()
        if equipment.settings.indications.buffer == 0:
            for line in held:
                equipment.device.send_urc(line)


def _deliver_message(equipment: Equipment, delivery: Delivery, message: Deliver, now: float) -> None:
    if message.pid == SILENT_PID:
        equipment.tell(Acknowledged())
        return
    route = equipment.settings.indications.deliver
    dcs = Dcs.decode(message.dcs)
    message_class = dcs.message_class
    # Kept whatever +CNMI says: what is for the SIM, and a message waiting indication that says "store".
    is_kept = message_class == SIM_CLASS or (dcs.waiting is not None and dcs.waiting.is_stored)
    is_routed = (route == 2 and not is_kept) or (route == 3 and message_class == TE_CLASS)
    if is_routed:
        _route(equipment, _cmt(equipment, delivery, message), now)
        return
    # A class 2 message is for the SIM, whatever memory is chosen for the others (3GPP TS 23.038 4).
    memory = equipment.sim.messages if message_class == SIM_CLASS else equipment.receive_memory
    _store(equipment, delivery, memory, "+CMTI" if route else "")


def _deliver_raw(equipment: Equipment, delivery: Delivery, now: float) -> None:
    """Pass on octets that are no TPDU: the host judges them in PDU mode; text mode cannot write them, so they wait."""
    if equipment.settings.indications.deliver == 2 and not equipment.settings.is_text_mode:
        _route(equipment, _in_pdu_mode("+CMT: ,", delivery), now)
    else:
        _store(equipment, delivery, equipment.receive_memory, "+CMTI" if equipment.settings.indications.deliver else "")


def _deliver_report(equipment: Equipment, delivery: Delivery, report: StatusReport, now: float) -> None:
    route = equipment.settings.indications.report
    if route == 1:
        _route(equipment, _cds(equipment, delivery, report), now)
    elif route == 2:
        # Models without a memory for reports keep them among the messages.
        has_reports = equipment.sim.reports.name in equipment.personality.memories[0]
        _store(equipment, delivery, equipment.sim.reports if has_reports else equipment.receive_memory, "+CDSI")
    else:
        equipment.tell(Acknowledged())


def _cmt(equipment: Equipment, delivery: Delivery, message: Deliver) -> str:
    if equipment.settings.is_text_mode:
        return f"+CMT: {text_mode.routed_message(equipment.settings, message, delivery.smsc)}"
    return _in_pdu_mode("+CMT: ,", delivery)


def _cds(equipment: Equipment, delivery: Delivery, report: StatusReport) -> str:
    if equipment.settings.is_text_mode:
        return f"+CDS: {text_mode.report_fields(equipment.settings, report)}"
    return _in_pdu_mode("+CDS: ", delivery)


def _in_pdu_mode(notice: str, delivery: Delivery) -> str:
    return f"{notice}{len(delivery.tpdu)}\r\n{pdu_line(delivery.tpdu, delivery.smsc)}"


def _route(equipment: Equipment, line: str, now: float) -> None:
    is_direct = equipment.settings.indications.mode != 0 and equipment.device.is_idle
    _notify(equipment, line)
    # What the modem had to hold back it acknowledges itself.
    if equipment.settings.service and is_direct:
        equipment.acknowledge_by = now + ACKNOWLEDGE_WITHIN_S
    else:
        equipment.tell(Acknowledged())


def _store(equipment: Equipment, delivery: Delivery, memory: Memory, notice: str) -> None:
    message = StoredMessage(tpdu=delivery.tpdu, smsc=delivery.smsc, status=MessageStatus.UNREAD)
    index = _replaced(memory, delivery)
    if index is not None:
        memory.replace(index, message)
    else:
        index = memory.add(message)
    if index is None:
        _refuse(equipment)
        return
    if notice:
        _notify(equipment, f'{notice}: "{memory.name}",{index}')
    equipment.tell(Acknowledged())


def _replaced(memory: Memory, delivery: Delivery) -> int | None:
    """Return the slot of the message that a "replace short message" takes the place of (3GPP TS 23.040 9.2.3.9)."""
    new = delivery.message
    if not isinstance(new, Deliver) or new.pid not in REPLACE_PIDS:
        return None
    for index, stored in memory:
        if stored.status in (MessageStatus.UNREAD, MessageStatus.READ) and stored.smsc == delivery.smsc:
            old = _decode(stored.tpdu)
            if isinstance(old, Deliver) and (old.pid, old.originator) == (new.pid, new.originator):
                return index
    return None


def _decode(tpdu: bytes) -> Deliver | StatusReport | None:
    try:
        return decode_incoming(tpdu)
    except DecodeError:
        return None


def _refuse(equipment: Equipment) -> None:
    equipment.refuse_message()
    if equipment.personality.memory_full_urc:
        memory = equipment.settings.receive_memory
        equipment.device.send_urc(equipment.personality.memory_full_urc.format(memory=memory))
    equipment.tell(Acknowledged(cause=MEMORY_CAPACITY_EXCEEDED))


def _notify(equipment: Equipment, line: str) -> None:
    if equipment.settings.indications.mode:
        equipment.device.send_urc(line)
        return
    if len(equipment.buffered_urcs) >= MAX_BUFFERED_URCS:
        equipment.buffered_urcs.popleft()
    equipment.buffered_urcs.append(line)
