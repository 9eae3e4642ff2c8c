"""What the exchanges cannot show: sessions over time, what is stored, other accounts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from gateway.core.directory import ContactFacts
from tests.gateway.api.desk import PASSWORD, Desk

Client = TestClient[Any, Any]
SEND = {"phone": "01712345678", "message": "Your bill is due."}


async def login(client: Client, name: str = "demo") -> str:
    answer = await client.post("/api/v1/auth/login", json={"email": name, "password": PASSWORD})
    assert answer.status == 200
    token: str = (await answer.json())["data"]["token"]
    return token


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def status_of_user(client: Client, token: str) -> int:
    return int((await client.get("/api/v1/auth/user", headers=bearer(token))).status)


# --- tokens ---------------------------------------------------------------------------------------


def _part(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def test_a_token_is_a_jwt_signed_by_the_box(desk: Desk, client: Client) -> None:
    header, claims, signature = (await login(client)).split(".")
    assert json.loads(_part(header)) == {"alg": "HS256"}
    found = json.loads(_part(claims))
    issued_s = desk.clock.now_ms() // 1000
    assert found.keys() == {"sub", "jti", "iat", "exp"}
    assert (found["sub"], found["iat"], found["exp"]) == (desk.demo.id, issued_s, issued_s + 3600)
    key = await desk.store.secret("server")
    assert _part(signature) == hmac.new(key, f"{header}.{claims}".encode(), hashlib.sha256).digest()


async def test_a_token_is_good_for_an_hour_whatever_its_use(desk: Desk, client: Client) -> None:
    token = await login(client)
    for _ in range(3):
        desk.clock.advance(1199)
        assert await status_of_user(client, token) == 200
    desk.clock.advance(3)
    assert await status_of_user(client, token) == 401


async def test_a_changed_token_is_none(client: Client) -> None:
    token = await login(client)
    header, claims, signature = token.split(".")
    forged = base64.urlsafe_b64encode(_part(claims).replace(b'"sub":1', b'"sub":2')).decode().rstrip("=")
    for other in (f"{header}.{forged}.{signature}", f"{header}.{claims}.", token[:-1], token.upper()):
        assert await status_of_user(client, other) == 401


async def test_logout_ends_exactly_the_token_that_came(client: Client) -> None:
    one, two = await login(client), await login(client)
    assert (await client.post("/api/v1/auth/logout", headers=bearer(one))).status == 200
    assert [await status_of_user(client, token) for token in (one, two)] == [401, 200]


async def test_the_old_token_is_good_for_a_minute_after_a_refresh(desk: Desk, client: Client) -> None:
    old = await login(client)
    desk.clock.advance(100)
    answer = await client.post("/api/v1/auth/refresh", headers=bearer(old))
    new = (await answer.json())["data"]["token"]
    assert new != old
    desk.clock.advance(59)
    assert [await status_of_user(client, token) for token in (old, new)] == [200, 200]
    desk.clock.advance(1)
    assert [await status_of_user(client, token) for token in (old, new)] == [401, 200]
    desk.clock.advance(3600 - 61)
    assert await status_of_user(client, new) == 200


async def test_of_more_than_a_hundred_tokens_the_oldest_goes(desk: Desk, client: Client) -> None:
    first = await login(client)
    for _ in range(100):
        desk.clock.advance(1)
        latest = await login(client)
    assert [await status_of_user(client, token) for token in (first, latest)] == [401, 200]


async def test_a_new_password_and_a_disabled_account_end_tokens_at_once(desk: Desk, client: Client) -> None:
    token = await login(client)
    assert await status_of_user(client, token) == 200
    await desk.accounts.disable("demo")
    assert await status_of_user(client, token) == 401
    await desk.accounts.enable("demo")
    assert await status_of_user(client, token) == 200
    await desk.accounts.set_password("demo", "new")
    assert await status_of_user(client, token) == 401


async def test_a_token_of_another_api_is_none_here(desk: Desk, client: Client) -> None:
    token = await desk.accounts.open_session(desk.demo, kind="openvox", life_s=600)
    assert await status_of_user(client, token) == 401


async def test_a_token_survives_a_restart(desk: Desk, client: Client) -> None:
    token = await login(client)
    await desk.count_ids_from(1)
    assert await status_of_user(client, token) == 200


# --- what is stored -------------------------------------------------------------------------------


TEXTS = ['"quoted" \\ back', "line\nends\r\n", "€ {} [] ~ ^ |", "ə", "😀 emoji", "ا" * 660, " blanks "]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:9])
async def test_a_text_arrives_as_it_was_given(text: str, desk: Desk, client: Client) -> None:
    token = await login(client)
    answer = await client.post("/api/v1/sms/send", json={**SEND, "message": text}, headers=bearer(token))
    assert answer.status == 200
    assert desk.rows("SELECT dialect, recipient, recipient_given, text FROM message") == [
        ("onezeroart", "01712345678", "01712345678", text)
    ]


async def test_bulk_is_one_message_per_subscriber_also_with_one_number(desk: Desk, client: Client) -> None:
    token = await login(client)
    contacts = [
        await desk.service.directory.add_contact(desk.demo, ContactFacts(phone=phone))
        for phone in ("+8801712345678", "01712 345 678", "+8801712345678")
    ]
    body = {"subscriber_ids": [one.id for one in contacts], "message": "hi"}
    answer = await client.post("/api/v1/sms/send-bulk", json=body, headers=bearer(token))
    assert (await answer.json())["data"] == {"total": 3, "sent": 3, "failed": 0}
    assert desk.rows("SELECT recipient FROM message ORDER BY id") == [
        ("+8801712345678",),
        ("01712345678",),
        ("+8801712345678",),
    ]


async def test_more_recipients_than_allowed_are_refused(desk: Desk, client: Client) -> None:
    token = await login(client)
    body = {"subscriber_ids": list(range(1, 1002)), "message": "hi"}
    answer = await client.post("/api/v1/sms/send-bulk", json=body, headers=bearer(token))
    assert (answer.status, await answer.json()) == (
        422,
        {
            "success": False,
            "message": "Validation failed",
            "errors": {"subscriber_ids": ["The subscriber ids may not have more than 1000 items."]},
        },
    )
    assert desk.ids() == []


async def test_a_deleted_subscriber_keeps_its_messages(desk: Desk, client: Client) -> None:
    token = await login(client)
    contact = await desk.service.directory.add_contact(desk.demo, ContactFacts(phone="+8801712345678"))
    body = {"subscriber_id": contact.id, "message": "hi"}
    await client.post("/api/v1/sms/send-to-subscriber", json=body, headers=bearer(token))
    await client.delete(f"/api/v1/subscribers/{contact.id}", headers=bearer(token))
    assert len(desk.ids()) == 1


# --- other accounts -------------------------------------------------------------------------------


async def test_subscribers_of_another_account_do_not_exist(desk: Desk, client: Client) -> None:
    other = await desk.add_account("other")
    theirs = await desk.service.directory.add_contact(other, ContactFacts(fullname="Ann", phone="+8801712345678"))
    ours = await desk.service.directory.add_contact(desk.demo, ContactFacts(fullname="Ben", phone="+8801712345679"))
    headers = bearer(await login(client))
    page = (await (await client.get("/api/v1/subscribers", headers=headers)).json())["data"]
    assert [(one["id"], one["fullname"]) for one in page["subscribers"]] == [(ours.id, "Ben")]
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = await client.request(method, f"/api/v1/subscribers/{theirs.id}", headers=headers)
        assert answer.status == 404
    body = {"subscriber_id": theirs.id, "message": "hi"}
    assert (await client.post("/api/v1/sms/send-to-subscriber", json=body, headers=headers)).status == 404
    body = {"subscriber_ids": [theirs.id, ours.id], "message": "hi"}
    answer = await client.post("/api/v1/sms/send-bulk", json=body, headers=headers)
    assert (await answer.json())["data"] == {"total": 2, "sent": 1, "failed": 1}
    assert (await desk.service.directory.contact(other, theirs.id)) is not None


async def test_a_raw_plus_in_a_form_is_put_back(desk: Desk, client: Client) -> None:
    headers = {**bearer(await login(client)), "Content-Type": "application/x-www-form-urlencoded"}
    await client.post("/api/v1/sms/send", data="phone=+8801712345678&message=a b", headers=headers)
    assert desk.rows("SELECT recipient, text FROM message") == [("+8801712345678", "a b")]
