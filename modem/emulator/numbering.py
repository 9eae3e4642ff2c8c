"""Identities of emulated modems and SIMs: valid in form, and never assigned to anyone.

Numbers come from the French range kept for films (+33 6 39 98 xx xx, ARCEP decision 2018-0881), IMSIs from the test
network 001-01 (ITU-T E.212), IMEIs from the test allocation 00-10-17.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COUNTRY_CODE: Final = "33"
TRUNK_PREFIX: Final = "0"
SMSC_NUMBER: Final = "+33639980000"
MAX_COUNT: Final = 9999


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who a machine is: `imei` is the modem; `imsi`, `iccid` and `number` belong to its first SIM."""

    imei: str
    imsi: str
    iccid: str
    number: str


def identity(index: int) -> Identity:
    """Return the identity of machine `index`, counted from 0; raises ValueError above 9998."""
    serial = index + 1
    if not 1 <= serial <= MAX_COUNT:
        message = f"machine {index} has no number: at most {MAX_COUNT} machines"
        raise ValueError(message)
    return Identity(
        imei=with_luhn(f"00101700{serial:06d}"),
        imsi=f"00101{serial:010d}",
        iccid=with_luhn(f"893301{serial:012d}"),
        number=f"+3363998{serial:04d}",
    )


def with_luhn(digits: str) -> str:
    """Append the check digit of ISO/IEC 7812-1 annex B."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def dialled_forms(number: str) -> tuple[str, ...]:
    """Return every way a subscriber `number` (international, with +) is dialled on this network."""
    digits = number.removeprefix("+")
    forms = [f"+{digits}", digits, f"00{digits}"]
    if digits.startswith(COUNTRY_CODE):
        forms.append(TRUNK_PREFIX + digits.removeprefix(COUNTRY_CODE))
    return tuple(forms)
