"""TP-VP in the forms of 3GPP TS 23.040 9.2.3.12, and what is done when a service centre refuses one (9.2.3.22)."""

from __future__ import annotations

import pytest

from gateway.core.types import EpochMs
from gateway.dispatch.validity import ValidityForm, ValidityForms, validity

NOW = EpochMs(1_711_447_200_000)  # 2024-03-26 10:00:00 UTC
HOUR_MS = 3_600_000


# 9.2.3.12.1: 0..143 (v+1) 5 min; 144..167 12 h + (v-143) 30 min; 168..196 (v-166) days; 197..255 (v-192) weeks.
@pytest.mark.parametrize(
    ("left_ms", "octets"),
    [
        (-1, "00"),
        (60_000, "00"),
        (HOUR_MS, "0B"),
        (24 * HOUR_MS, "A7"),
        (48 * HOUR_MS, "A8"),
        (30 * 24 * HOUR_MS, "C4"),
        (64 * 7 * 24 * HOUR_MS, "FF"),
    ],
)
def test_a_period_is_one_octet(left_ms: int, octets: str) -> None:
    written = validity(ValidityForm.RELATIVE, until=EpochMs(NOW + left_ms), now=NOW)
    assert written is not None
    assert written.encode().hex().upper() == octets


def test_a_point_of_time_is_a_time_stamp() -> None:
    written = validity(ValidityForm.ABSOLUTE, until=EpochMs(NOW + HOUR_MS), now=NOW)
    assert written is not None
    assert written.encode().hex() == "42306211000000"


def test_none_is_none() -> None:
    assert validity(ValidityForm.NONE, until=EpochMs(NOW + HOUR_MS), now=NOW) is None


@pytest.mark.parametrize(
    ("codes", "form"),
    [
        ([], ValidityForm.RELATIVE),
        ([198], ValidityForm.ABSOLUTE),
        ([199], ValidityForm.NONE),
        ([198, 198], ValidityForm.NONE),
        ([198, 199], ValidityForm.NONE),
    ],
)
def test_what_is_tried_after_refusals(codes: list[int], form: ValidityForm) -> None:
    forms = ValidityForms()
    for code in codes:
        assert forms.refuse("sim1", code) is not None
    assert forms.of("sim1") is form
    assert forms.of("sim2") is ValidityForm.RELATIVE, "another SIM has another service centre"


def test_without_validity_there_is_nothing_left_to_change() -> None:
    forms = ValidityForms()
    forms.refuse("sim1", 199)
    assert forms.refuse("sim1", 199) is None
