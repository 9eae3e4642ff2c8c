from __future__ import annotations

import hashlib
import hmac

from gateway.callbacks.signature import sign
from gateway.core.callback import CallbackRequest


def test_query_of_a_get_is_signed_as_sent() -> None:
    request = CallbackRequest(method="GET", url="http://crm.example/x?a=%20b&c=d?e")
    wanted = hmac.new(b"secret", b"a=%20b&c=d?e", hashlib.sha256).hexdigest()
    assert sign(request, "secret") == f"sha256={wanted}"


def test_body_of_a_post_is_signed() -> None:
    # RFC 4231 test case 2.
    body = b"what do ya want for nothing?"
    request = CallbackRequest(method="POST", url="http://crm.example/x?a=b", body=body)
    assert sign(request, "Jefe") == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
