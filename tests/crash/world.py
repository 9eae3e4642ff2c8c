"""What outlives the gateway: modems and their network, people with phones, a customer, and what they remember."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from modem.emulator.network.answer import Answer, AnswerRule
from modem.emulator.network.cell import Cell
from modem.emulator.network.chance import Delay, Window
from modem.emulator.network.network import Network
from modem.emulator.network.radio_time import RadioTime
from modem.emulator.network.recipient import Recipient, Reports
from modem.emulator.rack.rack import Rack
from tests.crash.box import CuttableBox
from tests.support.customer import Receiver
from tests.support.traffic import Traffic

RADIO_TIME: Final = Delay(least_s=0.02, usual_s=0.06, most_s=0.5)
REPORT_DELAY: Final = Delay(least_s=0.02, usual_s=0.1, most_s=1.0)
SETTINGS: Final = """[dispatch]
patience_s = 1
evidence_s = 1
submit_timeout_s = 10
hung_after_s = 6
retry_first_s = 0.3
retry_longest_s = 2
steal_after_s = 0.5
"""
UNASSIGNED: Final = 1
"""RP cause of a number that nobody has: the message fails. 3GPP TS 24.011 8.2.5.4."""
CONGESTION: Final = 42
WAITING_AT_MOST: Final = 60
"""The customer sends no more while so many are not on the air: a run must come to an end."""

UNTOLD_AT_MOST: Final = 30
"""Nor do people write while so many have not come through: a SIM has room for 30."""


class World:
    """All but the gateway, on real time in this process, and the `box` that runs the gateway."""

    def __init__(self, folder: Path, *, seed: int, modems: int) -> None:
        self.folder = folder
        self.database = folder / "gateway.db"
        self.rack = Rack(count=modems, directory=folder / "modems", seed=seed, boot_s=0.2)
        self.box = CuttableBox(folder, ports=[str(port) for port in self.rack.ports], settings=SETTINGS)
        self.receiver = Receiver()
        self.traffic = _Traffic(self.rack, self.box.address, random.Random(f"traffic {seed}"), _behaviour)
        self.traffic.on_asked = lambda: self.on_asked() if self.on_asked is not None else None
        self.on_asked: Callable[[], None] | None = None
        self.is_open = asyncio.Event()
        """Whether people go on sending and writing."""
        self._tasks: list[asyncio.Task[None]] = []
        self._seed = seed

    async def start(self) -> None:
        """Switch everything on, start the gateway once, and tell it whom to call back."""
        await self.rack.start()
        self.rack.change(lambda network, _now: _set_up(network))
        await self.receiver.start()
        await self.traffic.start()
        await self.box.start()
        answer = await self.box.post("smsoutbox/set_config", **self.receiver.settings())
        assert answer["code"] == 200, answer
        await self.box.until_spans_ready(len(self.rack.machines))
        self.is_open.set()
        self._tasks = [asyncio.create_task(self._sends(number)) for number in range(4)]
        self._tasks.append(asyncio.create_task(self._writes()))

    async def stop(self) -> None:
        """End everything, the gateway as well."""
        await self.close()
        await self.box.stop()
        await self.receiver.stop()
        await self.traffic.stop()
        await self.rack.stop()

    async def close(self) -> None:
        """Let nobody begin anything new; returns when the last request has its answer, or has lost it."""
        self.is_open.clear()
        tasks, self._tasks = self._tasks, []
        for task in tasks[4:]:
            task.cancel()
        await asyncio.gather(*tasks[:4])
        await asyncio.gather(*tasks[4:], return_exceptions=True)

    def lose_power(self) -> None:
        """Pull out all modems and plug them in again: what was in their memory and on their lines is gone."""
        for index in range(len(self.rack.machines)):
            self.rack.unplug(index)
            self.rack.plug(index)

    def count(self, table: str, condition: str = "1") -> int:
        """Give how many rows of the gateway's store there are."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as reader:
            (count,) = reader.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()
        return int(count)

    # -- people -------------------------------------------------------------------------------------

    async def _sends(self, number: int) -> None:
        chance = random.Random(f"customer {self._seed} {number}")
        while self.is_open.is_set():
            if self.box.is_up and self.traffic.not_on_air() < WAITING_AT_MOST:
                await self.traffic.send_one()
            await asyncio.sleep(chance.expovariate(8.0))

    async def _writes(self) -> None:
        chance = random.Random(f"people {self._seed}")
        while True:
            await asyncio.sleep(chance.expovariate(3.0))
            if len(self.traffic.written) - len(self.receiver.inbound) < UNTOLD_AT_MOST:
                self.traffic.write_one()


class _Traffic(Traffic):
    """Tells when a request goes out."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.on_asked: Callable[[], None] = lambda: None

    async def post(self, uri: str, **fields: Any) -> dict[str, Any]:
        self.on_asked()
        return await super().post(uri, **fields)

    def not_on_air(self) -> int:
        """Give how many accepted messages nobody has seen on the air, refused ones counted as seen."""
        return sum(asked.is_accepted is True for asked in self.asked.values()) - len(self.on_air)


def _behaviour(chance: random.Random, now: float) -> tuple[str, Recipient | None]:
    kinds = {
        "plain": (70, None),
        "absent": (4, Recipient(absences=(Window(from_s=now, until_s=now + chance.uniform(0.5, 3)),))),
        "refuses": (6, Recipient(refusal=0x43)),
        "reported twice": (6, Recipient(reports=Reports(copies=2))),
        "reported early": (6, Recipient(reports=Reports(lead_s=chance.uniform(0.02, 0.2)))),
        "reported late": (5, Recipient(reports=Reports(delay=Delay(least_s=chance.uniform(1, 4))))),
        "not reported": (3, Recipient(reports=Reports(is_sent=False))),
    }
    kind = chance.choices(list(kinds), weights=[weight for weight, _ in kinds.values()])[0]
    return kind, kinds[kind][1]


def _set_up(network: Network) -> None:
    network.add_cell(Cell(radio_time=RadioTime(first=RADIO_TIME)))
    # A modem whose host was killed acknowledges nothing, and what is behind that waits: 40 s in a real network.
    quick = replace(network.centre, report_delay=REPORT_DELAY, retries_s=(1.0, 2.0, 4.0), acknowledge_within_s=2.0)
    network.change_centre(quick)
    for cause, share in ((UNASSIGNED, 0.03), (CONGESTION, 0.05)):
        network.rule(AnswerRule(answer=Answer(cause=cause), share=share))
