"""The sender with the real store, renderer and sockets; only the clock is ours."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from gateway import __version__
from gateway.api.renderer import Renderer
from gateway.callbacks.lanes import WAITING_LIMIT
from gateway.callbacks.sender import CallbackSender
from gateway.config.settings import ApiSection, CallbacksSection, Settings
from gateway.core.callback import CallbackRequest, OwedCallback
from gateway.core.number import Number
from gateway.errors import StoreError
from gateway.service.submitting import Submission
from gateway.store.news import CallbackOwedNews
from tests.gateway.api.desk import Desk
from tests.support.ports import free_port
from tests.support.store import held_by_another
from tests.support.waiting import until

LOOPBACK: dict[str, Any] = {"allowed_networks": ["127.0.0.0/8"]}


@dataclass
class Receiver:
    """A customer's server: keeps requests in order; answers `status` once `gate` is open."""

    port: int = field(default_factory=free_port)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[web.Request] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0
    most_running: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        await self.gate.wait()
        self.running -= 1
        return web.Response(status=self.status, headers=self.headers)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Receiver]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        try:
            yield self
        finally:
            await runner.cleanup()

    @property
    def words(self) -> list[str]:
        return [request.query["status"] for request in self.requests]


@asynccontextmanager
async def sending(desk: Desk, render: Any = None, **settings: Any) -> AsyncIterator[CallbackSender]:
    sender = CallbackSender(
        store=desk.store,
        settings=CallbacksSection.model_validate({**LOOPBACK, **settings}),
        clock=desk.clock,
        render=render or Renderer(desk.service).render,
        jitter=lambda: 0.0,
    )
    await sender.start()
    try:
        yield sender
    finally:
        await sender.stop()


async def _sent(desk: Desk) -> int:
    number = Number(given="10086", normalised="10086")
    submission = Submission(dialect="openvox", numbers=[number], text="hello")
    (accepted,) = await desk.service.submit(desk.demo, submission)
    await desk.settle(accepted.id)
    return accepted.id


def _errors(desk: Desk) -> list[tuple[int, str]]:
    return [(tries, error) for tries, error in desk.rows("SELECT tries, error FROM callback ORDER BY id")]


def _is_tried(desk: Desk, tries: int) -> Callable[[], bool]:
    return lambda: [row[0] for row in _errors(desk)][:1] == [tries]


def _later(desk: Desk, seconds: float) -> None:
    """Let time pass and have the sender look, as its timer would."""
    desk.clock.advance(seconds)
    for listener in list(desk.store._listeners):
        listener(CallbackOwedNews())


async def test_push_is_sent_as_soon_as_it_is_owed(desk: Desk) -> None:
    async with Receiver().listening() as receiver, sending(desk):
        await desk.push_to(receiver.port)
        message_id = await _sent(desk)
        await until(lambda: len(receiver.requests) == 1 and not _errors(desk))
        request = receiver.requests[0]
        assert request.method == "GET"
        assert request.query["id"] == str(message_id)
        assert request.headers["User-Agent"] == f"gsm-gateway/{__version__}"
        assert request.headers["X-Gateway-Event"].isdecimal()
        assert "X-Gateway-Signature" not in request.headers


async def test_address_is_sent_octet_by_octet_as_rendered(desk: Desk) -> None:
    async with Receiver().listening() as receiver, sending(desk):
        await desk.push_to(receiver.port, url_user_defined="a=[x]&b='y'&c=%7e", url_path="/a'b/%7E")
        await desk.receive("~ (x) 'y'")
        await until(lambda: len(receiver.requests) == 1)
        raw = receiver.requests[0].raw_path
        assert raw.startswith("/a'b/%7E?phonenumber=%2B491711234567&")
        assert "message=~%20%28x%29%20%27y%27&" in raw
        assert raw.endswith("&a=[x]&b='y'&c=%7e")


async def test_signed_with_a_secret(desk: Desk) -> None:
    async with Receiver().listening() as receiver, sending(desk, secret="hush"):
        await desk.push_to(receiver.port)
        await _sent(desk)
        await until(lambda: len(receiver.requests) == 1)
        query = receiver.requests[0].raw_path.partition("?")[2]
        wanted = hmac.new(b"hush", query.encode(), hashlib.sha256).hexdigest()
        assert receiver.requests[0].headers["X-Gateway-Signature"] == f"sha256={wanted}"


