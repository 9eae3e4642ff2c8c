"""After a restart of ours: does the modem still owe the result of the submit that the old process had under way?"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from modem.at.errors import parse_final
from modem.at.responses import read_mr
from modem.driver.events import LateAnswer, NoLateAnswer, Refused

if TYPE_CHECKING:
    from modem.driver.link import Link

_AT_TIMEOUT_S: Final = 5.0
_BETWEEN_ASKING_S: Final = 10.0


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

    async def run(self, link: Link, *, first_s: float, at_most_s: float) -> LateAnswer | NoLateAnswer:
        """Return what became of the old submit.

        Writes nothing for `first_s`; then asks AT: a busy parser stays silent, a free one answers, so that nothing
        will come any more. Raises PortLostError.
        """
        give_up_at = asyncio.get_running_loop().time() + max(first_s, at_most_s)
        await self._listen(first_s)
        while not self._found.done():
            left_s = give_up_at - asyncio.get_running_loop().time()
            if left_s <= 0:
                return NoLateAnswer(reason=f"nothing came within {at_most_s:g} s", is_unsent=False)
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
