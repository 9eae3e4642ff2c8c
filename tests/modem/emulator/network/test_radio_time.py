from __future__ import annotations

import random

import pytest

from modem.emulator.network import RADIO_TIMES, Delay, RadioTime
from modem.errors import BehaviourError


@pytest.mark.parametrize(
    ("name", "idle_s", "keeps_link", "least_s", "most_s"),
    [
        ("none", 0, False, 0, 0),
        ("gsm", 1, False, 3, 6),
        ("gsm", 1, True, 2, 3),
        ("gsm", 6, True, 3, 6),  # the link is let go after 5 s
        ("umts", 1, True, 1.5, 4),
        ("sgs", 60, False, 0.8, 3),  # idle: connecting first
        ("sgs", 1, False, 0.5, 2),  # the network keeps the connection by itself
        ("ims", 60, False, 0.15, 0.6),
    ],
)
def test_a_submit_takes_as_long_as_on_such_a_network(
    name: str, idle_s: float, keeps_link: bool, least_s: float, most_s: float
) -> None:
    chance = random.Random(1)
    draws = [RADIO_TIMES[name].draw(chance, idle_s, keeps_link=keeps_link) for _ in range(500)]

    assert least_s <= min(draws) <= max(draws) <= most_s
    assert max(draws) - min(draws) >= 0.7 * (most_s - least_s)


def test_a_link_time_below_zero_is_refused() -> None:
    with pytest.raises(BehaviourError, match="link_s"):
        RadioTime(first=Delay(), link_s=-1)
