"""smsgateway24.com: phones as modems, contacts, newsletters. A device of theirs is a span of ours.

After https://smsgateway24.com/en/docs/apidocumentation, and what its pages on devices, sender ids and webhooks say.

`settings` · `wire` (fields to values and back) · `devices` · `statuses` · `sending` · `lists` · `reading` ·
`webhooks` · here who calls, and `DIALECT`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gateway.api.auth import account_by_password, account_by_permanent_token, require
from gateway.api.dialect import Answer, Call, Dialect, Route
from gateway.api.dialects.smsgateway24 import lists, reading, sending
from gateway.api.dialects.smsgateway24.settings import NAME, Settings
from gateway.api.dialects.smsgateway24.webhooks import read_webhooks, render
from gateway.api.dialects.smsgateway24.wire import Refused, failure, refuse, success
from gateway.api.refusals import BadTokenError
from gateway.core.account import Account, Permission
from gateway.errors import BadCredentialsError, InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway.api.params import Params

    SmsGateway24Call = Call[Settings]
    CallHandler = Callable[[SmsGateway24Call, Account], Awaitable[Answer]]

METHODS = frozenset({"GET", "POST"})


async def _account_by_login(call: SmsGateway24Call) -> Account:
    try:
        email, password = call.params.read_string("email"), call.params.read_text("pass")
    except InvalidFieldError as error:
        raise BadCredentialsError from error
    return await account_by_password(call, NAME, None if email is None else email.strip(), password)


async def _account_by_token(call: SmsGateway24Call, *sources: Params) -> Account:
    """Give the account of the token of the first source that has one."""
    for params in sources or (call.params,):
        try:
            token = params.read_string("token")
        except InvalidFieldError as error:
            raise BadTokenError from error
        if token is not None:
            return await account_by_permanent_token(call, NAME, token.strip())
    raise BadTokenError


async def get_token(call: SmsGateway24Call, account: Account) -> Answer:
    """Give the account's token: the same every time until it is withdrawn."""
    token = await call.service.accounts.keys.permanent_token(account)
    return success({"error": 0, "message": "OK", "token": token})


async def add_a_lot_of_sms(call: SmsGateway24Call) -> Answer:
    """Accept many texts; the token may stand in their document or beside it."""
    document = sending.read_document(call.params)
    account = await _account_by_token(call, document, call.params)
    require(account, Permission.SEND)
    return await sending.add_a_lot_of_sms(call, account, document)


async def _serve(
    find: Callable[[SmsGateway24Call], Awaitable[Account]],
    permission: Permission | None,
    handler: CallHandler,
    call: SmsGateway24Call,
) -> Answer:
    account = await find(call)
    if permission is not None:
        require(account, permission)
    return await handler(call, account)


async def _answered(handle: Callable[[SmsGateway24Call], Awaitable[Answer]], call: SmsGateway24Call) -> Answer:
    try:
        return await handle(call)
    except Refused as refused:
        return failure(refused.message)


_BY_TOKEN: dict[str, tuple[Permission, CallHandler]] = {
    "addsms": (Permission.SEND, sending.add_sms),
    "addsmstosenderid": (Permission.SEND, sending.add_sms_to_sender_id),
    "savepaket": (Permission.SEND, sending.save_newsletter),
    "savetag": (Permission.DIRECTORY, lists.save_tag),
    "savecontact": (Permission.DIRECTORY, lists.save_contact),
    "getalldevices": (Permission.READ, lists.all_devices),
    "getdevicestatus": (Permission.READ, lists.device_status),
    "getsmsstatus": (Permission.READ, reading.sms_status),
    "getallsms": (Permission.READ, reading.all_sms),
}
_CALLS: dict[str, Callable[[SmsGateway24Call], Awaitable[Answer]]] = {
    "gettoken": partial(_serve, _account_by_login, None, get_token),
    "smstosend": partial(_serve, _account_by_login, Permission.SEND, sending.add_sms),
    "addalotofsms": add_a_lot_of_sms,
    **{name: partial(_serve, _account_by_token, *both) for name, both in _BY_TOKEN.items()},
}


def routes(_: Settings) -> list[Route[Settings]]:
    """Give the paths of the API."""
    return [
        Route(
            path=f"/getdata/{name}",
            methods=METHODS,
            handle=partial(_answered, handle),
            array_as="smsdata" if name == "addalotofsms" else "",
        )
        for name, handle in _CALLS.items()
    ]


def prefixes(_: Settings) -> list[str]:
    """Give the prefix below which unknown paths are ours."""
    return ["/getdata"]


DIALECT = Dialect(
    name=NAME,
    settings=Settings,
    routes=routes,
    prefixes=prefixes,
    refuse=refuse,
    render=render,
    read_pushes=read_webhooks,
)
