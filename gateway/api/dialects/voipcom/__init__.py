"""voip-communications.net: bulk and two-way SMS.

After https://voip-communications.net/vcw/sms/sms-api/, which documents sending; conversations as the vendor's own
mobile apps ask for them. Listing and deleting of what is scheduled is named there and not described: ours. Left out
are calls, sign-up, payments and the registration of apps for pushes.

`settings` · `dates`, `smsid`, `fields` (wire to values) · `answers` (values to wire) · `replies` (callbacks) · here the
short handlers and `DIALECT`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gateway.api.auth import account_by_basic, require
from gateway.api.dialect import Answer, Call, Dialect, Route, encode_json
from gateway.api.dialects.voipcom.answers import (
    ROOTS,
    View,
    failure,
    refuse,
    retry_after,
    status_word,
    success,
)
from gateway.api.dialects.voipcom.fields import (
    Refused,
    read_due,
    read_field,
    read_message,
    read_page,
    read_party,
    read_targets,
    required,
)
from gateway.api.dialects.voipcom.replies import read_pushes, render
from gateway.api.dialects.voipcom.settings import NAME, Settings
from gateway.api.dialects.voipcom.smsid import is_smsid, read_smsid
from gateway.core.account import Account, Permission
from gateway.core.message import Message
from gateway.core.number import match_key
from gateway.core.status import Status
from gateway.errors import InvalidFieldError, RequestError
from gateway.service.submitting import Accepted, Submission
from gateway.store.pages import ListingQuery

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway.core.message import Inbound
    from gateway.core.types import Port

    VoipComCall = Call[Settings]
    CallHandler = Callable[[VoipComCall, Account], Awaitable[Answer]]

_BAD_NUMBER = InvalidFieldError("to", "not a phone number")


async def _view(call: VoipComCall, account: Account) -> View:
    return View(
        settings=call.settings,
        zone=call.service.zone(account),
        sign=await call.service.accounts.keys.signer(),
        numbers=await call.service.directory.own_numbers(account),
    )


# --- sending --------------------------------------------------------------------------------------


async def send(call: VoipComCall, account: Account) -> Answer:
    """Accept one text for each number that can have it; the others are told apart."""
    params, service = call.params, call.service
    view = await _view(call, account)
    now = service.clock.now_ms()
    targets = read_targets(params, service.settings.http.max_recipients)
    text, segments = read_message(params, service)
    from_number = read_field("from", params.read_phone)
    port, sender = await _own_number(call, account, from_number) if from_number else (None, "")
    due = read_due(params, service, view.zone, now)
    order = view.order(sender=sender, text=text, segments=segments, due=due or now, is_put_off=due is not None)
    numbers = [read_party(target, service, call.settings) for target in targets]
    submission = Submission(
        dialect=NAME,
        numbers=[number for number in numbers if number is not None],
        text=text,
        spans=() if port is None else (port,),
        send_at=due,
        is_credit_late=True,
        sender=sender,
    )
    found = await service.submit_some(account, submission) if submission.numbers else []
    outcomes = iter(found)
    log: list[dict[str, Any]] = []
    errors: list[RequestError] = []
    for target, number in zip(targets, numbers, strict=True):
        outcome = _BAD_NUMBER if number is None else next(outcomes)
        if isinstance(outcome, Accepted):
            log.append(view.accepted(order, outcome))
        else:
            log.append(view.refused(order, target if number is None else number, outcome))
            errors.append(outcome)
    return _send_log(log, errors)


def _send_log(log: list[dict[str, Any]], errors: list[RequestError]) -> Answer:
    """Give the answer of `sms/send`; it counts as refused when nobody gets a message."""
    headers: dict[str, str] = next(filter(None, map(retry_after, errors)), {})
    refusal = str(log[0]["code"]) if len(errors) == len(log) else ""
    return Answer(body=encode_json({"send_log": log}), headers=headers, refusal=refusal)


async def _own_number(call: VoipComCall, account: Account, text: str) -> tuple[Port, str]:
    """Give the span and the digits of the number in `from`."""
    number = read_party(text, call.service, call.settings)
    port = None if number is None else await call.service.directory.port_of(account, number.normalised)
    if number is None or port is None:
        raise Refused(403, "The from number does not belong to you or is not SMS enabled")
    return port, match_key(number.normalised)


# --- what is scheduled ----------------------------------------------------------------------------


async def scheduled(call: VoipComCall, account: Account) -> Answer:
    """List the messages of the account that are put off."""
    page, size = read_page(call.params), call.settings.scheduled_page_size
    view = await _view(call, account)
    messages = await call.service.scheduled(account, limit=size, offset=page * size)
    return success("scheduled", [view.scheduled(message) for message in messages])


async def delete(call: VoipComCall, account: Account) -> Answer:
    """Withdraw a message that no span has."""
    smsid = read_field("smsid", call.params.read_string).strip()
    if not smsid:
        raise required("smsid")
    message = await _find(call, account, smsid)
    if isinstance(message, Message):
        message = await call.service.cancel(account, message.id)
    if message is None:
        return _not_deleted(call, smsid, 404, "SMS not found", "")
    word = status_word(message)
    if not isinstance(message, Message) or message.status is not Status.CANCELLED:
        return _not_deleted(call, smsid, 409, "SMS is not scheduled", word)
    answer = {"error": False, "code": 200, "code_desc": "", "smsid": smsid, "status": word}
    return Answer(body=encode_json(answer))


async def _find(call: VoipComCall, account: Account, smsid: str) -> Message | Inbound | None:
    message_id = read_smsid(smsid)
    message = None if message_id is None else await call.service.message(account, message_id)
    if message is None or not is_smsid(smsid, message, await call.service.accounts.keys.signer()):
        return None
    return message


def _not_deleted(call: VoipComCall, smsid: str, code: int, reason: str, status: str) -> Answer:
    return failure(call.path, code, reason, {"code": code, "code_desc": reason, "smsid": smsid, "status": status})


# --- conversations --------------------------------------------------------------------------------


async def summary(call: VoipComCall, account: Account) -> Answer:
    """Give the latest message of each conversation."""
    page, size = read_page(call.params), call.settings.page_size
    view = await _view(call, account)
    messages = await call.service.conversations(account, limit=size, offset=page * size)
    return success("summary", [view.summary_row(message) for message in messages])


async def chat(call: VoipComCall, account: Account) -> Answer:
    """Give the messages of a conversation; without an own number all those with the other one."""
    params, service = call.params, call.service
    internal, external = read_field("internal", params.read_phone), read_field("external", params.read_phone)
    if not external:
        raise required("external")
    page, size = read_page(params), call.settings.page_size
    own = read_party(internal, service, call.settings)
    other = read_party(external, service, call.settings)
    query = ListingQuery(
        account_id=account.id,
        port=None if own is None else await service.directory.port_of(account, own.normalised),
        number=external.strip() if other is None else other.normalised,
        limit=size,
        offset=page * size,
    )
    view = await _view(call, account)
    listing = await service.listing(account, query)
    return success("chat", [view.chat_row(message) for message in listing.rows])


# --- the shelf ------------------------------------------------------------------------------------

_POST, _ANY = frozenset({"POST"}), frozenset({"GET", "POST"})
_CALLS: dict[str, tuple[frozenset[str], Permission, CallHandler]] = {
    "sms/send": (_POST, Permission.SEND, send),
    "sms/scheduled": (_ANY, Permission.READ, scheduled),
    "sms/list": (_ANY, Permission.READ, scheduled),
    "sms/delete": (_ANY, Permission.SEND, delete),
    "sms/cancel": (_ANY, Permission.SEND, delete),
    "sms/deletescheduled": (_ANY, Permission.SEND, delete),
    "sms/summary": (_ANY, Permission.READ, summary),
    "sms/chat": (_ANY, Permission.READ, chat),
}


async def _serve(permission: Permission, handler: CallHandler, call: VoipComCall) -> Answer:
    account = await account_by_basic(call, NAME)
    require(account, permission)
    try:
        return await handler(call, account)
    except Refused as refused:
        return failure(call.path, refused.code, refused.message)


def routes(_: Settings) -> list[Route[Settings]]:
    """Give the paths of the API."""
    return [
        Route(path=root + name, methods=methods, handle=partial(_serve, permission, handler))
        for root in ROOTS
        for name, (methods, permission, handler) in _CALLS.items()
    ]


def prefixes(_: Settings) -> list[str]:
    """Give the prefix below which unknown paths are ours."""
    return ["/api-v2"]


DIALECT = Dialect(
    name=NAME,
    settings=Settings,
    routes=routes,
    prefixes=prefixes,
    refuse=refuse,
    render=render,
    read_pushes=read_pushes,
)
