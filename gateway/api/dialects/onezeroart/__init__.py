"""OneZeroArt "Zal Ultra", customer system of ISPs: its user SMS API.

After https://docs.onezeroart.com/zalultra/api_integration/04-user-sms.html, with the login of its guide and the
subscribers that its calls name. No status call, no inbound and no callbacks: the vendor has none.

`settings` · `wire` (fields to values and back) · `tokens` · here the short handlers and `DIALECT`.
"""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from gateway.api.auth import account_by_password, account_by_token, bearer_token, require
from gateway.api.dialect import Answer, Call, CallbackFacts, Dialect, Route
from gateway.api.dialects.onezeroart.settings import NAME, Settings
from gateway.api.dialects.onezeroart.tokens import make_token
from gateway.api.dialects.onezeroart.wire import (
    Form,
    Refused,
    failure,
    refuse,
    sending_failed,
    subscriber_view,
    success,
    taken_or_invalid,
    user_view,
)
from gateway.api.refusals import BadTokenError
from gateway.core.account import Account, Permission
from gateway.errors import InvalidFieldError
from gateway.service.submitting import Submission

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway.core.callback import CallbackRequest
    from gateway.core.directory import Contact
    from gateway.core.number import Number

    OneZeroArtCall = Call[Settings]
    CallHandler = Callable[[OneZeroArtCall, Account], Awaitable[Answer]]

MOST_ROWS = 1000
_INVALID_NUMBER = "Invalid phone number"


# --- login ----------------------------------------------------------------------------------------


async def login(call: OneZeroArtCall) -> Answer:
    """Give a token for a name or e-mail and a password."""
    form = Form(call.params)
    email, password = form.string("email"), form.text("password")
    form.check()
    account = await account_by_password(call, NAME, email, password)
    token = await _new_token(call, account)
    return success("Login successful", {"user": user_view(account), **token})


async def _new_token(call: OneZeroArtCall, account: Account) -> dict[str, object]:
    accounts, life_s = call.service.accounts, call.settings.token_life_s
    token = make_token(
        account.id,
        secrets.token_hex(16),
        issued_at=call.service.clock.now_ms(),
        life_s=life_s,
        sign=await accounts.keys.signer(),
    )
    await accounts.open_session(account, kind=NAME, life_s=life_s, token=token, most=call.settings.max_sessions)
    return {"token": token, "token_type": "bearer", "expires_in": life_s}


async def logout(call: OneZeroArtCall, account: Account) -> Answer:
    """End the token that came; an API token stays."""
    await call.service.accounts.end_session(account, bearer_token(call.authorization), kind=NAME)
    return success("Successfully logged out")


async def refresh(call: OneZeroArtCall, account: Account) -> Answer:
    """Give a new token; the one that came is good for a little longer, for parallel workers."""
    old = bearer_token(call.authorization)
    if "|" in old:
        return failure(422, "This token does not expire", kind="api token")
    token = await _new_token(call, account)
    await call.service.accounts.end_session(account, old, kind=NAME, after_s=call.settings.refresh_grace_s)
    return success("Token refreshed successfully", token)


async def user(_: OneZeroArtCall, account: Account) -> Answer:
    """Say who calls."""
    return success(None, {"user": user_view(account, has_permissions=True)})


async def health(_: OneZeroArtCall) -> Answer:
    """Say that the API is there, and nothing about the inside."""
    return success("OK")


# --- sending --------------------------------------------------------------------------------------


async def send(call: OneZeroArtCall, account: Account) -> Answer:
    """Accept one text for one number."""
    form = Form(call.params)
    phone, text = form.phone("phone"), form.message("message", call.service)
    form.check()
    number = call.service.read_number(phone)
    if number is None:
        return sending_failed(_INVALID_NUMBER)
    (accepted,) = await call.service.submit(account, _submission([number], text))
    return success("SMS sent successfully", {"message_id": f"MSG{accepted.id}"})


async def send_to_subscriber(call: OneZeroArtCall, account: Account) -> Answer:
    """Accept one text for one contact."""
    form = Form(call.params)
    subscriber_id, text = form.integer("subscriber_id"), form.message("message", call.service)
    form.check()
    contact = await call.service.directory.contact(account, subscriber_id or 0)
    if contact is None:
        return _unknown_subscriber()
    number = call.service.directory.number_of(contact)
    if number is None:
        return sending_failed(_INVALID_NUMBER if contact.phone else "Subscriber has no phone number")
    await call.service.submit(account, _submission([number], text))
    return success("SMS sent successfully")


async def send_bulk(call: OneZeroArtCall, account: Account) -> Answer:
    """Accept one text for several contacts; those that cannot be reached are counted."""
    form = Form(call.params)
    ids = form.ids("subscriber_ids", call.service.settings.http.max_recipients)
    text = form.message("message", call.service)
    form.check()
    contacts = await call.service.directory.contacts_by_id(account, ids)
    numbers = _numbers(call, contacts)
    counts = {"total": len(ids), "sent": len(numbers), "failed": len(ids) - len(numbers)}
    if not numbers:
        return sending_failed("No subscriber could be reached", counts)
    await call.service.submit(account, _submission(numbers, text))
    return success("Bulk SMS sent successfully", counts)


def _numbers(call: OneZeroArtCall, contacts: list[Contact]) -> list[Number]:
    numbers = (call.service.directory.number_of(contact) for contact in contacts)
    return [number for number in numbers if number is not None]


