"""When a segment is tried again."""

from __future__ import annotations

JITTER_SHARE = 0.1


def retry_delay_s(tries: int, *, first_s: float, longest_s: float, most: int, jitter: float = 0.0) -> float | None:
    """Seconds before the next try after `tries` failed ones, doubling from `first_s` up to `longest_s`.

    `jitter` (0..1, from the caller's random source) makes it up to a tenth shorter, so that what was refused for one
    cause on many spans does not come back at one moment. None when `most` tries were made.
    """
    if tries >= most:
        return None
    return float(min(first_s * 2.0 ** min(tries - 1, 60), longest_s)) * (1 - JITTER_SHARE * jitter)
