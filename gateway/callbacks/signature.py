"""The signature by which a receiver knows that a callback is ours."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.core.callback import CallbackRequest


def sign(request: CallbackRequest, secret: str) -> str:
    """Give the value of X-Gateway-Signature: HMAC-SHA256 of the body, or of the query as sent for GET."""
    signed = request.url.partition("?")[2].encode("ascii") if request.method == "GET" else request.body
    return f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
