"""The GET API of OpenVox gateways: /sendsms, /smsstatus, /simstatus, /smsremain, /sendussd.

As real devices behave, of two firmware generations (`profile`); every answer is text, its values strings. Here are
the routes and the calls that only read; `get_sms` and `get_ussd` send.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gateway.api.auth import account_by_password, require
from gateway.api.cors import Cors
from gateway.api.dialect import Answer, Call, Route, encode_json
from gateway.api.dialects.openvox.get_sms import send_sms
from gateway.api.dialects.openvox.get_ussd import send_ussd
from gateway.api.dialects.openvox.get_wire import (
    BAD_NUMBER,
    BAD_PORT,
    DISABLED,
    NOT_FOUND,
    PORT_OUT_OF_RANGE,
    Refused,
    plain,
    read_reference,
    sentence,
    sim_status,
    status_row,
)
from gateway.api.dialects.openvox.profile import profile_of
from gateway.api.dialects.openvox.settings import NAME, Settings
from gateway.api.dialects.openvox.wire import find_port, is_port_word
from gateway.core.account import Account, Permission, Role
from gateway.core.types import AccountId
from gateway.errors import BadCredentialsError, InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from gateway.core.types import Port

    GetCall = Call[Settings]
    Values = Mapping[str, Any]

EVERYBODY = Account(id=AccountId(0), name="everybody", role=Role.ADMIN)
"""Who asks where `open_status_calls` lets everybody ask, for the whole box."""


async def sms_status(call: GetCall, account: Account, values: Values) -> Answer:
    """Give what has become of the newest message to a number."""
    try:
        text = call.params.read_phone("phonenumber")
    except InvalidFieldError as error:
        raise Refused(BAD_NUMBER) from error
    number = None if text is None else call.service.read_number(text)
    if number is None:
        raise Refused(BAD_NUMBER)
    reference = read_reference(call.params)
    page = await call.service.outbox(
        account, number=number.normalised, client_ref=reference or None, page=1, page_size=1
    )
    if not page.rows:
        raise Refused(NOT_FOUND)
    service = call.service
    row = status_row(page.rows[0], service, service.zone(account), profile_of(call.settings, values), values)
    return plain(encode_json(row))


async def sim_statuses(call: GetCall, account: Account, _: Values) -> Answer:
    """Give the SIM of one port or of all."""
    board = call.service.board
    rows = {}
    for port in _read_ports(call, account):
        condition = board.condition(port)
        rows[str(port)] = [{"imsi": condition.imsi, "status": sim_status(condition, board.health(port))}]
    return plain(encode_json(rows))


def _read_ports(call: GetCall, account: Account) -> list[Port]:
    """Read `port` of /simstatus; 0 or none are all."""
    every = [view.span.port for view in call.service.spans_of(account)]
    try:
        word = (call.params.read_string("port") or "0").strip()
    except InvalidFieldError as error:
        raise Refused(BAD_PORT) from error
    if word == "0":
        return every
    port = find_port(word, call.service.board)
    if port in every:
        return [port]
    raise Refused(BAD_PORT if port is None and not is_port_word(word) else PORT_OUT_OF_RANGE)


async def sms_remain(call: GetCall, account: Account, _: Values) -> Answer:
    """Give how many messages wait for each port."""
    waiting = call.service.store.load.open_by_port
    ports = [view.span.port for view in call.service.spans_of(account)]
    counts = {str(port): str(waiting.get(port, 0)) for port in ports}
    return plain(encode_json({"Total_channel": str(len(ports)), "Smsremain": [counts]}))


# --- the shelf ------------------------------------------------------------------------------------

_CALLS: dict[str, tuple[Permission, Callable[[GetCall, Account, Values], Awaitable[Answer]]]] = {
    "/sendsms": (Permission.SEND, send_sms),
    "/smsstatus": (Permission.READ, sms_status),
    "/simstatus": (Permission.READ, sim_statuses),
    "/smsremain": (Permission.READ, sms_remain),
    "/sendussd": (Permission.USSD, send_ussd),
}
GET_PATHS = frozenset(_CALLS)


async def _serve(
    permission: Permission, handler: Callable[[GetCall, Account, Values], Awaitable[Answer]], call: GetCall
) -> Answer:
    if not call.settings.get_api:
        return sentence(call.path, DISABLED, has_usage=True)
    is_open = permission is Permission.READ and call.settings.open_status_calls
    account = EVERYBODY if is_open else await _account(call)
    require(account, permission)
    values = {} if is_open else await call.service.dialect_settings(account, NAME)
    try:
        return await handler(call, account, values)
    except Refused as refused:
        return sentence(call.path, refused.sentence, has_usage=refused.has_usage)


async def _account(call: GetCall) -> Account:
    try:
        username = call.params.read_string("username")
        password = call.params.read_text("password")
    except InvalidFieldError as error:
        raise BadCredentialsError from error
    return await account_by_password(call, NAME, username, password)


def get_routes(settings: Settings) -> list[Route[Settings]]:
    """Give the paths of the GET API."""
    cors = Cors(origins=settings.cors_origins) if settings.cors_origins else None
    return [
        Route(path=path, methods=frozenset({"GET", "POST"}), handle=partial(_serve, permission, handler), cors=cors)
        for path, (permission, handler) in _CALLS.items()
    ]
