from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gateway.core.inbound import InboundKind, Nature, Waiting
from gateway.core.types import EpochMs, MessageId, Port
from gateway.store.backend import Store
from gateway.store.pages import PageQuery
from gateway.store.receiving import InboundPart, NewInbound, Slot
from tests.support.store import NOW, accept_one


def a_text(text: str = "hi") -> NewInbound:
    return NewInbound(
        port=Port(1),
        sim="sim1",
        sim_imsi="imsi1",
        sender="+491729999999",
        text=text,
        data=None,
        smsc="+491710760000",
        scts=EpochMs(NOW - 2000),
        received_at=NOW,
    )


def a_slot(index: int, tpdu: bytes = b"tpdu") -> Slot:
    return Slot(sim="sim1", memory="SM", index=index, digest=tpdu)


def a_part(seq: int, *, total: int = 3, tpdu: bytes | None = None, **changes: object) -> InboundPart:
    part = InboundPart(
        sim="sim1",
        sim_imsi="imsi1",
        port=Port(1),
        sender="+491729999999",
        ref=7,
        ref_bits=8,
        total=total,
        seq=seq,
        tpdu=tpdu or f"part {seq}".encode(),
        smsc="+491710760000",
        scts=EpochMs(NOW - 2000),
        received_at=NOW,
    )
    return replace(part, **changes)  # type: ignore[arg-type]  # fields by name


async def inbox(store: Store) -> list[str]:
    page = await store.inbox_page(PageQuery(account_id=None, page_size=100))
    assert page.total == len(page.rows)
    return [row.text for row in page.rows]


async def test_an_inbound_message_reads_as_given(store: Store) -> None:
    given = replace(a_text("Grüße"), data=b"\x00\xff", is_complete=False)
    message_id = await store.add_inbound(given, None)
    assert message_id is not None
    missing = MessageId(4711)
    (message,) = await store.inbound([missing, message_id])
    assert (message.id, message.text, message.data) == (message_id, "Grüße", b"\x00\xff")
    assert (message.sender, message.smsc, message.sim_imsi) == ("+491729999999", "+491710760000", "imsi1")
    assert (message.scts, message.received_at, message.is_complete) == (NOW - 2000, NOW, False)


async def test_inbound_and_outbound_share_one_sequence(store: Store) -> None:
    first = await accept_one(store)
    second = await store.add_inbound(a_text(), None)
    third = await accept_one(store)
    assert [first, second, third] == [first, first + 1, first + 2]


async def test_a_slot_is_stored_once_until_it_is_freed(store: Store) -> None:
    assert await store.add_inbound(a_text(), a_slot(3)) is not None
    assert await store.add_inbound(a_text(), a_slot(3)) is None
    await store.free_slot(a_slot(3))
    assert await store.add_inbound(a_text(), a_slot(3)) is not None
    assert await inbox(store) == ["hi", "hi"]


async def test_the_same_octets_in_another_slot_are_another_message(store: Store) -> None:
    assert await store.add_inbound(a_text(), a_slot(3)) is not None
    assert await store.add_inbound(a_text(), a_slot(4)) is not None
    assert await store.add_inbound(a_text(), None) is not None


async def test_other_octets_in_a_slot_are_another_message(store: Store) -> None:
    assert await store.add_inbound(a_text(), a_slot(3, b"one")) is not None
    assert await store.add_inbound(a_text(), a_slot(3, b"two")) is not None
    await store.free_slot(a_slot(3, b"one"))
    assert await store.add_inbound(a_text(), a_slot(3, b"two")) is None, "freeing an older content frees nothing"


async def test_a_slot_is_remembered_over_a_restart(make_store: Callable[[], Store]) -> None:
    for expected in (True, False):
        store = make_store()
        await store.open()
        try:
            assert (await store.add_inbound(a_text(), a_slot(3)) is not None) is expected
        finally:
            await store.close()


async def test_segments_out_of_order_make_one_message(store: Store) -> None:
    assert await store.add_part(a_part(3), a_slot(1, b"3")) is None
    assert await store.add_part(a_part(1), a_slot(2, b"1")) is None
    parts = await store.add_part(a_part(2), a_slot(3, b"2"))
    assert parts == [a_part(1), a_part(2), a_part(3)]
    assert await store.complete_parts() == [parts]
    message_id = await store.join_parts(parts[0], a_text("whole"))
    assert message_id is not None
    assert await store.join_parts(parts[0], a_text("whole")) is None
    assert await store.complete_parts() == []
    assert await inbox(store) == ["whole"]


async def test_a_segment_that_comes_twice_counts_once(store: Store) -> None:
    await store.add_part(a_part(1), None)
    assert await store.add_part(a_part(1), None) is None
    assert await store.add_part(a_part(2), a_slot(3)) is None
    assert await store.add_part(a_part(2), a_slot(3)) is None
    parts = await store.add_part(a_part(3), None)
    assert parts is not None
    assert [part.seq for part in parts] == [1, 2, 3]


