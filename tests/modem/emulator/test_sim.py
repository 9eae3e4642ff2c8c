from __future__ import annotations

from modem.emulator.numbering import identity
from modem.emulator.sim import EF_ICCID, Sim, to_semi_octets


def test_the_iccid_file_has_swapped_digits_and_a_filler() -> None:
    # EF-ICCID, ETSI TS 102 221 13.2: semi-octets in swapped order, an odd count filled with F.
    assert to_semi_octets("8949123456789012345").hex() == "989421436587092143f5"


def test_a_card_has_ten_octets_of_iccid_and_no_unknown_file() -> None:
    card = Sim(identity(0), smsc="+33639980000")

    iccid = card.read_file(EF_ICCID)
    assert iccid is not None
    assert len(iccid) == 10
    assert card.read_file(0x6F07) is None
