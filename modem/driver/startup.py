"""The start-up dialogue: from a port that may hold anything to a modem in PDU mode that reports and receives.

Only `AT`, `AT+CMGF=0` and later `AT+CMGS` are needed. A foreign modem may refuse everything else; then we know less
and ask more often.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from modem.at.errors import ErrorKind
from modem.at.host import CR, CR_LF
from modem.at.responses import read_bare, read_imei, read_memories, read_memories_in_use, read_number, read_ranges
from modem.at.values import fields_of, parse_int, value_of
from modem.driver.events import Identity
from modem.driver.link import ModemSilentError
from modem.driver.sim import Sim, SimError
from modem.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from modem.at.host import Answer
    from modem.driver.link import Link
    from modem.driver.model import Model
    from modem.driver.options import ModemOptions
    from modem.profile import Profile

log = structlog.get_logger(__name__)

T = TypeVar("T")

_AT_TIMEOUT_S: Final = 1.0
_RADIO_TIMEOUT_S: Final = 30.0
_STORAGE_TIMEOUT_S: Final = 40.0  # TC35 takes up to 35 s to change a memory (its manual, +CPMS)
_START_PATIENCE_S: Final = 20.0
_NOT_ALLOWED: Final = 302
_FULL_FUNCTION: Final = 1
_PDU_MODE: Final = 0
# Which parameter of +CNMI is <ds>.
_REPORTS: Final = 3
# Broadcasts and answering machine texts are no messages of ours; MT is SM and ME once more.
_NOT_OURS: Final = frozenset({"BM", "TA", "MT"})
# Nor can messages be received where only status reports live.
_NO_INBOX: Final = _NOT_OURS | {"SR"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """What the dialogue found out.

    `memories` are those to look for messages in, `memories_in_use` the parameters that +CPMS has now, `cnmi` what
    +CNMI? says now (None when the modem does not tell). `is_selectable`: +CPMS works. `is_announcing`, `is_reporting`:
    +CNMI was set so that messages are announced, and reports given; None when it could not be set at all.
    """

    identity: Identity
    memories: tuple[str, ...]
    memories_in_use: tuple[str, ...]
    cnmi: str | None
    is_selectable: bool
    is_announcing: bool | None
    is_reporting: bool | None
    is_phase2: bool

    @property
    def lacking(self) -> str | None:
        """What the modem does not do though it should, for people; None when it does all."""
        if self.is_reporting is False:
            return "the modem gives no delivery reports"
        if self.is_announcing is None:
            return "the modem refuses +CNMI: messages are looked for, delivery reports may not come"
        return None

    @property
    def is_complete(self) -> bool:
        """Whether memories and indications could be set: a modem may take them once it is further in its boot."""
        return self.is_selectable and self.is_announcing is not None


class Startup:
    """One run of the dialogue over one link: `wake`, then `run`."""

    def __init__(
        self,
        link: Link,
        *,
        model: Model,
        options: ModemOptions,
        ready: asyncio.Event,
    ) -> None:
        self._link = link
        self._model = model
        self._options = options
        self._ready = ready

    async def run(self) -> Started:
        """Identify, unlock and set up a modem that is awake.

        Raises SimError, CommandError, ModemTimeoutError, PortLostError.
        """
        link = self._link
        for command in ("ATE0", "ATV1", "AT+CMEE=1", 'AT+CSCS="GSM"'):
            await link.ask(command)
        await self._meet()
        for command in self._model.profile.init_commands:
            await link.ask(command)
        await self._switch_radio_on()
        sim = Sim(link, profile=self._model.profile, ready=self._ready)
        revision = await self._bare("AT+CGMR", "AT+GMR")
        imei = read_imei(await self._bare("AT+CGSN")) or read_imei(await self._bare("AT+GSN"))
        iccid = await sim.read_iccid()
        identity = Identity(
            manufacturer=self._model.manufacturer,
            model=self._model.name,
            profile=self._model.profile.name,
            revision=revision,
            imei=imei,
            iccid=iccid,
            imsi=None,
            own_number=None,
        )
        try:
            identity = await self._use_sim(sim, identity)
        except SimError as error:
            error.identity = identity
            raise
        await self._set_pdu_mode(sim)
        is_phase2 = await self._choose_service()
        memories, in_use, is_selectable = await self._choose_memories(sim)
        is_announcing, is_reporting, cnmi = await self._choose_indications(sim)
        try:
            await sim.choose_service_centre(self._options.sim(identity.iccid).smsc)
        except SimError as error:
            error.identity = identity
            raise
        for command in ("AT+CREG=1", "AT+CEREG=1", "AT+CUSD=1", "AT+CLIP=1"):
            await link.ask(command)
        await link.ask("AT+COPS=3,0")
        return Started(
            identity=identity,
            memories=memories,
            memories_in_use=in_use,
            cnmi=cnmi,
            is_selectable=is_selectable,
            is_announcing=is_announcing,
            is_reporting=is_reporting,
            is_phase2=is_phase2,
        )

    async def complete(self, started: Started) -> Started:
        """Try once more to set memories and indications. Raises ModemTimeoutError, PortLostError."""
        sim = Sim(self._link, profile=self._model.profile, ready=self._ready)
        memories, in_use, is_selectable = await self._choose_memories(sim)
        is_announcing, is_reporting, cnmi = await self._choose_indications(sim)
        return replace(
            started,
            memories=memories,
            memories_in_use=in_use,
            cnmi=cnmi,
            is_selectable=is_selectable,
            is_announcing=is_announcing,
            is_reporting=is_reporting,
        )

    async def wake(self, patience_s: float) -> None:
        """Ask AT until the modem answers anything at all, then let its boot lines run out.

        Raises ModemSilentError when it stays silent for `patience_s`, PortLostError.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + patience_s
        attempt = 0
        while True:
            # Silence may mean an open prompt (hence ESC from the second try on), quiet mode (V.250 6.2.5), or a program
            # that reads whole lines and waits for LF.
            command = "ATQ0V1" if attempt % 4 == 2 else "AT"
            self._link.end_lines_with(CR_LF if attempt % 4 == 3 else CR)
            if await self._link.answers(command, timeout_s=_AT_TIMEOUT_S, is_prompt_possible=attempt > 0):
                break
            if loop.time() >= give_up_at:
                raise ModemSilentError(f"no answer to AT within {patience_s:g} s")
            attempt += 1
        await self._link.quiet()
        self._link.end_lines_with(CR)
        if not await self._link.measure():
            self._link.end_lines_with(CR_LF)
            await self._link.measure()

    async def _meet(self) -> None:
        """Ask the modem what it is: from here on its own profile is in force."""
        manufacturer = await self._bare("AT+CGMI", "AT+GMI")
        if not self._model.meet(manufacturer, await self._bare("AT+CGMM", "AT+GMM")):
            answer = await self._link.ask("ATI")
            if answer is not None and answer.is_ok:
                self._model.meet_by_identification(answer.lines)

    async def _use_sim(self, sim: Sim, identity: Identity) -> Identity:
        """Open the SIM; return the identity with what only an open one tells."""
        await sim.unlock(self._options.sim(identity.iccid).pin, iccid=identity.iccid, ledger=self._options.pin_ledger)
        iccid = identity.iccid or await sim.read_iccid()
        imsi = _digits(_bare(await sim.ask("AT+CIMI"), "+CIMI"))
        own_number = _first(read_number(line) for line in _lines(await self._link.ask("AT+CNUM"), "+CNUM"))
        return replace(identity, iccid=iccid, imsi=imsi, own_number=own_number)

    async def _switch_radio_on(self) -> None:
        for line in _lines(await self._link.ask("AT+CFUN?"), "+CFUN"):
            if parse_int(fields_of(line)[0]) not in {None, _FULL_FUNCTION}:
                await self._link.ask("AT+CFUN=1", timeout_s=_RADIO_TIMEOUT_S)

    async def _bare(self, *commands: str) -> str:
        """Return the first text that one of `commands` gives. A modem silent at one is not asked the next."""
        for command in commands:
            answer = await self._link.ask(command)
            text = _bare(answer, command.removeprefix("AT"))
            if text or answer is None:
                return text or ""
        return ""

    async def _set_pdu_mode(self, sim: Sim) -> None:
        """Set +CMGF=0. A modem that is still starting refuses it with whatever error it likes.

        One that knows PDU mode only may refuse it for ever, and say that it is in that mode.
        """
        give_up_at = asyncio.get_running_loop().time() + _START_PATIENCE_S
        while True:
            answer = await sim.ask("AT+CMGF=0")
            if answer is not None and answer.is_ok:
                return
            modes = _lines(await sim.ask("AT+CMGF?"), "+CMGF")
            if modes and parse_int(fields_of(modes[0])[0]) == _PDU_MODE:
                return
            if asyncio.get_running_loop().time() >= give_up_at:
                result = str(answer.final.failure) if answer is not None and answer.final is not None else "no answer"
                raise CommandError("AT+CMGF=0", f"{result}; a modem without PDU mode cannot be used")
            await sim.pause()

    async def _ask_once_served(self, sim: Sim, command: str) -> Answer | None:
        """Ask until the message service has started: before that many modems say "operation not allowed", 27.005 3.2.5.

        One that says so for ever gets no more patience than a start takes.
        """
        give_up_at = asyncio.get_running_loop().time() + _START_PATIENCE_S
        while True:
            answer = await sim.ask(command)
            failure = answer.final.failure if answer is not None and answer.final is not None else None
            is_too_early = failure is not None and (failure.kind, failure.code) == (ErrorKind.CMS, _NOT_ALLOWED)
            if not is_too_early or asyncio.get_running_loop().time() >= give_up_at:
                return answer
            await sim.pause()

    async def _choose_service(self) -> bool:
        """Leave phase 2+ (+CSMS=1) if it is on: there one lost +CNMA silences the modem. Return whether it stays on."""
        answer = await self._link.ask("AT+CSMS?")
        for line in _lines(answer, "+CSMS"):
            if parse_int(fields_of(line)[0]) == 1:
                refused = await self._link.ask("AT+CSMS=0")
                return refused is None or not refused.is_ok
        return False

    async def _choose_memories(self, sim: Sim) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """Keep the memories in use if messages can live there; return all to look through, those in use, and success.

        27.005 3.2.2. One, two or three parameters: each form is the only one that some modem takes.
        """
        test, now = await self._ask_once_served(sim, "AT+CPMS=?"), await sim.ask("AT+CPMS?")
        if test is None and now is None:
            # It keeps silent at what it does not know, and how long would one wait for a change that may take 35 s?
            return (), (), False
        offered = _first(read_memories(line) for line in _lines(test, "+CPMS")) or ()
        in_use = _first(read_memories_in_use(line) for line in _lines(now, "+CPMS")) or ()
        candidates = [m for m in (*in_use[2:], *in_use[:1], *offered, "SM", "ME") if m not in _NO_INBOX]
        wanted = next((m for m in candidates if m in offered or not offered), "MT")
        for count in (3, 2, 1):
            parameters = ",".join([f'"{wanted}"'] * count)
            answer = await sim.ask(f"AT+CPMS={parameters}", timeout_s=_STORAGE_TIMEOUT_S)
            if answer is not None and answer.is_ok:
                in_use = (wanted,) * count + in_use[count:]
                break
            if answer is None:
                return tuple(dict.fromkeys(in_use)), in_use, False
        else:
            return tuple(dict.fromkeys(in_use)), in_use, False
        others = (m for m in (*offered, *in_use) if m not in _NOT_OURS)
        return (wanted,) if wanted == "MT" else tuple(dict.fromkeys((wanted, *others))), in_use, True

    async def _choose_indications(self, sim: Sim) -> tuple[bool | None, bool | None, str | None]:
        """Have messages announced and reports given by +CNMI; 27.005 3.4.1. Return which of them it does, and +CNMI?.

        What a modem said OK to is read back: some take a value and keep another, and then the next one is tried.
        """
        ranges = _first(read_ranges(line) for line in _lines(await sim.ask("AT+CNMI=?"), "+CNMI"))
        kept: str | None = None
        for value in choose_cnmi(ranges or (), self._model.profile):
            answer = await sim.ask(f"AT+CNMI={value}")
            if answer is None:
                break
            if answer.is_ok:
                now = await read_cnmi(self._link)
                log.debug("indications", action="cnmi", value=value, kept=now)
                if now is None or not _is_lacking(wanted=value, kept=now):
                    return *self._indications(value), now
                kept = now
        return (None, None, await read_cnmi(self._link)) if kept is None else (*self._indications(kept), kept)

    def _indications(self, value: str) -> tuple[bool, bool | None]:
        is_announcing, is_reporting = _does(value)
        return is_announcing and self._model.profile.is_announcing_surely, is_reporting


