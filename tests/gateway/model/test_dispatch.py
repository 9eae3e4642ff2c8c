"""The whole of dispatch on a real store and virtual time, held to what its modems and the network know.

Modems answer, refuse, fall silent and are unplugged; reports come early, late, twice or never; the clock and the time
zone are set, the disk is full, and the process is killed or stopped and another one goes on.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.core.message import NewMessage
from gateway.core.status import OPEN, Status
from gateway.core.types import EpochMs, MessageId, Port
from gateway.dispatch.radio import Radio
from gateway.errors import StoreUnavailableError
from modem.pdu import plan
from tests.gateway.dispatch.conftest import Field
from tests.gateway.model.modems import HonestRadio, Manner, Modem, Network, Reporting
from tests.gateway.model.settings import model_settings, new_folder
from tests.gateway.model.truth import Told
from tests.gateway.model.virtual import WallClock, new_loop, until_idle
from tests.support.store import a_message

MODEMS = 3
DAY_S = 86_400.0
TEXTS = {1: "hello", 2: "x" * 200, 3: "y" * 400}


class ModelField(Field):
    """Dispatch on honest modems."""

    def __init__(self, folder: Path, modems: list[Modem], network: Network, clock: WallClock) -> None:
        super().__init__(folder, radios=len(modems), auto=False, wall_ahead_s=0.0, limits={}, dispatch={})
        self.clock = clock
        self.hands: list[HonestRadio] = []
        self._modems = modems
        self._network = network

    def _make_radio(self, url: str, listen_first_s: float, on_event: object) -> Radio:
        assert callable(on_event)
        radio = HonestRadio(url, self._modems[self.urls.index(url)], self._network, listen_first_s, on_event)
        self.hands.append(radio)
        return radio


class Dispatch(RuleBasedStateMachine):
    """Three modems, one account, and a gateway that lives many times."""

    def __init__(self) -> None:
        super().__init__()
        self.home = new_folder()
        self.lives = 0
        self.runner = asyncio.Runner(loop_factory=new_loop)
        self.loop = self.runner.get_loop()
        self.ahead_ms = 0
        self.zone = os.environ.get("TZ")
        self.messages: dict[MessageId, Told] = {}
        self.network = Network(wall=self._wall)
        self.modems = [Modem(index, self.network) for index in range(MODEMS)]
        self.is_full = False

    def _wall(self) -> datetime:
        return datetime.fromtimestamp(WallClock(self.loop, lambda: self.ahead_ms).now_ms() / 1000, UTC)

    @property
    def folder(self) -> Path:
        return self.home / str(self.lives)

    @initialize(
        segments=st.lists(st.integers(1, 3), min_size=2, max_size=5),
        manners=st.lists(st.sampled_from(Manner), min_size=MODEMS * 2, max_size=MODEMS * 2),
    )
    def begin(self, segments: list[int], manners: list[Manner]) -> None:
        """There is something to do from the start: hypothesis leaves rules out of whole runs, accepting as well."""
        self.folder.mkdir()
        self._open()
        for index, manner in enumerate(manners):
            self.modems[index % MODEMS].plan.append(manner)
        for count in segments:
            self.accept(count=1, segments=count, spans=(), validity_s=DAY_S, send_in_s=None, is_urgent=False)

    def _open(self) -> None:
        clock = WallClock(self.loop, lambda: self.ahead_ms)
        self.field = ModelField(self.folder, self.modems, self.network, clock)
        self.runner.run(self.field.start())
        self._sleep(0.01)

    def _sleep(self, seconds: float) -> None:
        self.runner.run(asyncio.sleep(seconds))

    def teardown(self) -> None:
        self._set_zone(self.zone)
        if hasattr(self, "field"):
            self._fill(is_full=False)
            self._bury(self.field)
        self.runner.close()
        shutil.rmtree(self.home)

    # -- what people do ------------------------------------------------------------------------------

    @rule(
        count=st.integers(1, 4),
        segments=st.integers(1, 3),
        spans=st.sampled_from([(), (), (1,), (1, 2), (2, 3)]),
        validity_s=st.sampled_from([120.0, DAY_S, DAY_S]),
        send_in_s=st.sampled_from([None, None, 30.0]),
        is_urgent=st.booleans(),
    )
    def accept(
        self,
        count: int,
        segments: int,
        spans: tuple[int, ...],
        validity_s: float,
        send_in_s: float | None,
        is_urgent: bool,
    ) -> None:
        now = self.field.clock.now_ms()
        send_at = None if send_in_s is None else EpochMs(now + int(send_in_s * 1000))
        assert plan(TEXTS[segments]).segment_count == segments
        new: list[NewMessage] = []
        for index in range(count):
            recipient = f"+4917{len(self.messages) + index:08d}"
            new.append(
                a_message(
                    account_id=self.field.account.id,
                    recipient=recipient,
                    recipient_given=recipient,
                    text=TEXTS[segments],
                    segment_count=segments,
                    spans=tuple(map(Port, spans)),
                    port=Port(spans[0]) if spans else None,
                    accepted_at=now,
                    valid_until=EpochMs((send_at or now) + int(validity_s * 1000)),
                    send_at=send_at,
                    is_urgent=is_urgent,
                )
            )
        try:
            ids = self.runner.run(self.field.store.accept(new))
        except StoreUnavailableError:
            assert self.is_full
            return
        for message_id, message in zip(ids, new, strict=True):
            told = Told(message_id, message.account_id, message.recipient, segments, message.valid_until, send_at)
            self.messages[message_id] = self.network.messages[message.recipient] = told

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        message_id = data.draw(st.sampled_from(sorted(self.messages)))
        try:
            self.runner.run(self.field.store.cancel(message_id, account_id=None, now=self.field.clock.now_ms()))
        except StoreUnavailableError:
            assert self.is_full

    # -- what modems and network do ------------------------------------------------------------------

    @rule(modem=st.integers(0, MODEMS - 1), manners=st.lists(st.sampled_from(Manner), min_size=1, max_size=3))
    def expect(self, modem: int, manners: list[Manner]) -> None:
        self.modems[modem].plan.extend(manners)

    @rule(how=st.sampled_from(Reporting))
    def report(self, how: Reporting) -> None:
        self.network.reporting = how

    @rule(modem=st.integers(0, MODEMS - 1))
    def unplug(self, modem: int) -> None:
        """While it does nothing; in mid-send it is one of the manners."""

        async def pull() -> None:
            radio = self.modems[modem].radio
            if radio is not None and radio.is_ready and not self.field.dispatcher.worker(Port(modem + 1)).is_sending:
                self.modems[modem].unplug()

        self.runner.run(pull())

    # -- time, disk, process -------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.05, 0.3, 0.6, 1.0, 3.0, 17.0, 60.0, 600.0]))
    def time_goes_by(self, seconds: float) -> None:
        self._sleep(seconds)

    @rule(by_s=st.sampled_from([-3600, -30, 30, 3600, 400 * 86_400]))
    def somebody_sets_the_clock(self, by_s: int) -> None:
        self.ahead_ms += by_s * 1000
        self._sleep(11)  # until the housekeeper has seen it
        waiting = {one.message_id for one in self.runner.run(self.field.store.open_attempts())}
        for message in self.runner.run(self.field.store.messages(sorted(self.messages))):
            if message.status in {Status.QUEUED, Status.HELD} or message.id in waiting:
                self.messages[message.id].valid_until += by_s * 1000

    @rule(zone=st.sampled_from(["UTC", "America/St_Johns", "Pacific/Kiritimati", "Europe/Berlin"]))
    def move_to_another_time_zone(self, zone: str) -> None:
        self._set_zone(zone)

    def _set_zone(self, zone: str | None) -> None:
        if zone is None:
            os.environ.pop("TZ", None)
        else:
            os.environ["TZ"] = zone
        time.tzset()

    @rule(seconds=st.sampled_from([0.5, 20.0]))
    def the_disk_is_full_for_a_while(self, seconds: float) -> None:
        self._fill(is_full=True)
        self._sleep(seconds)
        self._fill(is_full=False)
        self._sleep(1.5)  # the store is tried again each second

    def _fill(self, *, is_full: bool) -> None:
        self.is_full = is_full
        pages = 1 if is_full else 1 << 30
        writer = self.field.store._connections[0]
        self.runner.run(writer.run(lambda raw: raw.execute(f"PRAGMA max_page_count = {pages}").fetchall()))

    @rule(after_s=st.sampled_from([0.0, 0.05, 0.2, 0.45, 0.7]), down_s=st.sampled_from([0.1, 2.0, 40.0]))
    def the_process_is_killed(self, after_s: float, down_s: float) -> None:
        self._sleep(after_s)
        until_idle(self.runner)
        before, old = self.folder, self.field
        self.lives += 1
        shutil.copytree(before, self.folder)
        for left in (*self.folder.glob("*-shm"), *self.folder.glob("*.lock")):
            left.unlink()
        self._bury(old)
        self._sleep(down_s)
        self._open()

    def _bury(self, old: ModelField) -> None:
        """End what is left of a process that was killed; it does nothing that anybody sees."""
        for radio in old.hands:
            radio.die()
        self.runner.run(old.stop())

    @rule()
    def the_process_is_stopped_and_started(self) -> None:
        self.runner.run(self.field.stop())
        self._open()

    @precondition(lambda self: len(self.messages) > 2)
    @rule()
    def everything_comes_to_an_end(self) -> None:
        """With modems that answer and an hour of time nothing is left waiting."""
        for modem in self.modems:
            modem.plan.clear()
        # What is put off waits for its time of day, however the clock was set since.
        now = self.field.clock.now_ms()
        self._sleep(max([0.0, *((one.send_at - now) / 1000 for one in self.messages.values() if one.send_at)]))
        self._sleep(3600)
        found = self.runner.run(self.field.store.messages(sorted(self.messages)))
        waiting = [one for one in found if one.status in OPEN]
        assert not waiting, f"left waiting: {waiting}"
        assert not self.runner.run(self.field.store.open_attempts())

    # -- what must hold ------------------------------------------------------------------------------

    @invariant()
    def no_status_lies(self) -> None:
        if not hasattr(self, "field"):
            return
        until_idle(self.runner)
        found = self.runner.run(self.field.store.messages(sorted(self.messages)))
        assert len(found) == len(self.messages)
        with closing(sqlite3.connect(f"file:{self.folder / 'gateway.db'}?mode=ro", uri=True)) as reader:
            marked = dict(reader.execute("SELECT id, resent_segment FROM message WHERE resent_segment IS NOT NULL"))
        for message in found:
            told = self.messages[message.id]
            told.is_marked = {marked[message.id]} if message.id in marked else set()
            told.check(message.status, self.field.clock.now_ms())
            assert len({one.sim for one in told.tries if one.is_taken}) <= 1, f"parts went by several SIMs: {told}"

    @invariant()
    def no_task_is_broken(self) -> None:
        """Among others by a modem that was given a submit while it had another one."""
        if hasattr(self, "field") and self.field.dispatcher._failed is not None:
            failed = self.field.dispatcher._failed
            assert not failed.done() or failed.cancelled(), f"broken: {failed.exception()!r}"

    @invariant()
    def load_equals_a_recount(self) -> None:
        if not hasattr(self, "field"):
            return
        until_idle(self.runner)
        found = self.runner.run(self.field.store.messages(sorted(self.messages)))
        assert self.field.store.load.open_messages == sum(one.status in OPEN for one in found)


Dispatch.TestCase.settings = model_settings(examples=8)
TestDispatch = pytest.mark.timeout(600)(Dispatch.TestCase)  # some seconds; a failure is made small first
