from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.dialects.voipcom.smsid import make_smsid, read_smsid
from gateway.core.types import EpochMs, MessageId


def sign(octets: bytes) -> bytes:
    return hmac.new(bytes(32), octets, hashlib.sha256).digest()


@pytest.mark.parametrize(
    ("message_id", "at", "smsid"),
    [
        # voipcom.md 10 has 2024 00000414 …; the rest by openssl dgst -sha256 -mac HMAC -macopt hexkey:00…00
        (1044, 1_711_448_100_000, "202400000414ef25ec2b006430a"),
        (1049, 1_711_448_100_000, "20240000041997a5ed91347032d"),
        (1044, 1_704_067_199_999, "202300000414ef25ec2b006430a"),  # 2023-12-31T23:59:59.999Z
    ],
)
def test_smsid_holds_year_id_and_signature(message_id: int, at: int, smsid: str) -> None:
    assert make_smsid(MessageId(message_id), EpochMs(at), sign) == smsid
    assert read_smsid(smsid) == message_id


@given(st.integers(1, 2**31 - 1))
def test_every_id_gives_27_characters_and_is_read_back(number: int) -> None:
    smsid = make_smsid(MessageId(number), EpochMs(1_711_448_100_000), sign)
    assert len(smsid) == 27
    assert read_smsid(smsid) == number


@pytest.mark.parametrize("text", ["", "x" * 27, "202400000414EF25EC2B006430A", "202400000414ef25ec2b006430a\n", "٢٠٢٤"])
def test_what_has_another_shape_is_none(text: str) -> None:
    assert read_smsid(text) is None
