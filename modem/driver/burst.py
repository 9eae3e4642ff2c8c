"""Submits that follow each other at once: +CMMS=1 has the modem keep the radio link between them (27.005 3.5.6).

It spares channel request and authentication, 2 to 3 s of each further message on GSM. On LTE there is no such link.
The modem falls back by itself when the gap between two messages is longer than 1 to 5 s, as it likes; so it is set
anew at the begin of each burst. Mode 2, which stays, is never set: a held link delays what arrives.
"""

from __future__ import annotations

import asyncio
import contextlib
from math import inf
from typing import TYPE_CHECKING, Final

from modem.at.responses import read_ranges
from modem.at.values import value_of
from modem.driver.link import ModemSilentError
from modem.errors import PortLostError

if TYPE_CHECKING:
    from modem.driver.link import Link
    from modem.driver.startup import Started

_KEEP: Final = 1
# The shortest gap after which a modem may have let the link go.
_GAP_S: Final = 1.0
_CIRCUIT_SWITCHED: Final = frozenset({"GSM", "UMTS"})


class Burst:
    """What is known of the bursts of one modem. A start-up sets everything back."""

    def __init__(self) -> None:
        self._started: Started | None = None
        self._is_offered: bool | None = None
        self._is_set = False
        self._ended_at = -inf

    async def prepare(self, link: Link, started: Started, technology: str | None, *, is_more_coming: bool) -> None:
        """Have the link kept if a burst begins here and it helps. Raises nothing: a submit will find out itself."""
        if started is not self._started:
            self._started, self._is_offered, self._is_set = started, None, False
        if asyncio.get_running_loop().time() - self._ended_at >= _GAP_S:
            self._is_set = False
        if self._is_set or not is_more_coming or technology not in _CIRCUIT_SWITCHED:
            return
        with contextlib.suppress(ModemSilentError, PortLostError):
            if self._is_offered is None:
                self._is_offered = await _is_offered(link)
            if self._is_offered:
                answer = await link.ask(f"AT+CMMS={_KEEP}")
                self._is_set = self._is_offered = answer is not None and answer.is_ok

    def note_end(self) -> None:
        """A submit has ended: the next one begins another burst when it comes late."""
        self._ended_at = asyncio.get_running_loop().time()


async def _is_offered(link: Link) -> bool:
    answer = await link.ask("AT+CMMS=?")
    lines = answer.lines if answer is not None and answer.is_ok else ()
    ranges = [read_ranges(line) for line in lines if value_of(line, "+CMMS") is not None]
    return any(_KEEP in found[0] for found in ranges if found)
