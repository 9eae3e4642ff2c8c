"""When a segment is tried again."""

from __future__ import annotations


def retry_delay_s(tries: int, *, first_s: float, longest_s: float, most: int) -> float | None:
    """Seconds before the next try after `tries` failed ones, doubling from `first_s` up to `longest_s`.

    None when `most` tries were made.
    """
    if tries >= most:
        return None
    return min(first_s * 2.0 ** min(tries - 1, 60), longest_s)
