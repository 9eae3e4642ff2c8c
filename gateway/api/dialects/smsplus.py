"""smsplus.az: template SMS. The caller names an approved template and gives the values for its placeholders.

After https://smsplus.az (API for send SMS), with the list of templates that real clients ask for. No message id, no
status call, no inbound and no callbacks: the vendor has none.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field

from gateway.api.auth import account_by_api_token, bearer_token, require
from gateway.api.dialect import Answer, Call, CallbackFacts, Dialect, DialectSettings, Route, encode_json
from gateway.api.refusals import OversizeError, UndecodableError, UnknownPathError, WrongMethodError
from gateway.core.account import Account, Permission, Readiness
from gateway.core.directory import ID_LIMIT
from gateway.core.template import TemplateText, parse_template
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
from gateway.service.submitting import Submission

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from gateway.api.params import Params
    from gateway.core.callback import CallbackRequest
    from gateway.core.directory import Template
    from gateway.core.number import Number
    from gateway.service.desk import Service

    SmsPlusCall = Call["Settings"]

NAME = "smsplus"
TEXT_LIMIT = 160
"""Characters, not segments: the vendor's own limit."""


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


class Settings(DialectSettings):
    """[api.smsplus]"""

    http_status: Literal["mapped", "always_200"] = Field("mapped", description="HTTP status of what is refused")
    number_pattern: Annotated[str, AfterValidator(_compiled)] = Field(
        "[1-9][0-9]{7,14}", description="what a number must be, without plus; a regular expression"
    )


# --- the codes, in the order in which they are checked ----------------------------------------------

CODES: dict[int, tuple[int, str]] = {
    101: (401, "The customer token was not found."),
    102: (403, "The customer`s e-mail address has not been verified."),
    103: (403, "The customer`s mobile number has not been verified."),
    104: (403, "The customer`s passport photo has not been uploaded."),
    105: (403, "The customer`s passport has not been approved."),
    106: (403, "The customer`s contract is not signed."),
    107: (422, "The sender`s name is required."),
    108: (422, "The message`s template is required."),
    109: (422, "The mobile numbers is required."),
    110: (422, "Sender name not found or not yet approved."),
    111: (422, "Message template not found or not yet approved."),
    112: (422, "There are duplicate mobile numbers."),
    113: (422, "Since there is a parameter in the message template, you must send the values of the first parameter."),
    114: (422, "Since there is a parameter in the message template, you must send the values of the second parameter."),
    115: (422, "Since there is a parameter in the message template, you must send the values of the third parameter."),
    116: (422, "First parameters count can not be different count of mobile numbers."),
    117: (422, "Second parameters count can not be different count of mobile numbers."),
    118: (422, "Third parameters count can not be different count of mobile numbers."),
    119: (402, "SMS balance insufficient."),
    120: (422, "The maximum number of characters in a message is 160."),
    121: (422, "The format of the mobile number is incorrect."),
    122: (502, "There was an error sending the message."),
    123: (405, "The method is not supported for this route."),
}
_READINESS = dict(zip(Readiness, range(102, 107), strict=True))
_LISTS = ("first_parameters", "second_parameters", "third_parameters")


