"""What SIMs received, into a real store: nothing is dropped, and what is safe is deleted or acknowledged."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.clock import Clock
from gateway.core.inbound import InboundKind
from gateway.core.message import Inbound
from gateway.core.types import EpochMs, Port
from gateway.dispatch.inbound import Receiver
from gateway.dispatch.radio import Identity, Received, StoredAt
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.pages import PageQuery
from modem.pdu import parse_pdu
from tests.gateway.dispatch.conftest import Field, MakeField
from tests.gateway.dispatch.inbound_tpdus import HELLO, TPDUS, deliver
from tests.support.radio import FakeRadio
from tests.support.waiting import until

IDENTITY = Identity(imei="490154203237518", imsi="262010000000001", iccid="8949020000012345678")


class Desk:
    """A receiver, its store and a radio to receive from."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder / "gateway.db")
        self.receiver = Receiver(self.store, Clock())
        self.radio = FakeRadio("test", lambda _: None, identity=IDENTITY, auto=True)

    async def route(self, tpdu: bytes) -> None:
        await self._receive(Received(tpdu=tpdu, smsc="+491710760000", stored=None))

    async def read(self, tpdu: bytes, index: int) -> None:
        stored = StoredAt(memory="SM", index=index)
        self.radio.slots[stored] = tpdu
        await self._receive(Received(tpdu=tpdu, smsc="+491710760000", stored=stored))

    async def _receive(self, received: Received) -> None:
        slot = await self.receiver.receive(received, port=Port(1), identity=IDENTITY)
        await self.receiver.let_go(received, slot, self.radio)

    async def rows(self, *, is_aside: bool = False) -> list[Inbound]:
        page = await self.store.inbox_page(PageQuery(account_id=None, page_size=500, is_aside=is_aside))
        assert page.total == len(page.rows)
        return list(page.rows)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    await made.store.open()
    yield made
    await made.store.close()


@pytest.mark.parametrize("name", TPDUS)
async def test_every_kind_is_stored_as_what_it_is_and_deleted_in_the_modem(desk: Desk, name: str) -> None:
    tpdu, kind, is_shown = TPDUS[name]
    await desk.read(tpdu, 3)
    assert desk.radio.slots == {}
    (row,) = await desk.rows(is_aside=not is_shown)
    assert await desk.rows(is_aside=is_shown) == []
    assert (row.nature.kind, row.sender, row.nature.is_shown) == (kind, "+491711234567", is_shown)
    assert (row.data is None) is (row.text != "" or kind is InboundKind.WAITING)


async def test_a_silent_message_is_acknowledged_and_on_record_only(desk: Desk) -> None:
    await desk.route(TPDUS["type 0"][0])
    assert desk.radio.acknowledged == 1
    assert await desk.rows() == []
    (row,) = await desk.rows(is_aside=True)
    assert (row.text, row.nature.pid) == ("Hello", 0x40)


@pytest.mark.parametrize("more_waiting", [0x00, 0x04], ids=["as it was", "with another TP-MMS"])
async def test_what_was_not_acknowledged_is_taken_once_when_the_network_brings_it_again(
    desk: Desk, more_waiting: int
) -> None:
    again = bytes((DELIVER[0] ^ more_waiting,)) + DELIVER[1:]
    desk.radio.can_acknowledge = False
    await desk.route(DELIVER)
    await desk.route(deliver(ud=HELLO, udl=5))  # another one in between
    desk.radio.can_acknowledge = True
    await desk.route(again)
    assert len(await desk.rows()) == 2
    await desk.route(again)  # the first one was acknowledged: this is another one, of the same second
    assert len(await desk.rows()) == 3


async def test_what_is_acknowledged_may_come_again(desk: Desk) -> None:
    for count in (1, 2):
        await desk.route(DELIVER)
        assert len(await desk.rows()) == count


async def test_what_the_store_has_and_a_killed_process_could_not_strike_out_is_taken_once(desk: Desk) -> None:
    received = Received(tpdu=DELIVER, smsc="+491710760000", stored=None)
    await desk.receiver.receive(received, port=Port(1), identity=IDENTITY)  # and killed
    await desk.route(DELIVER)  # from the spool
    assert len(await desk.rows()) == 1


async def test_the_last_segment_is_taken_once_when_it_was_not_acknowledged(desk: Desk) -> None:
    first, last = (
        deliver(dcs=0x04, ud="0B" + "00032A02" + f"{seq:02X}" + "05040B8423F0" + "8C82", has_header=True)
        for seq in (1, 2)
    )
    await desk.route(first)
    desk.radio.can_acknowledge = False
    await desk.route(last)
    desk.radio.can_acknowledge = True
    await desk.route(last)
    assert len(await desk.rows()) == 1
    assert await desk.store.stale_parts(_FAR) == []


