"""One AT dialogue on an open port, for a person: what is asked is answered, everything else is news.

Unlike `modem.driver` it writes nothing that it was not asked to write.
"""

from __future__ import annotations

import asyncio
import math
import re
from typing import TYPE_CHECKING, Final

from modem.at.errors import ErrorKind, Failure, FinalResult
from modem.at.host import CTRL_Z, Answer, CommandTimeout, Host, Prompt, Stray, Urc
from modem.driver.port import open_port
from modem.errors import PortLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.driver.port import Port

Outcome = Answer | CommandTimeout | Prompt
News = Urc | Stray | Prompt | PortLostError

# A person may think about a body as long as the modem waits for it.
_FOR_EVER_S: Final = math.inf
_CALL: Final = re.compile(r"AT[DAO]", re.IGNORECASE)
# They end a call's command (V.250 6.3.1), and are news at any other time.
_CALL_RESULTS: Final = frozenset({"NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE"})


class Dialogue:
    """Use it in one event loop; `on_news` gets what nobody asked for, and PortLostError at most once."""

    def __init__(self, on_news: Callable[[News], None]) -> None:
        self._host = Host()
        self._on_news = on_news
        self._loop = asyncio.get_running_loop()
        self._port: Port | None = None
        self._outcome: asyncio.Future[Outcome] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._lost: PortLostError | None = None
        self._command = ""

    async def open(self, url: str, *, baudrate: int) -> None:
        """Open the port. Raises PortBusyError when another program holds it, PortError otherwise."""
        self._port = await open_port(url, baudrate=baudrate, on_data=self._receive, on_lost=self._lose)

    async def close(self) -> None:
        """Let go of the port."""
        if self._timer is not None:
            self._timer.cancel()
        if self._port is not None:
            await self._port.close()

    async def command(self, text: str, *, timeout_s: float) -> Outcome:
        """Write a command; return its answer, or Prompt when the modem wants a body. Raises PortLostError."""
        self._command = text
        self._host.start(text, timeout_s=timeout_s, now=self._loop.time())
        return await self._wait()

    async def body(self, octets: bytes, *, timeout_s: float) -> Outcome:
        """Write the body, and Ctrl-Z behind it; return the answer. Raises PortLostError."""
        self._host.write_body(octets + CTRL_Z, timeout_s=timeout_s, now=self._loop.time())
        return await self._wait()

    async def cancel_body(self, *, timeout_s: float) -> Outcome:
        """Write ESC instead of a body (27.005 3.5.1); return the answer, if there is one. Raises PortLostError."""
        self._host.abort_prompt()
        self._host.wait_longer(timeout_s=timeout_s, now=self._loop.time())
        return await self._wait()

    async def escape(self) -> None:
        """Write ESC while no command is pending. Raises PortLostError."""
        self._host.abort_prompt()
        self._pump()

    def give_up(self) -> None:
        """Expect no answer any more; one that comes all the same is news."""
        if self._host.is_busy:
            self._host.give_up()

    async def _wait(self) -> Outcome:
        if self._lost is not None:
            raise self._lost
        self._outcome = self._loop.create_future()
        try:
            self._pump()
            return await self._outcome
        except BaseException:
            self.give_up()
            raise
        finally:
            self._outcome = None

    # -- the loop's side -----------------------------------------------------------------------------------------

    def _receive(self, data: bytes) -> None:
        self._host.receive_data(data, self._loop.time())
        self._pump()

    def _lose(self, error: PortLostError) -> None:
        self._lost = error
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_exception(error)
        self._on_news(error)

    def _pump(self) -> None:
        output = self._host.data_to_send()
        if output and self._port is not None:
            self._port.write(output)
        while (event := self._host.next_event()) is not None:
            if isinstance(event, Answer | CommandTimeout):
                self._settle(event)
            elif isinstance(event, Prompt) and self._host.is_busy:
                # One that the body itself brought forth (text mode, a new line) asks for nothing.
                if not self._host.is_body_sent:
                    self._host.wait_longer(timeout_s=_FOR_EVER_S, now=self._loop.time())
                    self._settle(event)
            elif isinstance(event, Urc) and event.name in _CALL_RESULTS and self._is_calling:
                self._end_call(event.line)
            elif not isinstance(event, Prompt) or not event.is_expected:
                self._tell(event)
        self._schedule()

    @property
    def _is_calling(self) -> bool:
        return self._host.is_busy and _CALL.match(self._command) is not None

    def _end_call(self, line: str) -> None:
        self._host.give_up()
        self._host.settle()
        failure = Failure(kind=ErrorKind.ERROR, code=None, text=line)
        self._settle(Answer(command=self._command, lines=(), final=FinalResult(line=line, failure=failure)))

    def _settle(self, outcome: Outcome) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(outcome)

    def _tell(self, event: object) -> None:
        if isinstance(event, Urc | Stray | Prompt):
            self._on_news(event)

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._host.next_timer()
        if due is not None and due != math.inf and self._lost is None:
            self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        due = self._host.next_timer()
        # The loop may ring a clock tick early; what is due now is what was asked for.
        self._host.handle_timer(max(self._loop.time(), due or 0.0))
        self._pump()
