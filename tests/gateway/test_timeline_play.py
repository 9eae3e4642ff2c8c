"""A message in trouble, played with dispatch, callbacks and a customer's server at work, and told by its timeline."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import structlog

from gateway.api.renderer import Renderer
from gateway.callbacks.sender import CallbackSender
from gateway.config.settings import CallbacksSection
from gateway.core.callback import CallbackEvent
from gateway.core.status import Status
from gateway.core.types import MessageId
from gateway.dispatch.dispatcher import NO_EVIDENCE
from gateway.dispatch.radio import Accepted, LateAnswer, NoAnswer, Refused
from gateway.service.accounts import Accounts
from gateway.service.desk import Service
from gateway.service.timelines import Timeline
from gateway.store.news import CallbackOwedNews
from modem.pdu import Submit, report_on
from tests.gateway.callbacks.test_sender import LOOPBACK, Receiver
from tests.gateway.dispatch.conftest import Field, MakeField, make_field
from tests.support.clock import FakeClock
from tests.support.waiting import until

__all__ = ["make_field"]

FORBIDDEN = Refused(kind="cms", code=10, text="call barred", is_local=False)
CONGESTED = Refused(kind="cms", code=42, text="congestion", is_local=False)


class Play:
    """A field with a desk that reads timelines; the sender of callbacks has a clock of its own, a minute ahead."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.clock = FakeClock(int(time.time() * 1000) + 60_000)
        self.service = Service(
            settings=field.settings,
            store=field.store,
            accounts=Accounts(field.store, clock=field.clock),
            board=field.board,
            clock=field.clock,
        )

    @asynccontextmanager
    async def telling(self, receiver: Receiver) -> AsyncIterator[None]:
        settings = {
            "enable": 1,
            "reports_enable": 1,
            "results_enable": 1,
            "url_host": "127.0.0.1",
            "url_port": str(receiver.port),
            "url_path": "/sms",
        }
        await self.field.store.save_settings(self.field.account.id, "openvox", settings, frozenset(CallbackEvent))
        sender = CallbackSender(
            store=self.field.store,
            settings=CallbacksSection.model_validate(LOOPBACK),
            clock=self.clock,
            render=Renderer(self.service).render,
            jitter=lambda: 0.0,
        )
        await sender.start()
        try:
            yield
        finally:
            await sender.stop()

    def later(self, seconds: float) -> None:
        """Let time pass for the sender of callbacks, and have it look."""
        self.clock.advance(seconds)
        for listener in list(self.field.store._listeners):
            listener(CallbackOwedNews())

    async def timeline(self, message_id: MessageId) -> Timeline:
        timeline = await self.service.timeline(self.field.account, message_id)
        assert timeline is not None
        return timeline

    async def until_told(self, message_id: MessageId, kind: str, count: int = 1) -> None:
        """Wait until the timeline has `count` entries of that kind; not all of them come with news."""
        async with asyncio.timeout(10):
            while sum(one == kind for one, _ in await self.told(message_id)) < count:
                await asyncio.sleep(0.01)

    async def told(self, message_id: MessageId) -> list[tuple[str, str]]:
        """Kind and text of each entry."""
        return [(entry.kind, entry.text) for entry in (await self.timeline(message_id)).entries]


@pytest.fixture
async def play(make_field: MakeField) -> Play:
    field = await make_field(radios=2, retry_first_s=0.05, evidence_s=0.05)
    await field.until_ready(2)
    return Play(field)


