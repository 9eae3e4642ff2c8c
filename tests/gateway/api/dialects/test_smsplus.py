"""What the exchanges cannot show: what is stored, the switch to always 200, other accounts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.api.dialects.smsplus import CODES, Settings
from gateway.config.settings import Settings as BoxSettings
from tests.gateway.api.conftest import client_of
from tests.gateway.api.desk import STATES, Desk

BODY: dict[str, Any] = {
    "sender_name": "acme",
    "message_template_id": 9,
    "mobile_numbers": ["994501234567", "00994551234567"],
    "first_parameters": ["Əli", "{2}"],
    "second_parameters": [1234, 5.50],
}


async def _post(desk: Desk, path: str, body: object) -> tuple[int, dict[str, Any]]:
    token = await desk.accounts.create_token("demo", label="")
    async with client_of(desk) as client:
        answer = await client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        return answer.status, await answer.json()


async def test_each_number_gets_its_own_text_over_the_spans_of_the_pool(desk: Desk) -> None:
    STATES["templates and senders"](desk)
    assert (await _post(desk, "/api/sms/send", BODY))[1]["code"] == "100"
    assert desk.rows("SELECT dialect, recipient, text, spans, port, sender FROM message ORDER BY id") == [
        ("smsplus", "+994501234567", "Hello Əli, your code is 1234.", "1", 1, "ACME"),
        ("smsplus", "+994551234567", "Hello {2}, your code is 5.5.", "1", 1, "ACME"),
    ]


@pytest.mark.parametrize("text", ["x" * 154, "ə" * 154, "😀" * 154, "{}[]~^|€\\" * 17], ids=lambda text: text[:2])
async def test_160_characters_are_taken_however_many_segments_they_need(text: str, desk: Desk) -> None:
    STATES["templates and senders"](desk)
    body = {**BODY, "message_template_id": 4, "mobile_numbers": ["994501234567"], "first_parameters": [text]}
    assert await _post(desk, "/api/sms/send", body) == (
        200,
        {"success": True, "code": "100", "message": "Messages sent successfully"},
    )
    assert desk.rows("SELECT text FROM message") == [(f"Code: {text}",)]


async def test_more_numbers_than_allowed_are_refused(desk: Desk) -> None:
    STATES["templates and senders"](desk)
    numbers = [str(994_500_000_000 + index) for index in range(1001)]
    body = {"sender_name": "ACME", "message_template_id": 8, "mobile_numbers": numbers}
    status, answer = await _post(desk, "/api/sms/send", body)
    assert (status, answer["code"]) == (413, "122")
    assert desk.ids() == []
    status, answer = await _post(desk, "/api/sms/send", {**body, "mobile_numbers": numbers[:1000]})
    assert (status, answer["code"], len(desk.ids())) == (200, "100", 1000)


async def test_always_200_changes_the_status_alone(tmp_path: Any) -> None:
    desk = Desk(
        tmp_path / "gateway.db", BoxSettings.model_validate({"api": {"smsplus": {"http_status": "always_200"}}})
    )
    await desk.open()
    try:
        async with client_of(desk) as client:
            for method, path, code in (
                ("GET", "/api/sms/send", "123"),
                ("POST", "/api/sms/nobody", "123"),
                ("POST", "/api/sms/send", "101"),
            ):
                answer = await client.request(method, path)
                assert answer.status == 200
                assert await answer.json() == {"success": False, "code": code, "message": CODES[int(code)][1]}
        status, refused = await _post(desk, "/api/sms/send", {})
        assert (status, json.dumps(refused)) == (
            200,
            '{"success": false, "code": "107", "message": "The sender`s name is required."}',
        )
    finally:
        await desk.store.close()


def test_a_pattern_that_is_none_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ValidationError, match="not a regular expression"):
        Settings(number_pattern="[")


async def test_another_account_has_neither_template_nor_sender(desk: Desk) -> None:
    STATES["templates and senders"](desk)
    other = await desk.add_account("other")
    for table in ("template", "sender_pool"):
        desk.change(f"UPDATE {table} SET accounts = ?", str(other.id))
    assert (await _post(desk, "/api/sms/send", BODY))[1]["code"] == "110"
    assert (await _post(desk, "/api/message/templates", {"data": "all"}))[1]["data"] == []
