from __future__ import annotations

import pytest

from gateway.core.tariff import Tariff

TARIFF = Tariff({"default": 0.1, "US": 0.01, "1713": 0.008, "171": 0.009})


@pytest.mark.parametrize(
    ("number", "country", "price"),
    [
        ("+17134567890", "US", 0.008),
        ("0017134567890", "US", 0.008),
        ("+17144567890", "US", 0.009),
        ("+12125550100", "US", 0.01),
        ("+491711234567", "DE", 0.1),
        ("12345", "", 0.1),
    ],
)
def test_the_longest_prefix_wins_then_the_country_then_the_default(number: str, country: str, price: float) -> None:
    assert TARIFF.price_of(number, country) == price


def test_without_a_tariff_nothing_costs_anything() -> None:
    assert Tariff({}).price_of("+491711234567", "DE") == 0.0
