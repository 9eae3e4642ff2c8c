"""One day: sixteen modems of all models, random traffic, a trouble every minute; then all is mended and counted."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from modem.emulator.network.cell import Cell, Congestion
from modem.emulator.network.chance import Delay, Window
from modem.emulator.network.radio_time import RADIO_TIMES
from modem.emulator.network.recipient import Recipient, Reports
from modem.emulator.rack.rack import Rack
from modem.profiles import load_profiles
from tests.soak import EPOCH
from tests.soak.pace import Leader
from tests.soak.service import GoneError, Service
from tests.soak.troubles import KILLED, TROUBLES, Trouble
from tests.soak.virtual_loop import VirtualLoop
from tests.support.customer import Receiver
from tests.support.ports import free_port
from tests.support.traffic import Traffic

MINUTE_S = 60.0
HOUR_S = 3600.0
SOCKETS = 24
AWAY_AT_MOST_MIN = 17
"""A SIM that was refused is left alone for a quarter of an hour."""
SETTLED_AT_MOST_S = 4 * HOUR_S
"""Longer than a validity of the service centre's retries and the longest wait of a callback that failed all night."""


@dataclass(frozen=True)
class Plan:
    """What kind of day. `kill_until_s`: afterwards the process lives on, so that it can be seen not to grow."""

    seed: int
    hours: float = 24.0
    modems: int = 16
    sent_per_minute: float = 12.0
    written_per_minute: float = 6.0
    trouble_every_s: float = 60.0
    only: str = ""
    log_level: str = "info"

    @property
    def kill_until_s(self) -> float:
        return self.hours * HOUR_S / 2


@dataclass
class Sample:
    """The gateway's gauges at one moment; `process` changes with each kill."""

    at_s: float
    process: int
    gauges: dict[str, float]


