"""Values to the objects of an answer, and refusals to answers."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.api.dialect import Answer, encode_json
from gateway.api.dialects.voipcom.settings import NAME, Settings
from gateway.api.dialects.voipcom.smsid import make_smsid, smsid_of
from gateway.api.refusals import MalformedError, OversizeError, UnknownPathError, WrongMethodError
from gateway.api.times import format_instant
from gateway.core.message import Message
from gateway.core.number import Number, country_of, match_key
from gateway.core.status import Status
from gateway.errors import (
    BadCredentialsError,
    InvalidFieldError,
    NoCreditError,
    NoSpanError,
    NotAllowedError,
    QueueFullError,
    RequestError,
    SlowDownError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from gateway.core.message import Inbound
    from gateway.core.types import EpochMs, Port
    from gateway.service.submitting import Accepted

# --- entries and rows -----------------------------------------------------------------------------

_WORDS = {
    Status.QUEUED: "QUEUED",
    Status.HELD: "QUEUED",
    Status.SENDING: "SENDING",
    Status.SENT: "SENT",
    Status.DELIVERED: "DELIVERED",
    Status.UNDELIVERED: "UNDELIVERED",
    Status.EXPIRED: "EXPIRED",
    Status.UNKNOWN: "UNKNOWN",
    Status.FAILED: "FAILED",
    Status.CANCELLED: "DELETED",
}
_TARGET_REFUSALS: dict[type[RequestError], tuple[int, str]] = {
    InvalidFieldError: (400, "Invalid phone number"),
    NoCreditError: (402, "Insufficient credit"),
    QueueFullError: (503, "Queue is full"),
}


def status_word(message: Message | Inbound) -> str:
    """Give the vendor's word for how a message stands."""
    if not isinstance(message, Message):
        return "RECEIVED"
    is_scheduled = message.status is Status.HELD and message.send_at is not None
    return "SCHEDULED" if is_scheduled else _WORDS[message.status]


class Order(NamedTuple):
    """What the entries of one `sms/send` share; `sender` is the own number it named, "" for none."""

    sender: str
    text: str
    segments: int
    date: str
    status: str


class View(NamedTuple):
    """Makes the objects of answers to one account; `numbers` are its own numbers by port."""

    settings: Settings
    zone: ZoneInfo
    sign: Callable[[bytes], bytes]
    numbers: Mapping[Port, str]

    def order(self, *, sender: str, text: str, segments: int, due: EpochMs, is_put_off: bool) -> Order:
        """Give what the entries of one `sms/send` share."""
        return Order(sender, text, segments, format_instant(due, self.zone), "SCHEDULED" if is_put_off else "QUEUED")

    def accepted(self, order: Order, accepted: Accepted) -> dict[str, Any]:
        """Give the entry of a message that was stored."""
        number = accepted.number.normalised
        country = country_of(number)
        return {
            "code": 200,
            "code_desc": "",
            "from": order.sender or self._own(accepted.port),
            "to": _digits(number),
            "country": country,
            "msg": order.text,
            "delivery_date": order.date,
            "sale": self._sale(number, country, order.segments),
            "type": _kind(order.sender),
            "status": order.status,
            "smsid": make_smsid(accepted.id, accepted.accepted_at, self.sign),
            "parts": order.segments,
        }

    def refused(self, order: Order, target: Number | str, error: RequestError) -> dict[str, Any]:
        """Give the entry of a recipient who gets no message; `target` as written when it is no number."""
        number = None if isinstance(target, str) else target.normalised
        code, reason = _TARGET_REFUSALS[type(error)]
        return {
            "code": code,
            "code_desc": reason,
            "from": order.sender,
            "to": str(target) if number is None else _digits(number),
            "country": "" if number is None else country_of(number),
            "msg": order.text,
            "delivery_date": order.date,
            "sale": 0.0,
            "type": _kind(order.sender),
            "status": "FAILED",
            "smsid": "",
            "parts": 0,
        }

    def scheduled(self, message: Message) -> dict[str, Any]:
        """Give the entry of a stored message, whichever API it came by."""
        sender = message.sender if message.dialect == NAME else ""
        country = country_of(message.recipient)
        return {
            "code": 200,
            "code_desc": "",
            "from": sender or self._own(message.port),
            "to": _digits(message.recipient),
            "country": country,
            "msg": message.text,
            "delivery_date": format_instant(message.send_at or message.accepted_at, self.zone),
            "sale": self._sale(message.recipient, country, message.segment_count),
            "type": _kind(sender),
            "status": status_word(message),
            "smsid": smsid_of(message, self.sign),
            "parts": message.segment_count,
        }

    def summary_row(self, message: Message | Inbound) -> dict[str, Any]:
        """Give the latest message of a conversation."""
        if isinstance(message, Message):
            other, segments = message.recipient, message.segment_count
        else:
            other, segments = message.sender, 0
        country = country_of(other)
        row = self.chat_row(message)
        return {
            "sms_id": message.id,
            "sms_internal": self._own(message.port),
            "sms_external": _digits(other),
            "sms_country": country,
            "sms_inout": row["sms_inout"],
            "sms_status": row["sms_status"],
            "sms_sale": self._sale(other, country, segments),
            "sms_status_date": row["sms_status_date"],
            "sms_msg": row["sms_msg"],
        }

    def chat_row(self, message: Message | Inbound) -> dict[str, Any]:
        """Give a message of a conversation."""
        if isinstance(message, Message):
            direction, at, text = "OUT", message.changed_at, message.text
        else:
            direction, at, text = "IN", message.received_at, message.shown_text
        return {
            "sms_id": message.id,
            "sms_inout": direction,
            "sms_status": status_word(message),
            "sms_status_date": format_instant(at, UTC, "%Y-%m-%dT%H:%M:%SZ"),
            "sms_msg": text,
        }

    def _own(self, port: Port | None) -> str:
        return "" if port is None else match_key(self.numbers.get(port, ""))

    def _sale(self, number: str, country: str, segments: int) -> float:
        return round(segments * self.settings.prices.price_of(number, country), 4)


