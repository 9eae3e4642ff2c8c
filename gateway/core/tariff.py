"""What a segment to a number costs; informative, an account's credit counts segments and is independent of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.number import match_key

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "default"


class Tariff:
    """Prices of a segment by the first digits of a number, by ISO country and by `default`."""

    def __init__(self, prices: Mapping[str, float]) -> None:
        """Take the prices; without any nothing costs anything."""
        self._prices = prices
        self._lengths = sorted({len(name) for name in prices if name.isdecimal()}, reverse=True)
        self._usual = prices.get(DEFAULT, 0.0)

    def price_of(self, number: str, country: str) -> float:
        """Give the price of one segment: by the longest prefix of the number, then by country, then `default`.

        >>> Tariff({"default": 0.1, "US": 0.01, "1713": 0.008}).price_of("+17134567890", "US")
        0.008
        """
        if self._lengths:
            digits = match_key(number)
            for length in self._lengths:
                if digits[:length] in self._prices:
                    return self._prices[digits[:length]]
        return self._prices.get(country.upper(), self._usual)
