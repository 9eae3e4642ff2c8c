"""When a callback is tried again."""

from __future__ import annotations

FIRST_DELAYS_S = (5, 15, 45, 120, 300, 900)
LATER_DELAY_S = 1800
GIVE_UP_AFTER_S = 72 * 3600


def callback_delay_s(tries: int, age_s: float, jitter: float) -> float | None:
    """Seconds until the next try after `tries` failed ones, None when it is given up.

    `age_s` is the time since the event; `jitter` (0..1, from the caller's random source) spreads
    the delay by up to a tenth so that receivers are not hit by everybody at once.
    """
    delay_s = FIRST_DELAYS_S[tries - 1] if tries <= len(FIRST_DELAYS_S) else LATER_DELAY_S
    if age_s + delay_s > GIVE_UP_AFTER_S:
        return None
    return delay_s * (1 + 0.1 * jitter)
