"""Which span a new message prefers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.types import EpochMs, Port


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A span that may take the message: whether it can send now, and the segments waiting for it.

    `able_at` is when it can, as far as that is known: the end of a quota that is used up.
    """

    port: Port
    is_usable: bool
    waiting_segments: int
    able_at: EpochMs | None = None


def choose_ports(
    candidates: Sequence[Candidate], *, named: Sequence[Port], segments: int, count: int
) -> list[Port | None]:
    """Give the preferred span of each of `count` messages of `segments` each.

    No span named: the usable one with the fewest segments waiting, then the lowest number; None when
    none is usable. One named: that one, whatever its state. Several named: for one message the
    least-loaded usable one (none usable: the least-loaded); for several messages round-robin in the
    order given.
    """
    if len(named) == 1:
        return [named[0]] * count
    if len(named) > 1 and count > 1:
        return [named[index % len(named)] for index in range(count)]
    pool = [one for one in candidates if not named or one.port in named]
    usable = [one for one in pool if one.is_usable] or (pool if named else [])
    if not usable:
        return [None] * count
    waiting = {one.port: one.waiting_segments for one in usable}
    chosen: list[Port | None] = []
    for _ in range(count):
        port = min(waiting, key=lambda one: (waiting[one], one))
        waiting[port] += segments
        chosen.append(port)
    return chosen
