from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.core.account import AccountChanges, Role
from gateway.core.types import EpochMs
from gateway.errors import BadCredentialsError, InvalidFieldError, SlowDownError
from gateway.service.accounts import Accounts
from gateway.service.passwords import verify_password
from gateway.service.proofs import VERIFIED_FOR_S
from tests.gateway.api.desk import PASSWORD, Desk

HERE = {"source": "192.0.2.1", "dialect": "openvox"}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path / "gateway.db")
    await desk.open()
    yield desk
    await desk.store.close()


@pytest.fixture
def accounts(desk: Desk) -> Accounts:
    return desk.accounts


def _without_store(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the store must not be asked who is who."""

    async def fail(*_: object, **__: object) -> None:
        raise AssertionError("the store was asked")

    for name in ("account_by_login", "account", "token", "session"):
        monkeypatch.setattr(desk.store, name, fail)


# --- passwords ------------------------------------------------------------------------------------


async def test_name_and_email_are_compared_without_case(desk: Desk, accounts: Accounts) -> None:
    await desk.add_account("Shop", email="Till@Shop.example")
    for login in ("shop", "SHOP", "till@shop.example"):
        assert (await accounts.check_password(login, PASSWORD, **HERE)).name == "Shop"


@pytest.mark.parametrize(
    ("login", "password"),
    [("demo", "x"), ("demo", ""), ("nobody", PASSWORD), ("\x00", "x"), ("\ud800", "x"), ("demo", "\ud800")],
)
async def test_wrong_pairs_are_refused_alike(login: str, password: str, accounts: Accounts) -> None:
    with pytest.raises(BadCredentialsError) as caught:
        await accounts.check_password(login, password, **HERE)
    assert str(caught.value) == ""


async def test_refusal_is_logged_without_the_password(accounts: Accounts) -> None:
    with capture_logs() as logs, pytest.raises(BadCredentialsError):
        await accounts.check_password("demo", "5ecret-Wort-91", **HERE)
    assert [line["action"] for line in logs] == ["login"]
    assert "5ecret-Wort-91" not in repr(logs)


async def test_pair_that_was_right_lately_costs_no_look_at_the_store(
    desk: Desk, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await accounts.check_password("demo", PASSWORD, **HERE)
    with monkeypatch.context() as patch:
        _without_store(desk, patch)
        assert (await accounts.check_password("DEMO", PASSWORD, **HERE)).name == "demo"
        desk.clock.advance(VERIFIED_FOR_S)
        with pytest.raises(AssertionError):
            await accounts.check_password("demo", PASSWORD, **HERE)


async def test_wrong_password_is_refused_even_while_the_right_one_is_remembered(accounts: Accounts) -> None:
    await accounts.check_password("demo", PASSWORD, **HERE)
    with pytest.raises(BadCredentialsError):
        await accounts.check_password("demo", PASSWORD + "x", **HERE)


async def test_equal_checks_at_the_same_time_share_one_hash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes: list[str] = []

    def verify(password: str, password_hash: str) -> bool:
        hashes.append(password_hash)
        return verify_password(password, password_hash)

    monkeypatch.setattr("gateway.service.accounts.verify_password", verify)
    checks = (desk.accounts.check_password("demo", PASSWORD, **HERE) for _ in range(64))
    assert {account.name for account in await asyncio.gather(*checks)} == {"demo"}
    assert len(hashes) == 1


async def test_unknown_name_costs_a_hash_like_a_wrong_password(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes: list[str] = []

    def verify(_: str, password_hash: str) -> bool:
        hashes.append(password_hash)
        return False

    monkeypatch.setattr("gateway.service.accounts.verify_password", verify)
    for login in ("demo", "nobody"):
        with pytest.raises(BadCredentialsError):
            await desk.accounts.check_password(login, "x", **HERE)
    assert [password_hash.split("$")[0] for password_hash in hashes] == ["scrypt", "scrypt"]


async def test_failures_slow_down_but_known_pairs_go_on(accounts: Accounts) -> None:
    await accounts.check_password("demo", PASSWORD, **HERE)
    for number in range(10):
        with pytest.raises(BadCredentialsError):
            await accounts.check_password("demo", f"guess {number}", **HERE)
    with pytest.raises(SlowDownError) as caught:
        await accounts.check_password("demo", "guess 10", **HERE)
    assert caught.value.retry_after_s == 60
    assert (await accounts.check_password("demo", PASSWORD, **HERE)).name == "demo"


async def test_slowed_down_login_is_not_even_checked(accounts: Accounts, desk: Desk) -> None:
    for number in range(10):
        with pytest.raises(BadCredentialsError):
            await accounts.check_password("demo", f"guess {number}", **HERE)
    with pytest.raises(SlowDownError):
        await accounts.check_password("demo", PASSWORD, **HERE)
    desk.clock.advance(60)
    assert (await accounts.check_password("demo", PASSWORD, **HERE)).name == "demo"


# --- who is let in --------------------------------------------------------------------------------


async def test_disabling_ends_remembered_proofs_at_once(accounts: Accounts, desk: Desk) -> None:
    await accounts.check_password("demo", PASSWORD, **HERE)
    token = await accounts.open_session(desk.demo, kind="openvox", life_s=600)
    await accounts.check_session(token, kind="openvox", life_s=600, **HERE)
    await accounts.disable("Demo")
    with pytest.raises(BadCredentialsError):
        await accounts.check_password("demo", PASSWORD, **HERE)
    with pytest.raises(BadCredentialsError):
        await accounts.check_session(token, kind="openvox", life_s=600, **HERE)
    await accounts.enable("demo")
    assert (await accounts.check_password("demo", PASSWORD, **HERE)).enabled


async def test_account_is_let_in_by_its_dialects_only(desk: Desk, accounts: Accounts) -> None:
    await desk.add_account("shop", dialects=frozenset({"voipcom"}))
    assert await accounts.check_password("shop", PASSWORD, source="192.0.2.1", dialect="voipcom")
    with pytest.raises(BadCredentialsError):
        await accounts.check_password("shop", PASSWORD, **HERE)


async def test_credit_is_what_it_is_now(desk: Desk, accounts: Accounts) -> None:
    desk.change_demo(credit=5)
    assert (await accounts.check_password("demo", PASSWORD, **HERE)).credit == 5
    desk.change_demo(credit=4)
    assert (await accounts.check_password("demo", PASSWORD, **HERE)).credit == 4


def test_rate_of_an_account(desk: Desk) -> None:
    account = replace(desk.demo, rate_per_s=2)
    for _ in range(4):
        desk.accounts.take_rate(account)
    with pytest.raises(SlowDownError):
        desk.accounts.take_rate(account)
    desk.clock.advance(0.5)
    desk.accounts.take_rate(account)
    desk.accounts.take_rate(replace(account, rate_per_s=0))


# --- session tokens -------------------------------------------------------------------------------


async def test_session_slides_with_use_and_survives_a_restart(desk: Desk, accounts: Accounts) -> None:
    token = await accounts.open_session(desk.demo, kind="openvox", life_s=600)
    assert len(token) == 32
    for _ in range(4):
        desk.clock.advance(500)
        await accounts.check_session(token, kind="openvox", life_s=600, **HERE)
    restarted = Accounts(desk.store, clock=desk.clock)
    desk.clock.advance(599)
    assert (await restarted.check_session(token, kind="openvox", life_s=600, **HERE)).name == "demo"
    desk.clock.advance(600)
    for one in (accounts, restarted):
        with pytest.raises(BadCredentialsError):
            await one.check_session(token, kind="openvox", life_s=600, **HERE)


async def test_session_is_written_at_most_once_in_a_tenth_of_its_life(
    desk: Desk, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await accounts.open_session(desk.demo, kind="openvox", life_s=600)
    written: list[EpochMs] = []
    save = desk.store.save_session

    async def count(*args: object, **kwargs: object) -> None:
        written.append(desk.clock.now_ms())
        await save(*args, **kwargs)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(desk.store, "save_session", count)
    for _ in range(100):
        await accounts.check_session(token, kind="openvox", life_s=600, **HERE)
        desk.clock.advance(1)
    assert len(written) == 2


async def test_session_of_one_kind_is_none_of_another(desk: Desk, accounts: Accounts) -> None:
    token = await accounts.open_session(desk.demo, kind="openvox", life_s=600)
    await accounts.check_session(token, kind="openvox", life_s=600, **HERE)
    with pytest.raises(BadCredentialsError):
        await accounts.check_session(token, kind="onezeroart", life_s=600, **HERE)


async def test_changed_limits_count_from_the_next_request_on(desk: Desk, accounts: Accounts) -> None:
    await accounts.check_password("demo", PASSWORD, **HERE)
    await accounts.change("DEMO", {"credit": 3, "timezone": "Asia/Baku"})
    account = await accounts.check_password("demo", PASSWORD, **HERE)
    assert (account.credit, account.timezone) == (3, "Asia/Baku")
    changed = [("account changed", "demo: credit, timezone")]
    assert desk.rows("SELECT action, detail FROM audit ORDER BY id DESC LIMIT 1") == changed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"timezone": "Europe/Bakuu"}, "timezone"),
        ({"timezone": "../x"}, "timezone"),
        ({"rate_per_s": -1}, "rate_per_s"),
        ({"credit": -1}, "credit"),
    ],
)
async def test_changes_that_cannot_be(changes: AccountChanges, field: str, desk: Desk, accounts: Accounts) -> None:
    with pytest.raises(InvalidFieldError) as caught:
        await accounts.change("demo", changes)
    assert caught.value.field == field
    assert await desk.store.account(desk.demo.id) == desk.demo


async def test_new_password_ends_sessions_and_what_is_remembered(desk: Desk, accounts: Accounts) -> None:
    session = await accounts.open_session(desk.demo, kind="openvox", life_s=600)
    api_token = await accounts.create_token("demo", label="till 3")
    await accounts.check_password("demo", PASSWORD, **HERE)
    await accounts.check_session(session, kind="openvox", life_s=600, **HERE)
    await accounts.set_password("DEMO", "another")
    with pytest.raises(BadCredentialsError):
        await accounts.check_password("demo", PASSWORD, **HERE)
    with pytest.raises(BadCredentialsError):
        await accounts.check_session(session, kind="openvox", life_s=600, **HERE)
    assert (await accounts.check_password("demo", "another", **HERE)).name == "demo"
    assert (await accounts.check_api_token(api_token, **HERE)).name == "demo"
    assert desk.rows("SELECT action, detail FROM audit ORDER BY id DESC LIMIT 1") == [("password changed", "demo")]


async def test_revoked_token_is_refused_at_once_and_others_stay(desk: Desk, accounts: Accounts) -> None:
    first, second = [await accounts.create_token("demo", label=label) for label in ("till 3", "till 4")]
    for token in (first, second):
        await accounts.check_api_token(token, **HERE)
    await accounts.revoke_token(first.partition("|")[0])
    with pytest.raises(BadCredentialsError):
        await accounts.check_api_token(first, **HERE)
    assert (await accounts.check_api_token(second, **HERE)).name == "demo"
    assert [token.label for token in await accounts.tokens("demo")] == ["till 4"]
    for key in ("unknown", "\x00", first):
        with pytest.raises(InvalidFieldError):
            await accounts.revoke_token(key)
    audit = desk.rows("SELECT action FROM audit ORDER BY id DESC LIMIT 1")
    assert audit == [("token revoked",)]


@pytest.mark.parametrize(("name", "password", "field"), [("demo", "", "password"), ("nobody", "x", "name")])
async def test_password_that_cannot_be_changed(name: str, password: str, field: str, accounts: Accounts) -> None:
    with pytest.raises(InvalidFieldError) as caught:
        await accounts.set_password(name, password)
    assert caught.value.field == field


async def test_unknown_tokens_count_as_failures_of_the_address(accounts: Accounts) -> None:
    for number in range(100):
        with pytest.raises(BadCredentialsError):
            await accounts.check_session(f"{number:032x}", kind="openvox", life_s=600, **HERE)
    with pytest.raises(SlowDownError):
        await accounts.check_session("0" * 32, kind="openvox", life_s=600, **HERE)


async def test_tokens_are_stored_as_hashes_only(desk: Desk, accounts: Accounts) -> None:
    session = await accounts.open_session(desk.demo, kind="openvox", life_s=600)
    key, secret = (await accounts.create_token("demo", label="till")).split("|")
    stored = repr([desk.rows(f"SELECT * FROM {table}") for table in ("session", "api_token", "audit")])
    assert key in stored
    assert session not in stored
    assert secret not in stored


# --- API tokens -----------------------------------------------------------------------------------


async def test_api_token_has_the_shape_of_the_document(accounts: Accounts) -> None:
    key, _, secret = (await accounts.create_token("demo", label="till")).partition("|")
    assert (len(key), len(secret)) == (12, 40)
    assert key == key.lower()
    assert (key + secret).isalnum()


async def test_api_token_stands_for_its_account_until_it_expires(desk: Desk, accounts: Accounts) -> None:
    token = await accounts.create_token("demo", label="", expires_at=EpochMs(desk.clock.now_ms() + 1000))
    for _ in range(2):
        assert (await accounts.check_api_token(token, **HERE)).name == "demo"
    desk.clock.advance(1)
    with pytest.raises(BadCredentialsError):
        await accounts.check_api_token(token, **HERE)


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "x" + token, lambda token: "|", str.upper])
async def test_other_api_tokens_are_refused(change: object, accounts: Accounts) -> None:
    token = await accounts.create_token("demo", label="")
    with pytest.raises(BadCredentialsError):
        await accounts.check_api_token(change(token), **HERE)  # type: ignore[operator]  # a function of the table


# --- upkeep ---------------------------------------------------------------------------------------


async def test_created_account_can_log_in_and_is_in_the_audit_log(desk: Desk, accounts: Accounts) -> None:
    created = await accounts.create("Shop", role=Role.VIEWER, password="pass word", email="a@b.example")
    assert (await accounts.check_password("a@B.example", "pass word", **HERE)) == created
    assert [account.name for account in await accounts.list()] == ["demo", "Shop"]
    assert desk.rows("SELECT action, detail FROM audit") == [("account created", "Shop, viewer")]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": "a:b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "DEMO"}, "name"),
        ({"name": "new", "email": "demo"}, "name"),
        ({"name": "new", "email": "a b"}, "email"),
        ({"name": "new", "password": ""}, "password"),
    ],
)
async def test_accounts_that_cannot_be(facts: dict[str, str], field: str, accounts: Accounts) -> None:
    values = {"password": "x", **facts}
    with pytest.raises(InvalidFieldError) as caught:
        await accounts.create(role=Role.SENDER, **values)
    assert caught.value.field == field
    assert len(await accounts.list()) == 1


async def test_unknown_account_is_said_so(accounts: Accounts) -> None:
    for change in (accounts.disable("nobody"), accounts.enable("nobody"), accounts.create_token("nobody", label="")):
        with pytest.raises(InvalidFieldError, match="no account nobody"):
            await change
