from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.pacing import SLOTS, Limits, Owner, Pace, Pause, Usage, describe
from gateway.core.period import Period
from gateway.core.types import EpochMs, Port

BERLIN = ZoneInfo("Europe/Berlin")
# Half past two in the night in which clocks in Berlin are put back, a month before its end.
NOW = EpochMs(int(datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000))
HOUR = 3_600_000


def at(hours: float) -> EpochMs:
    return EpochMs(NOW + int(hours * HOUR))


def sent(limits: Limits, *instants: EpochMs) -> Usage:
    usage = Usage()
    for instant in instants:
        usage = usage.counted(limits, instant)
    return usage


def test_nothing_is_limited_without_limits() -> None:
    assert not Limits().is_any
    assert Usage().counted(Limits(), NOW) == Usage()
    assert Usage().pause(Limits(), NOW, 1000) is None
    assert Usage().room(Limits(), NOW) is None


def test_quota_of_the_day_ends_at_midnight_of_the_zone() -> None:
    limits = Limits(per_day=2, zone=BERLIN)
    usage = sent(limits, NOW, at(1))
    # The day has 25 hours: midnight is at 23:00 UTC.
    midnight = EpochMs(int(datetime(2026, 10, 25, 23, tzinfo=UTC).timestamp() * 1000))
    assert usage.pause(limits, at(2)) == Pause(until=midnight, period=Period.DAY, used=2, quota=2)
    assert usage.pause(limits, midnight) is None
    assert usage.counted(limits, midnight).used(limits, Period.DAY, midnight) == 1


def test_sliding_day_gives_back_what_was_sent_a_day_ago() -> None:
    limits = Limits(per_day=2, is_sliding=True)
    usage = sent(limits, NOW, at(10))
    assert usage.pause(limits, at(11)) == Pause(until=at(24), period=Period.DAY, used=2, quota=2)
    assert usage.pause(limits, at(24)) is None
    assert usage.pause(limits, at(24), 2) == Pause(until=at(34), period=Period.DAY, used=1, quota=2, wanted=2)


def test_message_that_does_not_fit_waits_and_one_longer_than_the_quota_waits_for_an_unused_period() -> None:
    limits = Limits(per_hour=3)
    usage = sent(limits, NOW)
    assert usage.room(limits, NOW) == 2
    assert usage.pause(limits, NOW, 2) is None
    assert usage.pause(limits, NOW, 3) == Pause(until=at(0.5), period=Period.HOUR, used=1, quota=3, wanted=3)
    assert usage.pause(limits, NOW, 9) is not None
    assert usage.pause(limits, at(0.5), 9) is None


def test_longest_of_several_reasons_is_given() -> None:
    limits = Limits(gap_ms=1000, per_minute=1, per_day=1)
    usage = replace(sent(limits, NOW), free_at=EpochMs(NOW + 1000))
    pause = usage.pause(limits, NOW)
    assert pause is not None
    assert pause.period is Period.DAY


def test_gap_with_jitter_from_the_callers_random_source() -> None:
    limits = Limits(gap_ms=2000, gap_jitter_ms=500)
    assert [limits.pause_after(NOW, jitter) - NOW for jitter in (0.0, 0.5, 1.0)] == [2000, 2250, 2500]
    usage = Usage(free_at=limits.pause_after(NOW, 0.5))
    assert usage.pause(limits, EpochMs(NOW + 2249)) == Pause(until=EpochMs(NOW + 2250))
    assert usage.pause(limits, EpochMs(NOW + 2250)) is None


def test_refused_segments_are_taken_back() -> None:
    limits = Limits(per_day=5, per_month=5)
    usage = sent(limits, NOW, at(1), at(2)).uncounted(at(1))
    assert usage.used(limits, Period.DAY, at(2)) == 2
    assert usage.used(limits, Period.MONTH, at(2)) == 2
    assert usage.uncounted(at(2), 2).uncounted(at(2)).used(limits, Period.DAY, at(2)) == 0


def test_segment_counts_in_the_period_in_which_it_went_out() -> None:
    limits = Limits(per_hour=5)
    usage = sent(limits, NOW, at(0.49)).moved(limits, at(0.49), at(0.51))
    assert usage.used(limits, Period.HOUR, at(0.51)) == 1


@pytest.mark.parametrize("is_sliding", [False, True])
def test_clock_that_goes_back_neither_frees_a_quota_nor_uses_it_up_for_years(is_sliding: bool) -> None:
    limits = Limits(gap_ms=5000, per_day=2, per_month=100, is_sliding=is_sliding)
    ahead = at(24 * 365 * 12)
    usage = replace(sent(limits, ahead, ahead), free_at=EpochMs(ahead + 5000)).seen(limits, NOW)
    assert usage.used(limits, Period.DAY, NOW) == 2
    pause = usage.pause(limits, NOW)
    assert pause is not None
    assert NOW < pause.until <= at(24)
    assert usage.free_at == NOW + 5000
    assert usage.pause(limits, at(25)) is None


