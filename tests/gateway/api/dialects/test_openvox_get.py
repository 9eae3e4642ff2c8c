"""The GET API of OpenVox: profiles, waiting, statuses, whose ports and pages from other sites."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestClient

from gateway.api.dialects.openvox import read_pushes
from gateway.api.dialects.openvox.get_wire import Record, render_report, sim_status
from gateway.api.dialects.openvox.profile import Profile, profile_of
from gateway.api.dialects.openvox.settings import Settings as OpenVoxSettings
from gateway.api.renderer import Renderer
from gateway.config.settings import ApiSection, Settings
from gateway.core.span import NetworkStanding, SpanHealth, SpanState
from gateway.core.status import Status
from gateway.core.types import Port
from gateway.core.ussd import UssdReply
from gateway.errors import InvalidFieldError
from gateway.service.spans import SpanCondition
from gateway.service.ussd import Connection
from tests.gateway.api.conftest import client_of
from tests.gateway.api.desk import IMSI, PASSWORD, Desk
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOGIN = {"username": "demo", "password": PASSWORD}
Getter = Callable[..., Awaitable[str]]


def getter(client: TestClient[Any, Any]) -> Getter:
    async def get(path: str, **fields: str) -> str:
        async with client.get(path, params={**LOGIN, **fields}) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
            return await answer.text()

    return get


@pytest.fixture
def get(client: TestClient[Any, Any]) -> Getter:
    return getter(client)


@asynccontextmanager
async def served(desk: Desk, **openvox: Any) -> AsyncIterator[TestClient[Any, Any]]:
    """The desk behind a server with other settings of this API."""
    desk.service.settings = Settings(api=ApiSection(openvox=openvox))
    async with client_of(desk) as client:
        yield client


def records(body: str) -> list[dict[str, str]]:
    (report,) = json.loads(body)["report"]
    return [record for one in report.values() for record in one]


# --- profiles -------------------------------------------------------------------------------------


def test_each_row_can_be_set_alone_over_the_profile() -> None:
    modern = Profile(record_key_base=1, is_sync=False, has_modules=False, timeout_unit="auto")
    legacy = Profile(record_key_base=0, is_sync=True, has_modules=True, timeout_unit="auto")
    assert profile_of(OpenVoxSettings(), {}) == modern
    assert profile_of(OpenVoxSettings(profile="legacy"), {}) == legacy
    mixed = OpenVoxSettings(profile="legacy", record_key_base="1", sync=False, port_style="1", timeout_unit="ms")
    assert profile_of(mixed, {}) == Profile(record_key_base=1, is_sync=False, has_modules=False, timeout_unit="ms")
    assert profile_of(mixed, {"profile": "modern", "sync": True}).is_sync is True
    assert profile_of(OpenVoxSettings(sync=True), {"profile": "modern"}).is_sync is False


def test_whole_numbers_are_taken_for_the_words_of_the_settings() -> None:
    read = OpenVoxSettings.model_validate({"record_key_base": 0, "report": "String"})
    assert (read.record_key_base, read.report) == ("0", "string")


@pytest.mark.parametrize(
    ("port", "word"), [(1, "gsm-1.1"), (4, "gsm-1.4"), (5, "gsm-2.1"), (8, "gsm-2.4"), (None, "nil")]
)
def test_ports_of_modules(port: int | None, word: str) -> None:
    legacy = profile_of(OpenVoxSettings(profile="legacy"), {})
    assert legacy.port_word(None if port is None else Port(port)) == word


@pytest.mark.parametrize(
    ("unit", "timeout", "seconds"), [("auto", 999, 999), ("auto", 1000, 1), ("s", 5000, 5000), ("ms", 500, 0.5)]
)
def test_timeout_counts_seconds_or_milliseconds(unit: Any, timeout: int, seconds: float) -> None:
    assert profile_of(OpenVoxSettings(timeout_unit=unit), {}).seconds(timeout) == seconds


def test_operator_gives_an_account_a_profile_and_takes_it_back() -> None:
    values, events = read_pushes({"results_enable": 1}, {"profile": "Legacy", "sync": "no", "timeout_unit": "ms"})
    assert (values["profile"], values["sync"], values["timeout_unit"], events) == ("legacy", False, "ms", frozenset())
    values, _ = read_pushes(values, {"profile": ""})
    assert ("profile" in values, values["sync"]) == (False, False)
    with pytest.raises(InvalidFieldError, match=r"port_style: must be one of 1, gsm-1\.1"):
        read_pushes({}, {"port_style": "2"})


async def test_profile_of_an_account_is_no_push_setting(client: TestClient[Any, Any], desk: Desk) -> None:
    await desk.store.save_settings(desk.demo.id, "openvox", {"profile": "legacy"}, frozenset())
    async with client.post("/smsoutbox/set_config", json={**LOGIN, "url_path": "a"}) as answer:
        assert (await answer.json())["code"] == 200
    async with client.post("/smsoutbox/get_config", json=LOGIN) as answer:
        (config,) = (await answer.json())["data"]
    assert "profile" not in config
    assert (await desk.store.settings(desk.demo.id, "openvox"))["profile"] == "legacy"


def test_string_report_to_the_byte() -> None:
    record = Record(port="1", number="10086", result="sending")
    body = render_report([record], report="string", message="xxx", time="2014-04-29 11:11:11", reference="", base=0)
    assert body == (
        b"message:xxx\n\n--record 1 start--\nport: 1\nphonenumber: 10086\ntime: 2014-04-29 11:11:11\nid: null\n"
        b"result: sending\n--record 1 end--\n"
    )


# --- waiting for the outcome ----------------------------------------------------------------------


async def test_legacy_waits_and_answers_as_the_document_shows(desk: Desk) -> None:
    async with served(desk, profile="legacy") as client:
        get = getter(client)
        asked = asyncio.ensure_future(get("/sendsms", phonenumber="+491711234567", message="hello", smslog_id="77"))
        await until(lambda: bool(desk.ids()))
        desk.clock.advance(6)
        await desk.settle(desk.ids()[0])
        assert await asked == (
            '{"message":"hello","report":[{"0":[{"port":"gsm-1.1","phonenumber":"+491711234567",'
            '"time":"2024-03-26 10:15:06","id":"null","result":"success"}]}]}'
        )


async def test_what_was_not_sent_fails_and_what_is_open_is_sending(desk: Desk) -> None:
    async with served(desk, sync=True) as client:
        get = getter(client)
        asked = asyncio.ensure_future(get("/sendsms", phonenumber="10086", message="a", timeout="60"))
        await until(lambda: bool(desk.ids()))
        await desk.settle(desk.ids()[0], status=Status.FAILED, cause="+CMS ERROR 38")
        assert [record["result"] for record in records(await asked)] == ["fail"]
        (record,) = records(await get("/sendsms", phonenumber="10086", message="a", timeout="0"))
        assert (record["result"], record["port"]) == ("sending", "1")


# --- which port -----------------------------------------------------------------------------------


async def test_ports_go_round_over_the_numbers(get: Getter, desk: Desk) -> None:
    body = await get("/sendsms", phonenumber="10086,10010,10000", message="a", port="gsm-2,1")
    assert [record["port"] for record in records(body)] == ["2", "1", "2"]
    assert {row[0] for row in desk.rows("SELECT spans FROM message")} == {"1,2"}


async def test_one_number_goes_where_it_can(get: Getter, desk: Desk) -> None:
    body = await get("/sendsms", phonenumber="10086", message="a", port="x,2,1")
    assert [(one["port"], one["result"]) for one in records(body)] == [("1", "sending")]


async def test_no_port_is_shown_while_none_is_chosen(get: Getter, desk: Desk) -> None:
    desk.set_state(1, SpanState.NOT_READY)
    (record,) = records(await get("/sendsms", phonenumber="10086", message="a"))
    assert (record["port"], record["result"]) == ("nil", "sending")


async def test_a_port_that_cannot_send_is_refused_where_the_box_says_so(desk: Desk) -> None:
    async with served(desk, when_not_ready="refuse") as client:
        get = getter(client)
        body = await get("/sendsms", phonenumber="10086,10010", message="a", port="1,2")
        assert [record["result"] for record in records(body)] == ["sending", "not ready"]
        desk.set_state(1, SpanState.NOT_READY)
        (record,) = records(await get("/sendsms", phonenumber="10086", message="a"))
        assert (record["port"], record["result"]) == ("nil", "not ready")
    assert len(desk.ids()) == 1


# --- statuses -------------------------------------------------------------------------------------


async def test_status_of_the_newest_message_to_a_number(get: Getter, desk: Desk) -> None:
    await get("/sendsms", phonenumber="10086", message="a", port="1", id="e3e79a93")
    assert json.loads(await get("/smsstatus", phonenumber="10086")) == {
        "id": "e3e79a93",
        "phonenumber": "10086",
        "imsi": "",
        "port": "1",
        "time": "2024-03-26 10:15:00",
        "status": "SENDING",
        "cause": "",
    }
    await desk.settle(desk.ids()[0])
    assert json.loads(await get("/smsstatus", phonenumber="10086", id="e3e79a93")) == {
        "id": "e3e79a93",
        "phonenumber": "10086",
        "imsi": IMSI[1],
        "port": "1",
        "time": "2024-03-26 10:15:00",
        "status": "SEND",
        "cause": "",
    }
    await desk.report(desk.ids()[0])
    assert json.loads(await get("/smsstatus", phonenumber="(100) 86"))["status"] == "DELIVERD"
    assert await get("/smsstatus", phonenumber="10086", id="other") == "This SMS is not exist"
    desk.clock.advance(1)
    await get("/sendsms", phonenumber="10086", message="b", port="1")
    newest = json.loads(await get("/smsstatus", phonenumber="10086"))
    assert (newest["id"], newest["status"]) == (str(desk.ids()[1]), "SENDING")
    await desk.settle(desk.ids()[1], status=Status.FAILED, cause="+CMS ERROR 38")
    failed = json.loads(await get("/smsstatus", phonenumber="10086"))
    assert (failed["status"], failed["cause"]) == ("FAILED", "failed: +CMS ERROR 38")


async def test_status_has_the_names_that_the_account_gave_its_pushes(get: Getter, desk: Desk) -> None:
    await desk.push_to(80, url_from_num="nr", url_status="state", url_imsi="")
    await get("/sendsms", phonenumber="10086", message="a", port="1")
    row = json.loads(await get("/smsstatus", phonenumber="10086"))
    assert list(row) == ["id", "nr", "imsi", "port", "time", "state", "cause"]


async def test_nobody_sees_the_messages_of_others(get: Getter, desk: Desk) -> None:
    await get("/sendsms", phonenumber="10086", message="a", port="1")
    await desk.add_account("other")
    assert await get("/smsstatus", phonenumber="10086", username="other") == "This SMS is not exist"


@pytest.mark.parametrize(
    ("state", "imsi", "standing", "text"),
    [
        (SpanState.READY, "262011234567890", NetworkStanding.HOME, "Registered (Home network)"),
        (SpanState.READY, "", NetworkStanding.UNTOLD, "Registered (Home network)"),
        (SpanState.PAUSED, "262011234567890", NetworkStanding.ROAMING, "Registered (Roaming)"),
        (SpanState.NOT_READY, "262011234567890", NetworkStanding.SEARCHING, "Searching"),
        (SpanState.NOT_READY, "262011234567890", NetworkStanding.DENIED, "Registration denied"),
        (SpanState.NEEDS_PERSON, "262011234567890", NetworkStanding.NONE, "Not registered"),
        (SpanState.NEEDS_PERSON, "", NetworkStanding.NONE, "Undetected SIM Card"),
        (SpanState.MISSING, "262011234567890", NetworkStanding.HOME, "Undetected SIM Card"),
    ],
)
def test_sim_status_words(state: SpanState, imsi: str, standing: NetworkStanding, text: str) -> None:
    assert sim_status(SpanCondition(state=state, imsi=imsi), SpanHealth(standing=standing)) == text


async def test_remaining_messages_are_counted_not_their_segments(get: Getter, desk: Desk) -> None:
    await get("/sendsms", phonenumber="10086,10010", message="a" * 300, port="2")
    assert await get("/smsremain") == '{"Total_channel":"2","Smsremain":[{"1":"0","2":"2"}]}'


# --- switches of the box --------------------------------------------------------------------------


async def test_api_that_is_switched_off_says_so(desk: Desk) -> None:
    async with served(desk, get_api=False) as client:
        body = await getter(client)("/smsremain")
        assert body == "Function is disable!\n\nUsage: /smsremain?username=&password="


async def test_status_calls_may_be_open_to_everybody_sending_never(desk: Desk) -> None:
    desk.change_demo(spans="1")
    async with served(desk, open_status_calls=True) as client:
        get = getter(client)
        await get("/sendsms", phonenumber="10086", message="a", port="1")
        async with client.get("/smsremain") as answer:
            assert await answer.text() == '{"Total_channel":"2","Smsremain":[{"1":"1","2":"0"}]}'
        async with client.get("/smsstatus?phonenumber=10086") as answer:
            assert json.loads(await answer.text())["status"] == "SENDING"
        async with client.get("/simstatus?port=2") as answer:
            assert await answer.text() == '{"2":[{"imsi":"","status":"Undetected SIM Card"}]}'
        async with client.get("/sendsms?phonenumber=10086&message=a") as answer:
            assert (await answer.text()).startswith("Authentication Failed")


async def test_scripts_of_listed_pages_may_call(desk: Desk) -> None:
    async with served(desk, cors_origins=["https://crm.example"]) as client:
        async with client.options("/sendsms", headers={"Origin": "https://crm.example"}) as answer:
            assert (answer.status, await answer.read()) == (204, b"")
            assert answer.headers["Access-Control-Allow-Origin"] == "https://crm.example"
            assert answer.headers["Access-Control-Allow-Methods"] == "POST,GET,OPTIONS"
            assert answer.headers["Access-Control-Allow-Headers"] == "Origin,X-Requested-With,Content-Type,Accept"
            assert answer.headers["Access-Control-Max-Age"] == "86400"
        async with client.get("/smsremain", params=LOGIN, headers={"Origin": "https://crm.example"}) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] == "https://crm.example"
        async with client.get("/smsremain", headers={"Origin": "https://other.example"}) as answer:
            assert (await answer.text()).startswith("Authentication Failed")
            assert "Access-Control-Allow-Origin" not in answer.headers
        async with client.options("/sms/send", headers={"Origin": "https://crm.example"}) as answer:
            assert (answer.status, (await answer.json())["code"]) == (200, 405)


async def test_head_is_answered_like_get(client: TestClient[Any, Any]) -> None:
    async with client.head("/smsremain", params=LOGIN) as answer:
        assert (answer.status, await answer.read()) == (200, b"")


# --- USSD -----------------------------------------------------------------------------------------


class Line:
    """A modem whose network answers what the test says."""

    def __init__(self, reply: UssdReply) -> None:
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self._reply = reply

    async def ussd(self, text: str, *, is_answer: bool, timeout_s: float) -> UssdReply:
        assert not is_answer
        self.asked.append(text)
        await self.may_answer.wait()
        return self._reply

    async def cancel_ussd(self) -> None:
        raise AssertionError("nobody cancels here")


@asynccontextmanager
async def networked(desk: Desk, reply: UssdReply) -> AsyncIterator[Line]:
    """Port 1 has a modem, the account demo may ask it, and is told by pushes."""
    desk.change_demo(role="admin")
    await desk.push_to(8099)
    line = Line(reply)
    connection = Connection(line=line, sim="8949")
    desk.service.ussd.connect(lambda port: connection if port == 1 else None)
    yield line
    await desk.service.ussd.stop()


async def pushes(desk: Desk) -> list[str]:
    renderer = Renderer(desk.service)
    rows = await desk.store.due_callbacks(desk.clock.now_ms(), limit=9, busy=frozenset())
    requests = [await renderer.render(row) for row in rows]
    return [request.url for request in requests if request is not None]


async def test_modern_ussd_is_answered_at_once_and_the_reply_is_pushed(get: Getter, desk: Desk) -> None:
    async with networked(desk, UssdReply(result=0, text="5.00 € & more")) as line:
        assert await get("/sendussd", message="*100#", port="1", id="u1") == (
            '{"message":"*100#","report":[{"1":[{"port":"1","time":"2024-03-26 10:15:00","id":"u1",'
            '"result":"sending"}]}]}'
        )
        (record,) = records(await get("/sendussd", message="*101#", port="1"))
        assert record["result"] == "fail"  # the first is not answered yet
        line.may_answer.set()
        await until(lambda: bool(desk.rows("SELECT 1 FROM callback")))
        assert line.asked == ["*100#"]
        assert await pushes(desk) == [
            "http://127.0.0.1:8099/sms.php?port=1&id=u1&message=5.00%20%E2%82%AC%20%26%20more"
            "&time=2024-03-26%2010%3A15%3A00&type=USSD-Result&status=Success&code=0"
        ]


async def test_legacy_ussd_waits_for_the_reply(desk: Desk) -> None:
    menu = UssdReply(result=1, text="1 Balance\n2 Data")
    async with served(desk, profile="legacy") as client, networked(desk, menu) as line:
        line.may_answer.set()
        assert await getter(client)("/sendussd", message="*100#") == (
            '{"message":"*100#","report":[{"0":[{"port":"gsm-1.1","time":"2024-03-26 10:15:00","id":"null",'
            '"result":"success","response":"1 Balance\\n2 Data"}]}]}'
        )


async def test_ussd_that_the_network_does_not_answer(desk: Desk) -> None:
    async with served(desk, sync=True) as client, networked(desk, UssdReply(result=None, text="no answer")) as line:
        get = getter(client)
        (record,) = records(await get("/sendussd", message="*100#", timeout="0", port="1"))
        assert record["result"] == "sending"
        line.may_answer.set()
        await until(lambda: bool(desk.rows("SELECT 1 FROM callback")))
        (url,) = await pushes(desk)
        assert url.endswith("&message=&time=2024-03-26%2010%3A15%3A00&type=USSD-Result&status=Fail&code=5")
        (record,) = records(await get("/sendussd", message="*100#", port="1", report="JSON"))
        assert (record["result"], "response" in record) == ("fail", False)


async def test_ussd_is_not_told_to_an_account_that_may_not_use_it_any_more(get: Getter, desk: Desk) -> None:
    async with networked(desk, UssdReply(result=0, text="5.00")) as line:
        line.may_answer.set()
        await get("/sendussd", message="*100#", port="1")
        await until(lambda: bool(desk.rows("SELECT 1 FROM callback")))
        assert len(await pushes(desk)) == 1
        desk.change_demo(role="sender")
        assert await pushes(desk) == []


# --- rules of the box -----------------------------------------------------------------------------


async def test_number_that_a_rule_refuses_fails_in_its_record(tmp_path: Path) -> None:
    rules = [{"prefixes": ["+49900"], "refuse": "premium numbers"}, {"countries": ["AT"], "spans": [9], "only": True}]
    desk = Desk(tmp_path / "gateway.db", Settings.model_validate({"route": rules}))
    await desk.open()
    async with client_of(desk) as client:
        get = getter(client)
        for number, result in (("+49900123456", "fail"), ("+436641234567", "not select")):
            (record,) = records(await get("/sendsms", phonenumber=number, message="a"))
            assert (record["phonenumber"], record["result"]) == (number, result)
        assert desk.ids() == []
    await desk.store.close()
