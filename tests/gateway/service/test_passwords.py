from __future__ import annotations

import pytest

from gateway.service.passwords import COST, decoy_hash, hash_password, verify_password

# RFC 7914 section 12, first 32 octets of the test vector for ("password", "NaCl", N=1024, r=8, p=16).
RFC_7914 = "scrypt$1024$8$16$TmFDbA==$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI="


def test_hash_of_the_standard_is_understood() -> None:
    assert verify_password("password", RFC_7914)
    assert not verify_password("Password", RFC_7914)


@pytest.mark.parametrize("password", ["secret", "ünï €👍", "x" * 5000, "a\x00b", "\ud800"])
def test_password_is_verified_by_its_hash_only(password: str) -> None:
    hashed = hash_password(password)
    assert hashed.startswith(f"scrypt${COST}$8$5$")
    assert verify_password(password, hashed)
    assert not verify_password(password + " ", hashed)


def test_hashes_are_salted() -> None:
    assert hash_password("secret") != hash_password("secret")


def test_decoy_has_the_shape_of_a_hash_and_no_password() -> None:
    decoy, real = decoy_hash(), hash_password("")
    assert [len(part) for part in decoy.split("$")] == [len(part) for part in real.split("$")]
    assert not verify_password("", decoy)


@pytest.mark.parametrize("hashed", ["", "plain", "md5$1$1$1$AAAA$AAAA"])
def test_other_schemes_are_refused(hashed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (any text will do)
        verify_password("x", hashed)
