"""Fields of a request to values, and the refusals that only this API has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gateway.api.dialects.voipcom.dates import read_delivery_date
from gateway.core.directory import ID_LIMIT
from gateway.core.number import Number, read_number
from gateway.directory.checks import is_storable
from gateway.errors import InvalidFieldError
from gateway.service.submitting import NOT_SENDABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from gateway.api.dialects.voipcom.settings import Settings
    from gateway.api.params import Params
    from gateway.core.types import EpochMs
    from gateway.service.desk import Service

_BETWEEN_NUMBERS = re.compile(r"[,;\r\n]")


class Refused(Exception):  # noqa: N818 (no error of the program: the answer of this API to a caller's)
    """A request that is refused as a whole in words that only this API has."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def required(name: str) -> Refused:
    """Give the refusal of a request without this field."""
    return Refused(400, f"Parameter {name} is required")


def read_field(name: str, read: Callable[[str], str | None]) -> str:
    """Read a text that may be kept, "" when it is absent; `read` is one of the readers of `Params`."""
    text = read(name) or ""
    if not is_storable(text):
        raise InvalidFieldError(name, "bad character")
    return text


def read_page(params: Params) -> int:
    """Read the number of a page, from 0; those beyond every end are one."""
    page = params.read_int("page") or 0
    if page < 0:
        raise InvalidFieldError("page", "below 0")
    return min(page, ID_LIMIT)


def read_targets(params: Params, most: int) -> list[str]:
    """Read the numbers to send to, each as it was written."""
    text = read_field("to", params.read_phone)
    targets = [word.strip() for word in _BETWEEN_NUMBERS.split(text) if word.strip()]
    if not targets:
        raise required("to")
    if len(targets) > most:
        raise Refused(400, "Too many recipients")
    return targets


def read_message(params: Params, service: Service) -> tuple[str, int]:
    """Read a text that can be sent, and how many segments it takes."""
    text = params.read_text("msg")
    if text is None:
        raise required("msg")
    try:
        return text, service.count_segments(text)
    except InvalidFieldError as error:
        if error.reason == NOT_SENDABLE:
            raise InvalidFieldError("msg", error.reason) from error
        raise Refused(400, "The message is too long") from error


def read_due(params: Params, service: Service, zone: ZoneInfo, now: EpochMs) -> EpochMs | None:
    """Read when the messages are due, None for now or a time that is over."""
    text = read_field("delivery_date", params.read_string)
    if not text:
        return None
    due = read_delivery_date(text, zone, now)
    if due is None:
        raise InvalidFieldError("delivery_date", "not a date")
    try:
        service.check_send_at(due)
    except InvalidFieldError as error:
        raise InvalidFieldError("delivery_date", error.reason) from error
    return due if due > now else None


def read_party(text: str, service: Service, settings: Settings) -> Number | None:
    """Read a phone number as this API writes them: international ones mostly without plus."""
    if settings.national_digits:
        bare = read_number(text)
        if bare is not None and len(bare.normalised) == settings.national_digits and bare.normalised[0] != "+":
            number = service.read_number(f"+{settings.country_code}{bare.normalised}")
            return None if number is None else Number(given=bare.given, normalised=number.normalised)
    return service.read_number(text, is_international=True)