async def test_receiver_that_is_down_gets_everything_in_order_once_it_is_back(desk: Desk) -> None:
    receiver = Receiver()
    await desk.push_to(receiver.port)
    async with sending(desk):
        message_id = await _sent(desk)
        await desk.report(message_id)
        for tries, delay_s in enumerate((5, 15, 45), 1):
            await until(_is_tried(desk, tries))
            assert _errors(desk)[0][1].startswith("cannot connect: ")
            _later(desk, delay_s)
        await until(_is_tried(desk, 4))
        async with receiver.listening():
            _later(desk, 120)
            await until(lambda: not _errors(desk))
        assert receiver.words == ["Sent", "Message received on handset"]


async def test_event_keeps_its_id_in_every_retry(desk: Desk) -> None:
    async with Receiver(status=503).listening() as receiver, sending(desk):
        await desk.push_to(receiver.port)
        await _sent(desk)
        await until(_is_tried(desk, 1))
        assert _errors(desk) == [(1, "HTTP 503")]
        receiver.status = 204
        _later(desk, 5)
        await until(lambda: not _errors(desk))
        assert len({request.headers["X-Gateway-Event"] for request in receiver.requests}) == 1


async def test_retry_is_not_made_before_its_time(desk: Desk) -> None:
    async with Receiver(status=500).listening() as receiver, sending(desk):
        await desk.push_to(receiver.port)
        await _sent(desk)
        await until(_is_tried(desk, 1))
        _later(desk, 4.9)
        await _sent(desk)  # something to do meanwhile, so that the sender has certainly looked
        await until(lambda: len(receiver.requests) == 2)
        assert receiver.requests[0].query["id"] != receiver.requests[1].query["id"]


async def test_redirects_are_failures_and_not_followed(desk: Desk) -> None:
    async with Receiver().listening() as other:
        location = {"Location": f"http://127.0.0.1:{other.port}/"}
        async with Receiver(status=302, headers=location).listening() as receiver, sending(desk):
            await desk.push_to(receiver.port)
            await _sent(desk)
            await until(_is_tried(desk, 1))
            assert _errors(desk) == [(1, "HTTP 302")]
            assert other.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_is_refused_unless_it_is_listed(host: str, desk: Desk) -> None:
    async with Receiver().listening() as receiver, sending(desk, allowed_networks=[]):
        await desk.push_to(receiver.port, url_host=host)
        await _sent(desk)
        await until(_is_tried(desk, 1))
        assert receiver.requests == []


async def test_an_address_that_is_none_is_a_failure_like_others(desk: Desk) -> None:
    async with sending(desk):
        await desk.push_to(1, url_host="0x7f.1.1.1.1.1", url_port="80")
        await _sent(desk)
        await until(_is_tried(desk, 1))


async def test_slow_answer_ends_at_the_timeout(desk: Desk) -> None:
    async with Receiver().listening() as receiver, sending(desk, timeout_s=0.05):
        receiver.gate.clear()
        await desk.push_to(receiver.port)
        await _sent(desk)
        await until(_is_tried(desk, 1))
        assert _errors(desk) == [(1, "no answer within 0.05 s")]


async def test_push_that_fires_once_is_given_up_at_once_and_kept(desk: Desk) -> None:
    desk.service.settings = Settings(api=ApiSection.model_validate({"openvox": {"push_once": True}}))
    async with Receiver(status=500).listening() as receiver, sending(desk):
        await desk.push_to(receiver.port)
        await _sent(desk)
        await until(lambda: desk.rows("SELECT given_up_at FROM callback WHERE given_up_at IS NOT NULL") != [])
        assert _errors(desk)[0][1] == "HTTP 500"


async def test_given_up_after_three_days_and_the_next_of_the_message_goes_on(desk: Desk) -> None:
    receiver = Receiver()
    await desk.push_to(receiver.port)
    message_id = await _sent(desk)
    desk.clock.advance(72 * 3600)
    await desk.report(message_id)
    async with sending(desk):
        await until(lambda: desk.rows("SELECT count(*) FROM callback WHERE given_up_at IS NOT NULL") == [(1,)])
        async with receiver.listening():
            _later(desk, 5)
            await until(lambda: receiver.words == ["Message received on handset"])


async def test_dead_receiver_delays_nobody_else(desk: Desk) -> None:
    other = await desk.add_account("other")
    async with Receiver().listening() as dead, Receiver().listening() as alive, sending(desk, per_receiver=2):
        dead.gate.clear()
        await desk.push_to(dead.port)
        for _ in range(80):
            await _sent(desk)
        await until(lambda: dead.running == 2)
        desk.demo, demo = other, desk.demo
        await desk.push_to(alive.port)
        await _sent(desk)
        await until(lambda: len(alive.requests) == 1)
        assert dead.most_running == 2
        desk.demo = demo
        dead.gate.set()


