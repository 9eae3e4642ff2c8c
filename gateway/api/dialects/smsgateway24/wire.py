"""Fields to values of the gateway, and back; what is refused, in the words of this API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.api.dialect import Answer, encode_json
from gateway.api.refusals import (
    BadTokenError,
    MalformedError,
    OversizeError,
    UnknownPathError,
    WrongMethodError,
)
from gateway.api.times import format_instant, read_instant
from gateway.core.number import Number, plain_digits
from gateway.directory.checks import checked_text
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
from gateway.service.submitting import NOT_SENDABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from gateway.api.dialects.smsgateway24.settings import Settings
    from gateway.api.params import Params
    from gateway.core.types import EpochMs
    from gateway.service.desk import Service

_INT32 = range(-(2**31), 2**31)
_SEPARATORS = re.compile(r"[,;\r\n]")
_NOT_DIALLED = re.compile(r"[^0-9+]")


class Refused(Exception):  # noqa: N818 (no error of the program: the answer of this API to a caller's)
    """A request that is refused with a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def required(name: str) -> Refused:
    """Give the refusal of a field that is missing or empty."""
    return Refused(f"Parameter {name} is required")


def incorrect(name: str) -> Refused:
    """Give the refusal of a field that is wrong."""
    return Refused(f"Parameter {name} is incorrect")


# --- wire to core ---------------------------------------------------------------------------------


class Fields:
    """The fields of a request; readers give None for what is absent and raise Refused for what is wrong."""

    def __init__(self, params: Params) -> None:
        self.params = params

    def require(self, *names: str, texts: tuple[str, ...] = ("body",)) -> None:
        """Refuse the first field that is missing or empty; in `texts` blanks only are a text."""
        for name in names:
            read = self.params.read_text if name in texts else self.params.read_string
            try:
                is_absent = read(name) is None
            except InvalidFieldError:
                is_absent = False  # of the wrong type: its turn comes when values are read
            if is_absent:
                raise required(name)

    def string(self, name: str) -> str | None:
        """Read a text that is absent when it has only blanks; given without blanks around."""
        value: str | None = self._read(name, self.params.read_string)
        return None if value is None else value.strip()

    def text(self, name: str) -> str | None:
        """Read a text that may consist of blanks."""
        value: str | None = self._read(name, self.params.read_text)
        return value

    def phone(self, name: str) -> str:
        """Read a text that holds phone numbers, "" when it is absent."""
        return self._read(name, self.params.read_phone) or ""

    def integer(self, name: str) -> int | None:
        """Read a whole number."""
        value: int | None = self._read(name, self.params.read_int)
        return value

    def switch(self, name: str) -> bool:
        """Read a switch, off when it is absent."""
        return bool(self._read(name, self.params.read_switch))

    def title(self, name: str) -> str:
        """Read a title; it was required."""
        try:
            return checked_text(name, self.string(name) or "", is_required=True)
        except InvalidFieldError as error:
            raise incorrect(name) from error

    def ids(self, name: str) -> list[int]:
        """Read ids, in a text with commas or in a list, each once; empty when there is none."""
        items = self._read(name, self.params.read_items) or []
        words = [word for item in items for word in (item.split(",") if isinstance(item, str) else [item])]
        words = [word for word in words if not isinstance(word, str) or word.strip()]
        return list(dict.fromkeys(_id(name, word) for word in words))

    def body(self, service: Service) -> str:
        """Read a text that can be sent; it was required."""
        text = self.text("body") or ""
        check_text(text, service, "body")
        return text

    def instant(self, name: str, zone: ZoneInfo, *, is_end: bool = False) -> EpochMs | None:
        """Read a date or time."""
        text = self.string(name)
        if text is None:
            return None
        instant = read_instant(text, zone, is_end=is_end, has_day_first=True)
        if instant is None:
            raise incorrect(name)
        return instant

    def send_at(self, name: str, service: Service, zone: ZoneInfo) -> EpochMs | None:
        """Read when a message is to be sent."""
        instant = self.instant(name, zone)
        if instant is not None and instant > service.latest_send_at():
            raise incorrect(name)
        return instant

    def customer_id(self, name: str = "customerid") -> int | None:
        """Read the caller's own number."""
        number = self.integer(name)
        if number is not None and number not in _INT32:
            raise incorrect(name)
        return number

    def _read(self, name: str, read: Any) -> Any:
        try:
            return read(name)
        except InvalidFieldError as error:
            raise incorrect(name) from error


