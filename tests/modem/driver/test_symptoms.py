"""Symptoms: what registration and signal point at, and how long it must last."""

from __future__ import annotations

from math import inf

import pytest

from modem.at.responses import Registration
from modem.driver.symptoms import SYMPTOMS, Onset, Symptom, read_symptom


@pytest.mark.parametrize(
    ("registration", "dbm", "symptom"),
    [
        (None, None, None),
        (Registration.HOME, None, None),
        (Registration.ROAMING, -71, None),
        (Registration.NOT_SEARCHING, -71, Symptom.NO_NETWORK),
        (Registration.DENIED, None, Symptom.NO_NETWORK),
        (Registration.EMERGENCY_ONLY, -71, Symptom.NO_NETWORK),
        (Registration.SEARCHING, None, Symptom.NO_SIGNAL),
        (Registration.SEARCHING, -71, Symptom.SEARCHING),
        (Registration.UNKNOWN, None, Symptom.NO_SIGNAL),
    ],
)
def test_registration_and_signal_tell_the_symptom(
    registration: Registration | None, dbm: int | None, symptom: Symptom | None
) -> None:
    assert read_symptom(registration, dbm) is symptom


def test_symptom_counts_when_it_has_lasted() -> None:
    onset = Onset(SYMPTOMS)
    assert onset.watch(Symptom.NO_NETWORK, 1000) is None
    assert onset.counts_at == 1120
    assert onset.watch(Symptom.NO_NETWORK, 1119) is None
    assert onset.watch(Symptom.NO_NETWORK, 1120) is Symptom.NO_NETWORK


def test_moment_without_the_symptom_begins_the_count_anew() -> None:
    onset = Onset(SYMPTOMS)
    onset.watch(Symptom.NO_NETWORK, 0)
    assert onset.watch(None, 60) is None
    assert onset.counts_at == inf
    assert onset.watch(Symptom.NO_NETWORK, 121) is None


def test_modem_without_network_that_says_it_in_two_ways_has_one_trouble() -> None:
    onset = Onset(SYMPTOMS)
    onset.watch(Symptom.SEARCHING, 0)
    assert onset.watch(Symptom.NO_NETWORK, 125) is Symptom.NO_NETWORK
