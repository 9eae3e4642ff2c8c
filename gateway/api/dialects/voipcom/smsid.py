"""`smsid`, 27 characters: what the caller cancels a message by. Computed from the id, not stored."""

from __future__ import annotations

import hmac
import re
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.core.message import Message
from gateway.core.types import MessageId

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.core.message import Inbound
    from gateway.core.types import EpochMs

    Sign = Callable[[bytes], bytes]

_DAY_MS = 86_400_000
_SMSID = re.compile(r"[0-9]{4}(?P<id>[0-9a-f]{8})[0-9a-f]{15}")


def make_smsid(message_id: MessageId, accepted_at: EpochMs, sign: Sign) -> str:
    """Give the year (UTC), the id as 8 hex digits and 15 of its signature; `sign` gives HMAC-SHA256."""
    signature = sign(b"voipcom:%d" % message_id).hex()
    return f"{_year(accepted_at // _DAY_MS):04}{message_id:08x}{signature[:15]}"


@lru_cache(maxsize=64)
def _year(day: int) -> int:
    return time.gmtime(day * _DAY_MS // 1000).tm_year


def smsid_of(message: Message | Inbound, sign: Sign) -> str:
    """Give the smsid of a message of either kind."""
    return make_smsid(message.id, message.accepted_at if isinstance(message, Message) else message.received_at, sign)


def read_smsid(text: str) -> MessageId | None:
    """Give the id that stands in an smsid, None when it has not its shape; whether it is right, `is_smsid` tells."""
    match = _SMSID.fullmatch(text)
    return None if match is None else MessageId(int(match["id"], 16))


def is_smsid(text: str, message: Message | Inbound, sign: Sign) -> bool:
    """Whether `text`, ASCII, is the smsid of the message."""
    return hmac.compare_digest(text, smsid_of(message, sign))
