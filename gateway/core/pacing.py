"""How fast and how much a SIM or an account may send: a gap between segments, and quotas for periods.

Theory of operation. What was sent is kept in buckets: from when to when, and how many segments. A bucket counts for a
period as long as the last of its segments lies in it, so that never too much is sent, whatever the bounds of the period
were when it was counted (another time zone, another contract day, calendar or sliding). By the calendar there is one
bucket for a period; a sliding period has at most `SLOTS` and one, so the oldest segments are given back that much late.

A clock that was set must neither free a quota nor use it up: what lies in the future was sent before now, whatever the
clock said then (`Usage.seen`), and who knows by how much the clock was set moves everything along (`Usage.shifted`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gateway.core.period import Period, calendar_bounds
from gateway.core.types import EpochMs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from gateway.core.types import AccountId, Port

SLOTS: Final = 60
"""Into how many buckets a sliding period is divided."""
LONG_AGO: Final = EpochMs(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What is allowed; 0 is no limit.

    `gap_ms` from the end of one segment to the beginning of the next, and up to `gap_jitter_ms` more. Quotas are in
    segments. `contract_day` (1..31) is when a month of the calendar begins, `zone` where.
    """

    gap_ms: int = 0
    gap_jitter_ms: int = 0
    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    per_month: int = 0
    contract_day: int = 1
    is_sliding: bool = False
    zone: tzinfo = UTC

    @property
    def quotas(self) -> list[tuple[Period, int]]:
        """The periods that have a quota, with it."""
        quotas = (self.per_minute, self.per_hour, self.per_day, self.per_month)
        return [(period, quota) for period, quota in zip(Period, quotas, strict=True) if quota]

    @property
    def is_any(self) -> bool:
        """Whether anything is limited."""
        return self.has_gap or bool(self.quotas)

    @property
    def has_gap(self) -> bool:
        """Whether there must be a gap between two segments."""
        return bool(self.gap_ms or self.gap_jitter_ms)

    def bounds(self, period: Period, now: EpochMs) -> tuple[EpochMs, EpochMs]:
        """Give the first instant of the period that counts now, and when another one does (sliding: at once)."""
        if self.is_sliding:
            return EpochMs(now - period.sliding_ms + 1), EpochMs(now + 1)
        return calendar_bounds(period, now, zone=self.zone, contract_day=self.contract_day)

    def pause_after(self, now: EpochMs, jitter: float) -> EpochMs:
        """Give when the next segment may begin after one that ended `now`; `jitter` is 0..1, from a random source."""
        return EpochMs(now + self.gap_ms + int(self.gap_jitter_ms * jitter))


