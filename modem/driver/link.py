"""The shell around `modem.at.host`: commands as coroutines, one at a time, over an open port.

After a command that was not answered the next one first settles the line: a bare AT until the modem answers, then a
short quiet, so that late results of the old command cannot be taken for results of the new one.

A modem may keep silent at what it does not know, so a bare AT behind such a command tells whether it is still busy with
it; one that was once found to keep silent is asked so after a moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from math import inf
from typing import TYPE_CHECKING, Final

import structlog

from modem.at.errors import parse_final
from modem.at.host import Answer, CommandTimeout, Host, ProbeAnswered, Prompt, Stray, Urc
from modem.driver.masking import shorten
from modem.driver.standstill import LONG_COMMAND_S, usual_patience_s, wait_while_it_goes_on
from modem.errors import ModemTimeoutError, PortLostError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from modem.driver.port import Port
    from modem.errors import ModemError

log = structlog.get_logger(__name__)
# structlog's own check costs a formatted event per line; on a busy rack that would be most of the work.
_gate: Final = logging.getLogger(__name__)

DEFAULT_TIMEOUT_S: Final = 5.0
_QUIET_S: Final = 0.2
_QUIET_AT_MOST_S: Final = 1.0
# A modem that had many commands to swallow while it booted answers them one after the other.
_OWED_QUIET_S: Final = 1.0
_OWED_QUIET_AT_MOST_S: Final = 10.0
_SOON_S: Final = 0.1  # the result of a bare AT behind another result comes at once
_LATENCIES: Final = 2.0  # waits are at least so many times what the modem needs for a bare AT
_SETTLE_TIMEOUT_S: Final = 2.0
_SETTLE_ATTEMPTS: Final = 5
_SILENT: Final = "the modem does not answer AT"


class ModemSilentError(ModemTimeoutError):
    """The modem does not answer a bare AT any more."""


Outcome = Answer | CommandTimeout | ProbeAnswered


class Link:
    """The AT dialogue over one open port. It ends with the port; `fail` ends it from outside."""

    def __init__(
        self,
        *,
        name: str,
        on_urc: Callable[[Urc], None],
        on_late_result: Callable[[str], None],
        on_prompt: Callable[[], None],
    ) -> None:
        self.name = name
        self._host = Host()
        self._loop = asyncio.get_running_loop()
        self._port: Port | None = None
        self._on_urc = on_urc
        self._on_late_result = on_late_result
        self._on_prompt = on_prompt
        self._lock = asyncio.Lock()
        self._outcome: asyncio.Future[Outcome] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._failure: ModemError | None = None
        self._received_at = self._result_at = self._loop.time()
        self._late_result = asyncio.Event()
        # How long a bare AT takes, once that is known; whether the modem keeps silent at what it does not know.
        self._latency_s: float | None = None
        self._is_ignoring = False
        self._is_silent = False
        self._body_written_at = self._owed_until = -inf
        self._may_prompt_be_open = False
        self._has_escaped = False
        self._is_body_written = False
        self._on_body: Callable[[], None] | None = None
        self._is_traced = _gate.isEnabledFor(logging.DEBUG)

    def attach(self, port: Port) -> None:
        """Write to `port` from now on; `receive_data` may have been called before."""
        self._port = port
        self._pump()

    # -- commands ------------------------------------------------------------------------------------------------

    async def command(self, text: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Answer:
        """Return the modem's answer, an error too. Raises ModemTimeoutError, PortLostError."""
        async with self.session():
            outcome = await self.exchange(text, timeout_s=timeout_s)
            if isinstance(outcome, Answer):
                return outcome
            self.give_up()
            raise ModemTimeoutError(f"no answer to {text.partition('=')[0]} within {timeout_s:g} s")

    async def ask(
        self, text: str, *, timeout_s: float = DEFAULT_TIMEOUT_S, final_timeout_s: float | None = None
    ) -> Answer | None:
        """Return the answer to a command that a modem need not know, None when it gives none.

        `timeout_s` counts from the last line, `final_timeout_s` from the first. Raises ModemSilentError, PortLostError.
        """
        try:
            async with self.session():
                patience_s = min(self.at_least_s(usual_patience_s(timeout_s, is_ignoring=self._is_ignoring)), timeout_s)
                outcome = await self.exchange(text, timeout_s=patience_s, final_timeout_s=final_timeout_s)
                if isinstance(outcome, CommandTimeout):
                    self._late_result.clear()
                    outcome = await wait_while_it_goes_on(self, outcome, patience_s=patience_s, timeout_s=timeout_s)
                if isinstance(outcome, Answer):
                    return outcome
                if isinstance(outcome, ProbeAnswered) and await self._is_result_behind():
                    return Answer(command=text, lines=outcome.lines, final=parse_final("OK"))
                self._is_ignoring = self._is_ignoring or isinstance(outcome, ProbeAnswered)
                self.give_up()
                if isinstance(outcome, CommandTimeout) and timeout_s >= LONG_COMMAND_S:
                    self._is_silent = True  # AT was asked several times
                    raise ModemSilentError(_SILENT)
        except ModemTimeoutError as error:
            if isinstance(error, ModemSilentError):
                raise
            log.info("command interrupted", action="unanswered", port=self.name, command=text, reason=str(error))
            return None
        log.debug("command not answered", action="unanswered", port=self.name, command=text.partition("=")[0])
        return None

    def at_least_s(self, seconds: float) -> float:
        """Return `seconds`, or more when even a bare AT takes long."""
        return max(seconds, _LATENCIES * (self._latency_s or 0.0))

    async def _is_result_behind(self) -> bool:
        """Tell whether one more result follows: then the command was answered, and after it the bare AT."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.at_least_s(_SOON_S)):
                await self._late_result.wait()
        return self._late_result.is_set()

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        """Hold the line for a dialogue by `exchange`; raises ModemSilentError when it cannot be settled."""
        async with self._lock:
            if self._is_silent:
                # Whoever waited for the line behind the one that found this out need not find it out again.
                raise ModemSilentError(_SILENT)
            if not self._host.is_settled:
                await self._settle()
            yield

    async def exchange(
        self,
        text: str,
        *,
        timeout_s: float,
        body: bytes | None = None,
        on_body: Callable[[], None] | None = None,
        body_timeout_s: float = 0.0,
        final_timeout_s: float | None = None,
    ) -> Outcome:
        """Start a command and return what came of it; after a CommandTimeout it is still pending. Within `session`."""
        self._is_body_written, self._on_body = False, on_body  # called just before the body is written
        self._host.start(
            text,
            timeout_s=timeout_s,
            now=self._loop.time(),
            body=body,
            body_timeout_s=body_timeout_s,
            final_timeout_s=final_timeout_s,
        )
        return await self._wait()

    async def probe(self, *, timeout_s: float) -> Outcome:
        """Ask a bare AT behind the pending command and wait on."""
        self._host.probe(timeout_s=timeout_s, now=self._loop.time())
        return await self._wait()

    async def wait_longer(self, *, timeout_s: float) -> Outcome:
        """Wait on for the pending command."""
        self._host.wait_longer(timeout_s=timeout_s, now=self._loop.time())
        return await self._wait()

    def give_up(self) -> None:
        """Expect no answer to the pending command any more."""
        host = self._host
        if host.is_busy:
            self._may_prompt_be_open = self._may_prompt_be_open or (host.has_body and not host.is_body_sent)
            host.give_up()

    def give_up_submit(self, may_take_s: float) -> float:
        """Wait no more for the result of a submit; until `may_take_s` from its Ctrl-Z a silent modem may still give it.

        Returns how many seconds of that are left, 0 when none.
        """
        self._owed_until = self._body_written_at + may_take_s
        self.give_up()
        self._is_silent = self._owed_until > self._loop.time()
        return max(0.0, self._owed_until - self._loop.time())

    def abort_prompt(self) -> None:
        """Make the modem forget a prompt, now and again before the next command."""
        self._may_prompt_be_open = True
        self._host.abort_prompt()
        self._pump()

    @property
    def is_body_written(self) -> bool:
        """Whether the body of the last command was given to the port, terminator and all."""
        return self._is_body_written

    @property
    def is_submit_abandoned(self) -> bool:
        """Whether the result of a submit may still come late."""
        return self._host.is_submit_abandoned

    @property
    def is_silent(self) -> bool:
        """Whether the modem has said nothing since it was found not to answer AT."""
        return self._is_silent

    @property
    def owed_until(self) -> float:
        """The instant until which a submit may still be answered; infinite while one is under way."""
        if self._host.has_body:
            return inf
        return self._owed_until if self._host.is_submit_abandoned else -inf

    def forget_submit(self) -> None:
        """Stop waiting for a late result: it came, or never will."""
        self._host.forget_submit()

    async def answers(self, command: str, *, timeout_s: float, is_prompt_possible: bool) -> bool:
        """Return whether the modem answers `command` with anything at all; for start-up. Raises PortLostError."""
        async with self._lock:
            self._latency_s = None
            if is_prompt_possible:
                self._may_prompt_be_open = True
            return await self._is_answered(command, timeout_s=timeout_s)

    async def quiet(self) -> None:
        """Return when the modem, which answers, has said nothing for a moment: nothing old is on its way any more."""
        started_at = self._loop.time()
        while True:
            now = self._loop.time()
            if self._host.is_settled:
                quiet_at, give_up_at = self._received_at + _QUIET_S, started_at + _QUIET_AT_MOST_S
            else:
                # News do not count here: a modem may have some every second.
                owed_quiet_s = _OWED_QUIET_S if self._latency_s is None else self.at_least_s(_QUIET_S)
                quiet_at = max(started_at, self._result_at) + owed_quiet_s
                give_up_at = started_at + _OWED_QUIET_AT_MOST_S
            if now >= min(quiet_at, give_up_at):
                break
            await asyncio.sleep(min(quiet_at, give_up_at) - now)
        self._host.settle()
        self._may_prompt_be_open = False

    def end_lines_with(self, line_end: bytes) -> None:
        """Write `line_end` behind each command from now on."""
        self._host.line_end = line_end

    async def measure(self) -> bool:
        """Ask AT on a quiet line and keep in mind how long it takes; return whether it was answered."""
        async with self._lock:
            began_at = self._loop.time()
            is_answered = await self._is_answered("AT", timeout_s=_SETTLE_TIMEOUT_S)
            if is_answered:
                self._latency_s = self._loop.time() - began_at
            return is_answered

    async def _settle(self) -> None:
        for _ in range(_SETTLE_ATTEMPTS):
            if await self._is_answered("AT", timeout_s=_SETTLE_TIMEOUT_S):
                await self.quiet()
                return
        self._is_silent = True
        raise ModemSilentError(_SILENT)

    async def _is_answered(self, command: str, *, timeout_s: float) -> bool:
        # Every other time only: ESC is part of the line for some that wait for no body, and then it spoils the AT.
        self._has_escaped = self._may_prompt_be_open and not self._has_escaped
        if self._has_escaped:
            self._host.abort_prompt()
        outcome = await self.exchange(command, timeout_s=timeout_s)
        if isinstance(outcome, Answer):
            return True
        self.give_up()
        return False

    async def _wait(self) -> Outcome:
        if self._failure is not None:
            self.give_up()
            raise self._failure
        self._outcome = self._loop.create_future()
        try:
            self._pump()
            return await self._outcome
        except BaseException:
            # Port lost or caller cancelled: whatever comes now belongs to nobody.
            self.give_up()
            raise
        finally:
            self._outcome = None

    # -- the loop's side -----------------------------------------------------------------------------------------

    def receive_data(self, data: bytes) -> bytes:
        """Take octets from the port; returns those of something whose end has not come yet."""
        self._received_at = now = self._loop.time()
        self._is_silent = False
        if self._is_traced:
            log.debug("received", action="received", port=self.name, data=shorten(data))
        self._host.receive_data(data, now)
        self._pump()
        return self._host.half_heard

    def fail(self, failure: ModemError) -> None:
        """End the pending command and each later one with `failure`: the port is lost, or the session over."""
        self._failure = failure
        self._end_pending(failure)
        if self._timer is not None:
            self._timer.cancel()

    def interrupt(self, reason: str) -> None:
        """End the pending command: the modem restarted and will not answer it."""
        self._end_pending(ModemTimeoutError(reason))

    def _end_pending(self, failure: ModemError) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_exception(failure)

    def _pump(self) -> None:
        host = self._host
        if not self._write(host.data_to_send()):
            return  # the port has told its owner, who has called `fail`
        while (event := host.next_event()) is not None:
            if isinstance(event, Urc):
                self._on_urc(event)
            elif isinstance(event, Stray):
                self._take_late_result(event.line)
            elif isinstance(event, Prompt):
                if not event.is_expected:
                    self._on_prompt()
            elif self._outcome is not None and not self._outcome.done():
                self._outcome.set_result(event)
        self._schedule()

    def _write(self, output: bytes) -> bool:
        if not output or self._port is None:
            return True
        if self._is_traced:
            log.debug("sent", action="sent", port=self.name, data=shorten(output))
        is_body = self._host.is_body_sent and not self._is_body_written
        if is_body and self._on_body is not None:
            self._on_body()
        try:
            self._port.write(output)
        except PortLostError:
            return False
        if is_body:
            self._is_body_written = True
            self._body_written_at = self._loop.time()
        return True

    def _take_late_result(self, line: str) -> None:
        if parse_final(line) is not None:
            self._result_at = self._received_at
            self._late_result.set()
        self._on_late_result(line)

    def _schedule(self) -> None:
        """Keep one timer. It is moved only when it would ring too late, so that most commands touch no timer."""
        due = self._host.next_timer()
        if due is None or self._failure is not None:
            return
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        # The loop may ring a clock tick early; what is due now is what was asked for.
        due = self._host.next_timer()
        now = self._loop.time()
        if due is not None and due - now < 0.001:
            self._host.handle_timer(max(now, due))
        self._pump()
