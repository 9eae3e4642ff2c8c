"""How fast callers may come: token buckets per account, and a slow-down after failed logins."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from gateway.errors import SlowDownError

FAILURES_PER_LOGIN = 10
FAILURES_PER_SOURCE = 100
WINDOW_S = 60.0
BLOCK_S = 60.0
REMEMBERED = 10_000
"""Most login names and addresses watched at once; the oldest are forgotten first."""


class TokenBucket:
    """Lets `rate_per_s` requests through, with bursts of twice as many."""

    __slots__ = ("_at", "_level", "_rate_per_s")

    def __init__(self, rate_per_s: int, now_s: float) -> None:
        self._rate_per_s = rate_per_s
        self._level = 2.0 * rate_per_s
        self._at = now_s

    @property
    def rate_per_s(self) -> int:
        """The rate it was made for."""
        return self._rate_per_s

    def take(self, now_s: float) -> None:
        """Take one token; SlowDownError says in how many seconds there is one again."""
        self._level = min(2.0 * self._rate_per_s, self._level + (now_s - self._at) * self._rate_per_s)
        self._at = now_s
        if self._level < 1:
            raise SlowDownError(math.ceil((1 - self._level) / self._rate_per_s))
        self._level -= 1


@dataclass(slots=True)
class _Watch:
    """What is known of one login name at one address, or of one address."""

    failed_at: deque[float] = field(default_factory=deque)
    running: int = 0
    blocked_until: float = 0.0


class FailedLogins:
    """Counts failures per (address, login name) and per address; `login` None counts for the address alone.

    Checks that still run count as failures until they end: a flood of parallel guesses gains nothing.
    """

    def __init__(self) -> None:
        self._watches: dict[tuple[str, str | None], _Watch] = {}

    def begin(self, source: str, login: str | None, now_s: float) -> None:
        """Note that a check begins; SlowDownError when this login or address has failed too often."""
        watched = self._watched(source, login)
        for watch, most in watched:
            while watch.failed_at and watch.failed_at[0] <= now_s - WINDOW_S:
                watch.failed_at.popleft()
            if watch.blocked_until > now_s:
                raise SlowDownError(math.ceil(watch.blocked_until - now_s))
            if len(watch.failed_at) + watch.running >= most:
                raise SlowDownError(1)
        for watch, _ in watched:
            watch.running += 1

    def end(self, source: str, login: str | None, now_s: float, *, has_failed: bool) -> None:
        """Note how a check that began has ended; the last allowed failure blocks for `BLOCK_S`."""
        for watch, most in self._watched(source, login):
            watch.running = max(0, watch.running - 1)
            if not has_failed:
                continue
            watch.failed_at.append(now_s)
            if len(watch.failed_at) >= most:
                watch.failed_at.clear()
                watch.blocked_until = now_s + BLOCK_S

    def _watched(self, source: str, login: str | None) -> list[tuple[_Watch, int]]:
        watched = [(self._watch(source, None), FAILURES_PER_SOURCE)]
        if login is not None:
            watched.append((self._watch(source, login), FAILURES_PER_LOGIN))
        return watched

    def _watch(self, source: str, login: str | None) -> _Watch:
        key = (source, login)
        if key not in self._watches:
            if len(self._watches) >= REMEMBERED:
                del self._watches[next(iter(self._watches))]
            self._watches[key] = _Watch()
        return self._watches[key]
