"""`smsid`, 27 characters: what the caller cancels a message by. Computed from the id, not stored."""

from __future__ import annotations

import hmac
import re
import time
from typing import TYPE_CHECKING

from gateway.core.message import Message
from gateway.core.types import MessageId

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.core.message import Inbound
    from gateway.core.types import EpochMs

    Sign = Callable[[bytes], bytes]

_SMSID = re.compile(r"[0-9]{4}(?P<id>[0-9a-f]{8})[0-9a-f]{15}")


def make_smsid(message_id: MessageId, accepted_at: EpochMs, sign: Sign) -> str:
    """Give the year (UTC), the id as 8 hex digits and 15 of its signature; `sign` gives HMAC-SHA256."""
    year = time.gmtime(accepted_at // 1000).tm_year
    return f"{year:04}{message_id:08x}{sign(f'voipcom:{message_id}'.encode()).hex()[:15]}"


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