def _submission(numbers: list[Number], text: str) -> Submission:
    return Submission(dialect=NAME, numbers=numbers, text=text)


# --- subscribers ----------------------------------------------------------------------------------


async def subscribers(call: OneZeroArtCall, account: Account) -> Answer:
    """Give a page of contacts, or make one."""
    if call.method == "POST":
        return await _create(call, account)
    require(account, Permission.READ)
    form = Form(call.params)
    offset, limit = form.integer("offset", is_required=False), form.integer("limit", is_required=False)
    subscriber_id = form.integer("subscriber_id", is_required=False)
    search, status = form.string("search", is_required=False), form.string("status", is_required=False)
    form.check()
    offset = max(offset or 0, 0)
    limit = 100 if limit is None else min(max(limit, 1), MOST_ROWS)
    word = status.strip().lower()
    page = await call.service.directory.contacts(
        account,
        contact_id=subscriber_id if word in {"", "active", "inactive"} else 0,
        search=search.strip(),
        is_active=None if not word else word == "active",
        offset=offset,
        limit=limit,
    )
    zone = call.service.zone(account)
    rows = [subscriber_view(contact, zone) for contact in page.rows]
    return success(None, {"subscribers": rows, "total": page.total, "offset": offset, "limit": limit})


async def _create(call: OneZeroArtCall, account: Account) -> Answer:
    require(account, Permission.DIRECTORY)
    form = Form(call.params)
    facts = form.contact(is_new=True)
    form.check()
    try:
        contact = await call.service.directory.add_contact(account, facts)
    except InvalidFieldError as error:
        return taken_or_invalid(error)
    view = subscriber_view(contact, call.service.zone(account))
    return success("Subscriber created successfully", {"subscriber": view}, status=201)


async def subscriber(call: OneZeroArtCall, account: Account) -> Answer:
    """Give, change or drop one contact."""
    require(account, Permission.READ if call.method == "GET" else Permission.DIRECTORY)
    word = call.parts["id"]
    contact_id = int(word[:12]) if word.isascii() and word.isdecimal() else 0
    if call.method == "DELETE":
        if not await call.service.directory.remove_contact(account, contact_id):
            return _unknown_subscriber()
        return success("Subscriber deleted successfully")
    if call.method == "GET":
        return _shown(call, account, None, await call.service.directory.contact(account, contact_id))
    form = Form(call.params)
    facts = form.contact(is_new=False)
    form.check()
    try:
        contact = await call.service.directory.change_contact(account, contact_id, facts)
    except InvalidFieldError as error:
        return taken_or_invalid(error)
    return _shown(call, account, "Subscriber updated successfully", contact)


def _shown(call: OneZeroArtCall, account: Account, message: str | None, contact: Contact | None) -> Answer:
    if contact is None:
        return _unknown_subscriber()
    return success(message, {"subscriber": subscriber_view(contact, call.service.zone(account))})


def _unknown_subscriber() -> Answer:
    return failure(404, "Subscriber not found", kind="unknown subscriber")


# --- the shelf ------------------------------------------------------------------------------------


async def _serve(permission: Permission | None, handler: CallHandler, call: OneZeroArtCall) -> Answer:
    token = bearer_token(call.authorization)
    if not token:
        raise BadTokenError
    account = await account_by_token(call, NAME, token, life_s=None)
    if permission is not None:
        require(account, permission)
    return await _answered(partial(handler, call, account))


async def _answered(handle: Callable[[], Awaitable[Answer]]) -> Answer:
    try:
        return await handle()
    except Refused as refused:
        return refused.answer


async def _open(handler: Callable[[OneZeroArtCall], Awaitable[Answer]], call: OneZeroArtCall) -> Answer:
    return await _answered(partial(handler, call))


_CALLS: dict[str, tuple[frozenset[str], Permission | None, CallHandler]] = {
    "auth/logout": (frozenset({"POST"}), None, logout),
    "auth/refresh": (frozenset({"POST"}), None, refresh),
    "auth/user": (frozenset({"GET"}), None, user),
    "sms/send": (frozenset({"POST"}), Permission.SEND, send),
    "sms/send-to-subscriber": (frozenset({"POST"}), Permission.SEND, send_to_subscriber),
    "sms/send-bulk": (frozenset({"POST"}), Permission.SEND, send_bulk),
    "subscribers": (frozenset({"GET", "POST"}), None, subscribers),
    "subscribers/{id}": (frozenset({"GET", "PUT", "PATCH", "DELETE"}), None, subscriber),
}


def routes(_: Settings) -> list[Route[Settings]]:
    """Give the paths of the API."""
    without_login = [
        Route(path="/api/v1/auth/login", methods=frozenset({"POST"}), handle=partial(_open, login)),
        Route(path="/api/health", methods=frozenset({"GET"}), handle=partial(_open, health)),
    ]
    return without_login + [
        Route(path=f"/api/v1/{name}", methods=methods, handle=partial(_serve, permission, handler))
        for name, (methods, permission, handler) in _CALLS.items()
    ]


def prefixes(_: Settings) -> list[str]:
    """Give the prefix below which unknown paths are ours."""
    return ["/api/v1"]


def render(facts: CallbackFacts, settings: Settings) -> CallbackRequest | None:  # noqa: ARG001 (the contract)
    """Give nothing: this API has no callbacks."""
    return None


DIALECT = Dialect(name=NAME, settings=Settings, routes=routes, prefixes=prefixes, refuse=refuse, render=render)
