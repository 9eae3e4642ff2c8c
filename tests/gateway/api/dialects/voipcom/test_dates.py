"""voipcom.md 2.2: "any valid date"."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.dialects.voipcom.dates import read_delivery_date
from gateway.core.types import EpochMs

BERLIN = ZoneInfo("Europe/Berlin")
NOW = EpochMs(1_711_448_100_000)  # 2024-03-26 10:15:00 UTC, 11:15 in Berlin; summer time begins on March 31


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2030-01-01 13:15", "2030-01-01T12:15:00"),  # the vendor's own form
        ("2030-01-01", "2029-12-31T23:00:00"),
        ("2030-01-01T13:15:30Z", "2030-01-01T13:15:30"),
        ("2030-01-01T13:15:00+05:30", "2030-01-01T07:45:00"),
        ("2030-01-01T13:15:00 05:30", "2030-01-01T07:45:00"),  # a raw plus in a form
        ("10/31/2030", "2030-10-30T23:00:00"),
        ("10/31/2030 13:15", "2030-10-31T12:15:00"),
        ("1/2/2030", "2030-01-01T23:00:00"),
        ("31.10.2030 13:15", "2030-10-31T12:15:00"),
        ("31-10-2030", "2030-10-30T23:00:00"),
        ("2030-10-31 1:15 pm", "2030-10-31T12:15:00"),
        ("2030-10-31 1:15PM", "2030-10-31T12:15:00"),
        ("10/31/2030 12:30 p.m.", "2030-10-31T11:30:00"),
        ("31.10.2030 12:00 am", "2030-10-30T23:00:00"),
        ("now", "2024-03-26T10:15:00"),
        ("NOW", "2024-03-26T10:15:00"),
        ("now 13:15", "2024-03-26T12:15:00"),
        ("today", "2024-03-25T23:00:00"),
        ("today 23:59", "2024-03-26T22:59:00"),
        ("tomorrow", "2024-03-26T23:00:00"),
        ("Tomorrow 9am", "2024-03-27T08:00:00"),
        ("tomorrow, 13:15:30", "2024-03-27T12:15:30"),
        ("+2 hours", "2024-03-26T12:15:00"),
        (" 2 hours", "2024-03-26T12:15:00"),  # a raw plus in a form
        ("+1 minute", "2024-03-26T10:16:00"),
        ("+1 day", "2024-03-27T10:15:00"),
        ("+1 week", "2024-04-02T09:15:00"),  # 11:15 in Berlin, in summer time by then
        ("31 October 2030 13:15", "2030-10-31T12:15:00"),
        ("Oct 31 2030", "2030-10-30T23:00:00"),
        ("October 31st, 2030 1:15pm", "2030-10-31T12:15:00"),
        ("31-Oct-2030", "2030-10-30T23:00:00"),
        ("1 Sept. 2030", "2030-08-31T22:00:00"),
        ("Thu, 31 Oct 2030 13:15:00 +0100", "2030-10-31T12:15:00"),
        ("Thu, 31 Oct 2030 13:15:00  0100", "2030-10-31T12:15:00"),  # a raw plus in a form
        ("Thu, 31 Oct 2030 13:15:00 -0500", "2030-10-31T18:15:00"),
        ("Thu, 31 Oct 2030 13:15:00 GMT", "2030-10-31T13:15:00"),
        ("Thu, 31 Oct 2030 13:15:00 +0100 (CET)", "2030-10-31T12:15:00"),  # RFC 2822 with a comment
        ("Thu Oct 31 2030 13:15:00 GMT+0200 (Eastern European Time)", "2030-10-31T11:15:00"),  # of JavaScript
        ("@1919682900", "2030-10-31T13:15:00"),  # date -u -d @1919682900
        ("31.03.2030 02:30", "2030-03-31T01:30:00"),  # does not exist: 03:30 summer time
        ("10/27/2030 2:30 am", "2030-10-27T00:30:00"),  # occurs twice: the first
    ],
)
def test_dates_are_read_in_the_callers_zone(text: str, utc: str) -> None:
    assert read_delivery_date(text, BERLIN, NOW) == _ms(utc)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "31/31/2030",
        "31/10/2030",
        "30.02.2030",
        "2030-13-01",
        "2030-10-31 13",
        "2030-10-31 25:00",
        "2030-10-31 13:15 pm",
        "2030-10-31 0:15 am",
        "31 Octember 2030",
        "1919682900",
        "@",
        "@soon",
        "+1 year",
        "+999999 weeks",
        "tomorrow tomorrow",
        "13:15",
        "31 Oct 9999 23:00:00 -9999",
        "٣١ Oct 2030",
        "x" * 100_000,
        "1 " * 50_000,
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_delivery_date(text, BERLIN, NOW) is None


@given(st.text(alphabet="0123456789 :-/.+@,tzapmoctnwhusdy\x00٣", max_size=30))
def test_any_text_is_a_date_or_none(text: str) -> None:
    due = read_delivery_date(text, BERLIN, NOW)
    assert due is None or isinstance(due, int)
