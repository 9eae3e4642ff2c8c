from __future__ import annotations

import pytest

from modem.emulator.numbering import dialled_forms, identity, with_luhn


# The example that every description of the Luhn formula uses, and the IMEI of 3GPP TS 23.003 annex B.
@pytest.mark.parametrize(("digits", "whole"), [("7992739871", "79927398713"), ("26053179311383", "260531793113837")])
def test_the_check_digit_is_that_of_the_standard(digits: str, whole: str) -> None:
    assert with_luhn(digits) == whole


def test_identities_have_the_lengths_of_their_standards_and_differ() -> None:
    identities = [identity(index) for index in (0, 1, 9998)]

    for who in identities:
        assert (len(who.imei), len(who.imsi), len(who.iccid)) == (15, 15, 19)
        assert who.number.startswith("+33639980") or who.number == "+33639989999"
    assert len({who.imei for who in identities} | {who.imsi for who in identities}) == 6


def test_there_are_no_more_numbers_than_the_range_has() -> None:
    with pytest.raises(ValueError, match="at most 9999"):
        identity(9999)


def test_a_subscriber_is_dialled_in_four_ways() -> None:
    assert dialled_forms("+33639980001") == ("+33639980001", "33639980001", "0033639980001", "0639980001")


def test_a_foreign_subscriber_has_no_national_form() -> None:
    assert dialled_forms("+491711234567") == ("+491711234567", "491711234567", "00491711234567")