def choose_cnmi(ranges: Sequence[Sequence[int]], profile: Profile) -> list[str]:
    """Return the +CNMI values to try: the best of what is advertised, then the profile's fall-backs."""
    preferences = (profile.cnmi_mode, profile.cnmi_deliver, (0,), profile.cnmi_report, profile.cnmi_buffer)
    values = []
    if len(ranges) >= 2 and any(mode in ranges[0] for mode in profile.cnmi_mode):
        chosen = [
            next((number for number in preferred if number in offered), offered[0] if offered else 0)
            for preferred, offered in zip(preferences, ranges, strict=False)
        ]
        values.append(",".join(map(str, chosen)))
    values.extend(profile.cnmi_fallbacks)
    return list(dict.fromkeys(values))


def _does(cnmi: str) -> tuple[bool, bool | None]:
    """Tell of a +CNMI value whether it announces messages and gives reports; None when it does not say."""
    numbers = cnmi.split(",")
    return numbers[1:2] != ["0"], numbers[_REPORTS] != "0" if len(numbers) > _REPORTS else None


def _is_lacking(*, wanted: str, kept: str) -> bool:
    """Tell whether a modem kept less than it said OK to; some tell fewer numbers, and what is not told is believed."""
    (is_announcing, is_reporting), (announces, reports) = _does(wanted), _does(kept)
    return (is_announcing and not announces) or (bool(is_reporting) and reports is False)


async def read_cnmi(link: Link) -> str | None:
    """Return what +CNMI? says, None when the modem does not tell."""
    return _first(",".join(fields_of(line)) for line in _lines(await link.ask("AT+CNMI?"), "+CNMI"))


async def is_in_pdu_mode(link: Link) -> bool:
    """Ask +CMGF?; a modem that does not tell is believed to be."""
    lines = _lines(await link.ask("AT+CMGF?"), "+CMGF")
    return not lines or parse_int(fields_of(lines[0])[0]) in {None, _PDU_MODE}


def _lines(answer: Answer | None, name: str) -> list[str]:
    if answer is None or not answer.is_ok:
        return []
    return [line for line in answer.lines if value_of(line, name) is not None]


def _bare(answer: Answer | None, name: str) -> str | None:
    return read_bare(answer.lines, name) if answer is not None and answer.is_ok else None


def _digits(text: str | None) -> str | None:
    """Return the number in an identity answer, None when there is none."""
    digits = (text or "").partition(",")[0].strip().strip('"')
    return digits if digits.isascii() and digits.isdigit() else None


def _first(found: Iterable[T]) -> T | None:
    return next(iter(found), None)