def _id(name: str, word: object) -> int:
    digits = word.strip() if isinstance(word, str) else str(word) if type(word) is int else ""
    if not digits.isascii() or not digits.isdecimal():
        raise incorrect(name)
    return int(digits[:12])


def check_text(text: str, service: Service, name: str) -> None:
    """Refuse a text that cannot be sent, in the name of a field, or is too long."""
    try:
        service.count_segments(text)
    except InvalidFieldError as error:
        raise (incorrect(name) if error.reason == NOT_SENDABLE else Refused("Message is too long")) from error


def read_numbers(text: str, service: Service, name: str) -> list[Number]:
    """Read phone numbers with commas, semicolons or line ends between them, whatever else stands in them."""
    pieces = [piece.strip() for piece in _SEPARATORS.split(text)]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        raise required(name)
    if len(pieces) > service.settings.http.max_recipients:
        raise too_many()
    return [read_number(piece, service) for piece in pieces]


def read_number(text: str, service: Service) -> Number:
    """Read one phone number; shown again as its plus and digits alone."""
    head, plus, rest = _NOT_DIALLED.sub("", plain_digits(text)).partition("+")
    number = service.read_number(f"{head}{plus}{rest.replace('+', '')}")
    if number is None:
        raise Refused(f"Phone number {text.strip()} is incorrect")
    return number


def too_many() -> Refused:
    """Give the refusal of too many numbers or items."""
    return Refused("Too many recipients")


# --- core to wire ---------------------------------------------------------------------------------


def success(document: Mapping[str, object]) -> Answer:
    """Give a good answer; keys in the order of the vendor."""
    return Answer(body=encode_json(document))


def saved(ids: Sequence[int]) -> Answer:
    """Give the answer to messages that were taken."""
    document = {"error": 0, "sms_id": ids[0], "message": "Sms has been saved successfully"}
    return success({**document, "sms_ids": list(ids)} if len(ids) > 1 else document)


def failure(message: str, *, headers: Mapping[str, str] | None = None) -> Answer:
    """Give a bad answer; with HTTP status 200, as all of them."""
    body = encode_json({"error": 1, "message": message})
    return Answer(body=body, headers=headers or {}, refusal=f"1 {message[:100]}")


def date_dump(instant: EpochMs | None, zone: ZoneInfo) -> dict[str, object] | None:
    """Give an instant as PHP dumps a date, None for none."""
    if instant is None:
        return None
    return {"date": f"{format_instant(instant, zone)}.000000", "timezone_type": 3, "timezone": zone.key}


_REFUSALS: tuple[tuple[type[RequestError], str], ...] = (
    (BadTokenError, "Token is incorrect"),
    (BadCredentialsError, "Login or password incorrect"),
    (NotAllowedError, "Access denied"),
    (MalformedError, "JSON is incorrect"),
    (OversizeError, "Request is too large"),
    (WrongMethodError, "Method not allowed"),
    (UnknownPathError, "Unknown method"),
    (SlowDownError, "Too many requests"),
    (NoCreditError, "Not enough credit"),
    (QueueFullError, "Queue is full"),
    (NoSpanError, "No device available"),
)


def refuse(path: str, error: RequestError, settings: Settings) -> Answer:  # noqa: ARG001 (the contract)
    """Give the answer to a request that is refused."""
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, SlowDownError | QueueFullError) else {}
    for kind, message in _REFUSALS:
        if isinstance(error, kind):
            return failure(message, headers=headers)
    if isinstance(error, InvalidFieldError):
        return failure(f"Parameter {error.field} is incorrect")
    return failure("Internal error")
