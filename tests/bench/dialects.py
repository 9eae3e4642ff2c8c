"""How fast each HTTP API takes messages, one by one and a thousand at once, in one run with OpenVox's."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from gateway.control import RemoteAccounts, control_path
from gateway.control_directory import RemoteUpkeep
from tests.bench.load import drive, get, post, send_body
from tests.support.box import PASSWORD, Box

TEXT = "Hello from the bench, forty characters.."
RECIPIENTS = 1000
"""Of one bulk request: http.max_recipients."""
CONNECTIONS = 64
ROUNDS = 5
BY_API = "messages accepted by API"
"""The figure that has a table of its own."""
YARDSTICK = "openvox"
SHARE_OF_YARDSTICK, BULK_FACTOR = 0.75, 5
"""What each API must reach of OpenVox's POST one by one, and in bulk of itself one by one."""


@dataclass(frozen=True)
class Requests:
    """What an API is driven with: requests of one message, of a thousand, and what a good answer holds."""

    single: Callable[[int], bytes]
    bulk: Callable[[int], bytes]
    good: bytes


async def openvox(_: Box) -> Requests:
    numbers = ",".join(f"+49172{index:07}" for index in range(RECIPIENTS))
    return Requests(
        single=lambda index: post("sms/send", send_body(f"+49171{index:07}", TEXT)),
        bulk=lambda _: post("sms/send", send_body(numbers, TEXT)),
        good=b'"code":200',
    )


async def onezeroart(box: Box) -> Requests:
    path = control_path(box.folder / "gateway.db")
    token = await RemoteAccounts(path).create_token("demo", label="bench")
    rows = [
        {"account": "demo", "id": index, "phone": f"+49172{index:07}", "username": f"s{index}"}
        for index in range(1, RECIPIENTS + 1)
    ]
    await RemoteUpkeep(path).call("save", {"kind": "contact", "rows": rows, "how": "import"})
    login = f"Authorization: Bearer {token}"
    everybody = json.dumps({"subscriber_ids": list(range(1, RECIPIENTS + 1)), "message": TEXT}).encode()

    def single(index: int) -> bytes:
        body = json.dumps({"phone": f"+49171{index:07}", "message": TEXT}).encode()
        return post("api/v1/sms/send", body, login)

    return Requests(
        single=single, bulk=lambda _: post("api/v1/sms/send-bulk", everybody, login), good=b'"success":true'
    )


async def smsplus(box: Box) -> Requests:
    path = control_path(box.folder / "gateway.db")
    token = await RemoteAccounts(path).create_token("demo", label="bench")
    upkeep = RemoteUpkeep(path)
    template = {"id": 9, "name": "bench", "text": "Hello {1}, forty characters or so..", "approved": True}
    await upkeep.call("save", {"kind": "template", "rows": [template], "how": "import"})
    sender = {"name": "ACME", "spans": [1], "approved": True}
    await upkeep.call("save", {"kind": "sender", "rows": [sender], "how": "import"})
    login = f"Authorization: Bearer {token}"

    def request(first: int, count: int) -> bytes:
        numbers = [f"99450{first + index:07}" for index in range(count)]
        fields = {"sender_name": "ACME", "message_template_id": 9, "mobile_numbers": numbers}
        return post("api/sms/send", json.dumps({**fields, "first_parameters": numbers}).encode(), login)

    return Requests(
        single=lambda index: request(index, 1),
        bulk=lambda _: request(0, RECIPIENTS),
        good=b'"success":true',
    )


async def voipcom(box: Box) -> Requests:
    token = await RemoteAccounts(control_path(box.folder / "gateway.db")).create_token("demo", label="bench")
    basic = b64encode(token.replace("|", ":", 1).encode()).decode()
    login = f"Authorization: Basic {basic}"
    numbers = ",".join(f"49172{index:07}" for index in range(RECIPIENTS))

    def request(to: str) -> bytes:
        body = urlencode({"to": to, "msg": TEXT}).encode()
        return post("api-v2/index.php/sms/send", body, login, kind="application/x-www-form-urlencoded")

    return Requests(
        single=lambda index: request(f"49171{index:07}"), bulk=lambda _: request(numbers), good=b'"status":"QUEUED"'
    )


