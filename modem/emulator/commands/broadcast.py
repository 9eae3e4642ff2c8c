"""Which cell broadcasts are taken (3GPP TS 27.005 3.3.4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.command import Shelf
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.equipment.settings import BroadcastFilter
from modem.emulator.refusal import Cme, CmeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

_ACCEPT, _REFUSE = 0, 1
_MOST_IDENTIFIER: Final = 0xFFFF
_MOST_CODING: Final = 0xFF
_LIST: Final = re.compile(r"\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*")

SHELF.constant("+CSCB", Form.TEST, "+CSCB: (0,1)")


@SHELF.on("+CSCB", Form.READ)
def read(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the lists of what is taken."""
    wanted = equipment.settings.broadcasts
    return [f'+CSCB: {_ACCEPT},"{_text(wanted.identifiers)}","{_text(wanted.codings)}"']


@SHELF.on("+CSCB", Form.SET)
def choose(equipment: Equipment, command: Command) -> Sequence[str]:
    """Take what is listed from now on (0), or take it no longer (1); empty lists with 1 change nothing."""
    parameters = Parameters(command, most=3)
    mode = parameters.number(0, range(2), _ACCEPT)
    identifiers = _ranges(parameters.text(1, ""), _MOST_IDENTIFIER)
    codings = _ranges(parameters.text(2, ""), _MOST_CODING)
    now = equipment.settings.broadcasts
    if mode == _ACCEPT:
        equipment.settings.broadcasts = BroadcastFilter(identifiers=identifiers, codings=codings)
    else:
        equipment.settings.broadcasts = BroadcastFilter(
            identifiers=_without(now.identifiers, identifiers), codings=_without(now.codings, codings)
        )
    return []


def _ranges(text: str, most: int) -> tuple[range, ...]:
    if text and not _LIST.fullmatch(text):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    pairs = [(int(low), int(high or low)) for low, _, high in (part.partition("-") for part in text.split(",") if part)]
    if any(low > high or high > most for low, high in pairs):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    return tuple(range(low, high + 1) for low, high in pairs)


def _without(kept: tuple[range, ...], dropped: tuple[range, ...]) -> tuple[range, ...]:
    numbers = sorted({number for one in kept for number in one} - {number for one in dropped for number in one})
    ranges: list[range] = []
    for number in numbers:
        if ranges and ranges[-1].stop == number:
            ranges[-1] = range(ranges[-1].start, number + 1)
        else:
            ranges.append(range(number, number + 1))
    return tuple(ranges)


def _text(ranges: tuple[range, ...]) -> str:
    return ",".join(str(one.start) if len(one) == 1 else f"{one.start}-{one.stop - 1}" for one in ranges)
