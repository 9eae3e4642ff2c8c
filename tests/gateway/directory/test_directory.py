"""What HTTP APIs ask of the lists."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.core.account import Account, Role
from gateway.core.directory import ContactFacts, OwnNumber, PoolId, SenderPool, TagId, Template, TemplateId
from gateway.core.number import read_number
from gateway.core.types import AccountId, Port
from gateway.directory.directory import Directory
from gateway.errors import InvalidFieldError, NoSpanError, NotAllowedError
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.clock import FakeClock


class Room(NamedTuple):
    store: SqliteStore
    directory: Directory
    shop: Account
    club: Account
    viewer: Account


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    clock = FakeClock()
    read = partial(read_number, default_region="DE")
    accounts = [
        await store.add_account(Account(id=AccountId(0), name=name, role=role), "hash", clock.now_ms())
        for name, role in (("shop", Role.SENDER), ("club", Role.SENDER), ("viewer", Role.VIEWER))
    ]
    yield Room(store, Directory(store, clock=clock, read_number=read), *accounts)
    await store.close()


async def test_the_same_number_in_any_writing_is_one_contact_and_tags_add_up(room: Room) -> None:
    red, blue = [await room.directory.save_tag(room.shop, title) for title in ("red", "blue")]
    first = await room.directory.save_contact_of_phone(
        room.shop, ContactFacts(phone="0171 1234567", fullname="Ann"), [red.id]
    )
    again = await room.directory.save_contact_of_phone(room.shop, ContactFacts(phone="+49-171-1234567"), [blue.id])
    assert (again.id, again.fullname, again.tags) == (first.id, "Ann", (red.id, blue.id))
    other = await room.directory.save_contact_of_phone(room.club, ContactFacts(phone="+491711234567"))
    assert other.id != first.id


async def test_an_account_knows_only_its_own_contacts(room: Room) -> None:
    ours = await room.directory.add_contact(room.shop, ContactFacts(fullname="Ann"))
    assert await room.directory.contact(room.club, ours.id) is None
    assert await room.directory.change_contact(room.club, ours.id, ContactFacts(fullname="x")) is None
    assert await room.directory.remove_contact(room.club, ours.id) is False
    assert (await room.directory.contacts(room.club)).total == 0
    assert (await room.directory.contacts(room.shop)).total == 1


@pytest.mark.parametrize("contact_id", [0, -1, 2**31, 2**70])
async def test_an_id_that_cannot_be_is_no_contact(room: Room, contact_id: int) -> None:
    assert await room.directory.contact(room.shop, contact_id) is None
    assert await room.directory.change_contact(room.shop, contact_id, {}) is None
    assert await room.directory.remove_contact(room.shop, contact_id) is False
    assert (await room.directory.contacts(room.shop, contact_id=contact_id)).total == 0


@pytest.mark.parametrize("search", ["\x00", "\ud800", "%"])
async def test_an_odd_search_finds_nothing(room: Room, search: str) -> None:
    await room.directory.add_contact(room.shop, ContactFacts(fullname="Ann"))
    assert (await room.directory.contacts(room.shop, search=search)).total == 0


async def test_who_may_only_read_writes_nothing(room: Room) -> None:
    with pytest.raises(NotAllowedError):
        await room.directory.add_contact(room.viewer, ContactFacts())
    with pytest.raises(NotAllowedError):
        await room.directory.save_tag(room.viewer, "x")
    with pytest.raises(NotAllowedError):
        await room.directory.remove_contact(room.viewer, 1)
    assert (await room.directory.contacts(room.viewer)).total == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (ContactFacts(phone="12"), "phone"),
        (ContactFacts(fullname="x" * 256), "fullname"),
        (ContactFacts(email="a\x00b"), "email"),
        (ContactFacts(username="\ud800"), "username"),
    ],
)
async def test_what_is_wrong_with_a_contact_is_named(room: Room, facts: ContactFacts, field: str) -> None:
    with pytest.raises(InvalidFieldError) as raised:
        await room.directory.add_contact(room.shop, facts)
    assert raised.value.field == field


async def test_the_first_unknown_tag_is_named(room: Room) -> None:
    red = await room.directory.save_tag(room.shop, "red")
    assert await room.directory.unknown_tag(room.shop, [red.id]) is None
    assert await room.directory.unknown_tag(room.shop, [red.id, TagId(99), TagId(98)]) == 99
    assert await room.directory.unknown_tag(room.club, [red.id]) == red.id


async def test_only_approved_templates_of_the_account_are_found_by_id_or_name(room: Room) -> None:
    await room.store.save_templates(
        [
            Template(id=TemplateId(4), name="otp", text="x", approved=True),
            Template(id=TemplateId(5), name="pending", text="x"),
            Template(id=TemplateId(6), name="clubs", text="x", approved=True, accounts=frozenset({room.club.id})),
        ]
    )
    find = partial(room.directory.find_template, room.shop)
    assert [one and one.id for one in [await find(4), await find("4"), await find(" OTP ")]] == [4, 4, 4]
    assert [await find(5), await find("pending"), await find(6), await find("clubs"), await find(2**80)] == [None] * 5
    assert [one.id for one in await room.directory.templates(room.shop)] == [4, 5]


async def test_of_an_id_and_a_name_in_digits_the_first_by_id_is_found_and_names_alone_where_they_are_meant(
    room: Room,
) -> None:
    pools = [
        SenderPool(id=PoolId(2), name="8800", spans=(Port(1),), approved=True),
        SenderPool(id=PoolId(8800), name="2", spans=(Port(1),), approved=True),
    ]
    await room.store.save_pools(pools)
    find = partial(room.directory.find_pool, room.shop)
    assert [one and one.id for one in [await find("8800"), await find("2")]] == [2, 2]
    assert [one and one.id for one in [await find("8800", is_name=True), await find("2", is_name=True)]] == [2, 8800]


async def test_a_sender_name_stands_for_the_spans_that_the_account_may_use(room: Room) -> None:
    pool = SenderPool(id=PoolId(1), name="ACME", spans=(Port(3), Port(1)), approved=True)
    await room.store.save_pools([pool])
    assert await room.directory.find_pool(room.shop, "acme") == pool
    assert room.directory.spans_of(room.shop, pool) == (3, 1)
    await room.store.change_account(room.shop.id, {"spans": frozenset({Port(1)})})
    narrowed = await room.store.account(room.shop.id)
    assert narrowed is not None
    assert room.directory.spans_of(narrowed, pool) == (1,)
    with pytest.raises(NoSpanError):
        room.directory.spans_of(narrowed, SenderPool(id=PoolId(2), name="x", spans=(Port(3),)))


async def test_a_span_is_found_by_its_own_number(room: Room) -> None:
    await room.store.save_own_numbers(
        [OwnNumber(port=Port(1), number="+17134567890"), OwnNumber(port=Port(2), number="+17134567891")]
    )
    assert await room.directory.own_numbers(room.shop) == {1: "+17134567890", 2: "+17134567891"}
    assert await room.directory.port_of(room.shop, "17134567891") == 2
    assert await room.directory.port_of(room.shop, "17134567892") is None
    await room.store.change_account(room.shop.id, {"spans": frozenset({Port(1)})})
    narrowed = await room.store.account(room.shop.id)
    assert narrowed is not None
    assert await room.directory.port_of(narrowed, "17134567891") is None


async def test_own_numbers_are_read_anew_after_a_change(room: Room) -> None:
    assert await room.directory.own_numbers(room.shop) == {}
    await room.store.save_own_numbers([OwnNumber(port=Port(1), number="+17134567890")])
    room.directory.forget()
    assert await room.directory.own_numbers(room.shop) == {1: "+17134567890"}


async def test_lists_are_read_anew_after_a_change(room: Room) -> None:
    assert await room.directory.find_pool(room.shop, "ACME") is None
    await room.store.save_pools([SenderPool(id=PoolId(0), name="ACME", spans=(Port(1),), approved=True)])
    room.directory.forget()
    assert await room.directory.find_pool(room.shop, "ACME") is not None


async def test_what_was_read_while_it_changed_is_not_remembered(room: Room) -> None:
    reading = asyncio.create_task(room.directory.find_pool(room.shop, "ACME"))
    await asyncio.sleep(0)
    await room.store.save_pools([SenderPool(id=PoolId(0), name="ACME", spans=(Port(1),), approved=True)])
    room.directory.forget()
    await reading
    assert await room.directory.find_pool(room.shop, "ACME") is not None
