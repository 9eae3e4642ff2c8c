"""OpenVox: what takes more than one request, and its pure halves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from gateway.api.dialects.openvox.settings import Settings as OpenVoxSettings
from gateway.api.dialects.openvox.wire import find_port, format_cause, outbox_status, send_status
from gateway.config.settings import ApiSection, Settings
from gateway.core.message import Message
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.store.news import News, StatusChanged
from tests.gateway.api.conftest import client_of
from tests.gateway.api.desk import PASSWORD, Desk
from tests.support.waiting import until

LOGIN = {"username": "demo", "password": PASSWORD}
TEXTS = {
    "quotes": 'say "hi", it\'s <b>\\n</b> & more',
    "lines": "one\r\ntwo\nthree\ttab",
    "gsm extension": "€ {} [] ~ ^ | \\",
    "schwa": "Salam, dostum! Necəsən?",
    "emoji": "👨‍👩‍👧‍👦 ok 👍🏽",
    "arabic": "مرحبا بكم " * 60,
    "blanks": "   ",
    "percent": "100% a+b=c&d;e #f ?g",
}


@pytest.fixture
def call(client: TestClient[Any, Any]) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def call(uri: str, **fields: Any) -> dict[str, Any]:
        async with client.post(f"/{uri}", json={**LOGIN, **fields}) as answer:
            assert answer.status == 200
            result: dict[str, Any] = await answer.json()
            return result

    return call


Caller = Callable[..., Awaitable[dict[str, Any]]]


def _message(status: Status, **facts: Any) -> Message:
    base = Message(
        id=MessageId(1),
        account_id=AccountId(1),
        dialect="openvox",
        recipient="+491711234567",
        recipient_given="01711234567",
        text="hello",
        segment_count=1,
        status=status,
        cause="",
        port=Port(1),
        sim_imsi="",
        client_ref="",
        accepted_at=EpochMs(0),
        sent_at=None,
        settled_at=None,
        report_status=None,
        changed_at=EpochMs(0),
    )
    return replace(base, **facts)


# --- statuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sent_at", "outbox", "mode_1"),
    [
        (Status.QUEUED, None, "SENDING", "SENDING"),
        (Status.HELD, None, "SENDING", "SENDING"),
        (Status.SENDING, None, "SENDING", "SENDING"),
        (Status.SENT, 1, "SENT", "SENT"),
        (Status.DELIVERED, 1, "DELIVERD", "SENT"),
        (Status.UNDELIVERED, 1, "FAILED", "SENT"),
        (Status.EXPIRED, 1, "FAILED", "SENT"),
        (Status.EXPIRED, None, "FAILED", "FAILED"),
        (Status.UNKNOWN, None, "FAILED", "FAILED"),
        (Status.FAILED, None, "FAILED", "FAILED"),
        (Status.CANCELLED, None, "FAILED", "FAILED"),
    ],
)
def test_status_words(status: Status, sent_at: int | None, outbox: str, mode_1: str) -> None:
    message = _message(status, sent_at=sent_at)
    assert outbox_status(message, "failed") == outbox
    assert send_status(message, "failed") == mode_1


def test_unknown_is_called_sent_where_the_box_says_so() -> None:
    message = _message(Status.UNKNOWN, cause="no answer from the modem, it may have been sent")
    assert outbox_status(message, "sent") == send_status(message, "sent") == "SENT"
    shown = format_cause(message.status, message.cause)
    assert shown == "unknown: no answer from the modem, it may have been sent"


@pytest.mark.parametrize(
    ("status", "cause", "shown"),
    [
        (Status.FAILED, "+CMS ERROR 38", "failed: +CMS ERROR 38"),
        (Status.CANCELLED, "by operator", "cancelled: by operator"),
        (Status.EXPIRED, "", "expired"),
        (Status.QUEUED, "refused, tried again later", ""),
        (Status.DELIVERED, "", ""),
    ],
)
def test_cause_is_shown_for_failures_only(status: Status, cause: str, shown: str) -> None:
    assert format_cause(status, cause) == shown


# 3GPP TS 23.040 9.2.3.15
@pytest.mark.parametrize(
    ("tp_status", "row_status", "cause"),
    [
        (0x00, "DELIVERD", ""),
        (0x43, "FAILED", "undelivered: not obtainable"),
        (0x46, "FAILED", "expired: validity period expired"),
    ],
)
async def test_outbox_shows_what_the_report_says(
    tp_status: int, row_status: str, cause: str, call: Caller, desk: Desk
) -> None:
    await call("sms/send", dest_num="10086", msg="a")
    await desk.settle(desk.ids()[0])
    await desk.report(desk.ids()[0], tp_status=tp_status)
    (row,) = (await call("smsoutbox/get"))["data"]
    assert (row["status"], row["cause"]) == (row_status, cause)


# --- ports ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "port"),
    [
        ("1", 1),
        ("01", 1),
        ("gsm-2", 2),
        ("GSM-2", 2),
        ("gsm-1.2", 2),
        ("gsm-2.1", 5),
        ("berlin", 5),
        ("BERLIN", 5),
        ("gsm-1.5", None),
        ("gsm-0.1", None),
        ("3", None),
        ("0", None),
        ("x", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
async def test_spellings_of_a_port(word: str, port: int | None, desk: Desk) -> None:
    desk.put_span(5, name="Berlin")
    assert find_port(word, desk.board) == port


@pytest.mark.parametrize(
    ("spans", "ports"),
    [
        ([1, "2"], [1, 2]),
        ("2,1", [2, 1]),
        (2, [2, 2]),
        (1.0, [1, 1]),
        (["gsm-2", None, ""], [2, 2]),
        ([], [1, 1]),
        ("", [1, 1]),
    ],
)
async def test_spans_are_used_in_the_order_given(spans: object, ports: list[int], call: Caller, desk: Desk) -> None:
    if ports != [1, 1]:
        desk.set_state(2, desk.board.condition(Port(1)).state)
    answer = await call("sms/send", dest_num="10010,10086", msg="a", spans=spans)
    assert [row["port"] for row in answer["data"]] == ports


# --- sending --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dest_num",
    [
        "+491711234567 0049171765432 10086",
        "+491711234567;0049171765432|10086",
        "+491711234567.0049171765432:10086",
        "+491711234567\r\n0049171765432\n10086\n",
        ["+491711234567", "0049171765432,10086"],
        ["+491711234567", "0049171765432", 10086],
    ],
)
async def test_numbers_are_separated_in_many_ways(dest_num: object, call: Caller, desk: Desk) -> None:
    answer = await call("sms/send", dest_num=dest_num, msg="a")
    assert [row["dest_num"] for row in answer["data"]] == ["+491711234567", "0049171765432", "10086"]
    stored = await desk.store.messages([row["id"] for row in answer["data"]])
    assert [message.recipient for message in stored] == ["+491711234567", "+49171765432", "10086"]


async def test_more_numbers_than_allowed_are_refused(call: Caller, desk: Desk) -> None:
    numbers = ",".join(str(number) for number in range(10000, 11001))
    assert (await call("sms/send", dest_num=numbers, msg="a"))["msg"] == "dest_num: more than 1000 numbers"
    assert desk.store.load.open_messages == 0
    assert len((await call("sms/send", dest_num=numbers[6:], msg="a"))["data"]) == 1000


async def _in_mode_1(call: Caller, desk: Desk, numbers: str) -> tuple[asyncio.Task[dict[str, Any]], list[MessageId]]:
    """Send in mode 1; gives the running call and the ids once they are stored."""
    task = asyncio.ensure_future(call("sms/send", dest_num=numbers, msg="a", mode=1))
    count = numbers.count(",") + 1
    await until(lambda: desk.store.load.open_messages == count)
    return task, list(desk.ids())


async def test_mode_1_answers_when_all_are_sent(call: Caller, desk: Desk) -> None:
    task, ids = await _in_mode_1(call, desk, "10010,10086")
    for message_id in ids:
        await desk.settle(message_id)
    answer = await task
    assert (answer["code"], answer["msg"]) == (200, "")
    assert [(row["id"], row["port"], row["status"]) for row in answer["data"]] == [
        (ids[0], 1, "SENT"),
        (ids[1], 1, "SENT"),
    ]


async def test_mode_1_says_how_many_were_not_sent(call: Caller, desk: Desk) -> None:
    task, ids = await _in_mode_1(call, desk, "10010,10086,10087")
    await desk.settle(ids[0])
    await desk.report(ids[0], tp_status=0x41)
    for message_id in ids[1:]:
        await desk.settle(message_id, status=Status.FAILED, cause="+CMS ERROR 38")
    answer = await task
    assert (answer["code"], answer["msg"]) == (502, "2 of 3 not sent")
    assert [row["status"] for row in answer["data"]] == ["SENT", "FAILED", "FAILED"]


async def test_mode_1_whose_time_runs_out_says_so(desk: Desk) -> None:
    api = ApiSection.model_validate({"openvox": {"sync_timeout_s": 0.05}})
    desk.service.settings = Settings(api=api)
    async with client_of(desk) as client:
        form = "username=demo&password=secret&spans%5B%5D=2&dest_num=01711234567&msg=hello&mode=1"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await (await client.post("/controller/sms/send", data=form, headers=headers)).json()
    (message_id,) = desk.ids()
    assert answer == {
        "uri": "sms/send",
        "code": 202,
        "msg": "still sending",
        "data": [{"id": message_id, "dest_num": "01711234567", "port": 2, "status": "SENDING"}],
    }


async def test_a_client_that_hangs_up_in_mode_1_changes_nothing(client: TestClient[Any, Any], desk: Desk) -> None:
    heard: list[News] = []
    desk.store.listen(heard.append)
    request = asyncio.ensure_future(
        client.post("/sms/send", json={**LOGIN, "dest_num": "10086", "msg": "a", "mode": 1})
    )
    await until(lambda: desk.store.load.open_messages == 1)
    request.cancel()
    await desk.settle(desk.ids()[0])
    assert StatusChanged(message_id=MessageId(1), status=Status.SENT, port=Port(1), cause="") in heard


# --- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_text_survives_submission_and_both_lists(text: str, call: Caller, desk: Desk) -> None:
    sent = await call("sms/send", dest_num="10086", msg=text)
    await desk.receive(text)
    assert (await desk.store.messages([sent["data"][0]["id"]]))[0].text == text
    assert (await call("smsoutbox/get"))["data"][0]["message"] == text
    assert (await call("smsinbox/get"))["data"][0]["message"] == text


# --- outbox and inbox -----------------------------------------------------------------------------


async def test_outbox_shows_what_the_document_shows(call: Caller, desk: Desk) -> None:
    text = 'Grüße "quoted" €'
    await call("sms/send", dest_num="+491711234567;+491717654321", msg=text)
    ids = desk.ids()
    desk.clock.advance(1)
    await desk.settle(ids[0])
    await desk.report(ids[0])
    desk.clock.advance(1)
    await desk.settle(ids[1], status=Status.FAILED, cause="+CMS ERROR 38")
    await call("sms/send", dest_num="+4930123456", msg="not matched")
    answer = await call(
        "smsoutbox/get",
        current_page=1,
        phone_number_filter="+49171*",
        start_datetime_filter="24-03-26 00:00:00",
        end_datetime_filter="2024/03/26",
    )
    rows = {row["id"]: row for row in answer["data"]}
    assert list(rows[ids[0]].items()) == [
        ("port_name", "gsm-1"),
        ("phonenumber", "+491711234567"),
        ("time", "2024-03-26 10:15:01"),
        ("message", text),
        ("status", "DELIVERD"),
        ("id", ids[0]),
        ("port", 1),
        ("cause", ""),
    ]
    assert rows[ids[1]]["status"] == "FAILED"
    assert rows[ids[1]]["cause"] == "failed: +CMS ERROR 38"
    assert answer["page"] == {"total": 2, "current_page": 1, "page_size": 10}


@pytest.mark.parametrize(
    ("pattern", "is_found"),
    [
        ("+491711234567", True),
        ("491711234567", True),
        ("00491711234567", True),
        ("*4567", True),
        ("+49*67", True),
        ("*", True),
        ("4567", False),
        ("49171*8", False),
    ],
)
async def test_number_filter(pattern: str, is_found: bool, call: Caller) -> None:
    await call("sms/send", dest_num="+491711234567", msg="a")
    answer = await call("smsoutbox/get", phone_number_filter=pattern)
    assert bool(answer["data"]) is is_found


async def test_number_that_begins_with_many_zeros_is_found_as_given(call: Caller) -> None:
    await call("sms/send", dest_num="0000171234", msg="a")
    assert (await call("smsoutbox/get", phone_number_filter="0000171234"))["page"]["total"] == 1


@pytest.mark.parametrize(
    ("fields", "is_found"),
    [
        ({"start_datetime_filter": "24-03-26 10:15:00"}, True),
        ({"start_datetime_filter": "24-03-26 10:15:01"}, False),
        ({"end_datetime_filter": "2024-03-26T10:15:00"}, True),
        ({"end_datetime_filter": "24/03/26"}, True),
        ({"end_datetime_filter": "24-03-25"}, False),
    ],
)
async def test_date_filters_include_both_ends(fields: dict[str, str], is_found: bool, call: Caller) -> None:
    await call("sms/send", dest_num="+491711234567", msg="a")
    assert bool((await call("smsoutbox/get", **fields))["data"]) is is_found


async def test_pages_go_from_newest_to_oldest_and_stop_at_the_last(call: Caller) -> None:
    for number in range(10001, 10013):
        await call("sms/send", dest_num=number, msg="a")
    first = await call("smsoutbox/get", current_page=0, page_size=5)
    last = await call("smsoutbox/get", current_page="99", page_size="5")
    assert [row["phonenumber"] for row in first["data"]] == ["10012", "10011", "10010", "10009", "10008"]
    assert [row["phonenumber"] for row in last["data"]] == ["10002", "10001"]
    assert last["page"] == {"total": 12, "current_page": 3, "page_size": 5}


async def test_inbox_rows_have_exactly_the_five_keys(call: Caller, desk: Desk) -> None:
    await desk.receive("hello")
    answer = await call("smsinbox/get", phone_number_filter="*4567")
    assert answer["data"] == [
        {
            "port_name": "gsm-1",
            "phonenumber": "+491711234567",
            "time": "2024-03-26 10:14:59",
            "message": "hello",
            "smsc": "+491710760000",
        }
    ]


async def test_times_are_local_to_the_account(call: Caller, desk: Desk) -> None:
    desk.change_demo(timezone="Asia/Kathmandu")
    await call("sms/send", dest_num="10086", msg="a")
    assert (await call("smsoutbox/get"))["data"][0]["time"] == "2024-03-26 16:00:00"


async def test_an_account_sees_nothing_of_another(client: TestClient[Any, Any], call: Caller, desk: Desk) -> None:
    await desk.add_account("other", spans=frozenset({Port(2)}))
    await call("sms/send", dest_num="10086", msg="mine")
    await desk.receive("for the spans of demo", port=1)
    other = {"username": "other", "password": PASSWORD}
    for uri in ("smsoutbox/get", "smsinbox/get"):
        answer = await (await client.post(f"/{uri}", json=other)).json()
        assert (answer["data"], answer["page"]["total"]) == ([], 0)


# --- push settings --------------------------------------------------------------------------------


async def test_set_config_keeps_what_is_not_named(call: Caller) -> None:
    await call("smsoutbox/set_config", enable=1, url_host="crm.example", url_path="sms.php", url_imsi="")
    await call("smsoutbox/set_config", reports_enable="yes", url_port="", url_user_defined="key=a b")
    (values,) = (await call("smsoutbox/get_config"))["data"]
    assert (values["enable"], values["reports_enable"], values["results_enable"]) == (1, 1, 0)
    assert (values["url_host"], values["url_port"], values["url_path"]) == ("crm.example", "", "/sms.php")
    assert (values["url_imsi"], values["url_user_defined"]) == ("", "key=a b")


async def test_port_of_the_receiver_is_kept_as_plain_digits(call: Caller) -> None:
    await call("smsoutbox/set_config", url_port=" 0080 ")
    assert (await call("smsoutbox/get_config"))["data"][0]["url_port"] == "80"


async def test_enable_0_forces_the_other_two_to_0(call: Caller, desk: Desk) -> None:
    await call("smsoutbox/set_config", enable=1, reports_enable=1, results_enable=1, url_host="crm.example")
    await call("smsoutbox/set_config", enable=0, reports_enable=1)
    (values,) = (await call("smsoutbox/get_config"))["data"]
    assert (values["enable"], values["reports_enable"], values["results_enable"]) == (0, 0, 0)
    assert desk.rows("SELECT event FROM subscription") == []


async def test_bad_settings_change_nothing(call: Caller) -> None:
    before = await call("smsoutbox/get_config")
    answer = await call("smsoutbox/set_config", url_host="crm.example", enable=1, url_status="a=b")
    assert answer["msg"] == "url_status: bad name"
    assert await call("smsoutbox/get_config") == before


async def test_config_as_object(desk: Desk) -> None:
    desk.service.settings = Settings(api=ApiSection.model_validate({"openvox": {"config_as": "object"}}))
    async with client_of(desk) as client:
        answer = await (await client.post("/smsoutbox/get_config", json=LOGIN)).json()
    assert answer["data"]["url_from_num"] == "phonenumber"


async def test_without_controller_prefix_its_paths_are_nobodys(desk: Desk) -> None:
    desk.service.settings = Settings(api=ApiSection.model_validate({"openvox": {"controller_prefix": False}}))
    async with client_of(desk) as client:
        assert (await client.post("/controller/sms/send", json=LOGIN)).status == 404
        assert (await client.post("/sms/send", json=LOGIN)).status == 200


# --- tokens ---------------------------------------------------------------------------------------


async def _post(client: TestClient[Any, Any], uri: str, **fields: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(await (await client.post(f"/{uri}", json=fields)).text())
    return result


async def test_token_stands_for_the_account_and_is_renewed_by_use(
    client: TestClient[Any, Any], call: Caller, desk: Desk
) -> None:
    token = (await call("auth/login"))["data"]["token"]
    for _ in range(3):
        desk.clock.advance(599)
        assert (await _post(client, "sms/get_valid_spans", token=token))["code"] == 200
    assert (await _post(client, "auth/login", token=token))["data"] == {"level": 0, "token": token}
    desk.clock.advance(OpenVoxSettings().token_life_s)
    assert (await _post(client, "sms/get_valid_spans", token=token))["msg"] == "invalid token"


async def test_token_is_not_looked_at_beside_a_name(client: TestClient[Any, Any], call: Caller) -> None:
    token = (await call("auth/login"))["data"]["token"]
    answer = await _post(client, "sms/get_valid_spans", token=token, username="demo", password="wrong")
    assert (answer["code"], answer["msg"]) == (401, "invalid username or password")


async def test_api_token_is_taken_too(client: TestClient[Any, Any], desk: Desk) -> None:
    token = await desk.accounts.create_token("demo", label="till 3")
    assert (await _post(client, "sms/get_valid_spans", token=token))["code"] == 200
    assert (await _post(client, "sms/get_valid_spans", token=token + "x"))["msg"] == "invalid token"
