"""What the exchanges cannot show: what is stored, the life of a message, webhooks, settings, other accounts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.api.dialects.smsgateway24 import DIALECT
from gateway.api.dialects.smsgateway24.settings import NAME, Settings
from gateway.api.dialects.smsgateway24.statuses import TITLES, outbound_filter, status_number
from gateway.api.renderer import Renderer
from gateway.config.settings import Settings as BoxSettings
from gateway.core.account import Account
from gateway.core.callback import CallbackEvent, CallbackRequest
from gateway.core.message import Message
from gateway.core.span import SpanState
from gateway.core.status import Status
from gateway.core.types import EpochMs, MessageId
from gateway.errors import InvalidFieldError
from tests.gateway.api.conftest import client_of
from tests.gateway.api.desk import STATES, Desk

SMS: dict[str, Any] = {"sendto": "+4915752982212", "body": "Your code is 1234", "device_id": 1}
TEXTS = ["Grüße & mehr", 'say "hi" \\ \n', "€ {} [] ~ ^ |", "Necəsən?", "👨‍👩‍👧‍👦", "مرحبا " * 110, " "]


async def _call(desk: Desk, name: str, account: Account | None = None, /, **fields: Any) -> dict[str, Any]:
    token = await desk.accounts.keys.permanent_token(account or desk.demo)
    async with client_of(desk) as client:
        answer = await client.post(f"/getdata/{name}", json={"token": token, **fields})
        assert answer.status == 200
        return await answer.json()  # type: ignore[no-any-return]


async def _sent_id(desk: Desk, **fields: Any) -> MessageId:
    answer = await _call(desk, "addsms", **{**SMS, **fields})
    assert answer["error"] == 0, answer
    return MessageId(answer["sms_id"])


async def _status(desk: Desk, sms_id: int) -> tuple[int, str]:
    answer = await _call(desk, "getsmsstatus", sms_id=sms_id)
    return answer["status"], answer["status_description"]


async def _listed(desk: Desk, **filters: Any) -> list[int]:
    return [int(one) for one in (await _call(desk, "getallsms", **filters))["smss"]]


@asynccontextmanager
async def _desk_with(path: Path, **settings: Any) -> AsyncIterator[Desk]:
    desk = Desk(path / "other.db", BoxSettings.model_validate({"api": {NAME: settings}}))
    await desk.open()
    try:
        yield desk
    finally:
        await desk.store.close()


# --- what is stored -------------------------------------------------------------------------------


async def test_a_message_is_kept_with_all_that_was_said_of_it(desk: Desk) -> None:
    answer = await _call(
        desk, "addsms", sendto="+1- (928) -111-22-33, 0049157512", body="a", device_id=1, sim=1, customerid=-122,
        urgent="true", timetosend="2024-03-27",
    )  # fmt: skip
    assert answer["sms_ids"] == desk.ids()
    columns = "dialect, recipient_given, recipient, client_ref, sim_slot, is_urgent, send_at, status, port"
    midnight = 1_711_497_600_000  # 2024-03-27 00:00:00 UTC
    rest = ("-122", 1, 1, midnight, "held", 1)
    assert desk.rows(f"SELECT {columns} FROM message ORDER BY id") == [
        (NAME, "+19281112233", "+19281112233", *rest),
        (NAME, "0049157512", "+49157512", *rest),
    ]


async def test_times_are_those_of_the_account(desk: Desk) -> None:
    desk.change_demo(timezone="Asia/Kathmandu")
    sms_id = await _sent_id(desk, timetosend="2024-03-27 05:45:00")
    assert desk.rows("SELECT send_at FROM message") == [(1_711_497_600_000,)]
    row = (await _call(desk, "getallsms"))["smss"][str(sms_id)]
    assert row["timetosend"]["date"] == "2024-03-27 05:45:00.000000"
    assert row["created"] == {"date": "2024-03-26 16:00:00.000000", "timezone_type": 3, "timezone": "Asia/Kathmandu"}


@pytest.mark.parametrize("text", TEXTS)
async def test_text_survives(text: str, desk: Desk) -> None:
    sms_id = await _sent_id(desk, body=text)
    assert (await _call(desk, "getallsms"))["smss"][str(sms_id)]["body"] == text


async def test_a_raw_plus_in_datajson_of_a_form_is_put_back(desk: Desk) -> None:
    token = await desk.accounts.keys.permanent_token(desk.demo)
    document = {"token": token, "smsdata": [{**SMS, "body": "a b"}]}
    async with client_of(desk) as client:
        answer = await client.post("/getdata/addalotofsms", data=f"datajson={json.dumps(document)}".encode())
        assert (await answer.json())["error"] == 0
    assert desk.rows("SELECT recipient_given, text FROM message") == [("+4915752982212", "a b")]


async def test_each_item_of_a_bulk_request_is_kept_with_its_own_facts_in_order(desk: Desk) -> None:
    items = [
        {**SMS, "sendto": "+491571"},
        {**SMS, "sendto": "+4915720, +4915721"},
        {**SMS, "sendto": "+491573", "customerid": 3},
        {**SMS, "sendto": "+491574", "customerid": 3, "urgent": 1},
        {**SMS, "sendto": "+491575", "body": "other", "sim": 1},
        {**SMS, "sendto": "+491576"},
    ]
    items = [{**one, "sendto": one["sendto"].replace("+49157", "+4915700")} for one in items]
    answer = await _call(desk, "addalotofsms", smsdata=items)
    assert answer["sms_ids"] == desk.ids()
    code = SMS["body"]
    columns = "recipient, text, client_ref, is_urgent, sim_slot"
    assert desk.rows(f"SELECT {columns} FROM message ORDER BY id") == [
        ("+49157001", code, "", 0, 0),
        ("+491570020", code, "", 0, 0),
        ("+491570021", code, "", 0, 0),
        ("+49157003", code, "3", 0, 0),
        ("+49157004", code, "3", 1, 0),
        ("+49157005", "other", "", 0, 1),
        ("+49157006", code, "", 0, 0),
    ]


async def test_a_newsletter_waits_for_its_time_and_writes_to_each_number_once(desk: Desk) -> None:
    STATES["five contacts"](desk)
    STATES["tags"](desk)
    desk.change("INSERT INTO contact_tag VALUES (12, 3), (13, 5), (13, 1)")
    desk.change("UPDATE contact SET phone = '' WHERE id = 2")
    answer = await _call(
        desk, "savepaket", title="Spring", device_id=1, body="Hi {1}", tags="12,13", time_to_send="26.03.2024 11:00:00"
    )
    # 5 has the number of 1, 2 has none.
    assert desk.rows("SELECT recipient, text, status FROM message ORDER BY id") == [
        ("01712345678", "Hi {1}", "held"),
        ("01712345680", "Hi {1}", "held"),
    ]
    desk.clock.advance(2700)
    await desk.store.release(desk.clock.now_ms())
    rows = (await _call(desk, "getallsms", status=1))["smss"].values()
    assert [(row["paketid"], row["pakettitle"], row["paketbody"]) for row in rows] == [
        (answer["paket_id"], "Spring", "Hi {1}")
    ] * 2


async def test_a_contact_that_is_there_keeps_its_id_and_gets_the_tags_and_the_name(desk: Desk) -> None:
    STATES["tags"](desk)
    first = await _call(desk, "savecontact", phone="+49 157 52982212", tag_id=12, fullname="Ann")
    second = await _call(desk, "savecontact", phone="tel. +4915752982212", tag_id="13", name="Anna")
    third = await _call(desk, "savecontact", phone="+4915752982212", tag_id=13)
    assert first["contact_id"] == second["contact_id"] == third["contact_id"]
    contact = await desk.service.directory.contact(desk.demo, first["contact_id"])
    assert contact is not None
    assert (contact.fullname, contact.phone, contact.tags) == ("Anna", "+4915752982212", (12, 13))


async def test_a_template_is_filled_once(desk: Desk) -> None:
    STATES["templates and senders"](desk)
    STATES["template with order"](desk)
    fields: dict[str, Any] = {"send_to": "+4915752982212", "sender_id": 1, "template_id": "order"}
    answer = await _call(desk, "addsmstosenderid", **fields, template_data={"order": "{1}", "1": 5.50})
    assert answer["error"] == 0
    assert desk.rows("SELECT text, sender, spans FROM message") == [("Order {1} for 5.5, {sic}", "ACME", "1")]


# --- the life of a message ------------------------------------------------------------------------


async def test_status_on_its_way_to_the_handset(desk: Desk) -> None:
    sms_id = await _sent_id(desk)
    assert await _status(desk, sms_id) == (1, "New")
    await desk.settle(sms_id)
    assert await _status(desk, sms_id) == (6, "sent")
    assert (await _listed(desk, status=6), await _listed(desk, status=7)) == ([sms_id], [])
    await desk.report(sms_id)
    assert await _status(desk, sms_id) == (7, "delivered")
    assert (await _listed(desk, status=6), await _listed(desk, status=7)) == ([], [sms_id])


async def test_a_message_that_waits_for_a_second_try_is_queued(desk: Desk) -> None:
    sms_id = await _sent_id(desk)
    await desk.settle(sms_id, status=Status.QUEUED, cause="+CMS ERROR 38")
    assert await _status(desk, sms_id) == (3, "queued")
    assert (await _listed(desk, status=1), await _listed(desk, status=3)) == ([], [sms_id])


async def test_not_delivered(desk: Desk) -> None:
    sms_id = await _sent_id(desk)
    await desk.settle(sms_id)
    await desk.report(sms_id, 0x41)
    assert await _status(desk, sms_id) == (8, "not delivered")


def _a_message(status: Status, **facts: Any) -> Message:
    message = Message(
        id=MessageId(1), account_id=facts.pop("account_id", 1), dialect=NAME, recipient="", recipient_given="", text="",
        segment_count=1, status=status, cause="", port=None, sim_imsi="", client_ref="", accepted_at=EpochMs(0),
        sent_at=None, settled_at=None, report_status=None, changed_at=EpochMs(0),
    )  # fmt: skip
    return replace(message, **facts)


TABLE = [
    (Status.QUEUED, {}, 1),
    (Status.QUEUED, {"was_tried": True}, 3),
    (Status.HELD, {}, 1),
    (Status.SENDING, {}, 2),
    (Status.SENT, {}, 6),
    (Status.DELIVERED, {}, 7),
    (Status.UNDELIVERED, {}, 8),
    (Status.EXPIRED, {}, 9),
    (Status.EXPIRED, {"sent_at": EpochMs(1)}, 8),
    (Status.EXPIRED, {"report_status": 0x46}, 8),
    (Status.UNKNOWN, {}, 9),
    (Status.CANCELLED, {}, 9),
    (Status.FAILED, {}, 9),
    (Status.FAILED, {"failure_code": "ERROR"}, 9),
    (Status.FAILED, {"failure_code": "credit"}, 100),
    *((Status.FAILED, {"failure_code": f"+CMS ERROR {code}"}, 10) for code in (38, 41, 42, 331, 332)),
    *((Status.FAILED, {"failure_code": f"+CMS ERROR {code}"}, 11) for code in (304, 305)),
    *((Status.FAILED, {"failure_code": f"+CMS ERROR {code}"}, 12) for code in (310, 311, 313, 316)),
    *((Status.FAILED, {"failure_code": f"+CME ERROR {code}"}, 12) for code in (10, 11, 13)),
    (Status.FAILED, {"failure_code": "+CME ERROR 30"}, 10),
    (Status.FAILED, {"failure_code": "+CMS ERROR 500"}, 9),
]


@pytest.mark.parametrize(("status", "facts", "number"), TABLE, ids=str)
def test_each_status_has_the_number_of_the_table_and_is_found_by_it(
    status: Status, facts: dict[str, Any], number: int
) -> None:
    message = _a_message(status, **facts)
    assert status_number(message, "failed") == number
    found = []
    for one in TITLES:
        statuses, keep = outbound_filter(one, "failed")
        if status in statuses and (keep is None or keep(message)):
            found.append(one)
    assert found == [number]


def test_unknown_is_called_as_the_box_says_and_101_is_100() -> None:
    unknown = _a_message(Status.UNKNOWN)
    assert status_number(unknown, "sent") == 6
    assert outbound_filter(6, "sent")[0] == {Status.SENT, Status.UNKNOWN}
    statuses, keep = outbound_filter(101, "failed")
    assert keep is not None
    assert statuses == {Status.FAILED}
    assert keep(_a_message(Status.FAILED, failure_code="credit"))


async def test_messages_of_other_apis_are_listed_too(desk: Desk) -> None:
    sms_id = await _sent_id(desk)
    desk.change("UPDATE message SET dialect = 'openvox', client_ref = 'abc', recipient_given = '0157 529-82212'")
    row = (await _call(desk, "getallsms"))["smss"][str(sms_id)]
    assert (row["customerid"], row["sendto"]) == (None, "015752982212")


# --- accounts -------------------------------------------------------------------------------------


async def test_another_account_sees_nothing_of_it(desk: Desk) -> None:
    STATES["five contacts"](desk)
    STATES["tags"](desk)
    sms_id = await _sent_id(desk)
    await desk.receive("hi", port=2)
    other = await desk.add_account("other", spans=frozenset({1}))
    desk.accounts.keys.forget()
    assert (await _call(desk, "getsmsstatus", other, sms_id=sms_id))["message"] == "Sms not found"
    assert (await _call(desk, "getallsms", other))["count"] == 0
    assert list((await _call(desk, "getalldevices", other))["device"]) == ["1"]
    assert (await _call(desk, "addsms", other, **{**SMS, "device_id": 2}))["message"] == "Device not found"
    refused = await _call(desk, "savepaket", other, title="a", device_id=1, body="b", tags=12)
    assert refused["message"] == "Tag 12 not found"


async def test_the_token_stays_until_it_is_withdrawn(desk: Desk) -> None:
    async with client_of(desk) as client:

        async def token() -> str:
            answer = await client.get("/getdata/gettoken?email=demo&pass=secret")
            return (await answer.json())["token"]  # type: ignore[no-any-return]

        async def is_good(text: str) -> bool:
            answer = await client.get(f"/getdata/getalldevices?token={text}")
            return (await answer.json())["error"] == 0  # type: ignore[no-any-return]

        first = await token()
        assert await token() == first
        assert await is_good(first)
        await desk.accounts.renew_permanent_token("demo")
        assert not await is_good(first)
        assert await is_good(await token())


# --- settings -------------------------------------------------------------------------------------


async def test_a_device_may_be_left_out_where_the_box_says_so(tmp_path: Path) -> None:
    async with _desk_with(tmp_path, device_required=False) as desk:
        assert (await _call(desk, "addsms", sendto="+4915752982212", body="a"))["error"] == 0
        assert desk.rows("SELECT spans FROM message") == [("",)]


async def test_strict_sim(tmp_path: Path) -> None:
    async with _desk_with(tmp_path, strict_sim=True, slots={1: 2}) as desk:
        desk.put_span(3)
        assert (await _call(desk, "addsms", **{**SMS, "device_id": 3, "sim": 1}))["message"] == "Sim 1 is not supported"
        assert (await _call(desk, "addsms", **{**SMS, "sim": 1}))["error"] == 0


async def test_two_spans_are_one_device_with_two_sims(tmp_path: Path) -> None:
    async with _desk_with(tmp_path, slots={1: 2}) as desk:
        desk.set_state(2, SpanState.READY)
        first, second = await _sent_id(desk), await _sent_id(desk, sim=1)
        assert desk.rows("SELECT spans, port, sim_slot FROM message ORDER BY id") == [("1", 1, 0), ("2", 2, 1)]
        await desk.receive("hi", port=2)
        rows = list((await _call(desk, "getallsms", device_id=1))["smss"].values())
        assert [(row["deviceid"], row["sim"]) for row in rows] == [(1, 0), (1, 1), (1, 1)]
        assert await _listed(desk, sim=0) == [first]
        assert await _listed(desk, sim=1) == [second, second + 1]
        devices = (await _call(desk, "getalldevices"))["device"]
        assert {number: [sim["Slot"] for sim in one["siminfo"]] for number, one in devices.items()} == {"1": ["0", "1"]}
        assert (await _call(desk, "getdevicestatus", device_id=2))["message"] == "Device not found"


@pytest.mark.parametrize("slots", [{1: 2, 3: 2}, {1: 2, 2: 3}])
def test_a_span_is_in_one_device_only(slots: dict[int, int]) -> None:
    with pytest.raises(ValidationError, match="in one device only"):
        Settings(slots=slots)


async def test_rows_of_a_list_are_limited(tmp_path: Path) -> None:
    async with _desk_with(tmp_path, list_limit=2) as desk:
        ids = [await _sent_id(desk) for _ in range(3)]
        answer = await _call(desk, "getallsms", limit=1000)
        assert ([int(one) for one in answer["smss"]], answer["count"]) == (ids[1:], 3)


# --- webhooks -------------------------------------------------------------------------------------


async def _webhooks(desk: Desk, **changes: str) -> None:
    assert DIALECT.read_pushes is not None
    values, events = DIALECT.read_pushes({}, {name.replace("_url_", "_url."): text for name, text in changes.items()})
    await desk.store.save_settings(desk.demo.id, NAME, values, events)


async def _requests(desk: Desk) -> list[CallbackRequest]:
    renderer, found = Renderer(desk.service), []
    while rows := await desk.store.due_callbacks(desk.clock.now_ms(), limit=9, busy=frozenset()):
        for row in rows:
            found.append(await renderer.render(row))
            await desk.store.callback_done(row.id, desk.clock.now_ms())
    return [one for one in found if one is not None]


async def test_delivery_webhook_to_the_byte(desk: Desk) -> None:
    await _webhooks(desk, delivery_url="http://crm.example/hook/delivery")
    sms_id = await _sent_id(desk)
    desk.clock.advance(2)
    await desk.settle(sms_id)
    desk.clock.advance(9)
    await desk.report(sms_id)
    sent, delivered = await _requests(desk)
    assert (sent.method, sent.url, sent.headers) == (
        "POST",
        "http://crm.example/hook/delivery",
        {"Content-Type": "application/json"},
    )
    for request, status in ((sent, '6,"status_message":"sent"'), (delivered, '7,"status_message":"delivered"')):
        assert request.body.decode() == (
            f'{{"sms_id":{sms_id},"status_id":{status},"sendto":"+4915752982212",'
            '"senttime":"2024-03-26 10:15:02","sim":0,"channel_id":0,"device_id":1}'
        )


async def test_incoming_webhook_to_the_byte(desk: Desk) -> None:
    await _webhooks(desk, incoming_url="http://crm.example/hook/incoming")
    desk.clock.advance(300)
    await desk.receive("Thanks! 👍", sender="+4915752982212")
    (request,) = await _requests(desk)
    sms_id = json.loads(request.body)["sms_id"]
    assert request.body.decode() == (
        '{"address":"+4915752982212","date":"2024-03-26 10:20:00","date_sent":"2024-03-26 10:19:59",'
        f'"body":"Thanks! 👍","internal_id":{sms_id},"sim":0,"channel_id":0,"sms_id":{sms_id},"device_id":1,'
        '"device_name":"gsm-1","type":"text"}'
    )


async def test_a_device_of_its_own_address_and_the_rest(desk: Desk) -> None:
    await _webhooks(desk, incoming_url="http://a.example/", incoming_url_2="http://b.example/")
    await desk.receive("one", port=1)
    await desk.receive("two", port=2)
    assert [request.url for request in await _requests(desk)] == ["http://a.example/", "http://b.example/"]


async def test_no_address_for_a_device_no_call(desk: Desk) -> None:
    await _webhooks(desk, incoming_url_2="http://b.example/")
    await desk.receive("one", port=1)
    assert await _requests(desk) == []


def _fail(desk: Desk, sms_id: MessageId) -> Any:
    return desk.settle(sms_id, status=Status.FAILED, cause="+CMS ERROR 1")


def _withdraw(desk: Desk, sms_id: MessageId) -> Any:
    return desk.service.cancel(desk.demo, sms_id)


@pytest.mark.parametrize("end", [_fail, _withdraw])
async def test_what_is_not_sent_is_told_with_the_time_of_its_end(end: Callable[..., Any], desk: Desk) -> None:
    await _webhooks(desk, delivery_url="http://crm.example/")
    sms_id = await _sent_id(desk)
    desk.clock.advance(60)
    await end(desk, sms_id)
    (request,) = await _requests(desk)
    told = json.loads(request.body)
    assert (told["status_id"], told["status_message"], told["senttime"]) == (
        9,
        "Generic failure",
        "2024-03-26 10:16:00",
    )


async def test_a_message_with_an_address_of_its_own_is_told_there(desk: Desk) -> None:
    STATES["templates and senders"](desk)
    await _webhooks(desk, delivery_url="http://crm.example/")
    fields: dict[str, Any] = {"send_to": "+4915752982212", "sender_id": "ACME", "template_id": 8}
    answer = await _call(desk, "addsmstosenderid", **fields, webhook_callback_url="https://own.example/h?k=ü#x")
    await desk.settle(answer["sms_id"])
    assert [request.url for request in await _requests(desk)] == ["https://own.example/h?k=%C3%BC"]


async def test_settings_of_webhooks(tmp_path: Path) -> None:
    async with _desk_with(tmp_path, webhook_statuses=[7], webhook_once=True, verify_tls=False) as desk:
        await _webhooks(desk, delivery_url="https://crm.example/")
        sms_id = await _sent_id(desk)
        await desk.settle(sms_id)
        await desk.report(sms_id)
        (request,) = await _requests(desk)
        assert json.loads(request.body)["status_id"] == 7
        assert (request.is_once, request.verify_tls) == (True, False)


def test_webhooks_are_set_device_by_device_and_cleared() -> None:
    assert DIALECT.read_pushes is not None
    values, events = DIALECT.read_pushes(
        {}, {"delivery_url.0": " http://a.example/x y ", "incoming_url.2": "http://b/"}
    )
    assert values == {"delivery_url": "http://a.example/x%20y", "incoming_url.2": "http://b/"}
    assert events == frozenset(CallbackEvent) - {CallbackEvent.USSD}
    values, events = DIALECT.read_pushes(values, {"delivery_url": ""})
    assert values == {"incoming_url.2": "http://b/"}
    assert events == frozenset({CallbackEvent.INBOUND})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("delivery_url", "ftp://a.example"), ("delivery_url", "crm.example"), ("delivery_url.x", "http://a.example"),
        ("enable", "1"), ("incoming_url", "http://[::1"), ("incoming_url", "http://a.example:99999/"),
        ("incoming_url", "http://a b/"), ("incoming_url", f"http://a/{'x' * 2048}"),
    ],
)  # fmt: skip
def test_a_webhook_that_is_none_is_refused(name: str, text: str) -> None:
    assert DIALECT.read_pushes is not None
    with pytest.raises(InvalidFieldError, match=name.partition(".")[0]):
        DIALECT.read_pushes({}, {name: text})
