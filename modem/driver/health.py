"""How well a modem and its SIM are: what they say of themselves, how their submits end, and how full memories are.

Pure, but for `sample`, which asks the modem. A SIM is compared with its own past: the network refuses some messages of
every SIM, so the question is not whether submits fail but whether they fail as they never did.
"""

from __future__ import annotations

import asyncio
from collections import deque
from math import comb, inf
from typing import TYPE_CHECKING, Final

from modem.at.responses import read_levels, read_voltage_v
from modem.at.values import value_of
from modem.driver.events import Accepted, Counters, Health, Level, NoAnswer, Refused, StorageAlarm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modem.driver.events import SubmitResult
    from modem.driver.link import Link
    from modem.driver.model import Model
    from modem.driver.radio import Radio

# Refusals that speak of modem, SIM or network, not of the recipient or the text (24.011 E.2, 27.005 3.2.5).
TROUBLE_CMS: Final = frozenset({38, 41, 42, 47, 300, 331, 332, 500, 512, 513, 514})
TROUBLE_CME: Final = frozenset({30, 31, 100})
WINDOW: Final = 10
FEWEST_FAILURES: Final = 5
# The chance that a SIM as good as ever looks this bad: once in ten thousand windows.
SIGNIFICANCE: Final = 1e-4
# Of a SIM without a past this much is expected; it counts like so many submits.
EXPECTED_RATE: Final = 0.05
PRIOR_WEIGHT: Final = 20.0
# An old submit counts half after so many newer ones.
HALF_LIFE: Final = 500.0

REMEMBERED_SIMS: Final = 8
AT_LEAST_EVERY_S: Final = 600.0
ALARM_AT: Final = 0.8
ALARM_OVER_AT: Final = 0.7


def is_trouble(result: SubmitResult) -> bool | None:
    """Tell whether a result speaks against modem, SIM or network; None when it says nothing about them."""
    match result:
        case Accepted():
            return False
        case NoAnswer(is_sent=is_sent):
            return True if is_sent else None
        case Refused(kind=kind, code=code):
            known = TROUBLE_CMS if kind == "cms" else TROUBLE_CME
            return True if code is None or code in known else None


class SendRecord:
    """How the submits of one SIM ended: the last ones, and before them its past."""

    def __init__(self) -> None:
        self._accepted = self._refused = self._unanswered = 0
        self._recent: deque[bool] = deque()
        self._past_failures = EXPECTED_RATE * PRIOR_WEIGHT
        self._past_submits = PRIOR_WEIGHT

    def add(self, result: SubmitResult) -> None:
        """Remember one more result."""
        match result:
            case Accepted():
                self._accepted += 1
            case Refused():
                self._refused += 1
            case NoAnswer():
                self._unanswered += 1
        has_failed = is_trouble(result)
        if has_failed is None:
            return
        # A trouble that goes on must not become what is usual, or it would be forgotten before it is mended.
        was_failing = self.is_failing
        self._recent.append(has_failed)
        if len(self._recent) > WINDOW:
            oldest = self._recent.popleft()
            if not was_failing:
                self._pass(oldest)

    def start_afresh(self) -> None:
        """The modem was restarted because of a trouble: what failed in it is no measure of what is usual."""
        self._recent.clear()

    @property
    def counters(self) -> Counters:
        """How many there were of each kind of result."""
        return Counters(accepted=self._accepted, refused=self._refused, unanswered=self._unanswered)

    @property
    def failure_rate(self) -> float | None:
        """Share of failures among the last submits, None before the first."""
        return sum(self._recent) / len(self._recent) if self._recent else None

    @property
    def usual_failure_rate(self) -> float:
        """Share of failures before the last submits, at least what is expected of any SIM."""
        return max(EXPECTED_RATE, self._past_failures / self._past_submits)

    @property
    def is_failing(self) -> bool:
        """Whether the last submits failed so often that the SIM's past does not explain it, the last one too."""
        return self.is_worse and self._recent[-1]

    @property
    def is_worse(self) -> bool:
        """Whether more of the last submits failed than the SIM's own past explains."""
        failures = sum(self._recent)
        if failures < FEWEST_FAILURES:
            return False
        return chance_of(failures, len(self._recent), self.usual_failure_rate) < SIGNIFICANCE

    def _pass(self, has_failed: bool) -> None:  # noqa: FBT001 - the fact itself
        fading = 0.5 ** (1 / HALF_LIFE)
        self._past_failures = self._past_failures * fading + has_failed
        self._past_submits = self._past_submits * fading + 1


