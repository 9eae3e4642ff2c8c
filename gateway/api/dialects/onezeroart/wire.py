"""Fields to values of the gateway, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.api.dialect import Answer, encode_json
from gateway.api.params import Params
from gateway.api.refusals import (
    BadTokenError,
    MalformedError,
    OversizeError,
    UndecodableError,
    UnknownPathError,
    WrongMethodError,
)
from gateway.api.times import format_instant
from gateway.core.account import Account, Permission, Role
from gateway.core.directory import Contact, ContactFacts
from gateway.errors import (
    BadCredentialsError,
    InvalidEntriesError,
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
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from gateway.api.dialects.onezeroart.settings import Settings
    from gateway.service.desk import Service

# --- wire to core ---------------------------------------------------------------------------------

CONTACT_FIELDS = ("username", "fullname", "email", "phone", "status")
_STATUSES = {"active": True, "inactive": False}


class Refused(Exception):  # noqa: N818 (no error of the program: the answer of this API to a caller's)
    """A request that this API refuses in words that no other has."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.refusal)
        self.answer = answer


class Form:
    """Reads fields one by one and gathers what is wrong with them: all are told at once, in the order they are read."""

    def __init__(self, params: Params) -> None:
        self._params = params
        self._errors: dict[str, list[str]] = {}

    def text(self, name: str, *, is_required: bool = True) -> str:
        """Read a text, which may consist of blanks; "" when it is missing or wrong."""
        return self._read(name, self._params.read_text, "must be a string", is_required=is_required) or ""

    def string(self, name: str, *, is_required: bool = True) -> str:
        """Read a text that is missing when it has only blanks; "" when it is missing or wrong."""
        return self._read(name, self._params.read_string, "must be a string", is_required=is_required) or ""

    def phone(self, name: str, *, is_required: bool = True) -> str:
        """Read a phone number as written; "" when it is missing or wrong."""
        return self._read(name, self._params.read_phone, "must be a string", is_required=is_required) or ""

    def integer(self, name: str, *, is_required: bool = True) -> int | None:
        """Read a whole number; None when it is missing or wrong."""
        number: int | None = self._read(name, self._params.read_int, "must be an integer", is_required=is_required)
        return number

    def ids(self, name: str, most: int) -> list[int]:
        """Read a list of whole numbers, each once; a text with commas is one too."""
        items = self._read(name, self._params.read_items, "must be an array", is_required=True) or []
        words = [
            one for item in items for one in (item.split(",") if isinstance(item, str) and len(items) == 1 else [item])
        ]
        words = [one for one in words if not (isinstance(one, str) and not one.strip())]
        if not words and name not in self._errors:
            self.wrong(name, _sentence(name, "field is required"))
        if len(words) > most:
            self.wrong(name, _sentence(name, f"may not have more than {most} items"))
            return []
        found: dict[int, None] = {}
        for index, word in enumerate(words):
            number = _whole_number(word)
            if number is None:
                self.wrong(f"{name}.{index}", f"The {name}.{index} must be an integer.")
            else:
                found[number] = None
        return list(found)

    def message(self, name: str, service: Service) -> str:
        """Read a text that can be sent."""
        text = self.text(name)
        if name in self._errors:
            return ""
        try:
            service.count_segments(text)
        except InvalidFieldError as error:
            most = service.settings.text.max_segments
            reason = "is invalid" if error.reason == NOT_SENDABLE else f"may not be greater than {most} segments"
            self.wrong(name, _sentence(name, reason))
        return text

    def contact(self, *, is_new: bool) -> ContactFacts:
        """Read what is said of a subscriber; what is not given is left out."""
        facts = ContactFacts()
        for name in CONTACT_FIELDS:
            if name == "fullname" and (is_new or self._params.has(name)):
                facts["fullname"] = self.string(name)
            elif name == "status" and self._params.has(name):
                status = self.string(name, is_required=False).strip().lower() or "active"
                if status not in _STATUSES:
                    self.wrong(name, _sentence(name, "is invalid"))
                facts["is_active"] = _STATUSES.get(status, True)
            elif name == "phone" and self._params.has(name):
                facts["phone"] = self.phone(name, is_required=False)
            elif name in {"username", "email"} and self._params.has(name):
                facts[name] = self.string(name, is_required=False)  # type: ignore[literal-required]  # one of two
        return facts

    def wrong(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field."""
        self._errors.setdefault(name, []).append(sentence)

    def check(self) -> None:
        """Refuse the request when a field was wrong."""
        if self._errors:
            raise Refused(invalid(self._errors))

    def _read(self, name: str, read: Callable[[str], Any], reason: str, *, is_required: bool) -> Any:
        try:
            value = read(name)
        except InvalidFieldError as error:
            self.wrong(name, _sentence(name, "is invalid" if isinstance(error, UndecodableError) else reason))
            return None
        if value is None and is_required:
            self.wrong(name, _sentence(name, "field is required"))
        return value


def _whole_number(word: object) -> int | None:
    try:
        return Params({"item": word}).read_int("item")
    except InvalidFieldError:
        return None


def _sentence(name: str, reason: str) -> str:
    return f"The {name.replace('_', ' ')} {reason}."


# --- core to wire ---------------------------------------------------------------------------------

_SHOWN_PERMISSIONS = (
    Permission.SEND,
    Permission.READ,
    Permission.INBOUND,
    Permission.SEE_ALL,
    Permission.CONFIG,
    Permission.DIRECTORY,
    Permission.USSD,
)


def success(message: str | None, data: object = None, *, status: int = 200) -> Answer:
    """Give the frame of a good answer; a `message` or `data` of None is left out."""
    frame: dict[str, object] = {"success": True}
    if message is not None:
        frame["message"] = message
    if data is not None:
        frame["data"] = data
    return Answer(body=encode_json(frame), status=status)


def failure(
    status: int, message: str, data: object = None, *, headers: Mapping[str, str] | None = None, kind: str = ""
) -> Answer:
    """Give the frame of a bad answer."""
    frame: dict[str, object] = {"success": False, "message": message}
    if data is not None:
        frame["data"] = data
    return Answer(body=encode_json(frame), status=status, headers=headers or {}, refusal=f"{status} {kind}".strip())


def sending_failed(reason: str, data: object = None, *, status: int = 400, **more: Any) -> Answer:
    """Give the vendor's answer to a message that is not taken."""
    return failure(status, f"SMS sending failed: {reason}", data, **more)


def invalid(errors: Mapping[str, list[str]]) -> Answer:
    """Give the answer to wrong fields."""
    body = encode_json({"success": False, "message": "Validation failed", "errors": errors})
    return Answer(body=body, status=422, refusal=f"422 {', '.join(errors)}"[:200])


def taken_or_invalid(error: InvalidFieldError) -> Answer:
    """Give the answer to a subscriber that the directory does not take."""
    reason = "has already been taken" if isinstance(error, InvalidEntriesError) else "is invalid"
    return invalid({error.field: [_sentence(error.field, reason)]})


def user_view(account: Account, *, has_permissions: bool = False) -> dict[str, Any]:
    """Give the account that calls."""
    view: dict[str, Any] = {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "role": "admin" if account.role is Role.ADMIN else "staff",
    }
    if has_permissions:
        view["permissions"] = [one.value for one in _SHOWN_PERMISSIONS if account.may(one)]
    return view


def subscriber_view(contact: Contact, zone: ZoneInfo) -> dict[str, Any]:
    """Give a contact as a subscriber; we have no packages."""
    return {
        "id": contact.id,
        "username": contact.username,
        "fullname": contact.fullname,
        "email": contact.email,
        "phone": contact.phone,
        "package_id": None,
        "package_name": None,
        "status": "active" if contact.is_active else "inactive",
        "expiration_date": None,
        "balance": 0.0,
        "created_at": format_instant(contact.created_at, zone),
    }


_FORBIDDEN = {
    Permission.READ: "view subscribers",
    Permission.DIRECTORY: "manage subscribers",
}


_REFUSALS: tuple[tuple[type[RequestError], int, str], ...] = (
    (MalformedError, 400, "Malformed JSON"),
    (BadTokenError, 401, "Unauthenticated"),
    (BadCredentialsError, 401, "Invalid credentials"),
    (UnknownPathError, 404, "Not found"),
    (WrongMethodError, 405, "Method not allowed"),
    (OversizeError, 413, "Payload too large"),
    (SlowDownError, 429, "Too many attempts"),
    (NoCreditError, 400, "SMS sending failed: Insufficient balance"),
    (QueueFullError, 503, "SMS sending failed: Queue is full"),
    (NoSpanError, 503, "SMS sending failed: No route available"),
)


def refuse(path: str, error: RequestError, settings: Settings) -> Answer:  # noqa: ARG001 (the contract)
    """Give the answer to a request that is refused."""
    kind = type(error).__name__
    for refused, status, message in _REFUSALS:
        if isinstance(error, refused):
            return failure(status, message, headers=_headers(error), kind=kind)
    if isinstance(error, InvalidFieldError):
        return invalid({error.field: [_sentence(error.field, "is invalid")]})
    if isinstance(error, NotAllowedError):
        what = next((what for permission, what in _FORBIDDEN.items() if permission == error.permission), "send SMS")
        return failure(403, f"You do not have permission to {what}", kind=kind)
    return failure(500, "Server error", kind=kind)


def _headers(error: RequestError) -> dict[str, str]:
    if isinstance(error, SlowDownError | QueueFullError):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, WrongMethodError):
        return {"Allow": ", ".join(sorted(error.allowed))}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, BadTokenError) else {}
