"""How often a PIN may still be tried, from what modems say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modem.at.values import fields_of, parse_int, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# A SIM gives three tries (3GPP TS 31.101 9.5.1); +CPINR may say otherwise.
ALL_TRIES: Final = 3
_PIN: Final = "SIM PIN"


@dataclass(frozen=True, kw_only=True, slots=True)
class PinTries:
    """How many tries of the PIN are left, of how many."""

    left: int
    most: int = ALL_TRIES


# Questions of which each is answered by some makers; none of them changes anything. The last asks the card itself:
# VERIFY PIN without a PIN (ETSI TS 102 221 11.1.9).
QUESTIONS: Final = (
    'AT+CPINR="SIM PIN"',  # 3GPP TS 27.007 8.65
    "AT^CPIN?",  # Huawei
    "AT+QPINC?",  # Quectel
    "AT+UPINCNT",  # u-blox
    "AT+CPINC?",  # Wavecom, Sierra
    "AT^SPIC",  # Cinterion
    "AT#PCT",  # Telit
    "AT+SPIC",  # SIMCom
    'AT+CSIM=10,"0020000100"',
)


def read_pin_tries(lines: Iterable[str]) -> PinTries | None:
    """Return what the answer to one of QUESTIONS tells of PIN 1, None when it tells nothing.

    >>> read_pin_tries(["+CPINR: SIM PUK,10,10", "+CPINR: SIM PIN,3,3"])
    PinTries(left=3, most=3)
    """
    for line in lines:
        name = line.partition(":")[0]
        reader = _READERS.get(name)
        if reader is not None and value_of(line, name):
            found = reader(fields_of(line))
            if found is not None:
                return found
    return None


def _cpinr(fields: list[str]) -> PinTries | None:
    if fields[0].upper() != _PIN:
        return None
    left = _number(fields, 1)
    return None if left is None else PinTries(left=left, most=_number(fields, 2) or ALL_TRIES)


def _named(fields: list[str]) -> PinTries | None:
    return _at(fields, 1) if fields[0].upper() == "SC" else None


def _of_what_is_asked(fields: list[str]) -> PinTries | None:
    """^SPIC and #PCT tell one number, for the code that +CPIN? asks for: the caller knows that it is the PIN."""
    return _at(fields, 0) if len(fields) == 1 else None


def _csim(fields: list[str]) -> PinTries | None:
    status = fields[-1].upper()
    if len(status) == 4 and status.startswith("63C"):
        return PinTries(left=int(status[-1], 16))
    return PinTries(left=0) if status == "6983" else None


def _at(fields: list[str], index: int) -> PinTries | None:
    left = _number(fields, index)
    return None if left is None else PinTries(left=left)


def _number(fields: list[str], index: int) -> int | None:
    return parse_int(fields[index]) if len(fields) > index else None


# +CPINR: <code>,<left>[,<most>] · ^CPIN: <code>,<left of what is asked>,<PUK>,<PIN>,<PUK2>,<PIN2> (MU509 manual) ·
# +QPINC: "SC",<PIN>,<PUK> · +UPINCNT: <PIN>,<PIN2>,<PUK>,<PUK2> · +CPINC: <PIN>,<PIN2>,<PUK>,<PUK2> ·
# +SPIC: <PIN>,<PUK>,<PIN2>,<PUK2> · +CSIM: 4,"63C3". As ModemManager's plugins read them.
_READERS: Final[dict[str, Callable[[list[str]], PinTries | None]]] = {
    "+CPINR": _cpinr,
    "^CPIN": lambda fields: _at(fields, 3),
    "+QPINC": _named,
    "+UPINCNT": lambda fields: _at(fields, 0),
    "+CPINC": lambda fields: _at(fields, 0),
    "^SPIC": _of_what_is_asked,
    "#PCT": _of_what_is_asked,
    "+SPIC": lambda fields: _at(fields, 0),
    "+CSIM": _csim,
}
