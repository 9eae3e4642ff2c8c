"""What comes from outside by the same line and is no message: USSD and calls."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from modem.driver.calls import Calls, hang_up
from modem.driver.events import UssdSaid
from modem.driver.link import ModemSilentError
from modem.driver.ussd import Ussd
from modem.errors import PortLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.at.host import Urc
    from modem.driver.events import IncomingCall
    from modem.driver.link import Link

log = structlog.get_logger(__name__)


class Outside:
    """USSD and calls of one modem, over one link after another; `link` gives the one that is in service, if any."""

    def __init__(
        self,
        *,
        name: str,
        emit: Callable[[UssdSaid | IncomingCall], None],
        link: Callable[[], Link | None],
        hang_up_calls: bool,
    ) -> None:
        self.ussd = Ussd(on_reply=lambda reply: emit(UssdSaid(reply=reply)))
        self._calls = Calls(on_call=emit, on_hang_up=self._hang_up)
        self._name = name
        self._link = link
        self._is_hanging_up = hang_up_calls
        self._errands: set[asyncio.Task[None]] = set()

    def take(self, urc: Urc) -> bool:
        """Take a URC; return whether it was about USSD or a call."""
        return self.ussd.take(urc) or self._calls.take(urc)

    def forget(self, reason: str) -> None:
        """The modem starts anew or is lost: no answer comes any more, and no call rings."""
        self.ussd.forget(reason)
        self._calls.forget()

    def _hang_up(self) -> None:
        link = self._link()
        if link is not None and self._is_hanging_up:
            task = asyncio.create_task(self._end_call(link), name=f"hang up {self._name}")
            self._errands.add(task)
            task.add_done_callback(self._errands.discard)

    async def _end_call(self, link: Link) -> None:
        with contextlib.suppress(PortLostError, ModemSilentError):
            if await hang_up(link):
                self._calls.forget()
            else:
                log.info("call not refused, the modem does not know how", action="call", port=self._name)
