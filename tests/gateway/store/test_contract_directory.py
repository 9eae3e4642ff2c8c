"""Every store: contacts with tags, templates, sender names, newsletters, keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.core.account import Readiness
from gateway.core.directory import (
    ContactFacts,
    ContactId,
    Newsletter,
    NewsletterId,
    OwnNumber,
    PoolId,
    SenderPool,
    Tag,
    TagId,
    Template,
    TemplateId,
)
from gateway.core.status import Status
from gateway.core.types import AccountId, Port
from gateway.errors import InvalidEntriesError, InvalidFieldError
from gateway.store.backend import Store
from gateway.store.directory import ContactDraft, ContactQuery
from tests.support.store import NOW, a_message, an_account, claim, status_of

SHOP, OTHER = AccountId(1), AccountId(2)


def a_draft(contact_id: int | None = None, *, account: AccountId = SHOP, **facts: object) -> ContactDraft:
    named = ContactFacts(**facts)  # type: ignore[typeddict-item]  # facts by name
    key = str(facts["phone"]).lstrip("+") if facts.get("phone") else None
    known = None if contact_id is None else ContactId(contact_id)
    return ContactDraft(account_id=account, now=NOW, facts=named, id=known, phone_key=key)


async def rows(store: Store, **query: object) -> list[str]:
    page = await store.contacts(replace(ContactQuery(account_id=SHOP), **query))  # type: ignore[arg-type]
    return [one.username for one in page.rows]


@pytest.fixture
async def two_accounts(store: Store) -> Store:
    await store.add_account(an_account("other"), "hash", NOW)
    return store


# --- contacts -------------------------------------------------------------------------------------


async def test_a_contact_without_a_user_name_gets_one_from_its_id(store: Store) -> None:
    first, second = await store.save_contacts([a_draft(fullname="A"), a_draft(username="b")])
    found = await store.contacts_by_id(SHOP, [second, first, ContactId(99)])
    assert [(one.id, one.username, one.created_at, one.is_active) for one in found] == [
        (second, "b", NOW, True),
        (first, f"sub{first}", NOW, True),
    ]


async def test_changes_leave_what_they_do_not_name(store: Store) -> None:
    (contact_id,) = await store.save_contacts([a_draft(username="ann", fullname="Ann", phone="+49171", email="a@x")])
    await store.save_contacts([a_draft(contact_id, email="", is_active=False)])
    (found,) = await store.contacts_by_id(SHOP, [contact_id])
    assert (found.username, found.fullname, found.phone, found.email, found.is_active) == (
        "ann",
        "Ann",
        "+49171",
        "",
        False,
    )


@pytest.mark.parametrize("facts", [{"username": "ANN"}, {"username": "x", "email": "ANN@x"}], ids=str)
async def test_a_name_or_email_that_is_taken_stops_all(store: Store, facts: dict[str, Any]) -> None:
    await store.save_contacts([a_draft(username="ann", email="ann@X")])
    with pytest.raises(InvalidFieldError) as raised:
        await store.save_contacts([a_draft(username="first"), a_draft(**facts)])
    assert raised.value.field == ("email" if "email" in facts else "username")
    assert await rows(store) == ["ann"]


async def test_several_contacts_may_have_no_email_and_the_same_phone(store: Store) -> None:
    await store.save_contacts([a_draft(phone="+49171"), a_draft(phone="+49171")])
    assert len(await rows(store)) == 2


async def test_the_oldest_contact_of_a_phone_is_the_one_that_is_meant(store: Store) -> None:
    first, _ = await store.save_contacts([a_draft(phone="+49171"), a_draft(phone="+49171")])
    draft = replace(a_draft(phone="49171", fullname="Ann"), is_by_phone=True)
    assert await store.save_contacts([draft, draft]) == [first, first]
    (new,) = await store.save_contacts([replace(a_draft(phone="+49172"), is_by_phone=True)])
    assert new != first
    assert len(await rows(store)) == 3


async def test_an_id_that_nobody_has_is_made_only_where_that_is_wanted(store: Store) -> None:
    assert await store.save_contacts([a_draft(77, username="x")]) == [77]
    (following,) = await store.save_contacts([a_draft()])
    assert following == 78
    with pytest.raises(InvalidFieldError, match="no contact 500"):
        await store.save_contacts([replace(a_draft(500), may_add=False)])


async def test_an_id_is_not_used_twice(store: Store) -> None:
    (first,) = await store.save_contacts([a_draft()])
    assert await store.remove_contact(SHOP, first) is True
    assert await store.remove_contact(SHOP, first) is False
    assert await store.save_contacts([a_draft()]) != [first]


async def test_contacts_of_another_account_do_not_exist(two_accounts: Store) -> None:
    store = two_accounts
    (theirs,) = await store.save_contacts([a_draft(account=OTHER, username="ann")])
    (ours,) = await store.save_contacts([a_draft(username="ann")])
    assert await store.contacts_by_id(SHOP, [theirs, ours]) == await store.contacts_by_id(SHOP, [ours])
    assert await store.remove_contact(SHOP, theirs) is False
    with pytest.raises(InvalidFieldError):
        await store.save_contacts([a_draft(theirs, fullname="mine")])
    assert await rows(store) == ["ann"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "ÄRZ"}, ["b"]),
        ({"search": "@x"}, ["a"]),
        ({"search": "171"}, ["a", "c"]),
        ({"search": "%"}, []),
        ({"is_active": False}, ["c"]),
        ({"offset": 1, "limit": 1}, ["b"]),
        ({"offset": 9}, []),
        ({"id": 2}, ["b"]),
    ],
    ids=str,
)
async def test_contacts_are_found_by_what_is_known_of_them(
    store: Store, query: dict[str, object], found: list[str]
) -> None:
    await store.save_contacts(
        [
            a_draft(username="a", email="a@X.org", phone="+49171"),
            a_draft(username="b", fullname="Frau Ärztin"),
            a_draft(username="c", phone="0171", is_active=False),
        ]
    )
    assert await rows(store, **query) == found


async def test_a_page_says_how_many_there_are_in_all(store: Store) -> None:
    await store.save_contacts([a_draft() for _ in range(5)])
    page = await store.contacts(ContactQuery(account_id=SHOP, limit=2))
    assert (len(page.rows), page.total) == (2, 5)


# --- tags -----------------------------------------------------------------------------------------


async def test_the_same_title_gives_the_same_tag(two_accounts: Store) -> None:
    store = two_accounts
    first = await store.save_tag(SHOP, "Käufer")
    assert await store.save_tag(SHOP, "KÄUFER") == first
    assert (await store.save_tag(OTHER, "Käufer")).id != first.id
    assert await store.tags(SHOP) == [first]


async def test_contacts_are_found_by_any_of_their_tags_once(store: Store) -> None:
    red, blue = await store.save_tag(SHOP, "red"), await store.save_tag(SHOP, "blue")
    both, one, _ = await store.save_contacts(
        [a_draft(tags=(blue.id, red.id)), replace(a_draft(), more_tags=(red.id,)), a_draft()]
    )
    found = await store.contacts_tagged(SHOP, [red.id, blue.id])
    assert [(contact.id, contact.tags) for contact in found] == [(both, (red.id, blue.id)), (one, (red.id,))]
    await store.save_contacts([replace(a_draft(one), more_tags=(blue.id,)), a_draft(both, tags=())])
    assert [contact.id for contact in await store.contacts_tagged(SHOP, [blue.id])] == [one]
    assert await rows(store, tag=red.id) == [f"sub{one}"]


async def test_tags_bring_their_ids_and_are_found_by_title(two_accounts: Store) -> None:
    store = two_accounts
    wanted = [Tag(id=TagId(50), account_id=SHOP, title="red"), Tag(id=TagId(0), account_id=SHOP, title="RED")]
    assert await store.save_tags(wanted) == [50, 50]
    await store.save_tags([Tag(id=TagId(50), account_id=SHOP, title="blue")])
    assert [tag.title for tag in await store.tags(SHOP)] == ["blue"]
    with pytest.raises(InvalidEntriesError) as raised:
        await store.save_tags([replace(wanted[0], account_id=OTHER), Tag(id=TagId(7), account_id=SHOP, title="Blue")])
    assert raised.value.mistakes == [(0, "id", "is taken"), (1, "title", "is taken")]


async def test_titles_give_a_contact_its_tags_and_every_mistake_is_told(store: Store) -> None:
    red = await store.save_tag(SHOP, "red")
    (contact_id,) = await store.save_contacts([replace(a_draft(username="a"), tag_titles=("RED", "new"))])
    (found,) = await store.contacts_by_id(SHOP, [contact_id])
    assert [tag.title for tag in await store.tags(SHOP) if tag.id in found.tags] == ["red", "new"]
    assert red.id in found.tags
    with pytest.raises(InvalidEntriesError) as raised:
        await store.save_contacts(
            [a_draft(username="A"), replace(a_draft(username="b"), tag_titles=("lost",)), a_draft(username="b")]
        )
    assert raised.value.mistakes == [(0, "username", "is taken"), (2, "username", "is taken")]
    assert [tag.title for tag in await store.tags(SHOP)] == ["red", "new"]


async def test_a_tag_of_another_account_cannot_be_given(two_accounts: Store) -> None:
    theirs = await two_accounts.save_tag(OTHER, "red")
    with pytest.raises(InvalidFieldError, match=f"no tag {theirs.id}"):
        await two_accounts.save_contacts([a_draft(tags=(theirs.id,))])
    assert await rows(two_accounts) == []


async def test_a_tag_can_be_dropped_without_its_contacts(store: Store) -> None:
    tag = await store.save_tag(SHOP, "red")
    await store.save_contacts([a_draft(username="a", tags=(tag.id,))])
    assert await store.remove_tag(OTHER, tag.id) is False
    assert await store.remove_tag(SHOP, tag.id) is True
    (found,) = (await store.contacts(ContactQuery(account_id=SHOP))).rows
    assert found.tags == ()
    assert await store.remove_tag(SHOP, TagId(99)) is False


# --- templates and sender names -------------------------------------------------------------------


async def test_templates_are_added_replaced_and_dropped(store: Store) -> None:
    wanted = Template(id=TemplateId(0), name="otp", text="Code: {1}", accounts=frozenset({SHOP}))
    (template_id,) = await store.save_templates([wanted])
    assert await store.templates() == [replace(wanted, id=template_id)]
    changed = replace(wanted, id=template_id, approved=True, accounts=None)
    assert await store.save_templates([changed]) == [template_id]
    assert await store.templates() == [changed]
    assert await store.remove_template(template_id) is True
    assert await store.remove_template(template_id) is False


async def test_a_template_can_bring_its_id(store: Store) -> None:
    await store.save_templates([Template(id=TemplateId(9), name="welcome", text="Hello")])
    assert await store.save_templates([Template(id=TemplateId(0), name="next", text="Bye")]) == [10]


async def test_names_are_unique_without_case_and_stop_all(store: Store) -> None:
    await store.save_templates([Template(id=TemplateId(0), name="Otp", text="x")])
    with pytest.raises(InvalidFieldError) as raised:
        await store.save_templates(
            [Template(id=TemplateId(0), name="a", text="x"), Template(id=TemplateId(0), name="OTP", text="x")]
        )
    assert raised.value.field == "name"
    assert [one.name for one in await store.templates()] == ["Otp"]


async def test_sender_names_keep_their_spans_in_order(store: Store) -> None:
    wanted = SenderPool(id=PoolId(0), name="ACME", spans=(Port(3), Port(1)), accounts=frozenset())
    (pool_id,) = await store.save_pools([wanted])
    assert await store.pools() == [replace(wanted, id=pool_id)]
    with pytest.raises(InvalidFieldError):
        await store.save_pools([replace(wanted, name="acme")])
    assert await store.remove_pool(pool_id) is True
    assert await store.pools() == []


async def test_a_number_is_in_one_span(store: Store) -> None:
    one, two = OwnNumber(port=Port(1), number="+1713"), OwnNumber(port=Port(2), number="+1714")
    assert await store.save_own_numbers([two, one]) == [2, 1]
    assert await store.own_numbers() == [one, two]
    with pytest.raises(InvalidEntriesError) as raised:
        await store.save_own_numbers([OwnNumber(port=Port(3), number="1713")])
    assert raised.value.mistakes == [(0, "number", "is taken")]
    assert await store.remove_own_number(Port(1)) is True
    assert await store.remove_own_number(Port(1)) is False


# --- newsletters, keys, accounts ------------------------------------------------------------------


async def test_a_newsletter_is_withdrawn_as_far_as_no_span_has_it(store: Store) -> None:
    letter = Newsletter(id=NewsletterId(0), account_id=SHOP, title="News", text="hello", created_at=NOW)
    ids = await store.accept([a_message() for _ in range(3)], letter)
    taken = await claim(store)
    (kept,) = await store.newsletters_of(SHOP)
    assert await store.newsletters_of(OTHER) == []
    assert await store.newsletters_of(None) == [kept]
    assert await store.cancel_newsletter(kept.id, NOW) == 2
    found = {message_id: await status_of(store, message_id) for message_id in ids}
    assert found.pop(taken.message_id) is Status.SENDING
    assert set(found.values()) == {Status.CANCELLED}


async def test_a_key_is_made_once_and_stays(make_store: Callable[[], Store], store: Store) -> None:
    first = await store.secret("server")
    assert len(first) == 32
    assert await store.secret("other") != first
    await store.close()
    again = make_store()
    await again.open()
    try:
        assert await again.secret("server") == first
    finally:
        await again.close()


async def test_what_vendors_ask_of_an_account_is_kept(store: Store) -> None:
    await store.change_account(
        SHOP, {"default_sender": "ACME", "unready": frozenset({Readiness.CONTRACT_SIGNED, Readiness.EMAIL_VERIFIED})}
    )
    account = await store.account(SHOP)
    assert account is not None
    assert (account.default_sender, account.unready) == (
        "ACME",
        frozenset({Readiness.CONTRACT_SIGNED, Readiness.EMAIL_VERIFIED}),
    )
    await store.change_account(SHOP, {"unready": frozenset()})
    account = await store.account(SHOP)
    assert account is not None
    assert account.unready == frozenset()


async def test_a_new_password_withdraws_the_permanent_token(store: Store) -> None:
    await store.set_password(SHOP, "other hash")
    account = await store.account(SHOP)
    assert account is not None
    assert account.token_generation == 1
    await store.renew_permanent_token(SHOP)
    account = await store.account(SHOP)
    assert account is not None
    assert account.token_generation == 2