async def test_refused_here_accepted_there_reported_and_told_to_a_server_that_failed_once(play: Play) -> None:
    field = play.field
    one, two = await field.radio(0), await field.radio(1)
    receiver = Receiver(status=500)
    async with receiver.listening(), play.telling(receiver):
        message_id = await field.accept(1, 2)
        with structlog.testing.capture_logs() as logs:
            await one.answer(FORBIDDEN)
            await two.answer(Accepted(mr=9))
            await field.until(message_id, Status.SENT)
        await play.until_told(message_id, "callback failed")
        two.route(a_report(two.sent[0], mr=9))
        await field.until(message_id, Status.DELIVERED)
        receiver.status = 200
        play.later(5)
        await until(lambda: len(receiver.requests) == 3)
        await play.until_told(message_id, "callback", 2)
    (refusal,) = [line for line in logs if line.get("action") == "refused"]
    assert (refusal["code"], refusal["reason"], refusal["follows"]) == (
        "+CMS ERROR 10",
        "call barred",
        "tried on span 2",
    )
    timeline = await play.timeline(message_id)
    assert [(entry.kind, without_times(entry.text)) for entry in timeline.entries] == [
        ("accepted", "from shop by openvox, 1 segment, GSM-7"),
        ("routed", "only gsm-1 or gsm-2 may send it"),
        ("attempt", "on gsm-1, try 1"),
        ("refused", "+CMS ERROR 10, call barred; tried on gsm-2"),
        ("attempt", "on gsm-2, try 2"),
        ("taken", "the network took it, TP-MR 9"),
        ("report", "received by the recipient's phone (TP-ST 00, at <time>)"),
        ("delivered", "every segment was delivered"),
        ("callback failed", "result sent to shop by openvox: HTTP 500, try 1"),
        ("callback", "result sent to shop by openvox: HTTP 200, try 2"),
        ("callback", "report delivered to shop by openvox: HTTP 200, try 1"),
    ]
    assert timeline.is_over


async def test_no_answer_sent_again_and_answered_late(play: Play) -> None:
    field = play.field
    one = await field.radio(0)
    message_id = await field.accept(1)
    await one.answer(NoAnswer(reason="no answer within 15 s", is_sent=True))
    await play.until_told(message_id, "attempt", 2)
    assert not (await play.timeline(message_id)).is_over
    await one.answer(Accepted(mr=4))
    await field.until(message_id, Status.SENT)
    one.tell(LateAnswer(result=Accepted(mr=3)))
    await play.until_told(message_id, "late answer")
    assert await play.told(message_id) == [
        ("accepted", "from shop by openvox, 1 segment, GSM-7"),
        ("routed", "only gsm-1 may send it"),
        ("attempt", "on gsm-1, try 1"),
        ("no answer", "no answer within 15 s; it may have been sent, evidence is awaited"),
        ("resent", f"{NO_EVIDENCE}; sent once more on the same SIM, possible duplicate"),
        ("attempt", "on gsm-1, try 2, possible duplicate"),
        ("taken", "the network took it, TP-MR 4"),
        ("sent", "the network took every segment"),
        ("late answer", "the modem says after all that the network took it"),
        ("taken", "the network took it, TP-MR 3"),
    ]


async def test_segments_are_told_apart_with_their_retries(play: Play) -> None:
    field = play.field
    one = await field.radio(0)
    message_id = await field.accept(1, text="я" * 100, segments=2)
    await one.answer(Accepted(mr=1))
    await one.answer(CONGESTED)
    await one.answer(Accepted(mr=2))
    await field.until(message_id, Status.SENT)
    for submit, mr, status in ((one.sent[0], 1, 0x00), (one.sent[2], 2, 0x46)):
        one.route(a_report(submit, mr=mr, status=status))
    await field.until(message_id, Status.EXPIRED)
    assert [(kind, without_times(text)) for kind, text in await play.told(message_id)] == [
        ("accepted", "from shop by openvox, 2 segments, UCS-2"),
        ("routed", "only gsm-1 may send it"),
        ("attempt", "segment 1 of 2: on gsm-1, try 1"),
        ("taken", "segment 1 of 2: the network took it, TP-MR 1"),
        ("attempt", "segment 2 of 2: on gsm-1, try 1"),
        ("refused", "segment 2 of 2: +CMS ERROR 42, congestion; tried again at once"),
        ("attempt", "segment 2 of 2: on gsm-1, try 2"),
        ("taken", "segment 2 of 2: the network took it, TP-MR 2"),
        ("report", "segment 1 of 2: received by the recipient's phone (TP-ST 00, at <time>)"),
        ("report", "segment 2 of 2: validity period expired (TP-ST 46, at <time>)"),
        ("expired", "its validity is over"),
    ]


def a_report(submit: Submit, *, mr: int, status: int = 0) -> bytes:
    now = datetime.now(UTC)
    return report_on(submit, mr=mr, scts=now, discharged=now, status=status).encode()


def without_times(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>", text)
