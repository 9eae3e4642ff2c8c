"""The modem's end of a USSD session (3GPP TS 27.007 7.15; coding schemes of TS 23.038 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.equipment.charset import from_host, to_host
from modem.emulator.equipment.settings import Charset, UssdPresentation
from modem.emulator.radio import UssdCancelled, UssdRequest, UssdStatus
from modem.emulator.refusal import Cme, CmeError
from modem.pdu import Alphabet, Dcs
from modem.pdu.alphabet import decode_septets, encode_septets, septet_codec
from modem.pdu.septets import pack, unpack

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.radio import UssdAnswered

GSM7: Final = 15
MOST_CHARACTERS: Final = 182  # 160 octets of septets, TS 24.090


def request(equipment: Equipment, line: str, dcs: int) -> None:
    """Send what the host typed; refuses what cannot be read in its character set or is too long."""
    try:
        text = _read(equipment, line, dcs)
    except (ValueError, UnicodeDecodeError):
        raise CmeError(Cme.INCORRECT_PARAMETERS) from None
    if not text or len(text) > MOST_CHARACTERS:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    send(equipment, text)


def send(equipment: Equipment, text: str) -> None:
    """Send a code or an answer; without service there is nobody to hear it."""
    if not equipment.is_registered:
        raise CmeError(Cme.NO_NETWORK)
    equipment.tell(UssdRequest(text=text))


def cancel(equipment: Equipment) -> None:
    """End the session, if there is one."""
    if equipment.is_ussd_open:
        equipment.is_ussd_open = False
        equipment.tell(UssdCancelled())


def hear(equipment: Equipment, event: UssdAnswered) -> None:
    """Take a word of the network and show it, if the host wants to see it."""
    equipment.is_ussd_open = event.status is UssdStatus.ANSWER_WANTED
    if equipment.settings.ussd is not UssdPresentation.SHOWN:
        return
    line = f"+CUSD: {event.status.value}"
    if event.text is not None:
        line += f',"{_write(equipment, event.text, event.dcs)}",{event.dcs}'
    equipment.device.send_urc(line)


def _alphabet(dcs: int) -> Alphabet:
    """Return the alphabet of a CBS data coding scheme: its groups 4 to 7 and 15 are those of a message."""
    return Dcs.decode(dcs).alphabet if dcs >> 4 in (4, 5, 6, 7, 15) else Alphabet.GSM7


def _read(equipment: Equipment, line: str, dcs: int) -> str:
    alphabet = _alphabet(dcs)
    if alphabet is Alphabet.UCS2:
        return bytes.fromhex(line).decode("utf-16-be")
    if alphabet is Alphabet.DATA8:
        return bytes.fromhex(line).decode("latin-1")
    if _is_packed(equipment):
        octets = bytes.fromhex(line)
        # Seven spare bits are filled with a CR, so that they are no @ (TS 23.038 6.1.2.3.1).
        return decode_septets(unpack(octets, len(octets) * 8 // 7)).removesuffix("\r")
    return from_host(line, equipment.settings.charset)


def _write(equipment: Equipment, text: str, dcs: int) -> str:
    alphabet = _alphabet(dcs)
    if alphabet is Alphabet.UCS2:
        return text.encode("utf-16-be", "replace").hex().upper()
    if alphabet is Alphabet.DATA8:
        return text.encode("latin-1", "replace").hex().upper()
    if _is_packed(equipment):
        septets = encode_septets("".join(one if septet_codec().encode(one) else "?" for one in text))
        return pack(septets + b"\r" if len(septets) % 8 == 7 else septets).hex().upper()
    return to_host(text, equipment.settings.charset)


def _is_packed(equipment: Equipment) -> bool:
    return equipment.personality.is_ussd_packed and equipment.settings.charset is Charset.GSM
