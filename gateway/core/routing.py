"""Which span a new message prefers: the one on which it is expected to wait least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gateway.core.types import EpochMs, Port

DEFAULT_SEGMENT_S: Final = 4.0
"""Seconds per segment of a SIM that was not measured yet: a network takes 2..6 s for one."""
FAILING_HANDICAP_S: Final = 60.0
"""A SIM that fails more than is usual with it counts as if so much more were waiting for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A span that may take the message, as far as it does not change with every message.

    `is_usable`: it can send now; `state` says how it is in one or two words. `segment_s` are the measured seconds per
    segment of its SIM, `weight` as the settings say, `is_failing` whether the SIM fails more than is usual with it.
    `is_enabled` False: a person switched it off. `imsi` and `operator` are those last seen. `able_at` is when it can
    send, as far as that is known: the end of a quota that is used up.
    """

    port: Port
    is_usable: bool
    name: str = ""
    state: str = ""
    is_enabled: bool = True
    segment_s: float = DEFAULT_SEGMENT_S
    weight: float = 1.0
    is_failing: bool = False
    imsi: str = ""
    operator: str = ""
    able_at: EpochMs | None = None

    def expected_wait_s(self, waiting_segments: int) -> float:
        """Give the seconds until the span would begin with one more message, as it is ranked by."""
        return waiting_segments * self.segment_s + (FAILING_HANDICAP_S if self.is_failing else 0.0)


def choose_ports(
    candidates: Sequence[Candidate],
    waiting: Mapping[Port, int],
    *,
    named: Sequence[Port],
    segments: int,
    count: int,
) -> list[Port | None]:
    """Give the preferred span of each of `count` messages of `segments` each; `waiting` are segments by port.

    No span named: the usable one with the shortest expected wait, then the greatest weight, then the lowest number;
    None when none is usable. One named: that one, whatever its state. Several named: for one message the best
    usable one (none usable: the best of all); for several messages round-robin in the order given.
    """
    if len(named) == 1:
        return [named[0]] * count
    if len(named) > 1 and count > 1:
        return [named[index % len(named)] for index in range(count)]
    pool = [one for one in candidates if one.port in named] if named else candidates
    usable = [one for one in pool if one.is_usable] or (pool if named else [])
    if not usable:
        return [None] * count
    if count == 1:
        return [best(usable, waiting).port]
    load = dict(waiting)
    chosen: list[Port | None] = []
    for _ in range(count):
        port = best(usable, load).port
        load[port] = load.get(port, 0) + segments
        chosen.append(port)
    return chosen


def best(candidates: Iterable[Candidate], waiting: Mapping[Port, int]) -> Candidate:
    """Give the candidate to prefer, whatever its state; there must be one."""
    return min(candidates, key=lambda one: (one.expected_wait_s(waiting.get(one.port, 0)), -one.weight, one.port))
