"""From a request's credentials to its account, and from its connection to the caller's address."""

from __future__ import annotations

import base64
import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from gateway.api.refusals import BadTokenError
from gateway.errors import BadCredentialsError, NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network, IPv6Network

    from gateway.api.dialect import Call
    from gateway.core.account import Account, Permission


_TOKEN_KEY = re.compile(r"[a-z0-9]{12}")


async def account_by_password(call: Call[Any], dialect: str, login: str | None, password: str | None) -> Account:
    """Give the account of a name or e-mail and a password, its request counted; missing ones are wrong ones."""
    accounts = call.service.accounts
    if login is None or password is None:
        raise BadCredentialsError
    account = await accounts.check_password(login, password, source=call.source, dialect=dialect)
    accounts.take_rate(account)
    return account


async def account_by_token(call: Call[Any], dialect: str, token: str, *, life_s: int | None) -> Account:
    """Give the account of a session token of this dialect or of an API token `key|secret`, its request counted.

    The session's life of `life_s` starts anew, None leaves it as it is.
    """
    accounts = call.service.accounts
    try:
        if "|" in token:
            account = await accounts.check_api_token(token, source=call.source, dialect=dialect)
        else:
            account = await accounts.check_session(
                token, kind=dialect, life_s=life_s, source=call.source, dialect=dialect
            )
    except BadCredentialsError as error:
        raise BadTokenError from error
    accounts.take_rate(account)
    return account


async def account_by_api_token(call: Call[Any], dialect: str, token: str) -> Account:
    """Give the account of an API token, its request counted; there are no others."""
    accounts = call.service.accounts
    try:
        account = await accounts.check_api_token(token, source=call.source, dialect=dialect)
    except BadCredentialsError as error:
        raise BadTokenError from error
    accounts.take_rate(account)
    return account


async def account_by_permanent_token(call: Call[Any], dialect: str, token: str) -> Account:
    """Give the account of its permanent token or of an API token, its request counted."""
    if "|" in token:
        return await account_by_api_token(call, dialect, token)
    accounts = call.service.accounts
    try:
        account = await accounts.check_permanent_token(token, source=call.source, dialect=dialect)
    except BadCredentialsError as error:
        raise BadTokenError from error
    accounts.take_rate(account)
    return account


async def account_by_basic(call: Call[Any], dialect: str) -> Account:
    """Give the account of HTTP Basic credentials, its request counted: key and secret of an API token, or a login."""
    user, password = basic_credentials(call.authorization)
    if _TOKEN_KEY.fullmatch(user) and await call.service.accounts.has_token(user):
        return await account_by_api_token(call, dialect, f"{user}|{password}")
    return await account_by_password(call, dialect, user, password)


def bearer_token(authorization: str) -> str:
    """Give the token of an Authorization header, "" without one; the word is matched without case.

    >>> bearer_token("bearer  abc ")
    'abc'
    """
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def basic_credentials(authorization: str) -> tuple[str, str]:
    """Give user and password of an Authorization header; BadCredentialsError when it has none. RFC 7617.

    >>> basic_credentials("Basic azN5MGtleTBrZXkwOkFQSVBBU1NXT1JE")
    ('k3y0key0key0', 'APIPASSWORD')
    """
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        raise BadCredentialsError
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError as error:
        raise BadCredentialsError from error
    if not colon:
        raise BadCredentialsError
    return user, password


def require(account: Account, permission: Permission) -> None:
    """Raise NotAllowedError unless the account holds `permission`."""
    if not account.may(permission):
        raise NotAllowedError(permission=permission.value)


def source_address(
    peer: str, forwarded_for: Sequence[str], trusted_proxies: Sequence[IPv4Network | IPv6Network]
) -> str:
    """Give the caller's address: the peer, or behind a trusted proxy the last untrusted one of X-Forwarded-For.

    `forwarded_for` are the header's lines in order. What is not an address is believed no further.
    """
    if not forwarded_for or not trusted_proxies:
        return peer
    hops = [hop.strip() for line in forwarded_for for hop in line.split(",")]
    source = peer
    for hop in reversed(hops):
        if not _is_trusted(source, trusted_proxies):
            break
        if _address(hop) is None:
            break
        source = hop
    return source


def _is_trusted(text: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in networks)


def _address(text: str) -> Any:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
