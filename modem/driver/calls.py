"""Calls that come in: one word for each, with the caller's number, and an end to it where that is wanted.

RING comes every few seconds and the number, if at all, right behind it (+CLIP, 3GPP TS 27.007 7.11). A modem that rings
may refuse to send (SIM800), and nobody here would ever answer.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from modem.at.responses import read_caller
from modem.driver.events import IncomingCall

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.at.host import Urc
    from modem.driver.link import Link

_RING: Final = frozenset({"RING", "+CRING"})
_CALLER: Final = "+CLIP"
# What is said of a call that is over, and a second one that waits (+CCWA), which nobody takes.
_ENDS: Final = frozenset({"NO CARRIER", "NO ANSWER", "BUSY", "MISSED_CALL", "VOICE CALL", "^CEND", "+CCWA"})
# +CLIP follows its RING at once; without one the number is not offered.
_NUMBER_PATIENCE_S: Final = 1.5
# Networks ring every 5 s (TS 22.001), some modems every 3 to 6: a longer silence is the end of the call.
_BETWEEN_RINGS_S: Final = 10.0
_HANG_UP_TIMEOUT_S: Final = 20.0


class Calls:
    """The call that rings, if there is one. `on_call` hears of each once; `on_hang_up` is to end it."""

    def __init__(self, *, on_call: Callable[[IncomingCall], None], on_hang_up: Callable[[], None]) -> None:
        self._on_call = on_call
        self._on_hang_up = on_hang_up
        self._rang_at: float | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._is_told = False

    def take(self, urc: Urc) -> bool:
        """Take a URC; return whether it was about a call."""
        if urc.name in _RING:
            self._ring()
        elif urc.name == _CALLER:
            self._ring()
            self._tell(read_caller(urc.line))
        elif urc.name in _ENDS:
            if urc.name != "+CCWA" and "BEGIN" not in urc.line:
                self.forget()
        else:
            return False
        return True

    def forget(self) -> None:
        """No call rings any more; one that was not told yet is told without its number."""
        if self._rang_at is not None:
            self._tell(None)
        self._rang_at = None

    def _ring(self) -> None:
        loop = asyncio.get_running_loop()
        if self._rang_at is None or loop.time() - self._rang_at > _BETWEEN_RINGS_S:
            self.forget()
            self._is_told = False
            self._patience = loop.call_later(_NUMBER_PATIENCE_S, self._tell, None)
        self._rang_at = loop.time()

    def _tell(self, number: str | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if not self._is_told:
            self._is_told = True
            self._on_call(IncomingCall(number=number))
            self._on_hang_up()


async def hang_up(link: Link) -> bool:
    """End the call that rings; return whether the modem took it. 27.007 6.5 (+CHUP), V.250 6.3.6 (H)."""
    for command in ("AT+CHUP", "ATH"):
        answer = await link.ask(command, timeout_s=_HANG_UP_TIMEOUT_S)
        if answer is not None and answer.is_ok:
            return True
    return False