class SendRecords:
    """The records of the SIMs that were last in one modem."""

    def __init__(self) -> None:
        self._records: dict[str, SendRecord] = {}

    def of(self, sim: str) -> SendRecord:
        """Return the record of a SIM, a fresh one when there is none."""
        record = self._records.get(sim)
        if record is None:
            while len(self._records) >= REMEMBERED_SIMS:
                del self._records[next(iter(self._records))]
            record = self._records[sim] = SendRecord()
        return record


def chance_of(at_least: int, count: int, rate: float) -> float:
    """Return how likely `at_least` of `count` submits fail when each fails with probability `rate` (binomial)."""
    return sum(comb(count, k) * rate**k * (1 - rate) ** (count - k) for k in range(at_least, count + 1))


class Storage:
    """How full the memories are; `on_alarm` is told at 80 %, and again below 70 %."""

    def __init__(self, *, on_alarm: Callable[[StorageAlarm], None]) -> None:
        self._on_alarm = on_alarm
        self._alarming: set[str] = set()
        self.levels: dict[str, Level] = {}

    def note(self, memory: str, used: int, total: int) -> None:
        """Take what the modem says of one memory."""
        if total <= 0:
            return
        level = self.levels[memory] = Level(used=used, total=total)
        if memory not in self._alarming and used >= ALARM_AT * total:
            self._alarming.add(memory)
            self._on_alarm(StorageAlarm(memory=memory, level=level, is_over=False))
        elif memory in self._alarming and used < ALARM_OVER_AT * total:
            self._alarming.discard(memory)
            self._on_alarm(StorageAlarm(memory=memory, level=level, is_over=True))


class Sampler:
    """Asks what is not needed to send: one short command at a time, none while `is_wanted` says the line is."""

    def __init__(self, *, known: Model, storage: Storage) -> None:
        self.storage = storage
        self._known = known
        self._useless: set[str] = set()
        self._sampled_at = -inf
        self.temperature_c: float | None = None
        self.voltage_v: float | None = None

    def restart(self) -> None:
        """The modem was started up: ask everything again."""
        self._useless.clear()
        self.temperature_c = self.voltage_v = None

    async def sample(self, link: Link, *, is_wanted: Callable[[], bool]) -> bool:
        """Ask what is known to be answered, if the line is free; when it never is, now and then all the same.

        Returns whether it was asked. Raises ModemSilentError, PortLostError.
        """
        now = asyncio.get_running_loop().time()
        is_starving = now >= self._sampled_at + AT_LEAST_EVERY_S
        if not is_starving and is_wanted():
            return False
        await self._ask(link, is_wanted=lambda: not is_starving and is_wanted())
        self._sampled_at = now
        return True

    async def _ask(self, link: Link, *, is_wanted: Callable[[], bool]) -> None:
        temperature, voltage = self._known.profile.temperature_c, self._known.profile.voltage_v
        voltage_command = "AT+CBC" if voltage is None else voltage.command
        for command in ("AT+CPMS?", voltage_command, "" if temperature is None else temperature.command):
            if not command or command in self._useless:
                continue
            if is_wanted():
                return
            answer = await link.ask(command)
            is_useful = self._read(command, answer.lines) if answer is not None and answer.is_ok else False
            # A memory that is refused now (SIM busy) is told later; what is not understood is not.
            if not is_useful and (answer is None or command != "AT+CPMS?"):
                self._useless.add(command)

    def _read(self, command: str, lines: Sequence[str]) -> bool:
        """Take the answer to a command; return whether it told anything."""
        temperature, voltage = self._known.profile.temperature_c, self._known.profile.voltage_v
        if temperature is not None and command == temperature.command:
            self.temperature_c = temperature.read(lines)
            return self.temperature_c is not None
        if voltage is not None and command == voltage.command:
            self.voltage_v = voltage.read(lines)
            return self.voltage_v is not None
        is_useful = False
        for line in lines:
            if value_of(line, "+CPMS") is not None:
                for memory, (used, total) in read_levels(line).items():
                    self.storage.note(memory, used, total)
                    is_useful = True
            elif value_of(line, "+CBC") is not None:
                self.voltage_v = read_voltage_v(line)
                is_useful = self.voltage_v is not None
        return is_useful


def health_of(radio: Radio, sampler: Sampler, record: SendRecord) -> Health:
    """Return how modem and SIM were at the last look."""
    return Health(
        signal_dbm=radio.signal_dbm,
        operator=radio.operator,
        technology=radio.technology,
        registration=radio.registration,
        temperature_c=sampler.temperature_c,
        voltage_v=sampler.voltage_v,
        memories=dict(sampler.storage.levels),
        counters=record.counters,
        failure_rate=record.failure_rate,
        usual_failure_rate=record.usual_failure_rate,
        is_worse=record.is_worse,
    )
