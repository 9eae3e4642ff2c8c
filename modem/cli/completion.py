"""Completes AT commands, of those that the modem says it knows (+CLAC, 3GPP TS 27.007 8.37)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SEPARATORS: Final = re.compile(r"[,\s]+")
_NAME: Final = re.compile(r"(?:AT)?([+^*#$%!&\\]?[A-Z][\w!%\-./:]*)", re.ASCII | re.IGNORECASE)

# For a modem without +CLAC: what 3GPP TS 27.005 and TS 27.007 give to anyone who looks after messages.
USUAL: Final = (
    "+CCID", "+CEER", "+CEREG", "+CFUN", "+CGMI", "+CGMM", "+CGMR", "+CGREG", "+CGSN", "+CIMI", "+CLCK", "+CMEE",
    "+CMGD", "+CMGF", "+CMGL", "+CMGR", "+CMGS", "+CMGW", "+CMMS", "+CMSS", "+CNMA", "+CNMI", "+CNUM", "+COPS", "+CPIN",
    "+CPMS", "+CREG", "+CSCA", "+CSCS", "+CSMP", "+CSMS", "+CSQ", "+CUSD",
)  # fmt: skip


def read_commands(lines: Iterable[str]) -> list[str]:
    """Read the answer of +CLAC; names come without AT, in order.

    Seen: one a line, with AT before it or without; several on a line between commas; behind `+CLAC:`.
    """
    names = set()
    for line in lines:
        for word in _SEPARATORS.split(line.removeprefix("+CLAC:").strip()):
            if match := _NAME.fullmatch(word):
                names.add(match[1].upper())
    return sorted(names)


def completions(typed: str, names: Iterable[str]) -> list[str]:
    """Return the lines that `typed` may become; what was typed stays as it is written."""
    if len(typed) < 2:
        return ["AT"] if "AT".startswith(typed.upper()) else []
    prefix, rest = typed[:2], typed[2:].upper()
    if prefix.upper() != "AT":
        return []
    return [prefix + name for name in names if name.startswith(rest)]
