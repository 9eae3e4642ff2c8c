"""Reads periods as people write them: 30m, 2h, 3d, 1w, 1d12h."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

_PERIOD: Final = re.compile(r"(?:\d{1,6}[smhdw]){1,5}", re.ASCII)
_PIECE: Final = re.compile(r"(\d+)([smhdw])", re.ASCII)
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def read_period(text: str) -> timedelta | None:
    """Return the period, None when `text` is none.

    >>> read_period("1d12h")
    datetime.timedelta(days=1, seconds=43200)
    """
    if not _PERIOD.fullmatch(text):
        return None
    return sum((int(count) * _UNITS[unit] for count, unit in _PIECE.findall(text)), timedelta())
