"""voipcom.md 5: what the customer's server receives."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest

from gateway.api.dialects.voipcom.replies import read_pushes
from gateway.api.renderer import Renderer
from gateway.config.settings import ApiSection, Settings
from gateway.core.callback import CallbackEvent, CallbackRequest
from gateway.errors import InvalidFieldError
from tests.gateway.api.desk import STATES, Desk

URL = "http://crm.example/sms-in"
INBOUND = frozenset({CallbackEvent.INBOUND})


async def _rendered(desk: Desk, **addresses: str) -> list[CallbackRequest | None]:
    """What is owed for one text of a phone to port 1."""
    await desk.store.save_settings(desk.demo.id, "voipcom", addresses, INBOUND)
    await desk.receive("ok", sender="+12812345678")
    return await _owed(desk)


async def _owed(desk: Desk) -> list[CallbackRequest | None]:
    rows = await desk.store.due_callbacks(desk.clock.now_ms(), limit=9, busy=frozenset())
    renderer = Renderer(desk.service)
    return [await renderer.render(row) for row in rows]


async def test_an_inbound_text_goes_to_the_reply_address_of_its_number(desk: Desk) -> None:
    STATES["own number"](desk)
    desk.change_demo(timezone="Europe/Paris")
    desk.clock.turn_back(3300)  # 09:20:00 UTC
    await desk.count_ids_from(1049)
    (request,) = await _rendered(desk, **{"17134567890": URL})
    assert request == CallbackRequest(
        method="POST",
        url=URL,
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        body=b"from=12812345678&to=17134567890&msg=ok&smsid=20240000041997a5ed91347032d&date=2024-03-26+10%3A20%3A00",
    )


async def test_a_number_without_an_address_owes_nothing(desk: Desk) -> None:
    assert await _rendered(desk, **{"17134567890": URL}) == [None]  # port 1 has no number
    STATES["own number"](desk)
    assert await _owed(desk) != [None]
    assert await _rendered(desk, **{"18005550100": URL}) == [None, None]
    desk.change_demo(enabled=False)
    assert await _owed(desk) == [None, None]


@pytest.mark.parametrize(
    "text", ["Grüße & mehr=?", 'say "hi" \\ \n', "€ {} [] ~ ^ |", "Necəsən?", "👨‍👩‍👧‍👦", "مرحبا " * 170, "100%+1"]
)
async def test_texts_and_senders_survive(text: str, desk: Desk) -> None:
    STATES["own number"](desk)
    await desk.store.save_settings(desk.demo.id, "voipcom", {"17134567890": URL}, INBOUND)
    await desk.receive(text, sender="INFO-Bank")
    (request,) = await _owed(desk)
    assert request is not None
    fields = dict(parse_qsl(request.body.decode("ascii"), keep_blank_values=True))
    assert (fields["from"], fields["msg"]) == ("INFO-Bank", text)
    assert list(fields) == ["from", "to", "msg", "smsid", "date"]


async def test_certificates_are_checked_unless_the_box_says_otherwise(desk: Desk) -> None:
    STATES["own number"](desk)
    desk.service.settings = Settings(api=ApiSection.model_validate({"voipcom": {"verify_tls": False}}))
    (request,) = await _rendered(desk, **{"17134567890": "https://crm.example/ä b?x=1#y"})
    assert request is not None
    assert (request.verify_tls, request.url) == (False, "https://crm.example/%C3%A4%20b?x=1")


def test_an_operator_sets_an_address_by_the_number() -> None:
    values, events = read_pushes({}, {"+1 713-456-7890": f" {URL} "})
    assert (values, events) == ({"17134567890": URL}, INBOUND)
    more, events = read_pushes(values, {"18005550100": "https://[2001:db8::1]:8443/x"})
    assert (set(more), events) == ({"17134567890", "18005550100"}, INBOUND)
    assert read_pushes(values, {"17134567890": ""}) == ({}, frozenset())
    assert read_pushes(values, {"18005550100": ""}) == (values, INBOUND)


@pytest.mark.parametrize(
    "url",
    ["crm.example", "ftp://crm.example/", "http://", "http://a b/", "http://a:99999/", "http://[::1/", "http://a/\x00"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidFieldError, match=r"^17134567890: not an address"):
        read_pushes({}, {"17134567890": url})


def test_what_is_no_number_is_refused() -> None:
    changes: Any = {"reply_url": URL}
    with pytest.raises(InvalidFieldError, match="reply_url: not a phone number"):
        read_pushes({}, changes)
