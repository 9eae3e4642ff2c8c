"""From a request's credentials to its account, and from its connection to the caller's address."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from gateway.api.refusals import BadTokenError
from gateway.errors import BadCredentialsError, NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network, IPv6Network

    from gateway.api.dialect import Call
    from gateway.core.account import Account, Permission


async def account_by_password(call: Call[Any], dialect: str, login: str | None, password: str | None) -> Account:
    """Give the account of a name or e-mail and a password, its request counted; missing ones are wrong ones."""
    accounts = call.service.accounts
    if login is None or password is None:
        raise BadCredentialsError
    account = await accounts.check_password(login, password, source=call.source, dialect=dialect)
    accounts.take_rate(account)
    return account


async def account_by_token(call: Call[Any], dialect: str, token: str, *, life_s: int) -> Account:
    """Give the account of a session token of this dialect or of an API token `key|secret`, its request counted."""
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


def require(account: Account, permission: Permission) -> None:
    """Raise NotAllowedError unless the account holds `permission`."""
    if not account.may(permission):
        raise NotAllowedError


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
