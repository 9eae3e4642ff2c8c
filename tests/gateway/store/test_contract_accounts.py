from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.core.account import AccountChanges, Role
from gateway.core.callback import CallbackEvent
from gateway.core.span import Span
from gateway.core.types import AccountId, EpochMs, Port
from gateway.errors import InvalidFieldError, StoreError
from gateway.store.backend import ApiToken, Store
from tests.support.store import NOW, an_account


async def test_an_account_reads_as_given(store: Store) -> None:
    given = an_account(
        "Büro",
        email="Buero@Example.org",
        role=Role.OPERATOR,
        spans=frozenset({Port(2), Port(10)}),
        dialects=frozenset({"openvox", "v1"}),
        timezone="Europe/Berlin",
        rate_per_s=5,
        queue_limit=100,
        credit=7,
    )
    stored = await store.add_account(given, "scrypt$1", NOW)
    assert stored.id > 0
    assert stored == replace(given, id=stored.id)
    assert await store.account(stored.id) == stored


async def test_no_spans_and_all_spans_are_different(store: Store) -> None:
    none = await store.add_account(an_account("none", spans=frozenset(), dialects=frozenset()), "hash", NOW)
    everything = await store.add_account(an_account("everything"), "hash", NOW)
    assert (none.spans, none.dialects) == (frozenset(), frozenset())
    assert (everything.spans, everything.dialects) == (None, None)


@pytest.mark.parametrize("login", ["büro", "BÜRO", "buero@example.org", "BUERO@EXAMPLE.ORG"])
async def test_a_login_is_found_without_case(store: Store, login: str) -> None:
    stored = await store.add_account(an_account("Büro", email="Buero@Example.org"), "scrypt$1", NOW)
    assert await store.account_by_login(login) == (stored, "scrypt$1")


async def test_an_unknown_login_is_nobody(store: Store) -> None:
    assert await store.account_by_login("") is None
    assert await store.account_by_login("nobody") is None
    assert await store.account(AccountId(99)) is None


@pytest.mark.parametrize(
    ("name", "email"),
    [
        pytest.param("SHOP", "", id="name"),
        pytest.param("other", "SHOP@example.org", id="e-mail"),
        pytest.param("shop@example.org", "", id="name is an e-mail"),
        pytest.param("other", "Shop", id="e-mail is a name"),
    ],
)
async def test_a_login_belongs_to_one_account(make_store: Callable[[], Store], name: str, email: str) -> None:
    store = make_store()
    await store.open()
    try:
        await store.add_account(an_account("shop", email="shop@example.org"), "hash", NOW)
        with pytest.raises(InvalidFieldError):
            await store.add_account(an_account(name, email=email), "hash", NOW)
        assert len(await store.accounts()) == 1
    finally:
        await store.close()


async def test_accounts_are_listed_and_switched_off_and_on(store: Store) -> None:
    other = await store.add_account(an_account("other"), "hash", NOW)
    await store.set_enabled(other.id, enabled=False)
    assert [(one.name, one.enabled) for one in await store.accounts()] == [("shop", True), ("other", False)]
    await store.set_enabled(other.id, enabled=True)
    assert all(one.enabled for one in await store.accounts())


async def test_only_what_is_named_of_an_account_changes(store: Store) -> None:
    given = an_account("other", timezone="Europe/Berlin", rate_per_s=5, credit=7)
    other = await store.add_account(given, "hash", NOW)
    await store.change_account(other.id, {"spans": frozenset({Port(2)}), "credit": None, "role": Role.VIEWER})
    changed = replace(other, spans=frozenset({Port(2)}), credit=None, role=Role.VIEWER)
    assert await store.account(other.id) == changed
    everything: AccountChanges = {
        "role": Role.ADMIN,
        "spans": frozenset(),
        "dialects": frozenset({"openvox", "v1"}),
        "timezone": None,
        "rate_per_s": 0,
        "queue_limit": 9,
        "credit": 0,
    }
    await store.change_account(other.id, everything)
    assert await store.account(other.id) == replace(other, **everything)
    assert (await store.accounts())[0].rate_per_s == 0


async def test_a_new_password_ends_the_sessions_of_its_account(store: Store) -> None:
    other = await store.add_account(an_account("other"), "hash", NOW)
    await store.save_session(b"shop", AccountId(1), kind="openvox", expires_at=EpochMs(NOW + 1000))
    await store.save_session(b"other", other.id, kind="openvox", expires_at=EpochMs(NOW + 1000))
    await store.set_password(AccountId(1), "new")
    found = await store.account_by_login("shop")
    assert found is not None
    assert found[1] == "new"
    assert await store.session(b"shop", kind="openvox", now=NOW) is None
    assert await store.session(b"other", kind="openvox", now=NOW) == (other.id, NOW + 1000)


async def test_a_session_lasts_until_it_expires_and_can_be_renewed(store: Store) -> None:
    await store.save_session(b"digest", AccountId(1), kind="openvox", expires_at=EpochMs(NOW + 1000))
    assert await store.session(b"digest", kind="openvox", now=EpochMs(NOW + 999)) == (1, NOW + 1000)
    assert await store.session(b"digest", kind="other", now=NOW) is None
    assert await store.session(b"digest", kind="openvox", now=EpochMs(NOW + 1000)) is None
    await store.save_session(b"digest", AccountId(1), kind="openvox", expires_at=EpochMs(NOW + 5000))
    assert await store.session(b"digest", kind="openvox", now=EpochMs(NOW + 4000)) == (1, NOW + 5000)


