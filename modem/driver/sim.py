"""The SIM while a modem starts: which one it is, its PIN, and patience while it is busy."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import structlog

from modem.at.errors import ErrorKind
from modem.at.responses import read_iccid, read_service_centre
from modem.at.values import unquote, value_of
from modem.driver.pins import PinFate, PinUnavailableError, objection
from modem.errors import ModemError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modem.at.errors import Failure
    from modem.at.host import Answer
    from modem.driver.events import Identity
    from modem.driver.link import Link
    from modem.driver.pins import PinLedger, PinSource
    from modem.driver.radio import Radio
    from modem.profile import Profile, TriesLeft

log = structlog.get_logger(__name__)

_BUSY_RETRY_S: Final = 1.0
_PIN_TIMEOUT_S: Final = 15.0
# Wavecom never sends OK behind +CPIN: READY; 2 s is longer than any modem was seen to take for it.
_PIN_FINAL_TIMEOUT_S: Final = 2.0
_PIN_WANTED: Final = "SIM PIN"
# 27.007 8.3: a wrong PIN2 shows here, and concerns no message. None: the modem does not know the command.
_USABLE: Final = frozenset({None, "READY", "SIM PIN2", "SIM PUK2"})
# SIMCom say these two instead of an error.
_STARTING: Final = "NOT READY"
_NOT_INSERTED: Final = frozenset({"NOT INSERTED", "NO SIM"})
_NO_SIM: Final = {10: "no SIM inserted", 13: "SIM failure", 15: "wrong SIM"}
_LOCKS: Final = {
    5: "PH-SIM PIN", 6: "PH-FSIM PIN", 7: "PH-FSIM PUK", 11: "SIM PIN", 12: "SIM PUK", 40: "PH-NET PIN",
    41: "PH-NET PUK", 42: "PH-NETSUB PIN", 43: "PH-NETSUB PUK", 44: "PH-SP PIN", 45: "PH-SP PUK", 46: "PH-CORP PIN",
    47: "PH-CORP PUK",
}  # fmt: skip
_OTHER_SIM: Final = "the modem is locked to another SIM"
_OTHER_NETWORK: Final = "the modem is locked to the SIMs of another network"
_STATES: Final = {
    "SIM PIN": "the SIM wants its PIN once more, though it took it",
    "SIM PUK": "the SIM wants its PUK: three wrong PINs were entered; unblock it in a phone",
    **{state: f"{_OTHER_SIM} ({state})" for state in ("PH-SIM PIN", "PH-FSIM PIN", "PH-FSIM PUK")},
    **{
        f"{lock} {code}": f"{_OTHER_NETWORK} ({lock} {code})"
        for lock in ("PH-NET", "PH-NETSUB", "PH-SP", "PH-CORP")
        for code in ("PIN", "PUK")
    },
}


class SimError(ModemError):
    """The SIM cannot be used; `reason` is for people.

    `is_failing`: card or reader do not work, so that a restart may help; otherwise the card wants a person.
    `identity` is what the modem had told of itself and the SIM by then.
    """

    def __init__(self, reason: str, *, is_failing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_failing = is_failing
        self.identity: Identity | None = None


class Sim:
    """The SIM behind one link, during one start-up. `ready` is set by URCs that end its being busy."""

    def __init__(self, link: Link, *, profile: Profile, ready: asyncio.Event) -> None:
        self._link = link
        self._ready = ready
        self._iccid_commands = profile.iccid_commands
        self._pin_tries = profile.pin_tries
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
        answered: list[str] = []
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

    async def is_as_it_was(self, radio: Radio, identity: Identity) -> bool:
        """Tell whether the SIM is well, without network, or the one of `identity`, once the network is back."""
        if not radio.is_registered:
            return await self.is_open()
        radio.was_away = False
        return await self.is_the_one(identity)

    async def is_open(self) -> bool:
        """Tell whether the SIM is there and wants nothing, or the modem does not tell; asked once."""
        answer = await self._link.ask("AT+CPIN?", timeout_s=_PIN_TIMEOUT_S, final_timeout_s=_PIN_FINAL_TIMEOUT_S)
        if answer is None or _is_busy(answer):
            return True
        failure = _failure(answer)
        if failure is not None:
            return not (failure.kind is ErrorKind.CME and failure.code in _NO_SIM | _LOCKS)
        return _state_in(answer) in _USABLE | {_STARTING}

    async def is_the_one(self, identity: Identity) -> bool:
        """Tell whether modem and SIM are still those of `identity`; it is another start-up's work to say who is."""
        if identity.iccid is not None and await self.read_iccid() != identity.iccid:
            return False
        if identity.iccid is None and identity.imsi is not None:
            answer = await self.ask("AT+CIMI")
            if answer is None or identity.imsi not in "".join(answer.lines):
                return False
        answer = await self._link.ask("AT+CGSN")
        return identity.imei is None or answer is None or identity.imei in "".join(answer.lines)

    async def unlock(self, source: PinSource | None, *, iccid: str | None, ledger: PinLedger) -> None:
        """Return when the SIM can be used; enter its PIN, from `source`, if that is what it waits for.

        Raises SimError with the reason when a person is needed.
        """
        state = await self._state()
        if state == _PIN_WANTED:
            await self._open(source, iccid=iccid, ledger=ledger)
            state = await self._state_after_pin()
        if state not in _USABLE:
            raise SimError(_STATES.get(state or "", f"the SIM or the modem is locked: it says {state}"))
        if iccid is not None:
            with _as_sim_error():
                await ledger.ready(iccid)

    async def _state(self) -> str | None:
        """Return the word behind +CPIN:, None when the modem does not know the command."""
        while True:
            answer = await self._link.ask("AT+CPIN?", timeout_s=_PIN_TIMEOUT_S, final_timeout_s=_PIN_FINAL_TIMEOUT_S)
            if answer is None:
                return None
            state = _state_in(answer)
            if not _is_busy(answer) and state != _STARTING:
                break
            if self.is_overdue:
                raise SimError("the SIM stays busy", is_failing=True)
            await self.pause()
        failure = _failure(answer)
        if failure is not None and failure.kind is ErrorKind.CME and failure.code in _NO_SIM:
            raise SimError(_NO_SIM[failure.code], is_failing=True)
        if failure is not None and failure.kind is ErrorKind.CME and failure.code in _LOCKS:
            return _LOCKS[failure.code]
        if state in _NOT_INSERTED:
            raise SimError(_NO_SIM[10], is_failing=True)
        return state

    async def _state_after_pin(self) -> str | None:
        while (state := await self._state()) == _PIN_WANTED and not self.is_overdue:
            await self.pause()
        return state

    async def _open(self, source: PinSource | None, *, iccid: str | None, ledger: PinLedger) -> None:
        if iccid is None:
            # It may be any SIM: the one that a PIN is for is named by its ICCID.
            raise SimError("the SIM wants its PIN and does not tell its ICCID before; no PIN is risked")
        if source is None:
            raise SimError(f"the SIM wants its PIN and none is configured for ICCID {iccid}")
        with _as_sim_error():
            pin = await source.read()
            record = await ledger.record(iccid, pin)
            reason = objection(record, None if record.fate is PinFate.REJECTED else await self._tries())
            if reason is not None:
                raise SimError(reason)
            await ledger.begin(iccid, pin)
            await self._enter(pin, iccid=iccid, ledger=ledger)

    async def _enter(self, pin: str, *, iccid: str, ledger: PinLedger) -> None:
        answer = await self._link.command(f'AT+CPIN="{pin}"', timeout_s=_PIN_TIMEOUT_S)
        if answer.is_ok:
            log.info("PIN accepted", action="pin_accepted", iccid=iccid)
        elif _is_busy(answer):
            await ledger.withdraw(iccid, pin)
            raise SimError("the SIM stays busy", is_failing=True)
        elif await self._state() in _USABLE:
            # Opened by somebody else meanwhile; 27.007 8.3: +CME ERROR: 3 when no PIN is wanted.
            await ledger.withdraw(iccid, pin)
        else:
            await ledger.reject(iccid, pin)
            log.error("PIN refused by the SIM", action="pin_refused", iccid=iccid, result=str(_failure(answer)))
            raise SimError("the SIM refused the configured PIN; it is not tried again: put the right one into its file")

    async def _tries(self) -> TriesLeft | None:
        """Ask how often the PIN may still be tried, by whatever command the model knows."""
        for query in self._pin_tries:
            answer = await self._link.ask(query.command)
            tries = query.read(answer.lines) if answer is not None and answer.is_ok else None
            if tries is not None:
                return tries
        return None

    async def choose_service_centre(self, wanted: str | None) -> None:
        """Set the service centre if one is `wanted`, and make sure that it is in force; 27.005 3.3.1.

        Raises SimError when messages would go by another one. A SIM without any is only told of: where messages go over
        IMS it needs none, and elsewhere each submit is refused with +CMS ERROR: 330.
        """
        is_set = wanted is None
        if wanted is not None:
            # 145 international, 129 unknown: the type of address of 24.011 8.2.5.2.
            answer = await self.ask(f'AT+CSCA="{wanted}",{145 if wanted.startswith("+") else 129}')
            is_set = answer is not None and answer.is_ok
        for is_last in (False, False, True):
            answer = await self.ask("AT+CSCA?")
            found = [read_service_centre(line) for line in answer.lines] if answer is not None and answer.is_ok else []
            known = next((number for number in found if number is not None), None)
            if known if wanted is None else _is_one_number(known, wanted):
                return
            if known is None and is_set:
                return  # a modem that does not tell has one all the same
            # What is on the SIM may come late: SIM800 before "SMS Ready".
            if not is_last:
                await self.pause()
        if wanted is None:
            log.warning("the SIM has no service centre: set one for it if nothing is sent", action="smsc_missing")
            return
        raise SimError(f"the service centre {wanted} of the settings is not taken: the modem has {known or 'none'}")


@contextlib.contextmanager
def _as_sim_error() -> Iterator[None]:
    try:
        yield
    except PinUnavailableError as error:
        raise SimError(error.reason) from error


def _is_one_number(known: str | None, wanted: str) -> bool:
    """Tell whether two ways of writing are one number: some modems leave the + to the type of number."""
    return known is not None and known.removeprefix("+") == wanted.removeprefix("+")


def _state_in(answer: Answer) -> str | None:
    return next((unquote(v).upper() for line in answer.lines if (v := value_of(line, "+CPIN"))), None)


def _failure(answer: Answer) -> Failure | None:
    return answer.final.failure if answer.final is not None else None


def _is_busy(answer: Answer) -> bool:
    failure = _failure(answer)
    return failure is not None and failure.is_sim_busy
