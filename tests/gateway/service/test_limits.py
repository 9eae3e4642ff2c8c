from __future__ import annotations

import pytest

from gateway.errors import SlowDownError
from gateway.service.limits import REMEMBERED, FailedLogins, TokenBucket


def _fail(failed: FailedLogins, source: str, login: str | None, now_s: float) -> None:
    failed.begin(source, login, now_s)
    failed.end(source, login, now_s, has_failed=True)


def _is_slowed(failed: FailedLogins, source: str, login: str | None, now_s: float) -> bool:
    try:
        failed.begin(source, login, now_s)
    except SlowDownError:
        return True
    failed.end(source, login, now_s, has_failed=False)
    return False


# --- token bucket ---------------------------------------------------------------------------------


def test_burst_is_twice_the_rate() -> None:
    bucket = TokenBucket(5, 0)
    for _ in range(10):
        bucket.take(0)
    with pytest.raises(SlowDownError) as caught:
        bucket.take(0)
    assert caught.value.retry_after_s == 1


def test_tokens_come_back_with_time_up_to_the_burst() -> None:
    bucket = TokenBucket(2, 0)
    for now_s in (0, 0, 0, 0, 0.5, 1.0):
        bucket.take(now_s)
    with pytest.raises(SlowDownError):
        bucket.take(1.0)
    for _ in range(4):
        bucket.take(1000)
    with pytest.raises(SlowDownError):
        bucket.take(1000)


# --- failed logins --------------------------------------------------------------------------------


def test_ten_failures_in_a_minute_block_the_login_for_a_minute() -> None:
    failed = FailedLogins()
    for second in range(10):
        _fail(failed, "192.0.2.1", "demo", second)
    with pytest.raises(SlowDownError) as caught:
        failed.begin("192.0.2.1", "demo", 9)
    assert caught.value.retry_after_s == 60
    assert _is_slowed(failed, "192.0.2.1", "demo", 68.9)
    assert not _is_slowed(failed, "192.0.2.1", "demo", 69)


def test_other_names_and_other_addresses_are_not_slowed() -> None:
    failed = FailedLogins()
    for _ in range(10):
        _fail(failed, "192.0.2.1", "demo", 0)
    assert not _is_slowed(failed, "192.0.2.1", "other", 1)
    assert not _is_slowed(failed, "192.0.2.2", "demo", 1)


def test_failures_that_are_a_minute_old_do_not_count() -> None:
    failed = FailedLogins()
    for second in range(0, 90, 7):
        _fail(failed, "192.0.2.1", "demo", second)
    assert not _is_slowed(failed, "192.0.2.1", "demo", 91)


def test_a_hundred_failures_block_the_address() -> None:
    failed = FailedLogins()
    for number in range(100):
        _fail(failed, "192.0.2.1", f"name{number}", 0)
    assert _is_slowed(failed, "192.0.2.1", "demo", 1)
    assert _is_slowed(failed, "192.0.2.1", None, 1)
    assert not _is_slowed(failed, "192.0.2.2", "demo", 1)


def test_checks_under_way_count_as_failures_until_they_end() -> None:
    failed = FailedLogins()
    for _ in range(10):
        failed.begin("192.0.2.1", "demo", 0)
    with pytest.raises(SlowDownError) as caught:
        failed.begin("192.0.2.1", "demo", 0)
    assert caught.value.retry_after_s == 1
    failed.end("192.0.2.1", "demo", 0, has_failed=False)
    assert not _is_slowed(failed, "192.0.2.1", "demo", 0)


def test_memory_is_bounded() -> None:
    failed = FailedLogins()
    for number in range(REMEMBERED):
        _fail(failed, f"2001:db8::{number:x}", "demo", 0)
    assert len(failed._watches) <= REMEMBERED
