"""Fields of the POST API to values of the gateway, and back; pure but for the desk's number reader and board."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.api.dialect import Answer, encode_json
from gateway.api.dialects.openvox.profile import SLOTS_PER_MODULE
from gateway.api.dialects.openvox.settings import PAGE_LIMIT, Settings
from gateway.api.params import Params, WrittenFloat
from gateway.api.refusals import BadTokenError, OversizeError, UnknownPathError, WrongMethodError
from gateway.api.times import format_instant, read_instant
from gateway.core.number import Number, plain_digits
from gateway.core.status import Status
from gateway.core.types import EpochMs, Port
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
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from gateway.core.message import Inbound, Message
    from gateway.service.desk import Service
    from gateway.service.spans import SpanBoard

# --- wire to core ---------------------------------------------------------------------------------

_SEPARATORS = re.compile(r"[ ;|.:,\r\n\t]+")
_NUMBER_SHAPE = re.compile(r"\+?[0-9]+")
_PORT_WORD = re.compile(r"gsm-([0-9]{1,6})(?:\.([1-9][0-9]?))?")
_FILTER = re.compile(r"[0-9+*_@-]*")
_ECHO_LIMIT = 100
"""Characters of a wrong value that are shown again."""


def read_numbers(texts: Sequence[str], service: Service) -> list[Number]:
    """Read the numbers of `dest_num`: pieces of an optional plus and digits between separators."""
    pieces = [piece for text in texts for piece in _SEPARATORS.split(text) if piece]
    if not pieces:
        raise InvalidFieldError("dest_num", "required")
    most = service.settings.http.max_recipients
    if len(pieces) > most:
        raise InvalidFieldError("dest_num", f"more than {most} numbers")
    # What is no number at all is named before one that is only too short.
    for piece in pieces:
        if not _NUMBER_SHAPE.fullmatch(plain_digits(piece)):
            raise _bad_number(piece)
    return [_number(piece, service) for piece in pieces]


def _number(piece: str, service: Service) -> Number:
    number = service.read_number(piece, drop_decoration=False)
    if number is None:
        raise _bad_number(piece)
    return number


def _bad_number(piece: str) -> InvalidFieldError:
    return InvalidFieldError("dest_num", f"not a phone number: {piece[:_ECHO_LIMIT]}")


def read_ports(items: Sequence[Any], board: SpanBoard) -> tuple[Port, ...]:
    """Read `spans`: ports or lists of them with commas, each once, in the order given."""
    words = [word for item in items for word in _port_words(item)]
    ports: dict[Port, None] = {}
    for word in words:
        port = find_port(word, board)
        if port is None:
            raise InvalidFieldError("spans", f"unknown port {word[:_ECHO_LIMIT]}")
        ports[port] = None
    return tuple(ports)


def _port_words(item: object) -> list[str]:
    if isinstance(item, list | dict):
        raise InvalidFieldError("spans", "not a list of ports")
    if isinstance(item, str):
        return [word for word in map(str.strip, item.split(",")) if word]
    if isinstance(item, WrittenFloat):
        return [str(int(item)) if item.is_integer() else item.text]
    return [str(item).lower() if isinstance(item, bool) else str(item)]


def find_port(word: str, board: SpanBoard) -> Port | None:
    """Give the port of `3`, the span's own name, `gsm-3` or `gsm-<module>.<slot>`, without case; None if unknown."""
    if word.isascii() and word.isdecimal():
        return _known(int(word[:_ECHO_LIMIT]), board)
    name = word.lower()
    for port in board.ports():
        if board.name(port).lower() == name:
            return port
    match = _PORT_WORD.fullmatch(name)
    if match is None:
        return None
    if match[2] is None:
        return _known(int(match[1]), board)
    module, slot = int(match[1]), int(match[2])
    return _known((module - 1) * SLOTS_PER_MODULE + slot, board) if slot <= SLOTS_PER_MODULE else None


def is_port_word(word: str) -> bool:
    """Whether `word` is written like a port, be it one that there is or not."""
    return (word.isascii() and word.removeprefix("-").isdecimal()) or _PORT_WORD.fullmatch(word.lower()) is not None


def _known(number: int, board: SpanBoard) -> Port | None:
    return Port(number) if board.span(Port(number)) is not None else None


def read_mode(params: Params) -> int:
    """Read `mode`: 0 at once, 1 wait for the outcome."""
    mode = params.read_int("mode")
    if mode not in {None, 0, 1}:
        raise InvalidFieldError("mode", "must be 0 or 1")
    return mode or 0


def read_page(params: Params, settings: Settings, zone: ZoneInfo) -> dict[str, Any]:
    """Read the fields of a page, as keywords of `Service.outbox` and `Service.inbox`."""
    page = params.read_int("current_page")
    page_size = params.read_int("page_size")
    if page_size is not None and not 1 <= page_size <= PAGE_LIMIT:
        raise InvalidFieldError("page_size", f"must be 1 to {PAGE_LIMIT}")
    return {
        "page": min(max(page or 1, 1), 2**31 - 1),
        "page_size": page_size or settings.outbox_page_size,
        "number": _read_filter(params),
        "since": _read_time(params, "start_datetime_filter", zone, is_end=False),
        "until": _read_time(params, "end_datetime_filter", zone, is_end=True),
    }


