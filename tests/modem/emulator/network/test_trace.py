from __future__ import annotations

import random

import pytest

from modem.emulator.network import Signal, Trace
from modem.errors import BehaviourError


def test_a_trace_ends_with_its_last_step() -> None:
    trace = Trace(steps=((0.0, "a"), (5.0, "b")))

    assert [trace.step(number) for number in range(3)] == [(0.0, "a"), (5.0, "b"), None]


def test_a_trace_can_begin_again() -> None:
    trace = Trace(steps=((1.0, "a"), (5.0, "b")), repeat_s=10.0)

    assert [trace.step(number) for number in range(5)] == [
        (1.0, "a"),
        (5.0, "b"),
        (11.0, "a"),
        (15.0, "b"),
        (21.0, "a"),
    ]


@pytest.mark.parametrize(
    ("steps", "repeat_s", "field"),
    [((), None, "steps"), (((5.0, "a"), (4.0, "b")), None, "steps"), (((0.0, "a"), (5.0, "b")), 5.0, "repeat_s")],
)
def test_a_trace_that_makes_no_sense_is_refused(
    steps: tuple[tuple[float, str], ...], repeat_s: float | None, field: str
) -> None:
    with pytest.raises(BehaviourError) as caught:
        Trace(steps=steps, repeat_s=repeat_s)

    assert caught.value.field == field


def test_jitter_moves_a_signal_within_what_can_be_shown() -> None:
    chance = random.Random(1)
    draws = {Signal(rssi=30, jitter=3).draw(chance) for _ in range(200)}

    assert draws == {27, 28, 29, 30, 31}
    assert Signal(rssi=99, ber=99, jitter=3).draw(chance) == 99


@pytest.mark.parametrize(("rssi", "ber"), [(32, 0), (-1, 0), (98, 0), (10, 8)])
def test_a_signal_outside_of_the_standard_is_refused(rssi: int, ber: int) -> None:
    with pytest.raises(BehaviourError):
        Signal(rssi=rssi, ber=ber)