async def test_a_push_of_several_segments_is_one_push(desk: Desk) -> None:
    for seq, data in ((2, "8C82"), (1, "010603BE")):
        ud = "0B" + "00032A02" + f"{seq:02X}" + "05040B8423F0" + data
        await desk.read(deliver(dcs=0x04, ud=ud, has_header=True), seq)
    (row,) = await desk.rows()
    assert (row.nature.kind, row.data, row.shown_text) == (
        InboundKind.MMS,
        bytes.fromhex("010603BE8C82"),
        "[MMS notification, 6 octets]",
    )


async def test_a_message_that_replaces_another_is_shown_in_its_place(desk: Desk) -> None:
    # 9.2.3.9: "replace any existing stored message having the same Protocol Identifier code and originating address".
    for index, tpdu in enumerate((deliver(pid=0x41, udl=5), deliver(pid=0x42, udl=5), deliver(pid=0x41, udl=5))):
        await desk.read(tpdu, index)
    first, second, third = sorted((*await desk.rows(), *await desk.rows(is_aside=True)), key=lambda row: row.id)
    assert [row.id for row in await desk.rows()] == [third.id, second.id]
    assert (first.replaced_by, first.text) == (third.id, "Hello")


@pytest.mark.parametrize(
    "octets", [b"", b"\0", b"\xff" * 30, bytes.fromhex("0100039121F30000036F7719"), b"not hex at all"]
)
async def test_octets_that_are_no_message_are_kept_as_they_are(desk: Desk, octets: bytes) -> None:
    await desk.read(octets, 1)
    assert desk.radio.slots == {}
    (row,) = await desk.rows()
    assert (row.nature.kind, row.data) == (InboundKind.UNREADABLE, octets)


def _damaged() -> st.SearchStrategy[bytes]:
    """Octets of any kind, and messages of every kind with some octets changed or cut off."""

    def damage(tpdu: bytes, at: int, octet: int, length: int) -> bytes:
        changed = bytearray(tpdu)
        changed[at % len(changed)] = octet
        return bytes(changed[: len(tpdu) - length])

    octet = st.integers(0, 255)
    good = st.sampled_from([tpdu for tpdu, _, _ in TPDUS.values()])
    return st.one_of(st.binary(max_size=180), st.builds(damage, good, octet, octet, st.integers(0, 8)))


@pytest.mark.timeout(240)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tpdus=st.lists(_damaged(), min_size=1, max_size=12))
async def test_whatever_comes_is_on_record_and_nothing_chokes_the_store(tpdus: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        await desk.store.open()
        try:
            for index, tpdu in enumerate(tpdus):
                await desk.read(tpdu, index)
            await desk.read(deliver(ud=HELLO, udl=5), len(tpdus))
            assert desk.radio.slots == {}
            reports = sum(len(tpdu) > 0 and tpdu[0] & 3 == 2 for tpdu in tpdus)
            rows = len(await desk.rows()) + len(await desk.rows(is_aside=True))
            waiting = len(await desk.store.stale_parts(_FAR))
            assert len(tpdus) + 1 - reports <= rows + waiting
        finally:
            await desk.store.close()


_FAR = EpochMs(2**60)


# 3GPP TS 23.040 SMS-DELIVER "How are you?", as many tutorials have it (Nokia 6110, http://www.dreamfabric.com/sms/).
DELIVER = parse_pdu("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37").tpdu


async def _texts(field: Field) -> int:
    return (await field.store.inbox_page(PageQuery(account_id=None))).total


async def test_a_text_that_could_not_be_deleted_is_taken_once(make_field: MakeField) -> None:
    # Seen on a u-blox SARA-U201 that spoke boot lines in the middle of +CMGR: not in service, so nothing was deleted,
    # and ten minutes later the driver offered the same slot again.
    field = await make_field()
    radio = await field.radio(0)
    await field.until_ready(1)
    radio.can_delete = False
    radio.store(DELIVER, 3)
    await until(lambda: radio.refused_deletes == 1)
    radio.can_delete = True
    stored = radio.store(DELIVER, 3)
    await until(lambda: stored not in radio.slots)
    assert await _texts(field) == 1
    radio.store(DELIVER, 3)  # the slot was free: this is another one
    await until(lambda: stored not in radio.slots)
    assert await _texts(field) == 2


async def test_what_a_modem_says_while_it_has_no_time_to_delete_is_stored_at_once(make_field: MakeField) -> None:
    field = await make_field()
    radio = await field.radio(0)
    await field.until_ready(1)
    radio.can_begin_delete.clear()  # it sends
    slots = [radio.store(DELIVER, index) for index in range(3)]
    async with asyncio.timeout(5):
        while await _texts(field) < 3:
            await asyncio.sleep(0.01)
    assert set(slots) <= set(radio.slots)
    radio.can_begin_delete.set()
    await until(lambda: not set(slots) & set(radio.slots))
