"""Files of the card, compared with layouts worked out by hand from 3GPP TS 31.102 and TS 51.011."""

from __future__ import annotations

import pytest

from modem.emulator.card.files import EF_ADN, EF_GID1, EF_SMS, read_file, to_semi_octets
from modem.emulator.card.phonebook import Contact
from modem.emulator.card.sim import Sim
from modem.emulator.card.storage import MessageStatus, StoredMessage
from modem.emulator.numbering import identity

CARD = Sim(identity(0), smsc="+33639980000")


def test_the_iccid_file_has_swapped_digits_and_a_filler() -> None:
    # EF-ICCID, ETSI TS 102 221 13.2: semi-octets in swapped order, an odd count filled with F.
    assert to_semi_octets("8949123456789012345").hex() == "989421436587092143f5"


@pytest.mark.parametrize(
    ("file_id", "expected"),
    [
        (0x2FE2, "983310000000000010f0"),
        # IMSI 001010000000001: 8 octets follow; 9 because the count of digits is odd (TS 31.102 4.2.2).
        (0x6F07, "080910100000000010"),
        (0x6FAD, "00000002"),
        (0x6F46, "01" + "456d756c61746564" + "ff" * 8),
        # Three octets for each number: 112, 911 (TS 51.011 10.3.27).
        (0x6FB7, "11f2ff" + "19f1ff" + "ff" * 9),
        (0x6F43, "ffff"),
        # MSISDN +33639980001: no name, 7 octets of type and number, no capability, no extension (TS 51.011 10.5.1).
        (0x6F40, "ff" * 18 + "07" + "91" + "3336990800f1" + "ff" * 4 + "ffff"),
        # SMSP: name, indicator "service centre only", no destination, centre +33639980000 (TS 51.011 10.5.6).
        (0x6F42, "ff" * 18 + "fd" + "ff" * 12 + "07913336990800f0" + "ff" * 4 + "ffffff"),
    ],
)
def test_a_file_has_the_octets_of_the_standard(file_id: int, expected: str) -> None:
    file = read_file(CARD, file_id)

    assert file is not None
    assert file.content.hex() == expected


def test_a_card_has_no_file_it_does_not_know() -> None:
    assert read_file(CARD, 0x6F99) is None
    assert read_file(CARD, EF_GID1) is not None


def test_contacts_and_messages_are_records() -> None:
    card = Sim(identity(0), smsc="+33639980000", capacity=2)
    card.contacts.put(Contact(number="112", number_type=129, name="Help"))
    card.messages.add(StoredMessage(tpdu=b"\x04\x00", smsc="+491", status=MessageStatus.UNREAD))

    contacts, messages = read_file(card, EF_ADN), read_file(card, EF_SMS)
    assert contacts is not None
    assert contacts.records[0].hex() == "48656c70" + "ff" * 14 + "0381" + "11f2" + "ff" * 10
    assert messages is not None
    # Status 03 is "received, to be read"; an empty record begins with 00 (TS 31.102 4.2.25).
    assert messages.records[0].hex() == "03" + "0391" + "94f1" + "0400" + "ff" * 169
    assert messages.records[1].hex() == "00" + "ff" * 175


def test_a_file_is_described_with_size_kind_and_record_length() -> None:
    transparent, records = read_file(CARD, 0x2FE2), read_file(CARD, 0x6F40)

    assert transparent is not None
    assert records is not None
    assert transparent.describe(0x2FE2).hex() == "0000" + "000a" + "2fe2" + "04" + "001fffff" + "01" + "02" + "0000"
    assert records.describe(0x6F40).hex() == "0000" + "0020" + "6f40" + "04" + "001fffff" + "01" + "02" + "0120"
