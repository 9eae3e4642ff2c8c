"""OpenVox wireless gateways: the POST JSON API, the GET API and the pushes of both.

After https://help.openvox.cn/docs/wireless-gateway/api/post-api-for-send-and-receive-sms, with two calls that
the vendor's document lacks: /smsinbox/get and /auth/login.

`settings` · `wire` (fields to values and back) · `pushes` · `get_api` (`get_sms`, `get_ussd`, `get_wire`, `profile`) ·
here the short handlers of the POST API and `DIALECT`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gateway.api.auth import account_by_password, account_by_token, require
from gateway.api.dialect import Answer, Call, Dialect, Route, encode_json
from gateway.api.dialects.openvox.get_api import GET_PATHS, get_routes
from gateway.api.dialects.openvox.get_wire import refuse_get
from gateway.api.dialects.openvox.profile import PROFILE_KEYS, read_profile
from gateway.api.dialects.openvox.pushes import DEFAULTS, push_events, read_push_settings, render
from gateway.api.dialects.openvox.settings import NAME, Settings
from gateway.api.dialects.openvox.wire import (
    envelope,
    inbox_row,
    outbox_row,
    read_mode,
    read_numbers,
    read_page,
    read_ports,
    refuse_post,
    send_status,
    sent_frame,
)
from gateway.api.params import Params
from gateway.api.refusals import BadTokenError, UndecodableError
from gateway.core.account import Account, Permission, Role
from gateway.errors import BadCredentialsError, InvalidFieldError, NotAllowedError
from gateway.service.submitting import Submission

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from gateway.core.callback import CallbackEvent
    from gateway.errors import RequestError
    from gateway.service.submitting import Accepted

    OpenVoxCall = Call[Settings]
    CallHandler = Callable[[OpenVoxCall, Account], Awaitable[dict[str, Any]]]


async def get_valid_spans(call: OpenVoxCall, account: Account) -> dict[str, Any]:
    """Give the ports of the account, the unusable ones too."""
    rows = [
        {"port": view.span.port, "port_name": view.span.name, "status": int(view.is_usable)}
        for view in call.service.spans_of(account)
    ]
    return envelope(call.path, rows)


async def send(call: OpenVoxCall, account: Account) -> dict[str, Any]:
    """Accept one text for one or several numbers; in mode 1 wait for the outcome."""
    submission = _read_submission(call, account)
    mode = _read_mode_after(call, submission.text)
    try:
        accepted = await call.service.submit(account, submission)
    except InvalidFieldError as error:
        raise _about_msg(error) from error
    if mode == 0:
        return envelope(call.path, [_accepted_row(one) for one in accepted])
    messages = await call.service.wait_sent([one.id for one in accepted], call.settings.sync_timeout_s)
    unknown_as = call.service.settings.api.unknown_as
    rows = [
        {
            "id": message.id,
            "dest_num": message.recipient_given,
            "port": message.port or 0,
            "status": send_status(message, unknown_as),
        }
        for message in messages
    ]
    return sent_frame(call.path, rows)


def _read_submission(call: OpenVoxCall, account: Account) -> Submission:
    params, service = call.params, call.service
    items = params.read_list("spans")
    spans = read_ports(items, service.board) if items else ()
    for port in spans:
        if not account.may_use(port):
            raise NotAllowedError(port)
    numbers = read_numbers(params.read_phones("dest_num") or (), service)
    text = params.read_text("msg")
    if text is None:
        raise InvalidFieldError("msg", "required")
    return Submission(dialect=NAME, numbers=numbers, text=text, spans=spans)


def _read_mode_after(call: OpenVoxCall, text: str) -> int:
    """Read the mode; when it is wrong, a wrong text, which comes first, is named instead."""
    try:
        return read_mode(call.params)
    except InvalidFieldError:
        try:
            call.service.count_segments(text)
        except InvalidFieldError as error:
            raise _about_msg(error) from error
        raise


def _about_msg(error: InvalidFieldError) -> InvalidFieldError:
    return InvalidFieldError("msg" if error.field == "text" else error.field, error.reason)


def _accepted_row(accepted: Accepted) -> dict[str, Any]:
    return {
        "id": accepted.id,
        "dest_num": accepted.number.given,
        "port": accepted.port or 0,
        "status": "SENDING",
    }


async def get_outbox(call: OpenVoxCall, account: Account) -> dict[str, Any]:
    """Give a page of outbound messages, newest first."""
    service = call.service
    zone = service.zone(account)
    query = read_page(call.params, call.settings, zone)
    page = await service.outbox(account, **query)
    rows = [outbox_row(message, service, zone) for message in page.rows]
    return envelope(call.path, rows, page=_page(page.total, page.page, query))


async def get_inbox(call: OpenVoxCall, account: Account) -> dict[str, Any]:
    """Give a page of inbound messages, newest first."""
    zone = call.service.zone(account)
    query = read_page(call.params, call.settings, zone)
    page = await call.service.inbox(account, **query)
    rows = [inbox_row(inbound, call.service.board, zone) for inbound in page.rows]
    return envelope(call.path, rows, page=_page(page.total, page.page, query))


def _page(total: int, current: int, query: Mapping[str, Any]) -> dict[str, int]:
    return {"total": total, "current_page": current, "page_size": query["page_size"]}


async def get_config(call: OpenVoxCall, account: Account) -> dict[str, Any]:
    """Give the account's push settings."""
    kept = await call.service.dialect_settings(account, NAME)
    values = {name: kept.get(name, default) for name, default in DEFAULTS.items()}
    return envelope(call.path, values if call.settings.config_as == "object" else [values])