class Refused(Exception):  # noqa: N818 (no error of the program: the answer of this API to a caller's)
    """A request that is refused with a code; `status` when it is not the usual one."""

    def __init__(self, code: int, status: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


# --- wire to core ---------------------------------------------------------------------------------


def read_sender(params: Params, default: str) -> str:
    """Read the name of the sender pool."""
    try:
        name = params.read_string("sender_name")
    except UndecodableError:
        name = None
    except InvalidFieldError as error:
        raise Refused(107) from error
    if name is None and not default:
        raise Refused(107)
    return name or default


def read_template_id(params: Params) -> int:
    """Read the id of the template, 0 when it is no number: it is looked up later."""
    try:
        template_id = params.read_int("message_template_id")
    except UndecodableError as error:
        raise Refused(108) from error
    except InvalidFieldError:
        return 0
    if template_id is None:
        raise Refused(108)
    return template_id if 0 < template_id < ID_LIMIT else 0


def read_items(params: Params, name: str, code: int) -> list[Any]:
    """Read a list, every item in its place; a single value is a list of one."""
    try:
        items = params.read_items(name)
    except InvalidFieldError as error:
        raise Refused(code) from error
    if items is None:
        raise Refused(code)
    return items


def read_numbers(items: Sequence[Any], service: Service) -> list[Number | str]:
    """Read phone numbers; what is none stays as it was given. Two equal ones are refused."""
    numbers: list[Number | str] = []
    for index, item in enumerate(items):
        is_text = isinstance(item, str) or (isinstance(item, int) and not isinstance(item, bool))
        text = str(item) if is_text else f"\x00 {index}"  # no number, and equal to no other
        numbers.append(service.read_number(text, is_international=True) or text)
    keys = [number if isinstance(number, str) else number.normalised for number in numbers]
    if len(set(keys)) < len(keys):
        raise Refused(112)
    return numbers


def read_values(params: Params, needed: int, count: int) -> list[list[str]]:
    """Read the lists that a template needs, each as long as there are numbers; the others may hold anything."""
    lists = [read_items(params, name, 113 + index) for index, name in enumerate(_LISTS[:needed])]
    for index, items in enumerate(lists):
        if len(items) != count or any(isinstance(item, bool | list | dict) for item in items):
            raise Refused(116 + index)
    return [[_value(item) for item in items] for items in lists]


def _value(item: Any) -> str:
    return "" if item is None else str(getattr(item, "text", item))


@lru_cache(maxsize=1024)
def usable(text: str) -> TemplateText | None:
    """Give a template taken apart, None when it has names, which this API cannot fill."""
    template = parse_template(text)
    return None if template.names else template


def check_texts(texts: Sequence[str], account: Account, service: Service) -> None:
    """Refuse texts that the credit does not cover, then those that are too long, empty or cannot be sent."""
    segments = [_segments(text, service) for text in texts]
    if account.credit is not None and account.credit < sum(one or 0 for one in segments):
        raise Refused(119)
    if any(one is None or len(text) > TEXT_LIMIT for text, one in zip(texts, segments, strict=True)):
        raise Refused(120)


def _segments(text: str, service: Service) -> int | None:
    try:
        return service.count_segments(text)
    except InvalidFieldError:
        return None


def checked_numbers(numbers: Sequence[Number | str], pattern: str) -> list[Number]:
    """Give the numbers when all of them fit the pattern."""
    fitting = [
        number
        for number in numbers
        if not isinstance(number, str) and re.fullmatch(pattern, number.normalised.removeprefix("+"))
    ]
    if len(fitting) < len(numbers):
        raise Refused(121)
    return fitting


# --- core to wire ---------------------------------------------------------------------------------


def success(message: str, **more: object) -> Answer:
    """Give the frame of a good answer."""
    return Answer(body=encode_json({"success": True, "code": "100", "message": message, **more}))


def failure(
    code: int, settings: Settings, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Give the answer of a code."""
    usual, message = CODES[code]
    status = 200 if settings.http_status == "always_200" else status or usual
    body = encode_json({"success": False, "code": str(code), "message": message})
    return Answer(body=body, status=status, headers=headers or {}, refusal=f"{code}")


def template_view(template: Template) -> dict[str, Any]:
    """Give a template as this API lists it."""
    return {
        "id": template.id,
        "name": template.name,
        "text": template.text,
        "parameters": parse_template(template.text).positions,
        "status": "approved" if template.approved else "pending",
    }


_REFUSALS: tuple[tuple[type[RequestError], int, int], ...] = (
    (BadCredentialsError, 101, 401),
    (NotAllowedError, 101, 403),
    (UnknownPathError, 123, 404),
    (WrongMethodError, 123, 405),
    (OversizeError, 122, 413),
    (NoCreditError, 119, 402),
    (InvalidFieldError, 120, 422),
    (SlowDownError, 122, 429),
    (QueueFullError, 122, 503),
    (NoSpanError, 122, 503),
)


def refuse(path: str, error: RequestError, settings: Settings) -> Answer:  # noqa: ARG001 (the contract)
    """Give the answer to a request that is refused."""
    code, status = next(
        ((code, status) for kind, code, status in _REFUSALS if isinstance(error, kind)),
        (122, 502),
    )
    return failure(code, settings, status=status, headers=_headers(error))


def _headers(error: RequestError) -> dict[str, str]:
    if isinstance(error, SlowDownError | QueueFullError):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, WrongMethodError):
        return {"Allow": ", ".join(sorted(error.allowed))}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, BadCredentialsError) else {}


def render(facts: CallbackFacts, settings: Settings) -> CallbackRequest | None:  # noqa: ARG001 (the contract)
    """Give nothing: this API has no callbacks."""
    return None


# --- handlers -------------------------------------------------------------------------------------


async def send(call: SmsPlusCall, account: Account) -> Answer:
    """Accept one rendered text for each number, all or none."""
    params, service = call.params, call.service
    sender = read_sender(params, account.default_sender)
    template_id = read_template_id(params)
    items = read_items(params, "mobile_numbers", 109)
    if not items:
        raise Refused(109)
    pool = await service.directory.find_pool(account, sender, is_name=True)
    if pool is None:
        raise Refused(110)
    found = await service.directory.find_template(account, template_id)
    template = None if found is None else usable(found.text)
    if template is None:
        raise Refused(111)
    numbers = read_numbers(items, service)
    values = read_values(params, template.positions, len(items))
    texts = [template.filled_by_position([one[index] for one in values]) for index in range(len(items))]
    check_texts(texts, account, service)
    recipients = checked_numbers(numbers, call.settings.number_pattern)
    if len(recipients) > service.settings.http.max_recipients:
        raise Refused(122, 413)
    spans = service.directory.spans_of(account, pool)
    await service.submit_all(
        account,
        [
            Submission(dialect=NAME, numbers=[number], text=text, spans=spans, sender=pool.name)
            for number, text in zip(recipients, texts, strict=True)
        ],
    )
    return success("Messages sent successfully")


async def templates(call: SmsPlusCall, account: Account) -> Answer:
    """List all templates of the account, or those of some ids."""
    known = await call.service.directory.templates(account)
    try:
        data = call.params.read_items("data")
    except InvalidFieldError as error:
        raise Refused(108) from error
    if not data:
        raise Refused(108)
    if data == ["all"]:
        return success("Get list of all message templates.", data=[template_view(one) for one in known])
    ids = {_id(item) for item in data}
    rows = [template_view(one) for one in known if one.id in ids]
    if not rows or None in ids:
        raise Refused(111)
    return success("Get list of many message templates by ID", data=rows)


def _id(item: object) -> int | None:
    """Give an id, also of digits as text; None when it is none."""
    if isinstance(item, str) and item.strip().isascii() and item.strip().isdecimal():
        return int(item.strip()[:12])
    return item if isinstance(item, int) and not isinstance(item, bool) else None


_CALLS: dict[str, tuple[Permission, Callable[[SmsPlusCall, Account], Awaitable[Answer]]]] = {
    "/api/sms/send": (Permission.SEND, send),
    "/api/message/templates": (Permission.READ, templates),
}


async def _serve(
    permission: Permission, handler: Callable[[SmsPlusCall, Account], Awaitable[Answer]], call: SmsPlusCall
) -> Answer:
    account = await account_by_api_token(call, NAME, bearer_token(call.authorization))
    require(account, permission)
    try:
        for flag, code in _READINESS.items():
            if flag in account.unready:
                raise Refused(code)
        return await handler(call, account)
    except Refused as refused:
        return failure(refused.code, call.settings, status=refused.status)


def routes(_: Settings) -> list[Route[Settings]]:
    """Give the paths of the API."""
    return [
        Route(path=path, methods=frozenset({"POST"}), handle=partial(_serve, permission, handler))
        for path, (permission, handler) in _CALLS.items()
    ]


def prefixes(_: Settings) -> list[str]:
    """Give the prefixes below which unknown paths are ours."""
    return ["/api/sms", "/api/message"]


DIALECT = Dialect(
    name=NAME,
    settings=Settings,
    routes=routes,
    prefixes=prefixes,
    refuse=refuse,
    render=render,
    malformed_is_empty=True,
)