async def test_a_reference_used_again_begins_another_message(store: Store) -> None:
    await store.add_part(a_part(1, total=2, tpdu=b"old 1"), None)
    assert await store.add_part(a_part(1, total=2, tpdu=b"new 1"), None) is None
    parts = await store.add_part(a_part(2, total=2, tpdu=b"new 2"), None)
    assert parts is not None
    assert [part.tpdu for part in parts] == [b"new 1", b"new 2"]
    assert await store.join_parts(parts[0], a_text("new")) is not None
    ((old,),) = await store.stale_parts(EpochMs(NOW + 1))
    assert old.tpdu == b"old 1"


async def test_segments_of_other_senders_sims_and_totals_are_kept_apart(store: Store) -> None:
    await store.add_part(a_part(1, total=2), None)
    for part in (
        a_part(2, total=2, sender="+491728888888"),
        a_part(2, total=2, sim="sim2"),
        a_part(2, total=2, ref=8),
        a_part(2, total=2, ref_bits=16),
        a_part(2, total=3),
    ):
        assert await store.add_part(part, None) is None
    assert await store.add_part(a_part(2, total=2), None) is not None


async def test_stale_sets_are_those_without_news_since_then(store: Store) -> None:
    await store.add_part(a_part(1, ref=1), None)
    await store.add_part(a_part(1, ref=2), None)
    await store.add_part(a_part(2, ref=2, received_at=EpochMs(NOW + 5000)), None)
    assert await store.stale_parts(NOW) == []
    assert await store.stale_parts(EpochMs(NOW + 1)) == [[a_part(1, ref=1)]]
    assert len(await store.stale_parts(EpochMs(NOW + 5001))) == 2
    incomplete = a_part(1, ref=1)
    assert await store.join_parts(incomplete, replace(a_text("half"), is_complete=False)) is not None
    assert await store.stale_parts(EpochMs(NOW + 1)) == []


async def test_a_complete_set_is_found_after_a_restart(make_store: Callable[[], Store]) -> None:
    first = make_store()
    await first.open()
    await first.add_part(a_part(2, total=2), None)
    await first.add_part(a_part(1, total=2), None)
    await first.close()
    store = make_store()
    await store.open()
    try:
        ((one, two),) = await store.complete_parts()
        assert (one.seq, two.seq) == (1, 2)
        assert await store.stale_parts(EpochMs(NOW + 1)) == []
    finally:
        await store.close()


async def test_what_an_inbound_message_is_reads_as_given(store: Store) -> None:
    nature = Nature(
        kind=InboundKind.WAITING,
        message_class=0,
        pid=0x20,
        dcs=0xC8,
        application_port=2948,
        reply_port=9200,
        waiting=(
            Waiting(what="voicemail", is_active=True, count=3),
            Waiting(what="fax", is_active=False, count=None),
        ),
        is_shown=False,
    )
    message_id = await store.add_inbound(replace(a_text(), nature=nature), None)
    assert message_id is not None
    (message,) = await store.inbound([message_id])
    assert message.nature == nature


async def test_what_is_not_shown_is_on_record_in_a_page_of_its_own(store: Store) -> None:
    silent = Nature(kind=InboundKind.SILENT, pid=0x40, is_shown=False)
    await store.add_inbound(a_text("for people"), None)
    await store.add_inbound(replace(a_text("silent"), nature=silent), None)
    assert await inbox(store) == ["for people"]
    for ports in (None, frozenset({Port(1)}), frozenset({Port(1), Port(2)})):
        page = await store.inbox_page(PageQuery(account_id=None, ports=ports, is_aside=True))
        assert ([row.text for row in page.rows], page.total) == (["silent"], 1)
    assert (await store.inbox_page(PageQuery(account_id=None, ports=frozenset({Port(2)}), is_aside=True))).total == 0


async def test_a_replacing_message_takes_the_place_of_the_one_with_its_sim_sender_and_pid(store: Store) -> None:
    async def add(text: str, pid: int = 0x41, **changes: object) -> MessageId | None:
        given = replace(a_text(text), nature=Nature(pid=pid), **changes)  # type: ignore[arg-type]  # by name
        return await store.add_inbound(given, None)

    old = await add("old", smsc="+1")
    await add("other sender", sender="+1")
    await add("other SIM", sim="sim2")
    await add("other type", pid=0x42)
    await add("no replace type", pid=0)
    await add("no replace type", pid=0)
    new = await add("new", smsc="+2")
    assert old is not None
    assert sorted(await inbox(store)) == [
        "new", "no replace type", "no replace type", "other SIM", "other sender", "other type",
    ]  # fmt: skip
    (replaced,) = await store.inbound([old])
    assert (replaced.text, replaced.replaced_by) == ("old", new)