def _read_filter(params: Params) -> str | None:
    text = params.read_string("phone_number_filter")
    if text is None:
        return None
    pattern = text.strip()  # a raw plus of a form is a blank here; it does not count anyway
    if not _FILTER.fullmatch(pattern):
        raise InvalidFieldError("phone_number_filter", "bad character")
    return pattern


def _read_time(params: Params, name: str, zone: ZoneInfo, *, is_end: bool) -> EpochMs | None:
    text = params.read_string(name)
    if text is None:
        return None
    instant = read_instant(text, zone, is_end=is_end, has_short_year=True)
    if instant is None:
        raise InvalidFieldError(name, "not a date")
    return instant


# --- core to wire ---------------------------------------------------------------------------------

_OUTBOX_STATUS = {
    Status.QUEUED: "SENDING",
    Status.HELD: "SENDING",
    Status.SENDING: "SENDING",
    Status.SENT: "SENT",
    Status.DELIVERED: "DELIVERD",  # sic
}


def outbox_status(message: Message, unknown_as: str) -> str:
    """Give the vendor's word for a message's status in the outbox."""
    if message.status is Status.UNKNOWN and unknown_as == "sent":
        return "SENT"
    return _OUTBOX_STATUS.get(message.status, "FAILED")


def send_status(message: Message, unknown_as: str) -> str:
    """Give what mode 1 says of a message: a report that came meanwhile, good or bad, reads SENT."""
    was_taken = message.status in {Status.DELIVERED, Status.UNDELIVERED} or (
        message.status is Status.EXPIRED and message.sent_at is not None
    )
    return "SENT" if was_taken else outbox_status(message, unknown_as)


def format_cause(status: Status, text: str) -> str:
    """Give `<status>: <text>` of a message that failed or whose outcome is unknown, else nothing."""
    if status in _OUTBOX_STATUS:
        return ""
    return f"{status}: {text}" if text else str(status)


def outbox_row(message: Message, service: Service, zone: ZoneInfo) -> dict[str, Any]:
    """Give a row of /smsoutbox/get."""
    return {
        "port_name": service.board.name(message.port),
        "phonenumber": message.recipient_given,
        "time": format_instant(message.sent_at or message.accepted_at, zone),
        "message": message.text,
        "status": outbox_status(message, service.settings.api.unknown_as),
        "id": message.id,
        "port": message.port or 0,
        "cause": format_cause(message.status, service.cause_of(message)),
    }


def inbox_row(inbound: Inbound, board: SpanBoard, zone: ZoneInfo) -> dict[str, str]:
    """Give a row of /smsinbox/get."""
    return {
        "port_name": board.name(inbound.port),
        "phonenumber": inbound.sender,
        "time": format_instant(inbound.scts or inbound.received_at, zone),
        "message": inbound.shown_text,
        "smsc": inbound.smsc,
    }


def envelope(path: str, data: object, *, code: int = 200, msg: str = "", page: object = None) -> dict[str, Any]:
    """Give the frame of every answer: uri, code, msg and data, then the page if there is one."""
    uri = path.lstrip("/").removeprefix("controller/")
    frame: dict[str, Any] = {"uri": uri[:200], "code": code, "msg": msg, "data": data}
    return frame if page is None else {**frame, "page": page}


def sent_frame(path: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the answer of mode 1: 202 while one is open, else 502 if one failed."""
    words = [row["status"] for row in rows]
    failed = words.count("FAILED")
    if "SENDING" in words:
        return envelope(path, rows, code=202, msg="still sending")
    if failed:
        return envelope(path, rows, code=502, msg=f"{failed} of {len(rows)} not sent")
    return envelope(path, rows)


def refuse_post(path: str, error: RequestError) -> Answer:
    """Give the answer to a request that is refused."""
    code, msg = _code_and_msg(error)
    retry_after_s = getattr(error, "retry_after_s", None)
    return Answer(
        body=encode_json(envelope(path, [], code=code, msg=msg)),
        headers={} if retry_after_s is None else {"Retry-After": str(retry_after_s)},
        refusal=f"{code} {type(error).__name__}",
    )


_REFUSALS: tuple[tuple[type[RequestError], int, str], ...] = (
    (BadTokenError, 401, "invalid token"),
    (BadCredentialsError, 401, "invalid username or password"),
    (NoCreditError, 403, "no credit"),
    (UnknownPathError, 404, "unknown uri"),
    (WrongMethodError, 405, "use POST"),
    (OversizeError, 413, "request too large"),
    (SlowDownError, 429, "slow down"),
    (QueueFullError, 503, "queue full"),
    (NoSpanError, 503, "no span"),
)


def _code_and_msg(error: RequestError) -> tuple[int, str]:
    if isinstance(error, InvalidFieldError):
        return 400, f"{error.field}: {error.reason}"
    if isinstance(error, NotAllowedError):
        return 403, "not allowed" if error.port is None else f"spans: port {error.port} not allowed"
    for kind, code, msg in _REFUSALS:
        if isinstance(error, kind):
            return code, msg
    return 500, "internal error"
