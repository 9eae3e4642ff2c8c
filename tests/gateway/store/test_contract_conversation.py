"""Which span had last to do with a number."""

from __future__ import annotations

from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, Port
from gateway.store.backend import Store
from gateway.store.receiving import NewInbound
from gateway.store.sending import AttemptOutcome, LastSpan
from tests.support.store import NOW, accept_one, an_account, claim, send, settle, settled

NUMBER, OTHER = "+491711234567", "+491719999999"
SHOP = AccountId(1)


async def last(store: Store, account_id: AccountId = SHOP, since: int = NOW) -> dict[str, LastSpan]:
    return await store.last_spans(account_id, [NUMBER, OTHER], since=EpochMs(since))


async def receive(store: Store, port: int, at: int) -> None:
    inbound = NewInbound(
        port=Port(port),
        sim=f"sim{port}",
        sim_imsi=f"imsi{port}",
        sender=NUMBER,
        text="hi",
        data=None,
        smsc="",
        scts=None,
        received_at=EpochMs(NOW + at),
    )
    await store.add_inbound(inbound, None)


async def test_nobody_had_to_do_with_a_new_number(store: Store) -> None:
    assert await last(store) == {}


async def test_it_is_the_span_of_the_newest_message_sent_or_about_to_be(store: Store) -> None:
    await send(store, await accept_one(store), port=2, at=5)
    assert await last(store) == {NUMBER: LastSpan(port=Port(2), imsi="imsi2")}
    await accept_one(store, port=Port(3), accepted_at=EpochMs(NOW + 10))
    assert await last(store) == {NUMBER: LastSpan(port=Port(3), imsi="")}


async def test_messages_of_others_that_failed_or_have_no_span_do_not_count(store: Store) -> None:
    await store.add_account(an_account("other"), "hash", NOW)
    await accept_one(store, port=Port(1))
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.REFUSED, next_status=Status.FAILED))
    await accept_one(store)
    await accept_one(store, port=Port(2), account_id=AccountId(2))
    assert await last(store) == {}
    assert await last(store, AccountId(2)) == {NUMBER: LastSpan(port=Port(2), imsi="")}


async def test_a_newer_message_from_the_number_counts_and_an_older_one_does_not(store: Store) -> None:
    await receive(store, 4, at=1)
    assert await last(store) == {NUMBER: LastSpan(port=Port(4), imsi="imsi4")}
    await send(store, await accept_one(store), port=2, at=5)
    assert (await last(store))[NUMBER].port == 2
    await receive(store, 4, at=6)
    assert (await last(store))[NUMBER].port == 4


async def test_what_is_too_old_is_left_out(store: Store) -> None:
    await send(store, await accept_one(store), port=2, at=5)
    assert (await last(store, since=NOW + 5))[NUMBER].port == 2
    assert await last(store, since=NOW + 6) == {}
