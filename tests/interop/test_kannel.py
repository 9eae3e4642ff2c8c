"""Kannel's bearerbox and smsbox, unmodified, drive an emulated modem by HTTP: messages, delivery reports, answers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web

from tests.interop.program import daemon, needs
from tests.interop.texts import (
    PATIENCE_S,
    PIN,
    RECIPIENTS,
    SENDERS,
    UNICODE,
    UNICODE_RECIPIENT,
    check_handsets,
    check_reports,
    let_people_write,
)
from tests.support.ports import free_port
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from modem.emulator.rack.rack import Rack

pytestmark = [pytest.mark.interop, pytest.mark.timeout(120), needs("bearerbox", "kannel"), needs("smsbox", "kannel")]

CONFIG = """\
group = core
admin-port = {admin}
admin-password = secret
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = 0

group = smsc
smsc = at
smsc-id = modem
modemtype = generic
device = {port}
speed = 115200
{more}

group = modems
id = generic
name = Generic

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {door}
sendsms-interface = 127.0.0.1
log-level = 0

group = sendsms-user
username = user
password = secret
default-sender = 10000
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "http://127.0.0.1:{customer}/message?from=%p&text=%a&charset=%C"
"""
ACCEPTED_BY_KANNEL = 202
DELIVERED, ACCEPTED = "1", "8"  # kinds of delivery report: delivered to the phone, submitted to the service centre


class Customer:
    """An HTTP server that Kannel tells everything to."""

    def __init__(self) -> None:
        self.port = free_port()
        self.received: dict[str, str] = {}
        self.reports: list[tuple[str, str]] = []

    async def message(self, request: web.Request) -> web.Response:
        # The text comes in the octets of its charset, which need not be UTF-8.
        fields = {
            name: text for name, (text,) in parse_qs(request.rel_url.raw_query_string, encoding="latin-1").items()
        }
        self.received[fields["from"]] = fields["text"].encode("latin-1").decode(fields["charset"])
        return web.Response()

    async def report(self, request: web.Request) -> web.Response:
        self.reports.append((request.query["to"], request.query["kind"]))
        return web.Response()


@pytest.fixture
async def customer() -> AsyncIterator[Customer]:
    customer = Customer()
    app = web.Application()
    app.router.add_get("/message", customer.message)
    app.router.add_get("/report", customer.report)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", customer.port).start()
    yield customer
    await runner.cleanup()


@contextlib.asynccontextmanager
async def kannel(rack: Rack, home: Path, customer: Customer, *, more: str = "") -> AsyncIterator[str]:
    """Start both boxes; gives the address that takes messages."""
    door = free_port()
    config = home / "kannel.conf"
    config.write_text(
        CONFIG.format(
            admin=free_port(), boxes=free_port(), door=door, customer=customer.port, port=rack.ports[0], more=more
        )
    )
    async with daemon("bearerbox", str(config), home=home) as bearerbox:
        await until(
            lambda: "AT SMSC successfully opened" in bearerbox.read_text(errors="replace"), timeout_s=PATIENCE_S
        )
        async with daemon("smsbox", str(config), home=home) as smsbox:
            await until(lambda: "Connected to bearerbox" in smsbox.read_text(errors="replace"), timeout_s=PATIENCE_S)
            yield f"http://127.0.0.1:{door}/cgi-bin/sendsms"


async def test_kannel_sends_reports_and_receives(rack: Rack, tmp_path: Path, customer: Customer) -> None:
    report_url = f"http://127.0.0.1:{customer.port}/report?to=%p&kind=%d"
    login = {"username": "user", "password": "secret", "charset": "UTF-8", "dlr-mask": "31", "dlr-url": report_url}

    async with kannel(rack, tmp_path, customer) as door, aiohttp.ClientSession() as session:
        for recipient, text in RECIPIENTS.items():
            query = {**login, "to": recipient, "text": text, "coding": "2" if text is UNICODE else "0"}
            async with session.get(door, params=query) as answer:
                assert answer.status == ACCEPTED_BY_KANNEL, await answer.text()
        await check_handsets(rack)
        # Kannel asks for the report of the first segment only.
        await check_reports(rack, asking=(True, False, False))
        expected = {(recipient, kind) for recipient in RECIPIENTS for kind in (ACCEPTED, DELIVERED)}
        await until(lambda: set(customer.reports) >= expected, timeout_s=PATIENCE_S)

        let_people_write(rack, 0)
        await until(lambda: customer.received == SENDERS, timeout_s=PATIENCE_S)


async def test_kannel_unlocks_the_card(locked_rack: Rack, tmp_path: Path, customer: Customer) -> None:
    query = {"username": "user", "password": "secret", "charset": "UTF-8", "coding": "2", "text": UNICODE}

    async with kannel(locked_rack, tmp_path, customer, more=f"pin = {PIN}") as door, aiohttp.ClientSession() as session:
        async with session.get(door, params={**query, "to": UNICODE_RECIPIENT}) as answer:
            assert answer.status == ACCEPTED_BY_KANNEL, await answer.text()
        await check_handsets(locked_rack, [UNICODE_RECIPIENT])
