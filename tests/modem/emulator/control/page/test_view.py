"""What the page shows, without a browser."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem.emulator.control.page.conversations import Conversations
from modem.emulator.network import wap_push

if TYPE_CHECKING:
    import aiohttp

    from modem.emulator.rack.rack import Rack

PERSON = "+491711234567"
MODEM = "+33639980001"


async def text_of(door: aiohttp.ClientSession, path: str) -> str:
    async with door.get(path) as response:
        assert response.status == 200
        return await response.text()


def test_the_conversation_with_the_newest_message_is_first(rack: Rack) -> None:
    conversations = Conversations(rack.network)
    rack.write(PERSON, MODEM, "one")
    rack.write("+447700900123", MODEM, "two")
    assert [each.phone for each in conversations.newest()] == ["+447700900123", PERSON]
    rack.write(PERSON, MODEM, "three")
    rack.write(PERSON, "+33639980002", "four")

    assert [(each.phone, each.other, each.last.text) for each in conversations.newest()] == [
        (PERSON, "+33639980002", "four"),
        (PERSON, MODEM, "three"),
        ("+447700900123", MODEM, "two"),
    ]
    assert [bubble.text for bubble in conversations.thread(PERSON, MODEM)] == ["one", "three"]


async def test_markup_in_a_text_stays_text(rack: Rack, door: aiohttp.ClientSession) -> None:
    rack.write(PERSON, MODEM, "<b>bold</b><script>alert(1)</script></hx-partial>")
    page = await text_of(door, "/?phone=%2B491711234567&with=%2B33639980001")
    async with door.get("/events?phone=%2B491711234567&with=%2B33639980001") as stream:
        events = (await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 10)).decode()

    for text in (page, events):
        assert "&lt;b&gt;bold&lt;/b&gt;" in text
        assert "<b>" not in text
        assert "alert(1)</script>" not in text
        assert "script&gt;&lt;/hx-partial&gt;" in text


async def test_markup_in_the_address_stays_text(door: aiohttp.ClientSession) -> None:
    page = await text_of(door, '/?phone="><script>x</script>&with=<b>&modems=-1')

    assert "<script>x" not in page
    assert "<b>" not in page


async def test_data_is_shown_in_hexadecimal(rack: Rack, door: aiohttp.ClientSession) -> None:
    rack.change(lambda network, now: network.post(wap_push("example.com", "Look"), PERSON, MODEM, now))

    assert "<code>data</code>" in await text_of(door, "/?phone=%2B491711234567&with=%2B33639980001")


async def test_only_what_changed_is_sent_again(rack: Rack, door: aiohttp.ClientSession) -> None:
    async with door.get("/events") as stream:
        first = (await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 10)).decode()
        rack.unplug(1)
        second = (await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 10)).decode()

    assert [first.count(f'hx-target="#{name}"') for name in ("conversations", "counts", "modem-0", "modem-1")] == [
        1
    ] * 4
    assert second.count("<hx-partial") == 1
    assert 'hx-target="#modem-1"' in second
    assert "unplugged" in second


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"sender": PERSON, "to": "+12x", "text": "hello"}, "To:"),
        ({"sender": "", "to": MODEM, "text": "hello"}, "From:"),
        ({"sender": PERSON, "to": MODEM, "text": ""}, "must not be empty"),
        ({"sender": PERSON, "to": MODEM, "text": "x", "kind": "song"}, "must be"),
    ],
)
async def test_a_form_with_a_mistake_says_so(door: aiohttp.ClientSession, form: dict[str, str], problem: str) -> None:
    async with door.post("/page/messages", data=form) as response:
        answer = await response.text()

    assert response.status == 400
    assert problem in answer


async def test_a_fault_form_comes_back_with_what_is_wrong(rack: Rack, door: aiohttp.ClientSession) -> None:
    form = {"delay_s": "soon", "after_submits": "3"}
    async with door.post("/page/modems/0/faults/late_result", data=form) as response:
        answer = await response.text()

    assert response.status == 400
    assert "must be a number" in answer
    assert 'value="soon"' in answer
    assert 'value="3"' in answer
    assert rack.machines[0].faults == ()
