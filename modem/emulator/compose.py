"""Make a message from what the host typed at the prompt, in PDU mode or in text mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modem.emulator import radio_link
from modem.emulator.charset import from_host
from modem.emulator.radio import Transmission
from modem.emulator.refusal import Cms, CmsError
from modem.errors import CodecError
from modem.pdu import Address, Alphabet, Dcs, Relative, Submit, TypeOfNumber, decode_submit
from modem.pdu.alphabet import encode_septets

if TYPE_CHECKING:
    from modem.emulator.equipment import Equipment
    from modem.emulator.settings import Settings

INTERNATIONAL_TYPE: Final = 145
_BLANKS: Final = b" \t\r\n\0"
_MESSAGE_TYPE: Final = 0x03
_DELIVER_REPORT: Final = 0x00
_VALIDITY_FORMAT: Final = 0x18
_RELATIVE_VALIDITY: Final = 0x10
_REJECT_DUPLICATES: Final = 0x04
_REQUEST_REPORT: Final = 0x20
_HAS_HEADER: Final = 0x40
_REPLY_PATH: Final = 0x80


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A TPDU and the service centre the host chose for it, "" for the SIM's."""

    tpdu: bytes
    smsc: str = ""


def from_pdu(body: bytes, length_octets: int, *, is_truncated: bool = False) -> Draft:
    """Read a PDU line; its TPDU must have the announced length, or is cut to it. Refuses with +CMS ERROR: 304."""
    try:
        octets = bytes.fromhex(body.translate(None, _BLANKS).decode("ascii"))
        end_of_smsc = octets[0] + 1
    except (ValueError, IndexError):
        raise CmsError(Cms.INVALID_PDU_PARAMETER) from None
    tpdu, centre = octets[end_of_smsc:], octets[1:end_of_smsc]
    if is_truncated:
        tpdu = tpdu[:length_octets]
    if len(tpdu) != length_octets or length_octets == 0:
        raise CmsError(Cms.INVALID_PDU_PARAMETER)
    smsc = Address.from_value(centre[0], centre[1:], 2 * len(centre) - 2).text if centre else ""
    return Draft(tpdu=tpdu, smsc=smsc)


def check_report(body: bytes, length_octets: int) -> None:
    """Read a DELIVER-REPORT for +CNMA, which has no service centre in front. Refuses with +CMS ERROR: 304."""
    try:
        octets = bytes.fromhex(body.translate(None, _BLANKS).decode("ascii"))
    except ValueError:
        raise CmsError(Cms.INVALID_PDU_PARAMETER) from None
    if len(octets) != length_octets or octets[0] & _MESSAGE_TYPE != _DELIVER_REPORT:
        raise CmsError(Cms.INVALID_PDU_PARAMETER)


def from_text(settings: Settings, recipient: Address, body: bytes) -> Draft:
    """Build a SUBMIT from a text and the parameters of +CSMP. Refuses with +CMS ERROR: 305."""
    try:
        return Draft(tpdu=_submit(settings, recipient, body).encode())
    except (CodecError, ValueError):
        raise CmsError(Cms.INVALID_TEXT_PARAMETER) from None


def transmission(equipment: Equipment, draft: Draft) -> Transmission:
    """Give a draft the SIM's next TP-MR and service centre; refuses what cannot go on the air."""
    if not equipment.is_registered:
        raise CmsError(Cms.NO_NETWORK)
    smsc = draft.smsc or equipment.sim.smsc
    if not smsc:
        raise CmsError(Cms.SMSC_UNKNOWN)
    # The host's own TP-MR does not count: the SIM keeps the counter.
    mr = (equipment.sim.last_mr + 1) % 256
    tpdu = draft.tpdu[:1] + bytes((mr,)) + draft.tpdu[2:]
    try:
        submit = decode_submit(tpdu)
    except CodecError:
        raise CmsError(Cms.INVALID_PDU_PARAMETER) from None
    if not submit.destination.number:
        raise CmsError(Cms.INVALID_PDU_PARAMETER)
    equipment.sim.last_mr = mr
    return Transmission(tpdu=tpdu, submit=submit, smsc=smsc, keeps_link=radio_link.mode(equipment) != radio_link.CLOSED)


def destination(settings: Settings, number: str, number_type: int | None) -> Address:
    """Return the address a text mode command names, an empty one for "". Refuses with +CMS ERROR: 305."""
    if not number:
        return Address(number="", ton=TypeOfNumber.UNKNOWN)
    try:
        address = Address.parse(from_host(number, settings.charset))
    except (CodecError, ValueError):
        raise CmsError(Cms.INVALID_TEXT_PARAMETER) from None
    # A name can only be a sender's (3GPP TS 23.040 9.1.2.5).
    if address.ton is TypeOfNumber.ALPHANUMERIC:
        raise CmsError(Cms.INVALID_TEXT_PARAMETER)
    if number_type == INTERNATIONAL_TYPE and address.ton is TypeOfNumber.UNKNOWN:
        return Address(number=address.number, ton=TypeOfNumber.INTERNATIONAL)
    return address


def _submit(settings: Settings, recipient: Address, body: bytes) -> Submit:
    parameters = settings.text
    first = parameters.first_octet
    if first & _HAS_HEADER or first & _VALIDITY_FORMAT not in (0, _RELATIVE_VALIDITY):
        raise CmsError(Cms.INVALID_TEXT_PARAMETER)
    line = body.decode("latin-1")
    if Dcs.decode(parameters.dcs).alphabet is Alphabet.GSM7:
        content = encode_septets(from_host(line, settings.charset))
    else:
        content = bytes.fromhex(line)
    return Submit(
        destination=recipient,
        pid=parameters.pid,
        dcs=parameters.dcs,
        body=content,
        validity=Relative(octet=parameters.validity) if first & _VALIDITY_FORMAT else None,
        request_report=bool(first & _REQUEST_REPORT),
        reject_duplicates=bool(first & _REJECT_DUPLICATES),
        reply_path=bool(first & _REPLY_PATH),
    )