class Day:
    """`run` it, then ask `tests.soak.audit`."""

    def __init__(self, plan: Plan, folder: Path, leader: Leader, report: Callable[[str], None]) -> None:
        self.plan = plan
        self.leader = leader
        self.database = folder / "gateway.db"
        self.receiver = Receiver()
        self.samples: list[Sample] = []
        self.left_behind: list[dict[str, float]] = []
        self.spans: list[dict[str, Any]] = []
        self.tasks: dict[str, int] = {}
        self.load: dict[str, int] = {}
        self.longest_away_min = 0
        self.absent_until_s = 0.0
        self.trimmed_mb: dict[int, list[float]] = {}
        self.begun: Counter[str] = Counter()
        self.service_is_mine = asyncio.Lock()
        self.receiver_is_mine = asyncio.Lock()
        self.cell_is_mine = asyncio.Lock()
        self.problems: list[str] = []
        self._report = report
        self._chance = random.Random(plan.seed)
        self._sockets = folder / "sockets"
        self._socket_of = list(range(plan.modems))
        self.sockets_used = set(self._socket_of)
        self._busy: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._started_at = time.monotonic()
        self._process = 0
        models = [profile.personality for profile in load_profiles().values()]
        self.rack = Rack(
            count=plan.modems, directory=folder / "modems", epoch=EPOCH, seed=plan.seed, personalities=models
        )
        port = free_port()
        self.service = Service(folder, _config(folder, port, plan.log_level), leader)
        self.traffic = Traffic(
            self.rack,
            f"http://127.0.0.1:{port}",
            random.Random(f"traffic {plan.seed}"),
            self._behaviour,
        )

    def _behaviour(self, chance: random.Random, now: float) -> tuple[str, Recipient | None]:
        until_s = now + chance.uniform(30, min(HOUR_S, self.plan.hours * HOUR_S))
        kinds = {
            "plain": (70, None),
            "absent": (6, Recipient(absences=(Window(from_s=now, until_s=until_s),))),
            "refuses": (4, Recipient(refusal=0x43)),
            "reported twice": (5, Recipient(reports=Reports(copies=2))),
            "reported early": (5, Recipient(reports=Reports(lead_s=chance.uniform(0.1, 3)))),
            "reported late": (5, Recipient(reports=Reports(delay=Delay(least_s=chance.uniform(60, 1200))))),
            "not reported": (5, Recipient(reports=Reports(is_sent=False))),
        }
        kind = chance.choices(list(kinds), weights=[weight for weight, _ in kinds.values()])[0]
        if kind == "absent":
            self.absent_until_s = max(self.absent_until_s, until_s)
        return kind, kinds[kind][1]

    # -- the hands of troubles -----------------------------------------------------------------------

    def move_to_free_socket(self, modem: int) -> None:
        """Plug an unplugged modem into a socket that is free."""
        (self._sockets / f"socket{self._socket_of[modem]}").unlink()
        free = [socket for socket in range(SOCKETS) if socket not in self._socket_of]
        self._socket_of[modem] = self._chance.choice(free)
        self.sockets_used.add(self._socket_of[modem])
        self._link(modem)

    def reserve_another(self, chance: random.Random) -> int | None:
        """Give a modem that is well, for a trouble that needs two; None when there is none. `release` it."""
        well = [modem for modem in range(self.plan.modems) if modem not in self._busy]
        if not well:
            return None
        modem = chance.choice(well)
        self._busy.add(modem)
        return modem

    def release(self, modem: int) -> None:
        """It is well again."""
        self._busy.discard(modem)

    def set_congestion(self, congestions: tuple[Congestion, ...]) -> None:
        """Congest the one cell there is."""
        home = replace(self.rack.network.cells[0], congestions=congestions)
        self.rack.change(lambda network, _now: network.add_cell(home))

    async def start_service(self) -> None:
        await self.service.start()

    async def stop_service(self) -> None:
        await self.service.stop()
        self.left_behind.append(await self.service.order("gauges"))

    def kill_service(self) -> None:
        self.service.kill()
        self._process += 1

    async def until_submits(self, count: int) -> None:
        """Return when `count` more messages have been taken on the air, or after a minute without as many."""
        enough = asyncio.Event()
        left = [count]

        def note() -> None:
            left[0] -= 1
            if left[0] <= 0:
                enough.set()

        self.traffic.on_submit.append(note)
        try:
            async with asyncio.timeout(MINUTE_S):
                await enough.wait()
        except TimeoutError:
            pass
        finally:
            self.traffic.on_submit.remove(note)

    # -- the day -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Live through the day, have everything mended and wait until nothing is open."""
        await self._begin()
        try:
            await asyncio.gather(self._customers(), self._troubles(), self._hours(), self._watch_spans())
            while self._tasks:
                await asyncio.wait(self._tasks)
            await self._settle()
        finally:
            for task in self._tasks:
                task.cancel()
            self.service.kill()
            await self.receiver.stop()
            await self.traffic.stop()
            await self.rack.stop()

    async def _begin(self) -> None:
        await self.rack.start()
        cell = Cell(radio_time=RADIO_TIMES["umts"], search=Delay(least_s=2, most_s=8))
        self.rack.change(lambda network, _now: network.add_cell(cell))
        centre = replace(self.rack.network.centre, report_delay=Delay(least_s=1, usual_s=3, most_s=20))
        self.rack.change(lambda network, _now: network.change_centre(centre))
        self._sockets.mkdir()
        for modem in range(self.plan.modems):
            self._link(modem)
        await self.receiver.start()
        await self.traffic.start()
        await self.service.start()
        answer = await self.traffic.post("smsoutbox/set_config", **self.receiver.settings())
        assert answer["code"] == 200, answer
        while len(await self.service.order("spans")) < self.plan.modems:
            await asyncio.sleep(1)

    def _link(self, modem: int) -> None:
        (self._sockets / f"socket{self._socket_of[modem]}").symlink_to(self.rack.ports[modem])

    @property
    def _end_s(self) -> float:
        return self.plan.hours * HOUR_S

    async def _customers(self) -> None:
        chance = random.Random(f"customers {self.plan.seed}")
        rates = (self.plan.sent_per_minute, self.plan.written_per_minute)
        loop = asyncio.get_running_loop()
        while loop.time() < self._end_s:
            await asyncio.sleep(chance.expovariate(sum(rates) / MINUTE_S))
            if chance.random() * sum(rates) < rates[0]:
                self._spawn(self.traffic.send_one())
            else:
                self.traffic.write_one()

    async def _troubles(self) -> None:
        loop = asyncio.get_running_loop()
        while loop.time() < self._end_s:
            await asyncio.sleep(self.plan.trouble_every_s)
            self._spawn(self._trouble(self._choose(), random.Random(self._chance.random())))

    def _choose(self) -> Trouble:
        may_kill = asyncio.get_running_loop().time() < self.plan.kill_until_s
        troubles = [
            trouble for trouble in TROUBLES if self.plan.only in trouble.name and (may_kill or trouble.name != KILLED)
        ]
        return self._chance.choices(troubles, weights=[trouble.weight for trouble in troubles])[0]

    async def _trouble(self, trouble: Trouble, chance: random.Random) -> None:
        self.begun[trouble.name] += 1
        if trouble.is_of_box:
            try:
                await trouble.begin(self, -1, chance)
            except GoneError:
                self.problems.append(f"at {self.leader.now:.0f} s, {trouble.name}: the gateway's process had ended")
                await self.service.start()
            return
        modem = self.reserve_another(chance)
        if modem is None:
            return
        self._note(f"modem{modem}: {trouble.name}")
        try:
            await trouble.begin(self, modem, chance)
        finally:
            self.release(modem)
            self._note(f"modem{modem}: {trouble.name} over")

    def _note(self, text: str) -> None:
        with self.service.log.open("a", encoding="utf-8") as log:
            log.write(f"---- {self.leader.now:.1f} s: {text}\n")

    async def _watch_spans(self) -> None:
        """Note how long spans cannot send though nothing is wrong with their modem any more."""
        loop = asyncio.get_running_loop()
        away_min: Counter[int] = Counter()
        while loop.time() < self._end_s:
            await asyncio.sleep(MINUTE_S)
            async with self.service_is_mine:
                spans = await self.service.order("spans")
            by_imei = {span["imei"]: span for span in spans}
            for modem, machine in enumerate(self.rack.machines):
                span = by_imei.get(machine.equipment.identity.imei)
                if modem in self._busy or span is None or span["state"] == "ready":
                    away_min[modem] = 0
                    continue
                away_min[modem] += 1
                self.longest_away_min = max(self.longest_away_min, away_min[modem])
                if away_min[modem] == AWAY_AT_MOST_MIN:
                    self.problems.append(
                        f"at {loop.time():.0f} s span {span['port']} (modem{modem}) has been {span['state']} for"
                        f" {AWAY_AT_MOST_MIN} minutes without a reason of ours: {span['reason']}"
                    )

    async def _hours(self) -> None:
        loop = asyncio.get_running_loop()
        while loop.time() < self._end_s:
            await asyncio.sleep(min(HOUR_S, self._end_s / 6))
            await self._sample()

    async def _sample(self, *, is_last: bool = False) -> None:
        async with self.service_is_mine:
            gauges = await self.service.order("gauges")
            wrong = await self.service.order("compare")
            if self._process not in self.trimmed_mb or is_last:
                self.trimmed_mb.setdefault(self._process, []).append(await self.service.order("trim"))
        if wrong:
            self.problems.append(f"at {self.leader.now:.0f} s the store's counts are wrong: {wrong}")
        now = asyncio.get_running_loop().time()
        self.samples.append(Sample(at_s=now, process=self._process, gauges=gauges))
        took_s = time.monotonic() - self._started_at
        asked = len(self.traffic.asked)
        self._report(
            f"{now / HOUR_S:5.1f} h  {took_s:5.0f} s  sent {asked}  written {len(self.traffic.written)}"
            f"  troubles {sum(self.begun.values())}  "
            + "  ".join(f"{name} {value:.0f}" for name, value in gauges.items())
        )

    async def _settle(self) -> None:
        """Mend what is still broken, then wait until every message, report and callback has found its end."""
        for index, machine in enumerate(self.rack.machines):
            for armed in machine.faults:
                self.rack.disarm(index, armed.number)
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + SETTLED_AT_MOST_S
        while loop.time() < give_up_at:
            await asyncio.sleep(MINUTE_S)
            are_phones_back = loop.time() > self.absent_until_s
            if are_phones_back and not self._open() and not self._owed() and not self._waits_for_our_sims():
                break
        # Reports and sweeps that are on their way.
        await asyncio.sleep(20 * MINUTE_S)
        self.spans = await self.service.order("spans")
        self.tasks = await self.service.order("tasks")
        self.load = await self.service.order("load")
        await self._sample(is_last=True)

    def _open(self) -> int:
        """Messages that are not settled, but for those that wait for a card in a drawer."""
        cards = ", ".join(f"'{machine.equipment.sim.iccid}'" for machine in self.rack.machines)
        return self.count(
            "message", f"status IN ('queued', 'held', 'sending') AND (pin_sim IS NULL OR pin_sim IN ({cards}))"
        )

    def _owed(self) -> int:
        return self.count("callback", "given_up_at IS NULL")

    def count(self, table: str, condition: str = "1") -> int:
        """Rows of the gateway's store."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as reader:
            (count,) = reader.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()
        reader.close()
        return int(count)

    def _waits_for_our_sims(self) -> int:
        """Texts at the service centre for our SIMs."""
        return len(set(self.traffic.written) - set(self.receiver.inbound))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.problems.append(f"the rig itself: {error!r}")


def _config(folder: Path, port: int, log_level: str) -> str:
    return f"""
[gateway]
log_level = "{log_level}"
[http]
port = {port}
[store]
url = "sqlite:///{folder / "gateway.db"}"
[modems]
ports = ["{folder / "sockets"}/*"]
[callbacks]
allowed_networks = ["127.0.0.0/8"]
"""


def new_folder() -> Path:
    """Make a folder in memory where there is such a place: all time that a disk takes is real."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="gsm-soak-", dir=memory if os.access(memory, os.W_OK) else None))


def live(plan: Plan, folder: Path, report: Callable[[str], None]) -> Day:
    """Run a day on a loop of virtual time."""
    leader = Leader()
    loop = VirtualLoop(leader)
    leader.watch(loop._selector)  # type: ignore[attr-defined]
    asyncio.set_event_loop(loop)

    async def run() -> Day:
        day = Day(plan, folder, leader, report)
        await day.run()
        return day

    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()
        asyncio.set_event_loop(None)
