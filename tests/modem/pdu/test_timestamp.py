"""Time stamps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import DecodeError, EncodeError
from modem.pdu import Timestamp
from modem.pdu.reader import Reader
from tests.modem.pdu.strategies import NOON, instants

CLOCK = "112082110505"  # 2011-02-28 11:50:50


@pytest.mark.parametrize(
    ("octet", "quarters"),
    [
        (0x00, 0), (0x40, 4), (0x80, 8), (0x21, 12), (0x22, 22), (0x32, 23), (0x65, 56),
        (0x08, 0), (0x48, -4), (0x0A, -20), (0x29, -12), (0x2B, -32), (0x3B, -33), (0x6D, -56),
    ],
    ids=lambda value: f"{value:02X}",
)  # fmt: skip
def test_zone_octet_is_quarter_hours_with_a_sign(octet: int, quarters: int) -> None:
    value = Timestamp(raw=bytes.fromhex(CLOCK) + bytes((octet,))).value
    assert value is not None
    assert value.utcoffset() == timedelta(minutes=15 * quarters)
    assert value.replace(tzinfo=None) == datetime(2011, 2, 28, 11, 50, 50)  # noqa: DTZ001  wall clock


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("1120821105050A", "2011-02-28T11:50:50-05:00"),  # ModemManager test-sms-part-3gpp.c
        ("51507132200523", "2015-05-17T23:02:50+08:00"),  # warthog618/sms tpdu_test.go
        ("07101010101000", "1970-01-01T01:01:01+00:00"),
        ("96219290909500", "2069-12-29T09:09:59+00:00"),
    ],
)
def test_stamps_are_read_and_written(raw: str, iso: str) -> None:
    assert Timestamp(raw=bytes.fromhex(raw)).value == datetime.fromisoformat(iso)
    assert Timestamp.of(datetime.fromisoformat(iso)).raw == bytes.fromhex(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "00000000000000", "11001110101000", "1120A211050500", "11208211F50500", "11200311050500",
        "11208242050500", "112082110505F0", "11208211050575", "FFFFFFFFFFFFFF", "1120",
    ],
    ids=[
        "all zero", "month 0", "day A2", "minute 5F", "30 February",
        "hour 24", "zone with F", "zone of 57 quarters", "all F", "two octets",
    ],
)  # fmt: skip
def test_a_broken_stamp_is_kept_without_a_value(raw: str) -> None:
    stamp = Timestamp(raw=bytes.fromhex(raw))
    assert stamp.value is None
    assert stamp.raw == bytes.fromhex(raw)


@given(instants)
def test_any_instant_survives_to_the_second(at: datetime) -> None:
    value = Timestamp.of(at).value
    assert value is not None
    assert value == at.replace(microsecond=0)
    assert value.utcoffset() == at.utcoffset()


@given(st.binary(max_size=8))
def test_any_octets_give_an_aware_value_or_none(raw: bytes) -> None:
    value = Timestamp(raw=raw).value
    assert value is None or value.tzinfo is not None


@pytest.mark.parametrize(
    "offset", [timedelta(minutes=20), timedelta(hours=15), timedelta(hours=-15), timedelta(seconds=1)]
)
def test_a_zone_that_cannot_be_written_becomes_utc(offset: timedelta) -> None:
    at = NOON.astimezone(timezone(offset))
    assert Timestamp.of(at) == Timestamp.of(NOON)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (NOON.replace(tzinfo=None), "no zone"),
        (datetime(1969, 12, 31, tzinfo=UTC), "year 1969"),
        (datetime(2070, 1, 1, tzinfo=UTC), "year 2070"),
    ],
)
def test_an_instant_that_cannot_be_written_is_refused(at: datetime, reason: str) -> None:
    with pytest.raises(EncodeError, match=reason):
        Timestamp.of(at)


def test_a_stamp_has_seven_octets() -> None:
    with pytest.raises(EncodeError, match="scts: a time stamp has 7 octets, not 6"):
        Timestamp(raw=bytes(6)).encode("scts")
    with pytest.raises(DecodeError, match=r"deliver.scts at octet 0: needs 7 octets, 6 are left"):
        Timestamp.read(Reader(bytes(6), "deliver"), "scts")