def test_clock_that_is_put_forward_and_back_leaves_everything_as_it_was() -> None:
    limits = Limits(per_day=9)
    usage = sent(limits, NOW, at(1))
    there = usage.shifted(40 * HOUR)
    assert there.used(limits, Period.DAY, at(41)) == 2
    assert there.shifted(-40 * HOUR) == usage


def test_another_time_zone_frees_nothing() -> None:
    limits = Limits(per_day=2, zone=BERLIN)
    usage = sent(limits, NOW, at(1))
    assert usage.used(replace(limits, zone=ZoneInfo("Asia/Tokyo")), Period.DAY, at(1)) == 2
    assert usage.used(replace(limits, is_sliding=True), Period.DAY, at(1)) == 2


@pytest.mark.parametrize(
    ("pause", "words"),
    [
        (
            Pause(until=EpochMs(1_795_647_600_000), period=Period.DAY, used=500, quota=500),
            "day quota of SIM 8949 is used up (500 of 500 segments), goes on at 2026-11-26 00:00 CET",
        ),
        (
            Pause(until=EpochMs(1_795_647_600_001), period=Period.HOUR, used=9, quota=10, wanted=3),
            "hour quota of SIM 8949 has room for 1 of 3 segments (9 of 10 are used), "
            "goes on at 2026-11-26 00:00:01 CET",
        ),
        (Pause(until=NOW), "gap between two segments of SIM 8949"),
    ],
    ids=["used up", "no room", "gap"],
)
def test_words_for_people(pause: Pause, words: str) -> None:
    pace = Pace(owner=Owner.of_sim("8949", Port(1)), name="8949", limits=Limits(zone=BERLIN))
    assert describe(pause, pace) == words


LIMITS = st.builds(
    Limits,
    per_minute=st.integers(0, 4),
    per_hour=st.integers(0, 6),
    per_day=st.integers(0, 9),
    per_month=st.integers(0, 12),
    contract_day=st.integers(1, 31),
    is_sliding=st.booleans(),
    zone=st.sampled_from([UTC, BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Sao_Paulo")]),
)
# Short steps and long ones, and each into what an hour, a day and a month bring.
STEPS = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 90_000), st.integers(0, 5 * HOUR), st.integers(0, 40 * 24 * HOUR)), st.integers(1, 3)
    ),
    max_size=40,
)


@settings(max_examples=300)
@given(limits=LIMITS, steps=STEPS)
def test_never_more_than_the_quota_in_any_period_and_never_stuck(limits: Limits, steps: list[tuple[int, int]]) -> None:
    now, usage, gone = NOW, Usage(), list[int]()
    for step, wanted in steps:
        now = EpochMs(now + step)
        segments = min([wanted, *(quota for _, quota in limits.quotas)])
        pause = usage.pause(limits, now, segments)
        if pause is None:
            usage = usage.counted(limits, now, segments)
            gone += [now] * segments
        else:
            assert now < pause.until <= now + 32 * 24 * HOUR
        for period, quota in limits.quotas:
            since, _ = limits.bounds(period, now)
            assert sum(instant >= since for instant in gone) <= quota
            assert len(usage.buckets.get(period, ())) <= SLOTS + 1
    while (pause := usage.pause(limits, now)) is not None:
        assert pause.until > now
        now = pause.until


@settings(max_examples=200)
@given(
    limits=LIMITS, steps=st.lists(st.tuples(st.integers(-400 * HOUR, 400 * HOUR), st.integers(0, HOUR)), max_size=30)
)
def test_clock_that_is_set_any_way_frees_nothing(limits: Limits, steps: list[tuple[int, int]]) -> None:
    """`gone` is by a steady clock: within the shortest that a sliding period is, never more than the quota."""
    limits = replace(limits, is_sliding=True)
    steady, ahead, usage, gone = 0, 0, Usage(), list[int]()
    for jump, step in steps:
        steady += step
        if jump % 3:  # sometimes nobody knows by how much the clock was set
            usage = usage.shifted(jump)
        ahead += jump if jump % 3 or jump < 0 else 0
        now = EpochMs(NOW + steady + ahead)
        usage = usage.seen(limits, now)
        if usage.pause(limits, now) is None:
            usage = usage.counted(limits, now)
            gone.append(steady)
        for period, quota in limits.quotas:
            assert sum(instant > steady - period.sliding_ms for instant in gone) <= quota
