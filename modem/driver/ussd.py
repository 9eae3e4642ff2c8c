"""USSD over one modem: one dialogue at a time, beside the submits (3GPP TS 27.007 7.15, TS 22.090).

A request is one short command; its answer comes unsolicited, seconds later, and the line is free meanwhile. Only a
modem that keeps its OK back until the network has answered holds the line for as long.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import structlog

from modem.at.errors import ErrorKind
from modem.at.responses import read_charset, read_ussd
from modem.driver.ussd_text import Writing, decode_reply, forms_of
from modem.errors import ModemTimeoutError, PortLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.at.errors import Failure
    from modem.at.host import Answer, Urc
    from modem.driver.link import Link
    from modem.driver.ussd_text import Form

log = structlog.get_logger(__name__)

DEFAULT_TIMEOUT_S: Final = 30.0
_CANCEL: Final = "AT+CUSD=2"
# The answer is there; its OK belongs before it and may be lost.
_FINAL_AFTER_REPLY_S: Final = 2.0
# Refusals of the way it was written, after which another way is tried; 27.007 9.2.
_ABOUT_FORM: Final = frozenset({3, 4, 25, 50, 100})


class UssdStatus(Enum):
    """The <m> of +CUSD: what became of the dialogue; 27.007 7.15."""

    DONE = 0
    ANSWER_WANTED = 1
    TERMINATED = 2
    OTHER_CLIENT = 3
    NOT_SUPPORTED = 4
    TIMED_OUT = 5

    @property
    def text(self) -> str:
        """The status in plain words."""
        return _TEXTS[self]


_TEXTS: Final = {
    UssdStatus.DONE: "done",
    UssdStatus.ANSWER_WANTED: "an answer is wanted",
    UssdStatus.TERMINATED: "the network ended the dialogue",
    UssdStatus.OTHER_CLIENT: "another client has answered",
    UssdStatus.NOT_SUPPORTED: "the network does not know this code",
    UssdStatus.TIMED_OUT: "the network did not answer",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdReply:
    """What the network said; `text` None when it ended the dialogue without a word."""

    status: UssdStatus
    text: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdFailed:
    """There was no reply; `reason` is for people."""

    reason: str


UssdResult = UssdReply | UssdFailed


class Ussd:
    """The dialogue of one modem, over one link after another. What nobody asked for is told by `on_reply`."""

    def __init__(self, *, on_reply: Callable[[UssdReply], None]) -> None:
        self._on_reply = on_reply
        self._waiting: asyncio.Future[UssdResult] | None = None
        self._charset = "GSM"
        self._is_packed = False
        self._is_sent = False
        self.is_open = False

    def take(self, urc: Urc) -> bool:
        """Take a URC; return whether it was a word of the network."""
        if urc.name != "+CUSD":
            return False
        found = read_ussd(urc.line)
        if found is None:
            log.warning("odd USSD line", action="ussd")
            return True
        number, text, dcs = found
        status = UssdStatus(number)
        words = None if text is None else decode_reply(text, dcs, charset=self._charset, is_packed=self._is_packed)
        reply = UssdReply(status=status, text=words)
        was_open, self.is_open = self.is_open, status is UssdStatus.ANSWER_WANTED
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(reply)
        elif words is not None or was_open:
            self._on_reply(reply)
        return True

    def forget(self, reason: str) -> None:
        """The modem was restarted, or is lost: no answer comes any more."""
        self.is_open = False
        self._charset = "GSM"
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(UssdFailed(reason=reason))

    async def ask(
        self, link: Link, text: str, *, is_answer: bool, is_packed: bool, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> UssdResult:
        """Send a code, or the answer to what the network asked (`is_answer`), and return what comes back.

        A dialogue that is open is cancelled before a new code. Raises nothing for faults of modem or network.
        """
        forms = forms_of(text, is_packed=is_packed)
        objection = self._objection(forms, is_answer=is_answer)
        if objection is not None:
            return UssdFailed(reason=objection)
        self._waiting = asyncio.get_running_loop().create_future()
        self._is_sent = False
        try:
            if self.is_open and not is_answer:
                await link.ask(_CANCEL)
                self.is_open = False
            async with asyncio.timeout(timeout_s):
                return await self._exchange(link, forms, self._waiting, timeout_s)
        except TimeoutError:
            if not self._is_sent:
                # A submit had the line; what was not sent needs no end.
                return UssdFailed(reason=f"the modem was busy with a message for {timeout_s:g} s")
            await self._give_up(link)
            return UssdFailed(reason=f"the network did not answer within {timeout_s:g} s")
        except ModemTimeoutError as error:
            return UssdFailed(reason=str(error))
        except PortLostError as error:
            return UssdFailed(reason=f"port lost: {error.reason}")
        finally:
            self._waiting = None
            if self._charset != "GSM":
                with contextlib.suppress(ModemTimeoutError, PortLostError):
                    await self._use_charset(link, "GSM")

    def _objection(self, forms: list[Form], *, is_answer: bool) -> str | None:
        if self._waiting is not None:
            return "another USSD request is under way"
        if is_answer and not self.is_open:
            return "no USSD dialogue is open any more"
        return None if forms else "this cannot be sent by USSD"

    async def cancel(self, link: Link) -> None:
        """End the dialogue that is open, and the waiting for an answer."""
        self.is_open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(UssdFailed(reason="cancelled"))
        with contextlib.suppress(ModemTimeoutError, PortLostError):
            await link.ask(_CANCEL)

    async def _give_up(self, link: Link) -> None:
        self.is_open = False
        with contextlib.suppress(ModemTimeoutError, PortLostError):
            await link.ask(_CANCEL)

    async def _exchange(
        self, link: Link, forms: list[Form], waiting: asyncio.Future[UssdResult], timeout_s: float
    ) -> UssdResult:
        refused: Failure | None = None
        for form in forms:
            is_plain = form.writing is Writing.PLAIN
            if not await self._use_charset(link, "GSM" if is_plain else form.writing.value) and not is_plain:
                continue
            self._is_packed = form.writing is Writing.PACKED
            answer = await self._send(link, form.command, waiting, timeout_s)
            refused = answer.final.failure if answer is not None and answer.final is not None else None
            if waiting.done() or refused is None:
                return await waiting
            if refused.kind is not ErrorKind.ERROR and refused.code not in _ABOUT_FORM:
                break
        return UssdFailed(reason="the modem refuses USSD" if refused is None else f"the modem refuses it: {refused}")

    async def _send(
        self, link: Link, command: str, waiting: asyncio.Future[UssdResult], timeout_s: float
    ) -> Answer | None:
        """Give the command; None when the network's word came and the final result did not."""
        sending = asyncio.create_task(link.command(command, timeout_s=timeout_s))
        try:
            either: set[asyncio.Future[Any]] = {sending, waiting}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                await asyncio.wait({sending}, timeout=_FINAL_AFTER_REPLY_S)
            return sending.result() if sending.done() else None
        finally:
            if not sending.done():
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    async def _use_charset(self, link: Link, charset: str) -> bool:
        """Have the modem write in `charset`; return whether it does. Another program may have left another one."""
        answer = await link.ask("AT+CSCS?")
        self._is_sent = True
        found = [read_charset(line) for line in answer.lines] if answer is not None and answer.is_ok else []
        self._charset = next(filter(None, found), self._charset)
        if self._charset != charset:
            answer = await link.ask(f'AT+CSCS="{charset}"')
            if answer is None or not answer.is_ok:
                return False
            self._charset = charset
        return True