async def openvox_get(_: Box) -> Requests:
    fields = {"username": "demo", "password": PASSWORD, "message": TEXT}
    numbers = ",".join(f"+49172{index:07}" for index in range(RECIPIENTS))
    # A thousand numbers are too long for an address: such requests go by POST.
    bulk = json.dumps({**fields, "phonenumber": numbers}).encode()
    return Requests(
        single=lambda index: get(f"/sendsms?{urlencode({**fields, 'phonenumber': f'+49171{index:07}'})}"),
        bulk=lambda _: post("sendsms", bulk),
        good=b'"result":"sending"',
    )


async def smsgateway24(box: Box) -> Requests:
    login = urlencode({"email": "demo", "pass": PASSWORD}).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{box.address}/getdata/gettoken", data=login) as answer,
    ):
        token = (await answer.json(content_type=None))["token"]
    items = [{"sendto": f"+49172{index:07}", "body": TEXT, "device_id": 0} for index in range(RECIPIENTS)]
    everybody = json.dumps({"token": token, "smsdata": items}).encode()

    def single(index: int) -> bytes:
        fields = {"token": token, "sendto": f"+49171{index:07}", "body": TEXT, "device_id": 0}
        return post("getdata/addsms", json.dumps(fields).encode())

    return Requests(single=single, bulk=lambda _: post("getdata/addalotofsms", everybody), good=b'"error":0')


APIS: dict[str, Callable[[Box], Awaitable[Requests]]] = {
    "openvox": openvox,
    "openvox_get": openvox_get,
    "onezeroart": onezeroart,
    "smsgateway24": smsgateway24,
    "smsplus": smsplus,
    "voipcom": voipcom,
}


async def accepts_by_api(box: Box, *, singles: int, bulks: int) -> dict[str, float]:
    """Messages per second of each API, one by one and in bulk.

    All take turns in rounds: what else the machine does meanwhile slows all of them.
    """
    requests = {name: await prepare(box) for name, prepare in APIS.items()}
    single_s: dict[str, float] = dict.fromkeys(APIS, 0.0)
    bulk_s: dict[str, float] = dict.fromkeys(APIS, 0.0)
    for each in requests.values():
        await drive(box.port, [each.single(index) for index in range(CONNECTIONS)], CONNECTIONS, good=each.good)
    for turn in range(ROUNDS):
        for name, each in requests.items():
            single = [each.single(index) for index in range(turn, singles, ROUNDS)]
            single_s[name] += (await drive(box.port, single, CONNECTIONS, good=each.good))[0]
            bulk = [each.bulk(index) for index in range(turn, bulks, ROUNDS)]
            bulk_s[name] += (await drive(box.port, bulk, 4, good=each.good))[0]
    figures: dict[str, float] = {}
    for name in APIS:
        figures[f"{name}_per_s"] = singles / single_s[name]
        figures[f"{name}_bulk_per_s"] = bulks * RECIPIENTS / bulk_s[name]
    return figures


@dataclass(frozen=True)
class ApiRow:
    """One API in messages per second, with its share of OpenVox's POST, and how many times quicker bulk is."""

    name: str
    single_per_s: float
    bulk_per_s: float
    share: float

    @property
    def bulk_factor(self) -> float:
        """How many times more messages come in by requests of a thousand."""
        return self.bulk_per_s / self.single_per_s

    @property
    def is_reached(self) -> bool:
        """Whether it is where the budget wants it."""
        return self.share >= SHARE_OF_YARDSTICK and self.bulk_factor >= BULK_FACTOR


def api_rows(medians: dict[str, float]) -> list[ApiRow]:
    """Give the rows of what `accepts_by_api` has found, OpenVox first."""
    yardstick = medians[f"{YARDSTICK}_per_s"]
    return [
        ApiRow(name, medians[f"{name}_per_s"], medians[f"{name}_bulk_per_s"], medians[f"{name}_per_s"] / yardstick)
        for name in APIS
    ]
