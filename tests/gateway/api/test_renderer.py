"""Each push of openvox.md part C, from the row in the outbox to the address that is called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.api.renderer import Renderer
from gateway.config.settings import ApiSection, Settings
from gateway.core.account import ROLE_PERMISSIONS, Role
from gateway.core.callback import CallbackEvent, CallbackRequest, OwedCallback
from gateway.core.number import Number
from gateway.core.status import Status
from gateway.core.types import MessageId
from gateway.service.submitting import Submission
from tests.gateway.api.desk import Desk

TEXTS = ["Grüße & mehr", 'say "hi" \\ \n', "€ {} [] ~ ^ |", "Necəsən?", "👨‍👩‍👧‍👦", "مرحبا " * 170, "100%+1=#?;"]


async def _submit(desk: Desk, text: str = "hello", client_ref: str = "") -> int:
    number = Number(given="+491711234567", normalised="+491711234567")
    submission = Submission(dialect="openvox", numbers=[number], text=text, client_ref=client_ref)
    (accepted,) = await desk.service.submit(desk.demo, submission)
    return accepted.id


async def _owed(desk: Desk) -> list[OwedCallback]:
    """All rows, given up one after the other so that the later ones of a message come."""
    found: list[OwedCallback] = []
    while rows := await desk.store.due_callbacks(desk.clock.now_ms(), limit=9, busy=frozenset()):
        found += rows
        for row in rows:
            await desk.store.callback_done(row.id, desk.clock.now_ms())
    return found


async def _rendered(desk: Desk) -> list[CallbackRequest | None]:
    renderer = Renderer(desk.service)
    return [await renderer.render(row) for row in await _owed(desk)]


async def _urls(desk: Desk) -> list[str]:
    return [request.url for request in await _rendered(desk) if request is not None]


BASE = "http://127.0.0.1:8099/sms.php?"


async def test_inbound_push(desk: Desk) -> None:
    await desk.push_to(8099, url_user_defined="key=value")
    desk.clock.advance(301)
    await desk.receive("Grüße & mehr")
    assert await _urls(desk) == [
        BASE + "phonenumber=%2B491711234567&port=1&portname=gsm-1&message=Gr%C3%BC%C3%9Fe%20%26%20mehr"
        "&time=2024-03-26%2010%3A20%3A00&imsi=262011234567890&key=value"
    ]


async def test_result_push(desk: Desk) -> None:
    await desk.push_to(8099, url_user_defined="key=value")
    message_id = await _submit(desk, client_ref="e3e79a93")
    desk.clock.advance(2)
    await desk.settle(message_id)
    assert await _urls(desk) == [
        BASE + "phonenumber=%2B491711234567&port=1&id=e3e79a93&imsi=262011234567890&message="
        "&time=2024-03-26%2010%3A15%3A02&type=SMS-Status-Result&status=Sent"
    ]


async def test_result_of_a_failure_carries_our_id_when_the_caller_gave_none(desk: Desk) -> None:
    await desk.push_to(8099)
    message_id = await _submit(desk)
    await desk.settle(message_id, status=Status.FAILED, cause="+CMS ERROR 38")
    (url,) = await _urls(desk)
    query = dict(parse_qsl(urlsplit(url).query))
    assert (query["id"], query["status"]) == (str(message_id), "Fail")


@pytest.mark.parametrize(
    ("tp_status", "words", "cause"),
    [(0, "Message%20received%20on%20handset", 0), (0x41, "Message%20not%20received%20on%20handset", 65)],
)
async def test_report_push(tp_status: int, words: str, cause: int, desk: Desk) -> None:
    await desk.push_to(8099)
    message_id = await _submit(desk)
    await desk.settle(message_id)
    desk.clock.advance(9)
    await desk.report(message_id, tp_status)
    assert (await _urls(desk))[1] == (
        BASE + "phonenumber=%2B491711234567&port=1&imsi=262011234567890&message="
        f"&time=2024%2F03%2F26%2010%3A15%3A09&type=SMS-Status-Report&status={words}&cause={cause}"
    )


async def test_report_carries_an_id_where_the_box_says_so(desk: Desk) -> None:
    desk.service.settings = Settings(api=ApiSection.model_validate({"openvox": {"id_in_reports": True}}))
    await desk.push_to(8099)
    message_id = await _submit(desk)
    await desk.settle(message_id)
    await desk.report(message_id)
    assert f"&port=1&id={message_id}&imsi=" in (await _urls(desk))[1]


async def test_parameters_have_the_names_the_customer_wants(desk: Desk) -> None:
    names = {"url_from_num": "from", "url_to_num": "", "url_portname": "p[name]", "url_message": "m", "url_imsi": ""}
    await desk.push_to(8099, **names)
    desk.clock.advance(1)
    await desk.receive("a")
    (url,) = await _urls(desk)
    assert url == BASE + "from=%2B491711234567&p%5Bname%5D=gsm-1&m=a&time=2024-03-26%2010%3A15%3A00"


async def test_text_of_the_user_is_put_in_as_it_stands(desk: Desk) -> None:
    await desk.push_to(8099, url_user_defined="a=1&b=x y&c=%20ü", url_path="/x?key=1")
    await desk.receive("a")
    (url,) = await _urls(desk)
    assert url.startswith("http://127.0.0.1:8099/x?key=1&phonenumber=")
    assert url.endswith("&a=1&b=x%20y&c=%20%C3%BC")


@pytest.mark.parametrize("text", TEXTS)
async def test_text_survives_the_push(text: str, desk: Desk) -> None:
    await desk.push_to(8099)
    await desk.receive(text)
    (url,) = await _urls(desk)
    assert url.isascii()
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))["message"] == text


async def test_time_is_local_to_the_account(desk: Desk) -> None:
    desk.change_demo(timezone="Asia/Kathmandu")
    await desk.push_to(8099)
    desk.clock.advance(1)
    await desk.receive("a")
    assert "time=2024-03-26%2016%3A00%3A00" in (await _urls(desk))[0]


@pytest.mark.parametrize(("unknown_as", "word"), [("failed", "Fail"), ("sent", "Sent")])
async def test_unknown_outcome_is_called_as_the_box_says(unknown_as: str, word: str, desk: Desk) -> None:
    desk.service.settings = Settings(api=ApiSection.model_validate({"unknown_as": unknown_as}))
    await desk.push_to(8099)
    row = await _a_result(desk)
    request = await Renderer(desk.service).render(replace(row, status=Status.UNKNOWN))
    assert request is not None
    assert request.url.endswith(f"&status={word}")


async def _a_result(desk: Desk) -> OwedCallback:
    message_id = await _submit(desk)
    await desk.settle(message_id)
    (row,) = await desk.store.due_callbacks(desk.clock.now_ms(), limit=9, busy=frozenset())
    return row


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, CallbackRequest(method="GET", url="")),
        ({"push_once": True}, CallbackRequest(method="GET", url="", is_once=True)),
        ({"verify_tls": False}, CallbackRequest(method="GET", url="", verify_tls=False)),
    ],
)
async def test_how_the_request_is_made(changes: dict[str, Any], wanted: CallbackRequest, desk: Desk) -> None:
    desk.service.settings = Settings(api=ApiSection.model_validate({"openvox": changes}))
    await desk.push_to(8099)
    request = await Renderer(desk.service).render(await _a_result(desk))
    assert request is not None
    assert replace(request, url="") == wanted


# --- nothing is owed any more ---------------------------------------------------------------------


async def test_switched_off_pushes_are_not_owed_any_more(desk: Desk) -> None:
    await desk.push_to(8099)
    row = await _a_result(desk)
    await desk.push_to(8099, results_enable=0)
    assert await Renderer(desk.service).render(row) is None


@pytest.mark.parametrize(
    "facts", [{"enabled": False}, {"spans": "2"}, {"role": "none of ours"}], ids=["disabled", "span", "permission"]
)
async def test_inbound_is_not_told_to_who_may_not_hear_it(
    facts: dict[str, object], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.push_to(8099)
    await desk.receive("a")
    (row,) = await desk.store.due_callbacks(desk.clock.now_ms(), limit=9, busy=frozenset())
    if "role" in facts:  # every role of today may hear inbound messages
        monkeypatch.setitem(ROLE_PERMISSIONS, Role.SENDER, frozenset())
    else:
        desk.change_demo(**facts)
    assert await Renderer(desk.service).render(row) is None


@pytest.mark.parametrize("event", CallbackEvent)
async def test_a_message_that_is_gone_is_not_told(event: CallbackEvent, desk: Desk) -> None:
    await desk.push_to(8099)
    row = await _a_result(desk)
    gone = replace(row, event=event, message_id=MessageId(999_999))
    assert await Renderer(desk.service).render(gone) is None


async def test_a_dialect_that_is_gone_owes_nothing(desk: Desk) -> None:
    await desk.push_to(8099)
    row = await _a_result(desk)
    assert await Renderer(desk.service).render(replace(row, dialect="closedvox")) is None
