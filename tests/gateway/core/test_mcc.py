"""Countries of SIMs, against ITU-T E.212's list of mobile country codes."""

from __future__ import annotations

import pytest

from gateway.core.mcc import country_of_sim


@pytest.mark.parametrize(
    ("imsi", "country"),
    [
        ("262011234567890", "de"),
        ("204046000000000", "nl"),
        ("310260000000000", "us"),
        ("316010000000000", "us"),
        ("400010000000000", "az"),
        ("470010000000000", "bd"),
        ("505010000000000", "au"),
        ("750010000000000", "fk"),
        ("901280000000000", ""),
        ("", ""),
    ],
)
def test_the_first_three_digits_are_the_country(imsi: str, country: str) -> None:
    assert country_of_sim(imsi) == country
