"""The SIM while a modem starts: which one it is, its PIN, and patience while it is busy."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import structlog

from modem.at.errors import ErrorKind
from modem.at.responses import read_iccid
from modem.at.values import fields_of, parse_int, unquote, value_of
from modem.errors import ModemError

if TYPE_CHECKING:
    from modem.at.errors import Failure
    from modem.at.host import Answer
    from modem.driver.link import Link
    from modem.profile import Profile

log = structlog.get_logger(__name__)

_BUSY_RETRY_S: Final = 1.0
_PIN_TIMEOUT_S: Final = 15.0
# Wavecom never sends OK behind +CPIN: READY; 2 s is longer than any modem was seen to take for it.
_PIN_FINAL_TIMEOUT_S: Final = 2.0
# A SIM gives three tries. With less than all of them somebody's PIN was wrong already: ours is not risked.
_ALL_TRIES: Final = 3
_NO_SIM: Final = {10: "no SIM inserted", 13: "SIM failure", 15: "wrong SIM"}


class SimError(ModemError):
    """The SIM cannot be used; `reason` is for people.

    `is_failing`: card or reader do not work, so that a restart may help; otherwise the card wants a person.
    """

    def __init__(self, reason: str, *, is_failing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_failing = is_failing


class Sim:
    """The SIM behind one link, during one start-up. `ready` is set by URCs that end its being busy."""

    def __init__(self, link: Link, *, profile: Profile, ready: asyncio.Event) -> None:
        self._link = link
        self._ready = ready
        self._iccid_commands = profile.iccid_commands
        self._give_up_at = asyncio.get_running_loop().time() + profile.sim_busy_s

    async def ask(self, command: str, *, timeout_s: float = 10.0) -> Answer | None:
        """Ask until the SIM is not busy any more, for as long as the profile allows in all."""
        while True:
            answer = await self._link.ask(command, timeout_s=timeout_s)
            if answer is None or not _is_busy(answer) or self.is_overdue:
                return answer
            await self.pause()

    @property
    def is_overdue(self) -> bool:
        """Whether the time for being busy is over."""
        return asyncio.get_running_loop().time() >= self._give_up_at

    async def pause(self) -> None:
        """Wait a moment, less when the modem says that it is ready."""
        self._ready.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_BUSY_RETRY_S):
                await self._ready.wait()

    async def read_iccid(self) -> str | None:
        """Return the ICCID, or None when no known command tells it.

        A second time only what was answered is asked.
        """
        answered = []
        for command in self._iccid_commands:
            answer = await self._link.ask(command)
            if answer is not None:
                answered.append(command)
            found = (read_iccid(line) for line in answer.lines) if answer is not None and answer.is_ok else ()
            iccid = next(filter(None, found), None)
            if iccid is not None:
                return iccid
        self._iccid_commands = tuple(answered)
        return None

    async def unlock(self, pin: str | None, *, iccid: str | None, rejected: set[str]) -> None:
        """Return when the SIM can be used. `rejected` holds, and keeps, SIMs that refused this PIN before.

        Raises SimError with the reason when a person is needed.
        """
        state = await self._state()
        if state == "SIM PIN":
            await self._enter(pin, iccid=iccid, rejected=rejected)
            state = await self._state_after_pin()
        if state not in {None, "READY"}:
            raise SimError(f"the SIM wants its {state.removeprefix('SIM ')}" if state else "the SIM is locked")

    async def _state(self) -> str | None:
        """Return the word behind +CPIN:, None when the modem does not know the command."""
        while True:
            answer = await self._link.ask("AT+CPIN?", timeout_s=_PIN_TIMEOUT_S, final_timeout_s=_PIN_FINAL_TIMEOUT_S)
            if answer is None:
                return None
            if not _is_busy(answer):
                break
            if self.is_overdue:
                raise SimError("the SIM stays busy", is_failing=True)
            await self.pause()
        failure = _failure(answer)
        if failure is not None:
            if failure.kind is ErrorKind.CME and failure.code in _NO_SIM:
                raise SimError(_NO_SIM[failure.code], is_failing=True)
            return None
        return next((unquote(v).upper() for line in answer.lines if (v := value_of(line, "+CPIN")) is not None), None)

    async def _state_after_pin(self) -> str | None:
        while (state := await self._state()) == "SIM PIN" and not self.is_overdue:
            await self.pause()
        return state

    async def _enter(self, pin: str | None, *, iccid: str | None, rejected: set[str]) -> None:
        key = iccid or "unknown"
        if pin is None:
            raise SimError(f"the SIM wants its PIN and none is configured for ICCID {iccid or '(not told)'}")
        if key in rejected:
            raise SimError("the SIM refused the configured PIN; it is not tried again")
        tries = await self._tries_left()
        if tries is not None and tries < _ALL_TRIES:
            raise SimError(f"the SIM has only {tries} PIN tries left; the configured PIN is not risked")
        rejected.add(key)
        answer = await self._link.command(f'AT+CPIN="{pin}"', timeout_s=_PIN_TIMEOUT_S)
        if not answer.is_ok:
            raise SimError("the SIM refused the configured PIN; it is not tried again")
        rejected.discard(key)
        log.info("PIN accepted", action="pin_accepted", iccid=iccid)

    async def _tries_left(self) -> int | None:
        """Ask how often a PIN may still be tried; 27.007 8.65, then the card itself (TS 102 221 11.1.9)."""
        answer = await self._link.ask('AT+CPINR="SIM PIN"')
        for line in answer.lines if answer is not None and answer.is_ok else ():
            fields = fields_of(line)
            if value_of(line, "+CPINR") is not None and len(fields) > 1:
                return parse_int(fields[1])
        answer = await self._link.ask('AT+CSIM=10,"0020000100"')
        for line in answer.lines if answer is not None and answer.is_ok else ():
            status = fields_of(line)[-1].upper()
            if value_of(line, "+CSIM") is not None and len(status) == 4 and status.startswith("63C"):
                return int(status[-1], 16)
        return None


def _failure(answer: Answer) -> Failure | None:
    return answer.final.failure if answer.final is not None else None


def _is_busy(answer: Answer) -> bool:
    failure = _failure(answer)
    return failure is not None and failure.is_sim_busy
