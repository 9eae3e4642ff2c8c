"""Permanent tokens and sessions of a fixed life."""

from __future__ import annotations

import hmac
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import BadCredentialsError, SlowDownError
from gateway.service.accounts import Accounts
from gateway.service.keys import Keys
from tests.gateway.api.desk import Desk

HERE: dict[str, Any] = {"source": "192.0.2.1", "dialect": "smsgateway24"}
SESSION: dict[str, Any] = {**HERE, "kind": "onezeroart", "life_s": None}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path / "gateway.db")
    await desk.open()
    yield desk
    await desk.store.close()


@pytest.fixture
def accounts(desk: Desk) -> Accounts:
    return desk.accounts


async def test_what_is_signed_is_its_hmac_under_the_key_of_the_box_each_time(desk: Desk) -> None:
    sign = await desk.accounts.keys.signer()
    for octets in (b"", b"voipcom:1", b"voipcom:2", b"voipcom:1", bytes(1000)):
        assert sign(octets) == hmac.digest(bytes(32), octets, "sha256")


# --- permanent tokens -----------------------------------------------------------------------------


async def test_a_permanent_token_is_the_same_every_time_and_after_a_restart(desk: Desk, accounts: Accounts) -> None:
    token = await accounts.keys.permanent_token(desk.demo)
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert await Keys(desk.store).permanent_token(desk.demo) == token
    assert (await accounts.check_permanent_token(token, **HERE)).id == desk.demo.id


async def test_every_account_has_its_own_from_the_moment_it_is_made(desk: Desk, accounts: Accounts) -> None:
    await accounts.check_permanent_token(await accounts.keys.permanent_token(desk.demo), **HERE)
    made = await accounts.create("shop", role=desk.demo.role, password="x")
    token = await accounts.keys.permanent_token(made)
    assert (await accounts.check_permanent_token(token, **HERE)).name == "shop"


async def test_a_new_password_and_a_renewal_withdraw_it_at_once(desk: Desk, accounts: Accounts) -> None:
    first = await accounts.keys.permanent_token(desk.demo)
    await accounts.check_permanent_token(first, **HERE)
    second = await accounts.renew_permanent_token("demo")
    assert (await accounts.check_permanent_token(second, **HERE)).name == "demo"
    await accounts.set_password("demo", "new")
    for old in (first, second):
        with pytest.raises(BadCredentialsError):
            await accounts.check_permanent_token(old, **HERE)


async def test_a_disabled_account_and_a_wrong_token_are_refused(desk: Desk, accounts: Accounts) -> None:
    token = await accounts.keys.permanent_token(desk.demo)
    await accounts.disable("demo")
    for wrong in (token, "0" * 32, "", "\ud800"):
        with pytest.raises(BadCredentialsError):
            await accounts.check_permanent_token(wrong, **HERE)


async def test_guesses_are_slowed_down(accounts: Accounts) -> None:
    for _ in range(100):
        with pytest.raises(BadCredentialsError):
            await accounts.check_permanent_token("0" * 32, **HERE)
    with pytest.raises(SlowDownError):
        await accounts.check_permanent_token("0" * 32, **HERE)


# --- sessions of a fixed life ---------------------------------------------------------------------


async def test_a_fixed_session_is_not_extended_by_use(desk: Desk, accounts: Accounts) -> None:
    token = await accounts.open_session(desk.demo, kind="onezeroart", life_s=3600, token="a.b.c")
    assert token == "a.b.c"
    for _ in range(2):
        desk.clock.advance(1799)
        assert (await accounts.check_session(token, **SESSION)).name == "demo"
    desk.clock.advance(2)
    for who in (accounts, Accounts(desk.store, clock=desk.clock)):
        with pytest.raises(BadCredentialsError):
            await who.check_session(token, **SESSION)


async def test_an_ended_session_is_refused_at_once_and_others_stay(desk: Desk, accounts: Accounts) -> None:
    one, two = [await accounts.open_session(desk.demo, kind="onezeroart", life_s=3600) for _ in range(2)]
    for token in (one, two):
        await accounts.check_session(token, **SESSION)
    await accounts.end_session(desk.demo, one, kind="onezeroart")
    with pytest.raises(BadCredentialsError):
        await accounts.check_session(one, **SESSION)
    assert (await accounts.check_session(two, **SESSION)).name == "demo"


async def test_a_session_may_be_given_a_little_longer(desk: Desk, accounts: Accounts) -> None:
    token = await accounts.open_session(desk.demo, kind="onezeroart", life_s=3600)
    await accounts.check_session(token, **SESSION)
    await accounts.end_session(desk.demo, token, kind="onezeroart", after_s=60)
    desk.clock.advance(59)
    assert (await accounts.check_session(token, **SESSION)).name == "demo"
    desk.clock.advance(1)
    with pytest.raises(BadCredentialsError):
        await accounts.check_session(token, **SESSION)


async def test_a_session_too_many_ends_the_oldest_also_where_it_is_remembered(desk: Desk, accounts: Accounts) -> None:
    tokens = []
    for _ in range(3):
        tokens.append(await accounts.open_session(desk.demo, kind="onezeroart", life_s=3600, most=2))
        await accounts.check_session(tokens[-1], **SESSION)
        desk.clock.advance(1)
    with pytest.raises(BadCredentialsError):
        await accounts.check_session(tokens[0], **SESSION)
    for token in tokens[1:]:
        assert (await accounts.check_session(token, **SESSION)).name == "demo"