async def set_config(call: OpenVoxCall, account: Account) -> dict[str, Any]:
    """Change the account's push settings: those that are named."""
    old = await call.service.dialect_settings(account, NAME)
    values = read_push_settings(call.params, old)
    await call.service.save_dialect_settings(account, NAME, values, push_events(values))
    return envelope(call.path, [])


async def login(call: OpenVoxCall, account: Account) -> dict[str, Any]:
    """Give a token for the next requests; the one that came is renewed."""
    token = None if call.params.read_string("username") is not None else call.params.read_string("token")
    if token is None:
        token = await call.service.accounts.open_session(account, kind=NAME, life_s=call.settings.token_life_s)
    return envelope(call.path, {"level": int(account.role is Role.ADMIN), "token": token})


async def _account(call: OpenVoxCall) -> Account:
    """Give the account that calls; a token counts only without a name."""
    params = call.params
    try:
        username = params.read_string("username")
        password = None if username is None else params.read_text("password")
    except UndecodableError:
        raise
    except InvalidFieldError as error:
        raise BadCredentialsError from error
    if username is not None:
        return await account_by_password(call, NAME, username, password)
    try:
        token = params.read_string("token")
    except UndecodableError:
        raise
    except InvalidFieldError as error:
        raise BadTokenError from error
    if token is None:
        raise BadCredentialsError
    return await account_by_token(call, NAME, token.strip(), life_s=call.settings.token_life_s)


_CALLS: dict[str, tuple[Permission | None, CallHandler]] = {
    "sms/get_valid_spans": (Permission.READ, get_valid_spans),
    "sms/send": (Permission.SEND, send),
    "smsoutbox/get": (Permission.READ, get_outbox),
    "smsoutbox/get_config": (Permission.READ, get_config),
    "smsoutbox/set_config": (Permission.CONFIG, set_config),
    "smsinbox/get": (Permission.INBOUND, get_inbox),
    "auth/login": (None, login),
}


async def _serve(permission: Permission | None, handler: CallHandler, call: OpenVoxCall) -> Answer:
    account = await _account(call)
    if permission is not None:
        require(account, permission)
    return Answer(body=encode_json(await handler(call, account)))


def _roots(settings: Settings) -> tuple[str, ...]:
    return ("/", "/controller/") if settings.controller_prefix else ("/",)


def routes(settings: Settings) -> list[Route[Settings]]:
    """Give the paths of both APIs."""
    posted = [
        Route(path=root + uri, methods=frozenset({"POST"}), handle=partial(_serve, permission, handler))
        for root in _roots(settings)
        for uri, (permission, handler) in _CALLS.items()
    ]
    return [*posted, *get_routes(settings)]


def prefixes(settings: Settings) -> list[str]:
    """Give the prefixes below which unknown paths are ours."""
    return [root + room for root in _roots(settings) for room in ("sms", "smsoutbox", "smsinbox", "auth")]


def refuse(path: str, error: RequestError, settings: Settings) -> Answer:  # noqa: ARG001 (the contract)
    """Give the answer to a request that is refused, in the words of the API that was called."""
    return refuse_get(path, error) if path in GET_PATHS else refuse_post(path, error)


def read_pushes(old: Mapping[str, Any], changes: Mapping[str, str]) -> tuple[dict[str, Any], frozenset[CallbackEvent]]:
    """Give push settings after changes that an operator types, as `set_config` takes them, and the profile."""
    unknown = changes.keys() - DEFAULTS.keys() - set(PROFILE_KEYS)
    if unknown:
        raise InvalidFieldError(min(unknown), f"unknown; known are {', '.join((*DEFAULTS, *PROFILE_KEYS))}")
    pushes = read_push_settings(Params(dict(changes)), old)
    values = {name: pushes[name] for name in DEFAULTS} | read_profile(old, changes)
    return values, push_events(values)


DIALECT = Dialect(
    name=NAME,
    settings=Settings,
    routes=routes,
    prefixes=prefixes,
    refuse=refuse,
    render=render,
    read_pushes=read_pushes,
)