def _kind(sender: str) -> str:
    return "2WAYSMS" if sender else "BULKSMS"


def _digits(number: str) -> str:
    """Give a number, or the name that stands for one, without plus."""
    return number.removeprefix("+")


# --- answers --------------------------------------------------------------------------------------

LISTS = {
    "sms/send": "send_log",
    "sms/scheduled": "scheduled",
    "sms/list": "scheduled",
    "sms/summary": "summary",
    "sms/chat": "chat",
}
"""The array that the answer of a call has, be it empty."""
ROOTS = ("/api-v2/index.php/", "/api-v2/")

_REFUSALS: tuple[tuple[type[RequestError], int, str], ...] = (
    (NotAllowedError, 403, "Permission denied"),
    (UnknownPathError, 404, "Unknown method"),
    (WrongMethodError, 405, "Method not allowed"),
    (OversizeError, 413, "Request too large"),
    (MalformedError, 400, "Malformed request"),
    (NoCreditError, 402, "Insufficient credit"),
    (SlowDownError, 429, "Too many requests"),
    (QueueFullError, 503, "Queue is full"),
    (NoSpanError, 503, "No route available"),
)


def success(name: str, rows: list[dict[str, Any]]) -> Answer:
    """Give the answer of a list."""
    return Answer(body=encode_json({"error": False, name: rows}))


def failure(
    path: str,
    code: int,
    message: str,
    more: Mapping[str, object] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Give the answer to a request that is refused as a whole; `path` says which array it has."""
    document: dict[str, object] = {"error": True, "error_message": message, "error_code": code, **(more or {})}
    name = next((LISTS.get(path.removeprefix(root)) for root in ROOTS if path.startswith(root)), None)
    if name is not None and code != 401:
        document[name] = []
    return Answer(body=encode_json(document), status=status, headers=headers or {}, refusal=str(code))


def refuse(path: str, error: RequestError, settings: Settings) -> Answer:  # noqa: ARG001 (the contract)
    """Give the answer to a request that is refused, whatever the API."""
    if isinstance(error, BadCredentialsError):
        headers = {"WWW-Authenticate": 'Basic realm="API"'}
        return failure(path, 401, "Invalid api credentials", status=401, headers=headers)
    for kind, code, message in _REFUSALS:
        if isinstance(error, kind):
            return failure(path, code, message, headers=retry_after(error))
    if isinstance(error, InvalidFieldError):
        return failure(path, 400, f"Parameter {error.field} is invalid")
    return failure(path, 500, "Internal error")


def retry_after(error: RequestError) -> dict[str, str]:
    """Give the header that says when to come back, where there is something to say."""
    return {"Retry-After": str(error.retry_after_s)} if isinstance(error, SlowDownError | QueueFullError) else {}
