"""What the exchanges cannot show: what is stored, prices, statuses, other accounts, settings of the box."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.api.dialects.voipcom.answers import status_word
from gateway.api.renderer import Renderer
from gateway.config.settings import Settings as BoxSettings
from gateway.core.callback import CallbackEvent
from gateway.core.message import Message
from gateway.core.status import Status
from gateway.core.types import EpochMs, MessageId
from gateway.service.submitting import Submission
from tests.gateway.api.conftest import client_of
from tests.gateway.api.desk import STATES, Desk

INBOUND = frozenset({CallbackEvent.INBOUND})
US, DE = "12812345678", "491711234567"


async def call(desk: Desk, name: str, *, login: str = "demo", **fields: Any) -> dict[str, Any]:
    """Call a method of the API as a form."""
    basic = b64encode(f"{login}:secret".encode()).decode()
    async with client_of(desk) as client:
        answer = await client.post(
            f"/api-v2/index.php/{name}",
            data={key: str(value) for key, value in fields.items()},
            headers={"Authorization": f"Basic {basic}"},
        )
        assert answer.status == 200
        document: dict[str, Any] = await answer.json()
        return document


async def send(desk: Desk, **fields: Any) -> list[dict[str, Any]]:
    """Call `sms/send`; gives its log."""
    log: list[dict[str, Any]] = (await call(desk, "sms/send", **{"to": US, "msg": "hi", **fields}))["send_log"]
    return log


async def box(path: Path, **settings: object) -> Desk:
    """A box with settings of its own."""
    desk = Desk(path / "gateway.db", BoxSettings.model_validate({"api": {"voipcom": settings}}))
    await desk.open()
    return desk


async def own_number(desk: Desk) -> None:
    change = STATES["own number"](desk)
    assert change is None


# --- what is stored -------------------------------------------------------------------------------


async def test_bulk_goes_over_any_span_and_two_way_over_its_own(desk: Desk) -> None:
    await own_number(desk)
    desk.change("INSERT INTO own_number VALUES (2, '+18005550100', '18005550100')")
    await send(desk, to=f"{US},{DE}")
    await send(desk, **{"from": "18005550100"}, delivery_date="2030-01-01 13:15")
    assert desk.rows(
        "SELECT dialect, recipient, spans, port, sender, status, send_at, is_credit_late FROM message ORDER BY id"
    ) == [
        ("voipcom", f"+{US}", "", 1, "", "queued", None, 0),
        ("voipcom", f"+{DE}", "", 1, "", "queued", None, 0),
        ("voipcom", f"+{US}", "2", 2, "18005550100", "held", 1_893_503_700_000, 1),
    ]


async def test_a_thousand_numbers_are_taken(desk: Desk) -> None:
    log = await send(desk, to=",".join(f"1281234{index:04}" for index in range(1000)))
    assert {(entry["code"], entry["status"]) for entry in log} == {(200, "QUEUED")}
    assert len(desk.ids()) == len({entry["smsid"] for entry in log}) == 1000


async def test_dates_are_in_the_zone_of_the_account(desk: Desk) -> None:
    desk.change_demo(timezone="America/New_York")
    (now,) = await send(desk)
    (later,) = await send(desk, delivery_date="2030-01-01 13:15")
    assert (now["delivery_date"], later["delivery_date"]) == ("2024-03-26 06:15:00", "2030-01-01 13:15:00")
    assert desk.rows("SELECT send_at FROM message WHERE id = 2") == [(1_893_521_700_000,)]  # 18:15 UTC


async def test_what_is_withdrawn_is_not_sent_and_can_be_withdrawn_again(desk: Desk) -> None:
    for fields in ({"delivery_date": "2030-01-01"}, {}):
        (entry,) = await send(desk, **fields)
        wanted = {"error": False, "code": 200, "code_desc": "", "smsid": entry["smsid"], "status": "DELETED"}
        assert await call(desk, "sms/delete", smsid=entry["smsid"]) == wanted
        assert await call(desk, "sms/delete", smsid=entry["smsid"]) == wanted
    assert desk.rows("SELECT status FROM message") == [("cancelled",), ("cancelled",)]
    assert (await call(desk, "sms/scheduled"))["scheduled"] == []


async def test_an_smsid_is_of_the_moment_of_acceptance_even_at_the_turn_of_the_year(desk: Desk) -> None:
    desk.clock.advance(24_241_500 - 0.001)  # 2024-12-31 23:59:59.999
    submit = desk.service.submit_some

    async def submit_later(*words: Any) -> Any:
        desk.clock.advance(1)
        return await submit(*words)

    desk.service.submit_some = submit_later  # type: ignore[assignment,method-assign]
    (entry,) = await send(desk)
    assert entry["smsid"].startswith("2025")
    assert (await call(desk, "sms/delete", smsid=entry["smsid"]))["status"] == "DELETED"


# --- prices ---------------------------------------------------------------------------------------


async def test_sale_is_segments_times_price_at_four_decimals(tmp_path: Path) -> None:
    desk = await box(tmp_path, tariff={"default": 0.1, "US": 0.01, "1713": 0.00333})
    try:
        for to, text, sale in (
            (US, "hi", 0.01),
            (US, "x" * 161, 0.02),
            ("17134567891", "x" * 307, 0.01),  # 3 x 0.00333 = 0.00999
            ("17134567891", "hi", 0.0033),
            (DE, "hi", 0.1),
            ("12345", "hi", 0.1),
        ):
            (entry,) = await send(desk, to=to, msg=text)
            assert (entry["sale"], type(entry["sale"])) == (sale, float)
        (entry,) = await send(desk, to="12")
        assert entry["sale"] == 0.0
        assert [row["sms_sale"] for row in (await call(desk, "sms/summary"))["summary"]] == [0.1, 0.1, 0.0033, 0.02]
    finally:
        await desk.store.close()


# --- numbers --------------------------------------------------------------------------------------


async def test_national_numbers_of_a_site_get_its_country_code(tmp_path: Path) -> None:
    desk = await box(tmp_path, national_digits=10, country_code="1")
    try:
        await own_number(desk)
        log = await send(desk, to="(281) 234-5678,12812345678,+2812345678,123456789", **{"from": "7134567890"})
        assert [(entry["to"], entry["country"]) for entry in log[:4]] == [
            (US, "US"), (US, "US"), ("2812345678", ""), ("123456789", ""),
        ]  # fmt: skip
        assert {(entry["from"], entry["type"]) for entry in log} == {("17134567890", "2WAYSMS")}
        assert desk.rows("SELECT recipient, recipient_given FROM message WHERE id = 1") == [
            (f"+{US}", "(281) 234-5678")
        ]
        chat = await call(desk, "sms/chat", internal="7134567890", external="2812345678")
        assert [row["sms_id"] for row in chat["chat"]] == [2, 1]
    finally:
        await desk.store.close()


# --- statuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.QUEUED, "QUEUED"),
        (Status.HELD, "QUEUED"),
        (Status.SENDING, "SENDING"),
        (Status.SENT, "SENT"),
        (Status.DELIVERED, "DELIVERED"),
        (Status.UNDELIVERED, "UNDELIVERED"),
        (Status.EXPIRED, "EXPIRED"),
        (Status.UNKNOWN, "UNKNOWN"),
        (Status.FAILED, "FAILED"),
        (Status.CANCELLED, "DELETED"),
    ],
)
async def test_each_status_has_its_word(status: Status, word: str, desk: Desk) -> None:
    await send(desk)
    message = await desk.service.message(desk.demo, 1)
    assert isinstance(message, Message)
    assert status_word(replace(message, status=status)) == word
    later = replace(message, status=status, send_at=EpochMs(1_893_503_700_000))
    assert status_word(later) == ("SCHEDULED" if status is Status.HELD else word)


async def test_a_chat_shows_how_each_message_stands_and_since_when(desk: Desk) -> None:
    for outcome in (None, 0, 0x41):
        await send(desk)
        if outcome is not None:
            (message_id,) = desk.ids()[-1:]
            desk.clock.advance(10)
            await desk.settle(message_id)
            await desk.report(message_id, outcome)
        else:
            await desk.settle(MessageId(1), status=Status.FAILED)
    chat = (await call(desk, "sms/chat", external=US))["chat"]
    assert [(row["sms_status"], row["sms_status_date"]) for row in chat] == [
        ("UNDELIVERED", "2024-03-26T10:15:20Z"),
        ("DELIVERED", "2024-03-26T10:15:10Z"),
        ("FAILED", "2024-03-26T10:15:00Z"),
    ]


# --- conversations --------------------------------------------------------------------------------


async def test_conversations_are_told_apart_by_both_numbers(tmp_path: Path) -> None:
    desk = await box(tmp_path, page_size=2)
    try:
        await own_number(desk)
        desk.change("INSERT INTO own_number VALUES (2, '+18005550100', '18005550100')")
        await desk.receive("one", sender=f"+{US}")
        await desk.receive("two", sender=f"+{US}", port=2)
        await desk.receive("three", sender="INFO-Bank")
        await send(desk)
        pages = [(await call(desk, "sms/summary", page=page))["summary"] for page in range(3)]
        assert [[(row["sms_id"], row["sms_internal"], row["sms_external"]) for row in page] for page in pages] == [
            [(4, "17134567890", US), (3, "17134567890", "INFO-Bank")],
            [(2, "18005550100", US)],
            [],
        ]
        for internal, external, ids in (
            ("17134567890", US, [4, 1]),
            ("18005550100", US, [2]),
            ("", US, [4, 2]),
            ("", "INFO-Bank", [3]),
            ("", "INFO", []),
        ):
            chat = await call(desk, "sms/chat", internal=internal, external=external)
            assert [row["sms_id"] for row in chat["chat"]] == ids
        second = await call(desk, "sms/chat", external=US, page=1)
        assert [row["sms_id"] for row in second["chat"]] == [1]
    finally:
        await desk.store.close()


async def test_another_account_sees_and_withdraws_nothing(desk: Desk) -> None:
    await own_number(desk)
    other = await desk.add_account("other", spans=frozenset({2}))
    (entry,) = await send(desk, delivery_date="2030-01-01")
    await desk.receive("private", sender=f"+{US}")
    for name, key in (("sms/summary", "summary"), ("sms/chat", "chat"), ("sms/scheduled", "scheduled")):
        assert (await call(desk, name, login="other", external=US))[key] == []
        assert (await call(desk, name, external=US))[key] != []
    missing = await call(desk, "sms/delete", login="other", smsid=entry["smsid"])
    assert (missing["error_code"], missing["status"]) == (404, "")
    assert desk.rows("SELECT status FROM message") == [("held",)]
    refused = await call(desk, "sms/send", login="other", to=US, msg="hi", **{"from": "17134567890"})
    assert refused["error_code"] == 403
    assert other.id != desk.demo.id


async def test_messages_of_other_apis_are_listed_too(desk: Desk) -> None:
    await own_number(desk)
    number = desk.service.read_number(f"+{US}")
    assert number is not None
    at = EpochMs(1_893_503_700_000)
    submission = Submission(dialect="smsplus", numbers=[number], text="x", send_at=at, sender="ACME")
    await desk.service.submit(desk.demo, submission)
    (entry,) = (await call(desk, "sms/scheduled"))["scheduled"]
    assert (entry["from"], entry["type"], entry["status"]) == ("", "BULKSMS", "SCHEDULED")
    assert (await call(desk, "sms/delete", smsid=entry["smsid"]))["status"] == "DELETED"


async def test_there_is_no_callback_of_what_becomes_of_a_message(desk: Desk) -> None:
    await own_number(desk)
    await desk.store.save_settings(desk.demo.id, "voipcom", {"17134567890": "http://crm.example/"}, INBOUND)
    await send(desk)
    await desk.settle(MessageId(1))
    await desk.report(MessageId(1))
    rows = await desk.store.due_callbacks(desk.clock.now_ms(), limit=9, busy=frozenset())
    assert [await Renderer(desk.service).render(row) for row in rows] == []
