from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from gateway.clock import Clock
from gateway.config.settings import Settings
from gateway.core.account import Account, Role
from gateway.core.message import Message, NewMessage
from gateway.core.options import Options
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.dispatch.dispatcher import Dispatcher
from gateway.dispatch.flight import Flight
from gateway.dispatch.history import History
from gateway.dispatch.inbound import Receiver
from gateway.dispatch.pool import Pool
from gateway.dispatch.radio import Identity, NotReady, Radio
from gateway.dispatch.spool import Spool
from gateway.service.pacing import LimitBook
from gateway.service.spans import SpanBoard
from gateway.service.ussd import UssdDesk
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.news import News
from tests.support.radio import FakeRadio
from tests.support.waiting import until


class Field:
    """Dispatch at work on a real store with radios that the test holds in its hand."""

    def __init__(
        self,
        folder: Path,
        *,
        radios: int,
        auto: bool,
        wall_ahead_s: float,
        limits: dict[str, object],
        dispatch: dict[str, object],
    ) -> None:
        self._folder = folder
        self.urls = [f"socket://test:{index}" for index in range(radios)]
        self.settings = Settings.model_validate(
            {"modems": {"ports": self.urls, "limits": limits}, "dispatch": dispatch}
        )
        self.wall_ahead_s = wall_ahead_s
        self.clock = Clock(lambda: time.time_ns() + int(self.wall_ahead_s * 1e9))
        self.store = SqliteStore(folder / "gateway.db")
        self.book = LimitBook(self.store, settings=self.settings)
        self.jitter = 0.0
        self.board = SpanBoard(lambda: self.store.load)
        self.spool = Spool(folder / "gateway.db.received")
        self.radios: dict[str, FakeRadio] = {}
        self._auto = auto
        self._news: asyncio.Queue[None] = asyncio.Queue()
        self._pool_task: asyncio.Task[None] | None = None

    def _make_radio(self, url: str, listen_first_s: float, on_event: object) -> Radio:
        assert callable(on_event)
        index = self.urls.index(url)
        identity = Identity(imei=f"imei{index}", imsi=f"imsi{index}", iccid=f"iccid{index}")
        radio = FakeRadio(url, on_event, identity=identity, auto=self._auto)
        radio.listen_first_s = listen_first_s
        self.radios[url] = radio
        if listen_first_s:
            radio.tell(NotReady(reason="listening for the answer to an earlier message"))
        else:
            radio.ready()
        return radio

    async def start(self) -> None:
        await self.store.open()
        self.store.listen(self._on_news)
        if not await self.store.accounts():
            account = Account(id=AccountId(0), name="shop", role=Role.SENDER)
            await self.store.add_account(account, "-", EpochMs(0))
        self.account = (await self.store.accounts())[0]
        self.board.put(await self.store.spans())
        self.receiver = Receiver(self.store, self.clock)
        self.history = History(self.store, settings=self.settings.history, clock=self.clock)
        self.flight = Flight(self._folder / "gateway.db.flight")
        self.flight.open()
        self.dispatcher = Dispatcher(
            store=self.store,
            settings=self.settings,
            clock=self.clock,
            board=self.board,
            receiver=self.receiver,
            history=self.history,
            flight=self.flight,
            book=self.book,
            jitter=lambda: self.jitter,
        )
        self.desk = UssdDesk(self.store, board=self.board, clock=self.clock)
        self.desk.connect(self.dispatcher.connection)
        await self.desk.start()
        self.pool = Pool(
            store=self.store,
            settings=self.settings,
            board=self.board,
            dispatcher=self.dispatcher,
            receiver=self.receiver,
            spool=self.spool,
            history=self.history,
            desk=self.desk,
            make_radio=self._make_radio,
        )
        await self.history.start()
        await self.dispatcher.start()
        self.spool.open()
        self._pool_task = asyncio.create_task(self.pool.run())

    async def end_pool(self) -> None:
        assert self._pool_task is not None
        self._pool_task.cancel()
        await asyncio.gather(self._pool_task, return_exceptions=True)

    async def stop(self) -> None:
        await self.dispatcher.stop(1.0)
        await self.end_pool()
        await self.desk.stop()
        self.spool.close()
        await self.history.stop()
        self.flight.close()
        await self.store.close()

    def _on_news(self, news: News) -> None:
        self._news.put_nowait(None)

    async def radio(self, index: int) -> FakeRadio:
        await until(lambda: self.urls[index] in self.radios)
        return self.radios[self.urls[index]]

    async def accept(
        self,
        *spans: int,
        text: str = "hello",
        segments: int = 1,
        number: str = "+491711",
        options: Options | None = None,
        valid_s: int = 3600,
    ) -> MessageId:
        now = self.clock.now_ms()
        message = NewMessage(
            account_id=self.account.id,
            dialect="openvox",
            recipient=number,
            recipient_given=number,
            text=text,
            segment_count=segments,
            concat_ref=7,
            spans=tuple(Port(span) for span in spans),
            port=Port(spans[0]) if spans else None,
            accepted_at=now,
            valid_until=EpochMs(now + valid_s * 1000),
            options=options,
        )
        return (await self.store.accept([message]))[0]

    async def message(self, message_id: MessageId) -> Message:
        return (await self.store.messages([message_id]))[0]

    async def until_ready(self, count: int) -> None:
        """Wait until `count` spans can send."""
        await until(lambda: sum(view.is_usable for view in self.board.views()) >= count)

    async def until_no_answer(self, message_id: MessageId) -> None:
        """Wait until the attempt of the message is settled as unanswered."""
        async with asyncio.timeout(5):
            while not any(
                one.message_id == message_id and one.decide_at is not None for one in await self.store.open_attempts()
            ):
                await asyncio.sleep(0.005)  # an unanswered attempt changes no status, so there is no news

    async def until(self, message_id: MessageId, *statuses: Status, timeout_s: float = 5) -> Message:
        """Give the message once it has one of `statuses`."""
        try:
            async with asyncio.timeout(timeout_s):
                while (message := await self.message(message_id)).status not in statuses:
                    await self._news.get()
        except TimeoutError:
            raise AssertionError(f"still {message.status}: {message.cause}") from None
        return message


MakeField = Callable[..., Awaitable[Field]]


@pytest.fixture
async def make_field(tmp_path: Path) -> AsyncIterator[MakeField]:
    fields: list[Field] = []

    async def make(
        *,
        radios: int = 1,
        auto: bool = False,
        wall_ahead_s: float = 0.0,
        limits: dict[str, object] | None = None,
        **dispatch: object,
    ) -> Field:
        field = Field(
            tmp_path, radios=radios, auto=auto, wall_ahead_s=wall_ahead_s, limits=limits or {}, dispatch=dispatch
        )
        await field.start()
        fields.append(field)
        return field

    yield make
    for field in fields:
        await field.stop()
