"""Session tokens in the shape of a JWT (RFC 7519), opaque to clients: what counts is the session in the store."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from gateway.api.dialect import encode_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.core.types import AccountId, EpochMs


def make_token(
    account_id: AccountId, jti: str, *, issued_at: EpochMs, life_s: int, sign: Callable[[bytes], bytes]
) -> str:
    """Give a token of three parts, signed by `sign` (HMAC-SHA256); `jti` makes it the only one of its kind."""
    issued_s = issued_at // 1000
    claims = {"sub": account_id, "jti": jti, "iat": issued_s, "exp": issued_s + life_s}
    unsigned = f"{_base64url(encode_json({'alg': 'HS256'}))}.{_base64url(encode_json(claims))}"
    return f"{unsigned}.{_base64url(sign(unsigned.encode('ascii')))}"


def _base64url(octets: bytes) -> str:
    """RFC 7515 2: base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