class OwnerKind(StrEnum):
    """Who has limits; its value is the word that people read."""

    SIM = "SIM"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Owner:
    """One SIM, named as in attempts, or one account, by its id."""

    kind: OwnerKind
    key: str

    @classmethod
    def of_sim(cls, sim: str, port: Port) -> Owner:
        """Give the SIM of a span; of a modem that tells nothing the span stands for it."""
        return cls(OwnerKind.SIM, sim or f"span {port}")

    @classmethod
    def of_account(cls, account_id: AccountId) -> Owner:
        """Give an account."""
        return cls(OwnerKind.ACCOUNT, str(account_id))


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """The limits of an owner; `name` is what people call it."""

    owner: Owner
    name: str
    limits: Limits


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """Segments that were sent from `start` to `last`, both inclusive."""

    start: EpochMs
    last: EpochMs
    segments: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """Why nothing may be sent before `until`: a quota with what was used of it, or the gap (`period` None).

    `wanted` is how many segments were asked for.
    """

    until: EpochMs
    period: Period | None = None
    used: int = 0
    quota: int = 0
    wanted: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class QuotaState:
    """How much of a quota is used; `ends_at` is when there will be more room, None while nothing is used."""

    period: Period
    used: int
    quota: int
    ends_at: EpochMs | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What was sent, as far as it matters for quotas; buckets by period, oldest first. A value: changes give another.

    `free_at` is when the gap after the last segment ends.
    """

    buckets: Mapping[Period, tuple[Bucket, ...]] = field(default_factory=dict)
    free_at: EpochMs = LONG_AGO

    def used(self, limits: Limits, period: Period, now: EpochMs) -> int:
        """Give the segments that count for the period that holds `now`."""
        since, _ = limits.bounds(period, now)
        return sum(one.segments for one in self.buckets.get(period, ()) if one.last >= since)

    def room(self, limits: Limits, now: EpochMs) -> int | None:
        """Give how many segments all quotas leave, None without a quota."""
        rooms = [max(0, quota - self.used(limits, period, now)) for period, quota in limits.quotas]
        return min(rooms, default=None)

    def pause(self, limits: Limits, now: EpochMs, segments: int = 1) -> Pause | None:
        """Give until when and why `segments` may not be sent, None when they may.

        More than a quota allows in a whole period may begin when the period is unused. Of several reasons that which
        holds longest.
        """
        pauses = [Pause(until=self.free_at)] if self.free_at > now else []
        for period, quota in limits.quotas:
            used = self.used(limits, period, now)
            excess = used + min(segments, quota) - quota
            if excess > 0:
                until = self._ends_at(limits, period, now, excess)
                pauses.append(Pause(until=until, period=period, used=used, quota=quota, wanted=segments))
        return max(pauses, key=lambda one: one.until, default=None)

    def _ends_at(self, limits: Limits, period: Period, now: EpochMs, excess: int) -> EpochMs:
        """Give when `excess` of the segments that count now do not count any more."""
        since, end = limits.bounds(period, now)
        if not limits.is_sliding:
            return end
        for one in self.buckets.get(period, ()):
            excess -= one.segments if one.last >= since else 0
            if excess <= 0:
                return EpochMs(one.last + period.sliding_ms)
        return end

    def states(self, limits: Limits, now: EpochMs) -> list[QuotaState]:
        """Give each quota for people."""
        states = []
        for period, quota in limits.quotas:
            used = self.used(limits, period, now)
            ends_at = self._ends_at(limits, period, now, max(1, used - quota + 1)) if used else None
            states.append(QuotaState(period=period, used=used, quota=quota, ends_at=ends_at))
        return states

    def counted(self, limits: Limits, now: EpochMs, segments: int = 1) -> Usage:
        """Count `segments` that are sent now."""
        buckets = dict(self.buckets)
        for period, _ in limits.quotas:
            since, _ = limits.bounds(period, now)
            kept = tuple(one for one in buckets.get(period, ()) if one.last >= since)
            opens_at = now - period.sliding_ms // SLOTS + 1 if limits.is_sliding else since
            if kept and kept[-1].start >= opens_at:
                newest = replace(kept[-1], last=max(now, kept[-1].last), segments=kept[-1].segments + segments)
                buckets[period] = (*kept[:-1], newest)
            else:
                buckets[period] = (*kept, Bucket(start=now, last=now, segments=segments))
        return replace(self, buckets=buckets)

    def with_gap(self, limits: Limits, now: EpochMs, jitter: float) -> Usage:
        """Let a gap begin now; `jitter` is 0..1, from a random source."""
        return self if not limits.has_gap else replace(self, free_at=limits.pause_after(now, jitter))

    def without_gap(self) -> Usage:
        """Forget the gap: the segment that it follows never left."""
        return self if not self.free_at else replace(self, free_at=LONG_AGO)

    def uncounted(self, at: EpochMs, segments: int = 1) -> Usage:
        """Take back segments that were counted at `at` and were not sent after all."""
        return replace(self, buckets={period: _without(found, at, segments) for period, found in self.buckets.items()})

    def moved(self, limits: Limits, at: EpochMs, now: EpochMs) -> Usage:
        """Count a segment now that was counted at `at`: it took until now."""
        return self.uncounted(at).counted(limits, now)

    def seen(self, limits: Limits, now: EpochMs) -> Usage:
        """Give what it is by a clock that shows `now`: what lies ahead was sent before, no gap is longer than set."""
        free_at = min(self.free_at, limits.pause_after(now, 1.0)) if self.free_at > now else self.free_at
        if free_at == self.free_at and not any(found and found[-1].last > now for found in self.buckets.values()):
            return self
        return Usage(buckets={period: _by(found, now) for period, found in self.buckets.items()}, free_at=free_at)

    def shifted(self, by_ms: int) -> Usage:
        """Move everything by `by_ms`, as the clock was."""
        return Usage(
            buckets={
                period: tuple(
                    replace(one, start=EpochMs(one.start + by_ms), last=EpochMs(one.last + by_ms)) for one in found
                )
                for period, found in self.buckets.items()
            },
            free_at=EpochMs(self.free_at + by_ms) if self.free_at else self.free_at,
        )


def _without(buckets: tuple[Bucket, ...], at: EpochMs, segments: int) -> tuple[Bucket, ...]:
    changed = (
        replace(one, segments=max(0, one.segments - segments)) if one.start <= at <= one.last else one
        for one in buckets
    )
    return tuple(one for one in changed if one.segments)


def _by(buckets: tuple[Bucket, ...], now: EpochMs) -> tuple[Bucket, ...]:
    """Give the buckets with none after `now`; those that were become one."""
    by_start: dict[EpochMs, Bucket] = {}
    for one in buckets:
        start, last = min(one.start, now), min(one.last, now)
        before = by_start.get(start)
        segments = one.segments + (before.segments if before is not None else 0)
        by_start[start] = Bucket(start=start, last=last, segments=segments)
    return tuple(by_start.values())


def describe(pause: Pause, pace: Pace) -> str:
    """Give why something waits, in words for people."""
    owner = f"{pace.owner.kind} {pace.name}"
    if pause.period is None:
        return f"gap between two segments of {owner}"
    # Up to the whole second, so that the time shown is not before the time that is meant.
    at = datetime.fromtimestamp(-(-pause.until // 1000), pace.limits.zone)
    time = f"{at:%Y-%m-%d %H:%M:%S %Z}" if at.second else f"{at:%Y-%m-%d %H:%M %Z}"
    room = pause.quota - pause.used
    if room > 0:
        why = f"has room for {room} of {pause.wanted} segments ({pause.used} of {pause.quota} are used)"
    else:
        why = f"is used up ({pause.used} of {pause.quota} segments)"
    return f"{pause.period} quota of {owner} {why}, goes on at {time}"
