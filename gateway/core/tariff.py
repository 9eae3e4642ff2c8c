"""What a segment to a number costs; informative, an account's credit counts segments and is independent of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.number import match_key

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "default"


def price_of(number: str, country: str, tariff: Mapping[str, float]) -> float:
    """Give the price of one segment: by the longest prefix of the number, then by ISO country, then `default`.

    >>> price_of("+17134567890", "US", {"default": 0.1, "US": 0.01, "1713": 0.008})
    0.008
    """
    if not tariff:
        return 0.0
    digits = match_key(number)
    for length in range(len(digits), 0, -1):
        if digits[:length] in tariff:
            return tariff[digits[:length]]
    return tariff.get(country.upper() if country else DEFAULT, tariff.get(DEFAULT, 0.0))
