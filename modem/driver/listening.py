"""Does the modem still owe the result of a submit: of the process before us, or one that was given up?"""

from __future__ import annotations

import asyncio
import contextlib
from math import inf
from typing import TYPE_CHECKING, Final

from modem.at.errors import parse_final
from modem.at.responses import read_mr
from modem.driver.events import LateAnswer, NoLateAnswer, Refused
from modem.driver.link import ModemSilentError
from modem.errors import ModemTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.driver.link import Link

_AT_TIMEOUT_S: Final = 2.0
_BETWEEN_ASKING_S: Final = 3.0


class Listening:
    """Collects what is heard on a port that was opened without throwing its input away."""

    def __init__(self) -> None:
        self._found: asyncio.Future[LateAnswer | NoLateAnswer] = asyncio.get_running_loop().create_future()

    def hear(self, line: str) -> None:
        """Take the line of a late result."""
        answer = late_answer(line)
        if answer is not None:
            self._settle(answer)

    def hear_prompt(self) -> None:
        """Take a prompt: the modem waits for a PDU, so the old process never came to write it."""
        self._settle(NoLateAnswer(reason="the modem still waited for the PDU", is_unsent=True))

    async def run(self, link: Link, *, first_s: float, until: float) -> LateAnswer | NoLateAnswer | None:
        """Return what became of the old submit, None when there was silence until `until`.

        Writes nothing for `first_s`; then asks AT: a busy parser stays silent, a free one answers, so that nothing
        will come any more. Raises PortLostError.
        """
        await self._listen(first_s)
        while not self._found.done():
            left_s = until - asyncio.get_running_loop().time()
            if left_s <= 0:
                return None
            timeout_s = min(_AT_TIMEOUT_S, left_s)
            is_free = await link.answers("AT", timeout_s=timeout_s, is_prompt_possible=False)
            if self._found.done():
                break
            if is_free:
                return NoLateAnswer(reason="the modem answers AT but owes no result", is_unsent=False)
            await self._listen(min(_BETWEEN_ASKING_S, max(0.0, left_s - timeout_s)))
        return self._found.result()

    async def _listen(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._found)

    def _settle(self, found: LateAnswer | NoLateAnswer) -> None:
        if not self._found.done():
            self._found.set_result(found)


class Owed:
    """What a submit that was given up, on this port or before it was opened, may still be answered.

    Tells the owner once per submit, by LateAnswer or NoLateAnswer, what became of it.
    """

    def __init__(self, link: Link, *, emit: Callable[[LateAnswer | NoLateAnswer], None]) -> None:
        self._link = link
        self._emit = emit
        self._listening: Listening | None = None
        self._listen_first_s = 0.0
        self._until = -inf

    def begin(self, *, listen_first_s: float, until: float) -> None:
        """Take over what is owed from another port or process: listen for `listen_first_s` before anything is said."""
        self._listen_first_s, self._until = listen_first_s, until

    @property
    def until(self) -> float:
        """When it is too late: infinite while a submit is under way, minus infinite when nothing is owed."""
        return max(self._until, self._link.owed_until)

    @property
    def is_due(self) -> bool:
        """Whether there is something to listen for."""
        return self._listen_first_s > 0 or asyncio.get_running_loop().time() < self.until < inf

    def take(self, line: str, *, is_wanted: bool) -> None:
        """Take the line of a late result; `is_wanted`: the submit may be one of ours."""
        if self._listening is not None:
            self._listening.hear(line)
            return
        answer = late_answer(line) if is_wanted else None
        if answer is not None and (answer.refused is None or self._link.is_submit_abandoned):
            self._link.forget_submit()
            self._emit(answer)

    def take_prompt(self) -> None:
        """Take a prompt that no command of ours is for: end it, unless it tells of the submit that is listened for."""
        if self._listening is not None:
            self._listening.hear_prompt()
        else:
            self._link.abort_prompt()

    async def hear_out(self, *, at_most_until: float) -> None:
        """Listen as long as an answer may come, or until `at_most_until`.

        Raises ModemSilentError when neither the submit nor AT was answered, PortLostError.
        """
        loop = asyncio.get_running_loop()
        first_s, self._listen_first_s = self._listen_first_s, 0.0
        until = self.until
        self._listening = Listening()
        try:
            found = await self._listening.run(self._link, first_s=first_s, until=min(until, at_most_until))
        except ModemTimeoutError as error:
            found = NoLateAnswer(reason=str(error), is_unsent=False)
        self._listening = None
        if found is not None:
            self._settle(found)
            self._link.abort_prompt()
            return
        if loop.time() >= until:
            self._settle(NoLateAnswer(reason="nothing came in the time that it may take", is_unsent=False))
        raise ModemSilentError("the modem does not answer AT, nor a submit that it got")

    def hand_over(self) -> float:
        """Return until when something is owed, for the next port: this one is closed by us."""
        until = self.until
        self._forget()
        return until if until < inf else -inf

    def end(self, reason: str) -> None:
        """The port is lost: a modem that comes back has restarted, and answers nothing from before."""
        if self._listening is not None or self.is_due:
            self._settle(NoLateAnswer(reason=f"port lost: {reason}", is_unsent=False))

    def _settle(self, found: LateAnswer | NoLateAnswer) -> None:
        self._forget()
        self._emit(found)

    def _forget(self) -> None:
        self._listening = None
        self._listen_first_s, self._until = 0.0, -inf
        self._link.forget_submit()


def late_answer(line: str) -> LateAnswer | None:
    """Return what a late line says of a submit; a bare OK says nothing."""
    if line.startswith("+CMGS:"):
        return LateAnswer(mr=read_mr(line), refused=None)
    final = parse_final(line)
    if final is None or final.failure is None:
        return None
    failure = final.failure
    refused = Refused(kind=failure.kind.value, code=failure.code, text=failure.text, is_local=False)
    return LateAnswer(mr=None, refused=refused)