async def test_tokens_of_an_account_are_listed_and_removed(store: Store) -> None:
    other = await store.add_account(an_account("other"), "hash", NOW)
    made = [
        ApiToken(key=key, secret_sha256=b"\x01" * 32, account_id=account_id, label=key, created_at=EpochMs(NOW + at))
        for key, account_id, at in (("b", AccountId(1), 2), ("a", AccountId(1), 3), ("c", other.id, 1))
    ]
    for token in made:
        await store.add_token(token)
    assert await store.tokens(AccountId(1)) == made[:2]
    await store.remove_token("b")
    await store.remove_token("unknown")
    assert await store.tokens(AccountId(1)) == made[1:2]
    assert await store.token("b") is None
    assert await store.tokens(other.id) == made[2:]


async def test_tokens_are_found_by_key(store: Store) -> None:
    token = ApiToken(key="abc", secret_sha256=b"\x00" * 32, account_id=AccountId(1), label="till", created_at=NOW)
    await store.add_token(token)
    assert await store.token("abc") == token
    assert await store.token("ABC") is None
    with pytest.raises(StoreError):
        await store.add_token(token)


async def test_settings_are_kept_per_account_and_dialect(store: Store) -> None:
    other = await store.add_account(an_account("other"), "hash", NOW)
    values = {"enable": 1, "url_host": "Grüße.example", "nested": {"list": [1, None, True]}}
    await store.save_settings(AccountId(1), "openvox", values, frozenset(CallbackEvent))
    assert await store.settings(AccountId(1), "openvox") == values
    assert await store.settings(AccountId(1), "v1") == {}
    assert await store.settings(other.id, "openvox") == {}
    await store.save_settings(AccountId(1), "openvox", {"enable": 0}, frozenset())
    assert await store.settings(AccountId(1), "openvox") == {"enable": 0}


async def test_settings_that_are_read_while_they_change_are_not_remembered(store: Store) -> None:
    shop = AccountId(1)
    await store.save_settings(shop, "openvox", {"list": [0]}, frozenset())
    for number in range(1, 20):
        reads = [asyncio.ensure_future(store.settings(shop, "openvox")) for _ in range(3)]
        await store.save_settings(shop, "openvox", {"list": [number]}, frozenset())
        await asyncio.gather(*reads)
        found = await store.settings(shop, "openvox")
        assert found == {"list": [number]}
        found["list"].append("mine")
        assert await store.settings(shop, "openvox") == {"list": [number]}


async def test_settings_of_nobody_are_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.save_settings(AccountId(99), "openvox", {}, frozenset())


async def test_spans_are_inserted_and_updated_by_port(store: Store) -> None:
    second = Span(port=Port(2), name="gsm-2", imei="2", path="/dev/b")
    first = Span(port=Port(1), name="gsm-1", imei="1", enabled=False)
    await store.save_span(second)
    await store.save_span(first)
    assert await store.spans() == [first, second]
    renamed = Span(port=Port(2), name="sales", imei="2")
    await store.save_span(renamed)
    assert await store.spans() == [first, renamed]


async def test_audit_and_ping_are_taken(store: Store) -> None:
    await store.add_audit(actor="admin", action="account added", detail="shop", now=NOW)
    await store.ping()


async def test_a_closed_store_refuses(make_store: Callable[[], Store]) -> None:
    store = make_store()
    with pytest.raises(StoreError):
        await store.ping()
    await store.open()
    await store.close()
    await store.close()
    with pytest.raises(StoreError):
        await store.ping()
    with pytest.raises(StoreError):
        await store.accounts()


async def test_a_session_can_be_made_to_end_earlier_but_not_later(store: Store) -> None:
    await store.save_session(b"digest", AccountId(1), kind="onezeroart", expires_at=EpochMs(NOW + 5000))
    await store.end_session(b"digest", kind="other", at=NOW)
    await store.end_session(b"digest", kind="onezeroart", at=EpochMs(NOW + 9000))
    assert await store.session(b"digest", kind="onezeroart", now=NOW) == (1, NOW + 5000)
    await store.end_session(b"digest", kind="onezeroart", at=NOW)
    assert await store.session(b"digest", kind="onezeroart", now=NOW) is None


async def test_of_too_many_sessions_those_go_that_would_end_first(store: Store) -> None:
    for name, life_ms in ((b"a", 3000), (b"b", 1000), (b"c", 2000)):
        await store.save_session(name, AccountId(1), kind="x", expires_at=EpochMs(NOW + life_ms), most=2)
    await store.save_session(b"y", AccountId(1), kind="y", expires_at=EpochMs(NOW + 1))
    alive = [name for name in (b"a", b"b", b"c") if await store.session(name, kind="x", now=NOW)]
    assert alive == [b"a", b"c"]
    assert await store.session(b"y", kind="y", now=NOW) is not None
