"""Every store: outbound and inbound messages in one list, and conversations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.core.inbound import PLAIN_TEXT, InboundKind, Nature
from gateway.core.message import Message
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.store.backend import Store
from gateway.store.pages import ConversationQuery, ListingQuery
from gateway.store.receiving import NewInbound
from tests.support.store import NOW, VALIDITY_MS, a_message, accept_one, an_account, send

SHOP = AccountId(1)
ANN, BEN = "+491711234567", "+491717654321"
QUERY = ListingQuery(account_id=SHOP)


async def receive(
    store: Store, sender: str = ANN, *, port: int = 1, at: int = 0, nature: Nature = PLAIN_TEXT
) -> MessageId:
    inbound = NewInbound(
        port=Port(port),
        sim=f"sim{port}",
        sim_imsi="",
        sender=sender,
        text="hi",
        data=None,
        smsc="",
        scts=None,
        received_at=EpochMs(NOW + at),
        nature=nature,
    )
    message_id = await store.add_inbound(inbound, None)
    assert message_id is not None
    return message_id


@pytest.fixture
async def filled(store: Store) -> Store:
    """1 sent to Ann by port 1, 2 received from Ann, 3 to Ben with a reference, 4 from Ben on port 2, 5 of another."""
    await store.add_account(an_account("other"), "hash", NOW)
    sent = await accept_one(store, recipient=ANN)
    await send(store, sent)
    await receive(store, at=1000)
    later = EpochMs(NOW + 2000)
    await accept_one(
        store, recipient=BEN, recipient_given="01717654321", client_ref="122", sim_slot=1, accepted_at=later, port=2
    )
    await receive(store, BEN, port=2, at=3000)
    await accept_one(store, account_id=2)
    return store


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"account_id": None}, [5, 4, 3, 2, 1]),
        ({"ports": frozenset({1})}, [3, 2, 1]),
        ({"ports": frozenset()}, [3, 1]),
        ({"has_inbound": False}, [3, 1]),
        ({"has_outbound": False}, [4, 2]),
        ({"has_outbound": False, "has_inbound": False}, []),
        ({"port": 2}, [4, 3]),
        ({"since": NOW + 1000, "until": NOW + 2000}, [3, 2]),
        ({"number": "+49 171 1234567"}, [2, 1]),
        ({"number": "1234567", "is_number_end": True}, [2, 1]),
        ({"number": "1234567"}, []),
        ({"number": "01717654321"}, [3]),
        ({"number": "01717654321", "is_number_end": True}, [3]),
        ({"within": frozenset({2})}, [4, 3]),
        ({"within": frozenset({1, 2})}, [4, 3, 2, 1]),
        ({"within": frozenset()}, []),
        ({"number": "*"}, []),
        pytest.param({"has_inbound": False, "statuses": frozenset({Status.SENT, Status.FAILED})}, [1], id="statuses"),
        ({"has_inbound": False, "client_ref": "122"}, [3]),
        ({"has_inbound": False, "sim_slot": 0}, [1]),
        pytest.param(
            {"has_inbound": False, "keep": lambda message: message.text == "hello" and message.id > 1}, [3], id="keep"
        ),
    ],
    ids=str,
)
async def test_messages_are_found_by_what_is_asked(filled: Store, query: dict[str, object], found: list[int]) -> None:
    listing = await filled.listing(replace(QUERY, **query))  # type: ignore[arg-type]  # fields by name
    assert ([one.id for one in listing.rows], listing.total) == (found, len(found))


@pytest.mark.parametrize("keep", [None, lambda message: True], ids=["without keep", "with keep"])
async def test_a_page_says_how_many_there_are_in_all(filled: Store, keep: object) -> None:
    query = replace(QUERY, has_inbound=False, limit=1, offset=1, keep=keep)  # type: ignore[arg-type]
    listing = await filled.listing(query)
    assert ([one.id for one in listing.rows], listing.total) == ([1], 2)


async def test_rows_are_whole_messages_of_their_kind(filled: Store) -> None:
    rows = (await filled.listing(QUERY)).rows
    assert [isinstance(one, Message) for one in rows] == [False, True, False, True]
    assert isinstance(rows[3], Message)
    assert (rows[3].status, rows[3].recipient) == (Status.SENT, ANN)


async def test_the_latest_of_each_conversation_is_given_newest_first(filled: Store) -> None:
    query = ConversationQuery(account_id=SHOP)
    assert [one.id for one in await filled.conversations(query)] == [4, 2]
    assert [one.id for one in await filled.conversations(replace(query, limit=1, offset=1))] == [2]
    assert await filled.conversations(replace(query, offset=2)) == []
    assert [one.id for one in await filled.conversations(replace(query, has_inbound=False))] == [3, 1]
    assert [one.id for one in await filled.conversations(replace(query, ports=frozenset({Port(1)})))] == [3, 2]


async def test_what_the_inbox_does_not_show_is_left_out(filled: Store) -> None:
    silent = await receive(filled, at=4000, nature=Nature(kind=InboundKind.SILENT, pid=0x40, is_shown=False))
    first = await receive(filled, at=5000, nature=Nature(pid=0x41))
    second = await receive(filled, at=6000, nature=Nature(pid=0x41))
    found = [one.id for one in (await filled.listing(replace(QUERY, has_outbound=False))).rows]
    assert found == [second, 4, 2]
    assert not {silent, first} & set(found)
    query = ConversationQuery(account_id=SHOP)
    assert [one.id for one in await filled.conversations(query)] == [second, 4]
    await receive(filled, "+4930", nature=Nature(kind=InboundKind.SILENT, pid=0x40, is_shown=False))
    assert [one.id for one in await filled.conversations(query)] == [second, 4]


@pytest.mark.parametrize("name", ["INFO-Bank", "A*", "1&1"])
async def test_messages_of_a_sender_with_a_name_are_found_by_it(name: str, filled: Store) -> None:
    received = await receive(filled, name)
    listing = await filled.listing(replace(QUERY, number=name))
    assert [one.id for one in listing.rows] == [received]
    assert (await filled.listing(replace(QUERY, number="INFO"))).total == 0


async def test_what_is_on_record_only_is_in_no_list(filled: Store) -> None:
    await receive(filled, at=4000, nature=Nature(kind=InboundKind.SILENT, pid=0x40, is_shown=False))
    assert [one.id for one in (await filled.listing(QUERY)).rows] == [4, 3, 2, 1]
    assert [one.id for one in await filled.conversations(ConversationQuery(account_id=SHOP))] == [4, 2]


async def test_what_is_put_off_is_listed_earliest_first(filled: Store) -> None:
    at = [EpochMs(NOW + hours * 3_600_000) for hours in (3, 1, 2)]
    await filled.accept([a_message(send_at=one, valid_until=EpochMs(one + VALIDITY_MS)) for one in at])
    assert [one.send_at for one in await filled.scheduled(SHOP, limit=9, offset=0)] == sorted(at)
    assert [one.send_at for one in await filled.scheduled(SHOP, limit=1, offset=1)] == sorted(at)[1:2]
    assert await filled.scheduled(AccountId(2), limit=9, offset=0) == []


async def test_credit_left_is_without_what_waits(filled: Store) -> None:
    assert await filled.credit_left(SHOP) is None
    await filled.change_account(SHOP, {"credit": 5})
    assert await filled.credit_left(SHOP) == 4
