from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.emulator.equipment.local_time import LocalTime, format_time, parse_time

ZONES = st.integers(-48, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
CENTURY = datetime(2000, 1, 2, tzinfo=UTC)
TIMES = st.builds(
    lambda seconds, zone: (CENTURY + timedelta(seconds=seconds)).astimezone(zone), st.integers(0, 3_150_000_000), ZONES
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The example of 3GPP TS 27.007 8.15: 6 May 2000, 22:10:00, two hours east.
        ("00/05/06,22:10:00+08", datetime(2000, 5, 6, 20, 10, tzinfo=UTC)),
        ("24/12/31,23:59:59-20", datetime(2025, 1, 1, 4, 59, 59, tzinfo=UTC)),
        ("99/01/01,00:00:00", datetime(2099, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(text: str, expected: datetime) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize("text", ["", "noon", "24/13/01,00:00:00+00", "24/01/01,00:00:00+97", "24/01/01,24:00:00+00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_time(text)


@given(TIMES)
def test_what_is_written_is_read_back(at: datetime) -> None:
    assert parse_time(format_time(at)) == at


def test_it_runs_on_the_machines_time() -> None:
    shown = LocalTime()
    shown.set(datetime(2024, 5, 1, 12, tzinfo=UTC), 100.0)

    assert shown.read(161.9) == datetime(2024, 5, 1, 12, 1, 1, tzinfo=UTC)
