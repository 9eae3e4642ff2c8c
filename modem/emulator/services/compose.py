"""Make a message from what the host typed at the prompt, in PDU mode or in text mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modem.emulator.card.number import INTERNATIONAL_TYPE
from modem.emulator.equipment import radio_link
from modem.emulator.equipment.charset import from_host
from modem.emulator.radio import Transmission
from modem.emulator.refusal import Cms, CmsError
from modem.errors import CodecError
from modem.pdu import (
    Absolute,
    Address,
    Alphabet,
    Dcs,
    Enhanced,
    Relative,
    Submit,
    TypeOfNumber,
    decode_submit,
    userdata,
)
from modem.pdu.alphabet import encode_septets
from modem.pdu.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.equipment.settings import Settings, TextParameters
    from modem.pdu import Header, Validity

_BLANKS: Final = b" \t\r\n\0"
_MESSAGE_TYPE: Final = 0x03
_DELIVER_REPORT: Final = 0x00
_VALIDITY_FORMAT: Final = 0x18
# By TP-VPF in the first octet, what +CSMP must have as <vp>; nothing for 0.
_VALIDITIES: Final[Mapping[int, type[Validity]]] = {0x08: Enhanced, 0x10: Relative, 0x18: Absolute}
_MOST_LENGTH: Final = 160  # TP-UDL, in septets
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
    return Draft(tpdu=tpdu, smsc=_service_centre(centre) if centre else "")


def _service_centre(field: bytes) -> str:
    """Return the number of a service centre; what could not be dialled, a name too, is +CMS ERROR: 304."""
    number = Address.from_value(field[0], field[1:], 2 * len(field) - 2).text
    try:
        address = Address.parse(number)
    except CodecError:
        raise CmsError(Cms.INVALID_PDU_PARAMETER) from None
    if address.ton is TypeOfNumber.ALPHANUMERIC or not address.number:
        raise CmsError(Cms.INVALID_PDU_PARAMETER)
    return number


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


def is_typed_as_text(settings: Settings) -> bool:
    """Tell whether +CSMP asks for characters; it asks for octets in hexadecimal otherwise (27.005 3.5.1)."""
    parameters = settings.text
    return Dcs.decode(parameters.dcs).alphabet is Alphabet.GSM7 and not parameters.first_octet & _HAS_HEADER


def _submit(settings: Settings, recipient: Address, body: bytes) -> Submit:
    parameters = settings.text
    first = parameters.first_octet
    header, content = _user_data(settings, body.decode("latin-1"))
    return Submit(
        destination=recipient,
        pid=parameters.pid,
        dcs=parameters.dcs,
        header=header,
        body=content,
        validity=_validity(parameters),
        request_report=bool(first & _REQUEST_REPORT),
        reject_duplicates=bool(first & _REJECT_DUPLICATES),
        reply_path=bool(first & _REPLY_PATH),
    )


def _user_data(settings: Settings, line: str) -> tuple[Header | None, bytes]:
    if is_typed_as_text(settings):
        return None, encode_septets(from_host(line, settings.charset))
    octets, dcs = bytes.fromhex(line), Dcs.decode(settings.text.dcs)
    length = len(octets) * 8 // 7 if dcs.counts_septets else len(octets)
    if length > _MOST_LENGTH:
        raise CmsError(Cms.INVALID_TEXT_PARAMETER)
    has_header = bool(settings.text.first_octet & _HAS_HEADER)
    header, content = userdata.read(Reader(bytes((length,)) + octets, "ud"), dcs, has_header=has_header)
    if has_header and header is None:
        raise CmsError(Cms.INVALID_TEXT_PARAMETER)
    return header, content


def _validity(parameters: TextParameters) -> Validity | None:
    kind = _VALIDITIES.get(parameters.first_octet & _VALIDITY_FORMAT)
    if kind is None:
        return None
    if not isinstance(parameters.validity, kind):
        raise CmsError(Cms.INVALID_TEXT_PARAMETER)
    return parameters.validity