async def test_inbound_goes_to_each_account_whatever_becomes_of_the_other(desk: Desk) -> None:
    other = await desk.add_account("other")
    async with Receiver().listening() as hanging, Receiver().listening() as alive, sending(desk):
        hanging.gate.clear()
        await desk.push_to(hanging.port)
        desk.demo, demo = other, desk.demo
        await desk.push_to(alive.port)
        desk.demo = demo
        await desk.receive("first")
        await until(lambda: len(hanging.requests) == 1 and len(alive.requests) == 1)
        hanging.gate.set()


async def test_a_full_lane_costs_no_tries(desk: Desk) -> None:
    async with Receiver().listening() as receiver, sending(desk, per_receiver=1):
        receiver.gate.clear()
        await desk.push_to(receiver.port)
        for _ in range(WAITING_LIMIT + 10):
            await _sent(desk)
        moved = "SELECT count(*) FROM callback WHERE next_at > created_at"
        await until(lambda: desk.rows(moved)[0][0] > 0)
        assert {tries for tries, _ in _errors(desk)} == {0}
        receiver.gate.set()


async def test_one_success_brings_back_what_failed_while_the_receiver_was_away(desk: Desk) -> None:
    receiver = Receiver()
    await desk.push_to(receiver.port)
    async with sending(desk):
        first = await _sent(desk)
        for tries, delay_s in enumerate((5, 15, 45), 1):
            await until(_is_tried(desk, tries))
            _later(desk, delay_s)
        await until(_is_tried(desk, 4))
        async with receiver.listening():
            second = await _sent(desk)
            await until(lambda: not _errors(desk))
        assert [int(request.query["id"]) for request in receiver.requests] == [second, first]


async def test_one_receiver_gets_many_at_once_but_not_more_than_allowed(desk: Desk) -> None:
    async with Receiver().listening() as receiver, sending(desk, per_receiver=3):
        receiver.gate.clear()
        await desk.push_to(receiver.port)
        for _ in range(10):
            await _sent(desk)
        await until(lambda: receiver.running == 3)
        receiver.gate.set()
        await until(lambda: not _errors(desk))
        assert (len(receiver.requests), receiver.most_running) == (10, 3)


async def test_what_was_under_way_at_the_stop_is_made_again(desk: Desk) -> None:
    async with Receiver().listening() as receiver:
        receiver.gate.clear()
        await desk.push_to(receiver.port)
        async with sending(desk):
            await _sent(desk)
            await until(lambda: receiver.running == 1)
        receiver.gate.set()
        async with sending(desk):
            await until(lambda: not _errors(desk))


async def test_nothing_owed_any_more_is_done(desk: Desk) -> None:
    async def render(_: OwedCallback) -> CallbackRequest | None:
        return None

    async with sending(desk, render):
        await desk.push_to(1)
        await _sent(desk)
        await until(lambda: desk.store.load.open_messages == 0 and not _errors(desk))


async def test_row_that_cannot_be_rendered_waits_and_holds_nobody_up(desk: Desk) -> None:
    first: list[OwedCallback] = []
    renderer = Renderer(desk.service)

    async def render(row: OwedCallback) -> CallbackRequest | None:
        if not first or row.id == first[0].id:
            first.append(row)
            raise ValueError("a mistake in a dialect")
        return await renderer.render(row)

    async with Receiver().listening() as receiver, sending(desk, render):
        await desk.push_to(receiver.port)
        await _sent(desk)
        await _sent(desk)
        await until(lambda: len(receiver.requests) == 1)
        assert _errors(desk) == [(1, "internal error")]


async def test_broken_store_is_told_to_who_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise StoreError("disk on fire")

    monkeypatch.setattr(desk.store, "due_callbacks", fail)
    async with sending(desk) as sender:
        with pytest.raises(StoreError):
            await asyncio.wait_for(sender.wait_failed(), 5)


async def test_a_store_that_cannot_write_costs_no_callback(desk: Desk) -> None:
    async with Receiver().listening() as receiver, sending(desk) as sender:
        receiver.gate.clear()
        await desk.push_to(receiver.port)
        await _sent(desk)
        await until(lambda: receiver.running == 1)
        async with held_by_another(desk.store):
            receiver.gate.set()
            await until(lambda: sender._outage.is_on)
        await until(lambda: not _errors(desk))
        assert len(receiver.requests) == 1


async def test_a_stop_together_with_news_ends_it(desk: Desk) -> None:
    for _ in range(20):
        async with sending(desk) as sender:
            task = sender._task
            assert task is not None
            await until(lambda: _is_asleep(sender))
            _later(desk, 0)
        assert task.done()


def _is_asleep(sender: CallbackSender) -> bool:
    return bool(sender._wake._waiters)
