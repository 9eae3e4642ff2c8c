"""Says in words what a PDU holds: every field for `decode`, one line for the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from modem.errors import DecodeError
from modem.pdu import (
    Absolute,
    Alphabet,
    Deliver,
    Enhanced,
    Language,
    Relative,
    StatusReport,
    Submit,
    TypeOfNumber,
    decode_incoming,
    decode_submit,
    element_text,
    numbering_plan_text,
    parse_pdu,
    port_text,
    protocol_text,
    status_class,
    status_text,
    type_of_number_text,
)

if TYPE_CHECKING:
    from datetime import timedelta

    from modem.pdu import Address, Dcs, Header, InformationElement, PduLine, Ports, Timestamp, Validity

Tpdu = Deliver | Submit | StatusReport
Direction = Literal["in", "out", "auto"]

# TP-MTI, 3GPP TS 23.040 9.2.3.1.
_TYPE: Final = 0x03
_SUBMIT: Final = 0x01

ALPHABETS: Final = {
    Alphabet.GSM7: "GSM 7-bit alphabet",
    Alphabet.DATA8: "8-bit data",
    Alphabet.UCS2: "UCS2",
}
_CLASSES: Final = (
    "class 0, shown at once (flash)",
    "class 1, for the phone",
    "class 2, for the SIM",
    "class 3, for the PC",
)
_TYPES: Final = {
    Deliver: "DELIVER, a message that arrived",
    Submit: "SUBMIT, a message to be sent",
    StatusReport: "STATUS-REPORT, what became of a message",
}
_FLAGS: Final = {
    "more_messages": "more messages are waiting",
    "loop_prevention": "must not be forwarded",
    "report_indication": "the sender wants a report",
    "request_report": "a report is asked for",
    "reject_duplicates": "duplicates shall be rejected",
    "reply_path": "the reply goes through the same service centre",
    "is_for_command": "answers a command, not a message",
}
_LANGUAGES: Final = frozenset(Language)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field: its name for programs and for people, and what it holds for either."""

    key: str
    label: str
    words: str
    value: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A PDU that could be read."""

    line: PduLine
    tpdu: Tpdu


def read_pdu(text: str, *, length: int | None = None, direction: Direction = "auto") -> Reading:
    """Return what the hex of a line says. `length` is what the modem announced, None when nobody did.

    Raises DecodeError whose offset counts from the first octet of the line.
    """
    line = parse_pdu(text, length=length)
    is_out = direction == "out" or (direction == "auto" and line.tpdu[0] & _TYPE == _SUBMIT)
    try:
        return Reading(line=line, tpdu=decode_submit(line.tpdu) if is_out else decode_incoming(line.tpdu))
    except DecodeError as error:
        octets = len("".join(text.split())) // 2
        raise DecodeError(error.field, error.offset + octets - len(line.tpdu), error.reason) from error


def address_of(tpdu: Tpdu) -> Address:
    """Return whom the TPDU is from, to or about."""
    if isinstance(tpdu, Deliver):
        return tpdu.originator
    return tpdu.destination if isinstance(tpdu, Submit) else tpdu.recipient


def summary(tpdu: Tpdu) -> str:
    """Return the TPDU on one line."""
    if isinstance(tpdu, StatusReport):
        status = f"{status_text(tpdu.status)} ({tpdu.status:02X}), {_time(tpdu.discharged)}"
        return f"status report on {tpdu.mr} to {tpdu.recipient.text}: {status}"
    who = f"deliver from {tpdu.originator.text}, {_time(tpdu.scts)}" if isinstance(tpdu, Deliver) else ""
    who = who or f"submit to {address_of(tpdu).text}"
    concat = tpdu.concat
    part = f", segment {concat.seq} of {concat.total} (reference {concat.ref})" if concat else ""
    body = f"{tpdu.data.hex().upper()} ({ALPHABETS[tpdu.coding.alphabet]})" if tpdu.text is None else repr(tpdu.text)
    return f"{who}{part}: {body}"


def describe(reading: Reading) -> list[Field]:
    """Return every field in the order of a PDU."""
    line, tpdu = reading.line, reading.tpdu
    smsc = "the modem's own, or not in the PDU" if line.smsc is None else _address_words(line.smsc)
    fields = [
        Field(key="smsc", label="service centre", words=smsc, value=line.smsc and _address(line.smsc)),
        Field(key="type", label="type", words=_TYPES[type(tpdu)], value=tpdu.path),
        Field(key="length", label="length", words=f"{len(line.tpdu)} octets", value=len(line.tpdu)),
        *_flags(tpdu),
    ]
    if not isinstance(tpdu, Deliver):
        fields.append(Field(key="mr", label="reference", words=f"{tpdu.mr}", value=tpdu.mr))
    address, key = address_of(tpdu), {Deliver: "originator", Submit: "destination"}.get(type(tpdu), "recipient")
    label = {"originator": "from", "destination": "to", "recipient": "about"}[key]
    fields.append(Field(key=key, label=label, words=_address_words(address), value=_address(address)))
    if isinstance(tpdu, StatusReport):
        fields += [
            _timestamp("scts", "accepted", tpdu.scts),
            _timestamp("discharged", "delivered" if tpdu.status < 0x20 else "last tried", tpdu.discharged),
            _status(tpdu.status),
        ]
    if tpdu.pid is not None:
        value = {"octet": tpdu.pid, "text": protocol_text(tpdu.pid)}
        fields.append(
            Field(key="pid", label="protocol", words=f"{protocol_text(tpdu.pid)} ({tpdu.pid:02X})", value=value)
        )
    if tpdu.dcs is not None:
        fields.append(_coding(tpdu.dcs, tpdu.coding))
    if isinstance(tpdu, Deliver):
        fields.append(_timestamp("scts", "accepted", tpdu.scts))
    if isinstance(tpdu, Submit):
        fields.append(_validity(tpdu.validity))
    if tpdu.header is not None:
        fields += _header(tpdu.header)
    return [*fields, *_waiting(tpdu), *_user_data(tpdu)]


def _flags(tpdu: Tpdu) -> list[Field]:
    flags = {name: getattr(tpdu, name) for name in _FLAGS if hasattr(tpdu, name)}
    said = [_FLAGS[name] for name, is_set in flags.items() if is_set]
    return [Field(key="flags", label="flags", words="; ".join(said) or "none", value=flags)]


def _address_words(address: Address) -> str:
    if not address.number:
        return f"nobody ({type_of_number_text(address.ton)})"
    kind = type_of_number_text(address.ton)
    plan = "" if address.ton is TypeOfNumber.ALPHANUMERIC else f", {numbering_plan_text(address.npi)}"
    return f"{address.text} ({kind}{plan})"


def _address(address: Address) -> dict[str, Any]:
    return {"number": address.text, "ton": address.ton.name.lower(), "npi": address.npi}


def _time(timestamp: Timestamp) -> str:
    at = timestamp.value
    return f"no valid time ({timestamp.raw.hex().upper()})" if at is None else at.isoformat(sep=" ")


def _timestamp(key: str, label: str, timestamp: Timestamp) -> Field:
    at = timestamp.value
    return Field(key=key, label=label, words=_time(timestamp), value=None if at is None else at.isoformat())


def _status(status: int) -> Field:
    kind = status_class(status)
    is_final = "final" if kind.is_final else "not final: a later report follows"
    return Field(
        key="status",
        label="status",
        words=f"{status_text(status)} ({status:02X}, {is_final})",
        value={"octet": status, "text": status_text(status), "class": kind.value, "is_final": kind.is_final},
    )


def _coding(octet: int, coding: Dcs) -> Field:
    words = [ALPHABETS[coding.alphabet]]
    if coding.is_compressed:
        words.append("compressed")
    if coding.message_class is not None:
        words.append(_CLASSES[coding.message_class])
    if coding.is_deleted_when_read:
        words.append("deleted when read")
    value = {
        "octet": octet,
        "alphabet": coding.alphabet.name.lower(),
        "class": coding.message_class,
        "is_compressed": coding.is_compressed,
    }
    return Field(key="dcs", label="coding", words=f"{', '.join(words)} ({octet:02X})", value=value)


def period_text(period: timedelta) -> str:
    """Return a period in its largest units: `2 hours 30 minutes`."""
    seconds = int(period.total_seconds())
    pieces = []
    for name, size in (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            pieces.append(f"{count} {name}{'s' if count > 1 else ''}")
    return " ".join(pieces) or "0 seconds"


def _validity(validity: Validity | None) -> Field:
    words = "not said: the service centre decides"
    value: dict[str, Any] | None = None
    if isinstance(validity, Relative):
        words = f"{period_text(validity.period)} ({validity.octet:02X})"
        value = {"format": "relative", "seconds": int(validity.period.total_seconds())}
    elif isinstance(validity, Absolute):
        at = validity.at.value
        words = f"until {_time(validity.at)}"
        value = {"format": "absolute", "until": None if at is None else at.isoformat()}
    elif isinstance(validity, Enhanced):
        period = validity.period
        words = "period not said" if period is None else period_text(period)
        words += f"{', tried only once' if validity.is_single_shot else ''} ({validity.raw.hex().upper()})"
        seconds = None if period is None else int(period.total_seconds())
        value = {"format": "enhanced", "seconds": seconds, "is_single_shot": validity.is_single_shot}
    return Field(key="validity", label="valid for", words=words, value=value)


def _header(header: Header) -> list[Field]:
    elements = [
        {"id": element.id, "name": element_text(element.id), "data": element.data.hex().upper()}
        for element in header.elements
    ]
    words = "\n".join(_element_words(element) for element in header.elements)
    fields = [Field(key="udh", label="header", words=words or "ignored: its elements do not add up", value=elements)]
    if concat := header.concat:
        words = f"{concat.seq} of {concat.total}, reference {concat.ref} ({concat.bits} bits)"
        value = {"ref": concat.ref, "total": concat.total, "seq": concat.seq, "bits": concat.bits}
        fields.append(Field(key="concat", label="segment", words=words, value=value))
    if ports := header.ports:
        fields.append(_ports(ports))
    return fields


def _element_words(element: InformationElement) -> str:
    words = f"{element.id:02X} {element_text(element.id)}: {element.data.hex().upper() or 'empty'}"
    is_language = element.id in {0x24, 0x25} and len(element.data) == 1 and element.data[0] in _LANGUAGES
    return f"{words} ({Language(element.data[0]).name.title()})" if is_language else words


def _ports(ports: Ports) -> Field:
    destination, source = port_text(ports.destination), port_text(ports.source)
    words = f"to {ports.destination}{f' ({destination})' if destination else ''}"
    words += f", from {ports.source}{f' ({source})' if source else ''}"
    value = {"destination": ports.destination, "source": ports.source, "bits": ports.bits}
    return Field(key="ports", label="ports", words=words, value=value)


def _waiting(tpdu: Tpdu) -> list[Field]:
    if not isinstance(tpdu, Deliver) or not tpdu.waiting:
        return []
    words = []
    for waiting in tpdu.waiting:
        count = "" if waiting.count is None else f", {waiting.count} of them"
        is_there = f"is waiting{count}" if waiting.is_active else "no longer waits"
        keep = "this message is kept" if waiting.is_stored else "this message may be thrown away"
        words.append(f"{waiting.kind.name.lower()} {is_there}; {keep}")
    value = [
        {"kind": each.kind.name.lower(), "is_active": each.is_active, "is_stored": each.is_stored, "count": each.count}
        for each in tpdu.waiting
    ]
    return [Field(key="waiting", label="waiting", words="\n".join(words), value=value)]


def _user_data(tpdu: Tpdu) -> list[Field]:
    if tpdu.text is None:
        data = tpdu.data.hex().upper()
        return [Field(key="data", label="data", words=f"{data or 'empty'} ({len(tpdu.data)} octets)", value=data)]
    if isinstance(tpdu, StatusReport) and not tpdu.body:
        return []
    return [Field(key="text", label="text", words=tpdu.text, value=tpdu.text)]
