"""Asks a modem who it is and what it can, and changes nothing: only commands that read, and never a PIN."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from modem.at.host import Answer
from modem.at.responses import (
    read_bare,
    read_iccid,
    read_operator,
    read_registration,
    read_signal_dbm,
)
from modem.at.values import is_hex, unquote, value_of
from modem.cli.dialogue import Dialogue
from modem.profiles import load_profiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TIMEOUT_S: Final = 5.0
# 27.007 lets +COPS? and the SIM's commands take longer than others.
_LONG_TIMEOUT_S: Final = 15.0
_LONG: Final = frozenset({"AT+COPS?", "AT+CPIN?", "AT+CSCA?"})
_AT_TRIES: Final = 3
_AT_TIMEOUT_S: Final = 1.0
# A modem that leaves so many commands unanswered is not asked on.
_SILENCES: Final = 3
# A numeric operator ("26201") is shorter, and has no length of whole UTF-16 units.
_LEAST_UCS2_HEX: Final = 8
# What a modem says of itself, in the order in which a person reads it: name, command.
_CAPABILITIES: Final = (
    ("indications it offers", "AT+CNMI=?"),
    ("indications now", "AT+CNMI?"),
    ("memories it offers", "AT+CPMS=?"),
    ("memories now", "AT+CPMS?"),
    ("message services it offers", "AT+CSMS=?"),
    ("message service now", "AT+CSMS?"),
    ("character sets it offers", "AT+CSCS=?"),
    ("character set now", "AT+CSCS?"),
    ("PDU or text mode now", "AT+CMGF?"),
    ("service centre", "AT+CSCA?"),
    ("own number", "AT+CNUM"),
    ("PIN tries left", "AT+CPINR"),
)


@dataclass(kw_only=True, slots=True)
class Interview:
    """What a modem said; "" and None for what it did not."""

    manufacturer: str = ""
    model: str = ""
    revision: str = ""
    imei: str = ""
    sim: str = ""
    iccid: str = ""
    operator: str = ""
    registration: str = ""
    signal_dbm: int | None = None
    # The answers as they came, by what they are about.
    capabilities: dict[str, str] = field(default_factory=dict)

    @property
    def profile(self) -> str:
        """The name of the profile for it."""
        fitting = (one.name for one in load_profiles().values() if one.is_for(self.manufacturer, self.model))
        return next(fitting, "generic")


class _Interviewer:
    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._silences = 0

    async def ask(self, command: str, *, timeout_s: float = _TIMEOUT_S) -> Answer | None:
        """Return the answer, None for none. A modem that has kept silent too often is not asked any more."""
        if self._silences >= _SILENCES:
            return None
        outcome = await self._dialogue.command(command, timeout_s=timeout_s)
        if isinstance(outcome, Answer):
            return outcome
        self._dialogue.give_up()
        self._silences += 1
        return None

    async def lines(self, command: str) -> Sequence[str]:
        """Return what a command that reads gives, () for an error."""
        answer = await self.ask(command, timeout_s=_LONG_TIMEOUT_S if command in _LONG else _TIMEOUT_S)
        return answer.lines if answer is not None and answer.is_ok else ()

    async def values(self, command: str) -> list[str]:
        """Return the lines of the answer that bear the command's name; others are news that fell into it."""
        name = command.removeprefix("AT").rstrip("?")
        return [line for line in await self.lines(command) if value_of(line, name) is not None]

    async def bare(self, *commands: str) -> str:
        """Return the first text that one of the commands gives."""
        for command in commands:
            text = read_bare(await self.lines(command), command.removeprefix("AT"))
            if text:
                return text
        return ""

    async def wakes(self) -> bool:
        """Tell whether AT is answered."""
        for _ in range(_AT_TRIES):
            self._silences = 0
            if await self.ask("AT", timeout_s=_AT_TIMEOUT_S) is not None:
                self._silences = 0
                return True
        return False

    async def sim(self) -> str:
        """Return the word behind +CPIN:, or the error in words."""
        answer = await self.ask("AT+CPIN?", timeout_s=_LONG_TIMEOUT_S)
        if answer is None:
            return ""
        words = [unquote(value) for line in answer.lines if (value := value_of(line, "+CPIN")) is not None]
        if words:
            return words[0]
        failure = answer.final.failure if answer.final is not None else None
        return failure.text if failure is not None else ""

    async def iccid(self, commands: Iterable[str]) -> str:
        """Return the SIM's number by the first command that tells it."""
        for command in commands:
            found = next(filter(None, map(read_iccid, await self.lines(command))), None)
            if found:
                return found
        return ""


async def interview(url: str, *, baudrate: int, is_thorough: bool = False) -> Interview | None:
    """Ask the modem at `url`; None when nothing there answers AT. Raises PortError, PortLostError."""
    dialogue = Dialogue(lambda _: None)
    await dialogue.open(url, baudrate=baudrate)
    try:
        asking = _Interviewer(dialogue)
        if not await asking.wakes():
            return None
        said = Interview(
            manufacturer=await asking.bare("AT+CGMI", "AT+GMI"),
            model=await asking.bare("AT+CGMM", "AT+GMM"),
            revision=await asking.bare("AT+CGMR", "AT+GMR"),
            imei=_digits(await asking.bare("AT+CGSN", "AT+GSN")),
            sim=await asking.sim(),
        )
        said.iccid = await asking.iccid(load_profiles()[said.profile].iccid_commands)
        said.registration = await _registration(asking)
        said.operator = _plain(next(filter(None, map(read_operator, await asking.values("AT+COPS?"))), ""))
        said.signal_dbm = next(filter(None, map(read_signal_dbm, await asking.values("AT+CSQ"))), None)
        if is_thorough:
            for name, command in _CAPABILITIES:
                said.capabilities[name] = " ".join(await asking.lines(command)) or "not told"
        return said
    finally:
        await dialogue.close()


async def _registration(asking: _Interviewer) -> str:
    """Return the best that +CREG and +CEREG say: on LTE the first may say no while messages go."""
    found = [
        registration
        for command in ("AT+CREG?", "AT+CEREG?")
        for line in await asking.values(command)
        if (registration := read_registration(line, is_answer=True)) is not None
    ]
    best = next((one for one in found if one.is_registered), found[0] if found else None)
    return "" if best is None else best.text


def _plain(text: str) -> str:
    """Return a name as it reads: ModemManager leaves a modem at +CSCS="UCS2", which writes it as UTF-16 in hex."""
    if len(text) < _LEAST_UCS2_HEX or len(text) % 4 or not is_hex(text):
        return text
    name = bytes.fromhex(text).decode("utf-16-be", "replace")
    return name if name.isprintable() else text


def _digits(text: str) -> str:
    digits = text.partition(",")[0].strip().strip('"')
    return digits if digits.isascii() and digits.isdigit() else ""
