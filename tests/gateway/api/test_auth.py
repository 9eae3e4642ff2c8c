from __future__ import annotations

import base64
from ipaddress import ip_network

import pytest

from gateway.api.auth import (
    account_by_api_token,
    account_by_basic,
    account_by_permanent_token,
    basic_credentials,
    bearer_token,
    source_address,
)
from gateway.api.dialect import Call, DialectSettings
from gateway.api.params import Params
from gateway.api.refusals import BadTokenError
from gateway.errors import BadCredentialsError
from tests.gateway.api.desk import PASSWORD, Desk

PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1/128")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.9"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["203.0.113.5, 198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["203.0.113.5", "198.51.100.9, 10.0.0.2"], "198.51.100.9"),
        ("::ffff:10.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("::1", ["2001:db8::7"], "2001:db8::7"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.9, "], "10.0.0.1"),
        ("", ["198.51.100.9"], ""),
    ],
)
def test_source_is_the_last_address_that_is_not_trusted(peer: str, forwarded: list[str], source: str) -> None:
    assert source_address(peer, forwarded, PROXIES) == source


def test_without_trusted_proxies_the_header_is_nothing() -> None:
    assert source_address("10.0.0.1", ["198.51.100.9"], []) == "10.0.0.1"


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer   abc ", "abc"),
        ("BEARER k3y0key0key0|SECRET", "k3y0key0key0|SECRET"),
        ("Bearer", ""),
        ("Basic abc", ""),
        ("abc", ""),
        ("", ""),
    ],
)
def test_bearer_tokens(header: str, token: str) -> None:
    assert bearer_token(header) == token


@pytest.mark.parametrize(
    ("header", "pair"),
    [
        ("Basic azN5MGtleTBrZXkwOkFQSVBBU1NXT1JE", ("k3y0key0key0", "APIPASSWORD")),  # voipcom.md 10
        ("basic  QWxhZGRpbjpvcGVuIHNlc2FtZQ==", ("Aladdin", "open sesame")),  # RFC 7617 2
        ("Basic dGVzdDoxMjPCow==", ("test", "123£")),  # RFC 7617 2.1
        ("Basic YTpiOmM=", ("a", "b:c")),
    ],
)
def test_basic_credentials(header: str, pair: tuple[str, str]) -> None:
    assert basic_credentials(header) == pair


@pytest.mark.parametrize("header", ["", "Basic", "Basic ???", "Basic YWJj", "Basic //8=", "Bearer YTpi"])
def test_what_is_no_basic_credential_is_refused(header: str) -> None:
    with pytest.raises(BadCredentialsError):
        basic_credentials(header)


def _call(desk: Desk, authorization: str = "") -> Call[DialectSettings]:
    return Call(
        path="/x",
        params=Params(),
        source="192.0.2.1",
        service=desk.service,
        settings=DialectSettings(),
        authorization=authorization,
    )


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


async def test_basic_takes_an_api_token_in_two_parts_or_a_login(desk: Desk) -> None:
    key, _, secret = (await desk.accounts.create_token("demo", label="")).partition("|")
    for user, password in ((key, secret), ("demo", PASSWORD)):
        assert (await account_by_basic(_call(desk, _basic(user, password)), "voipcom")).name == "demo"
    for user, password in ((key, "wrong"), ("demo", "wrong"), ("nobodynobody", PASSWORD)):
        with pytest.raises(BadCredentialsError):
            await account_by_basic(_call(desk, _basic(user, password)), "voipcom")


async def test_a_login_that_looks_like_a_token_is_no_failure(desk: Desk) -> None:
    await desk.add_account("twelveletter")
    for _ in range(150):
        assert (await account_by_basic(_call(desk, _basic("twelveletter", PASSWORD)), "voipcom")).name == "twelveletter"


async def test_a_permanent_token_and_an_api_token_are_taken(desk: Desk) -> None:
    for token in (
        await desk.accounts.keys.permanent_token(desk.demo),
        await desk.accounts.create_token("demo", label=""),
    ):
        assert (await account_by_permanent_token(_call(desk), "smsgateway24", token)).name == "demo"
    for token in ("", "0" * 32, "a|b"):
        with pytest.raises(BadTokenError):
            await account_by_permanent_token(_call(desk), "smsgateway24", token)


async def test_where_only_api_tokens_count_others_do_not(desk: Desk) -> None:
    session = await desk.accounts.open_session(desk.demo, kind="smsplus", life_s=60)
    with pytest.raises(BadTokenError):
        await account_by_api_token(_call(desk), "smsplus", session)
