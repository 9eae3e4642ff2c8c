"""Clients of smsgateway24.com, written from its document alone, up to the handset and back to their webhooks."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from modem.emulator.numbering import identity
from tests.acceptance.conftest import MakeRack
from tests.acceptance.test_other_apis import _run, curl, gsm_gateway, texts
from tests.support.box import PASSWORD, Box, running_box
from tests.support.ports import free_port
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(120)
CLIENTS = Path(__file__).parent / "clients"
ANN, BEN = "+4915752982212", "+4917642111111"


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"SKIPPED: {program} is not installed")


class Hooks:
    """A customer's server: what was posted to which path, in order."""

    def __init__(self) -> None:
        self.address = f"http://127.0.0.1:{free_port()}"
        self.posts: list[tuple[str, dict[str, Any]]] = []

    async def _take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        self.posts.append((request.path, await request.json()))
        return web.Response()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/{name}", self._take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", int(self.address.rpartition(":")[2])).start()
        try:
            yield
        finally:
            await runner.cleanup()


async def _client(command: str, box: Box, *numbers: str) -> dict[str, Any]:
    script = CLIENTS / f"smsgateway24.{'js' if command == 'node' else command}"
    return json.loads(await _run(command, str(script), box.address, "demo", PASSWORD, *numbers))  # type: ignore[no-any-return]


async def _until(box: Box, token: str, is_done: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    """Give all messages as getallsms lists them once `is_done` says so."""
    async with asyncio.timeout(20):
        while True:
            answer = await curl(f"{box.address}/getdata/getallsms?token={token}")
            rows = list(answer["smss"].values())
            if is_done(rows):
                return rows
            await asyncio.sleep(0.1)  # the API has no event to wait for


@needs("curl")
async def test_curl_to_the_handset_and_the_webhooks_back(tmp_path: Path, make_rack: MakeRack) -> None:
    rack, hooks = await make_rack(count=2), Hooks()
    async with hooks.listening(), running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(2)
        urls = (f"delivery_url={hooks.address}/delivery", f"incoming_url.1={hooks.address}/incoming")
        await gsm_gateway(box, "account", "push", "demo", "smsgateway24", *urls)
        api = f"{box.address}/getdata"
        login = await curl(f"{api}/gettoken", "--data-urlencode", "email=demo", "--data-urlencode", f"pass={PASSWORD}")
        token = login["token"]
        devices = (await curl(f"{api}/getalldevices?token={token}"))["device"]
        sims = {number: [(sim["IccId"], sim["Roaming"]) for sim in one["siminfo"]] for number, one in devices.items()}
        people = {identity(index).iccid: identity(index).number for index in range(2)}
        assert sims.keys() == {"1", "2"}
        assert sorted(sims.values()) == sorted([(iccid, "0")] for iccid in people)
        status = await curl(f"{api}/getdevicestatus?token={token}&device_id=1")
        assert (status["online"], status["title"]) == (True, "gsm-1")

        fields = (f"token={token}", f"sendto={ANN}", "body=Your code is 1234", "device_id=1", "sim=0", "urgent=1")
        sent = await curl(f"{api}/addsms", *(word for field in fields for word in ("-F", field)))
        assert sent["message"] == "Sms has been saved successfully"
        document = {
            "token": token,
            "smsdata": [
                {"sendto": ANN, "body": "Test", "sim": 0, "timetosend": "2019-07-01 23:50:00", "device_id": "2"},
                {"sendto": f"{BEN},{ANN}", "body": "Necəsən?", "device_id": 2, "customerid": 122},
                {"sendto": BEN, "body": "later", "device_id": 1, "timetosend": "2035-01-01"},
            ],
        }
        bulk = await curl(f"{api}/addalotofsms", "-d", json.dumps(document))
        assert len(bulk["sms_ids"]) == 4

        rows = await _until(box, token, lambda rows: [row["status"] for row in rows].count(7) == 4)
        assert [row["status"] for row in rows] == [7, 7, 7, 7, 1]
        assert [row["deviceid"] for row in rows] == [1, 2, 2, 2, 1]
        assert sorted(filter(None, texts(rack, ANN))) == ["Necəsən?", "Test", "Your code is 1234"]
        assert texts(rack, BEN) == ["Necəsən?"]

        rack.write(ANN, people[sims["1"][0][0]], "Thanks! 👍")
        await until(lambda: len(hooks.posts) == 9, timeout_s=20)
        told = [(path, post.get("sms_id"), post.get("status_id")) for path, post in hooks.posts]
        ids = [sent["sms_id"], *bulk["sms_ids"][:3]]
        assert sorted(told[:8]) == sorted(("/delivery", one, number) for one in ids for number in (6, 7))
        path, incoming = hooks.posts[8]
        assert (path, incoming["address"], incoming["body"], incoming["device_id"], incoming["device_name"]) == (
            "/incoming", ANN, "Thanks! 👍", 1, "gsm-1",
        )  # fmt: skip
        found = await curl(f"{api}/getallsms?token={token}&status=5")
        assert [row["body"] for row in found["smss"].values()] == ["Thanks! 👍"]


@needs("node")
async def test_javascript_with_multipart_forms(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(1)
        done = await _client("node", box, ANN)
        assert (done["status"], done["row"]["customerid"], done["row"]["urgent"]) == (7, 77, True)
        assert texts(rack, ANN) == ["Your code is 1234 € 👍"]


@needs("php")
async def test_php_with_forms_bulk_and_a_newsletter(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(1)
        done = await _client("php", box, ANN, BEN)
        assert done == {"paket_id": 1, "count": 4}
        await box.until_outbox(
            lambda rows: len(rows) == 4 and all(row["status"] == "DELIVERD" for row in rows), timeout_s=20
        )
        assert sorted(filter(None, texts(rack, ANN))) == ["Newsletter", "Test message 0"]
        assert sorted(filter(None, texts(rack, BEN))) == ["Newsletter", "Test message 1"]
