"""Texts from phones on their way from a modem's slot into the store."""

from __future__ import annotations

from gateway.store.backend import PageQuery
from modem.pdu import parse_pdu
from tests.gateway.dispatch.conftest import Field, MakeField
from tests.support.waiting import until

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
