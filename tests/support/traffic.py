"""What the customer sends and what people write, and what is known of it from outside the gateway."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from modem.emulator.network.letter import Letter
from modem.emulator.network.recipient import Recipient
from modem.emulator.numbering import identity
from modem.emulator.rack.rack import Rack
from modem.pdu import Deliver, StatusReport, Submit
from tests.support.box import PASSWORD

WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "while", "many", "others", "look", "on")
ALPHABETS = {
    "gsm": "{}",
    "extension": "{} €[]{{}}",
    "turkish": "{} Şişli'de İğne ığdır",
    "hindi": "{} नमस्ते दुनिया",
    "emoji": "{} \N{PILE OF POO}",
}
REQUEST_TIMEOUT_S = 60
OURS = "+4915"
"""Numbers of the phones that the customer writes to."""


@dataclass
class Asked:
    """One message that was given to the gateway; `is_accepted` None: the answer was lost."""

    number: str
    text: str
    at_s: float
    is_accepted: bool | None = None
    message_id: int | None = None
    kind: str = "plain"


@dataclass
class OnAir:
    """What the network saw of one recipient's message.

    How often each segment was taken from us and brought to the phone, and the reports that our modem took.
    """

    taken: Counter[int] = field(default_factory=Counter)
    brought: Counter[int] = field(default_factory=Counter)
    refused: int = 0
    reports: list[int] = field(default_factory=list)
    taken_at: list[tuple[float, str, int]] = field(default_factory=list)
    """When, by which SIM (its IMSI), which segment."""
    reported_at_s: list[float] = field(default_factory=list)


Behaviours = Callable[[random.Random, float], tuple[str, Recipient | None]]
"""Draws what kind of phone the next message is for, at a time of the rack's clock; None for a plain one."""


class Traffic:
    """Random messages in both directions."""

    def __init__(self, rack: Rack, address: str, chance: random.Random, behaviours: Behaviours) -> None:
        self.asked: dict[str, Asked] = {}
        self.written: dict[str, str] = {}
        self.on_air: dict[str, OnAir] = defaultdict(OnAir)
        self.refusals: Counter[str] = Counter()
        self.modem_count = len(rack.machines)
        self._behaviours = behaviours
        self._rack = rack
        self._address = address
        self._chance = chance
        self._session: aiohttp.ClientSession | None = None
        self._seen = 0
        self._unlisten = rack.listen(self._look)
        self.on_submit: list[Any] = []

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(force_close=True))

    async def stop(self) -> None:
        self._unlisten()
        if self._session is not None:
            await self._session.close()

    # -- outbound ----------------------------------------------------------------------------------

    async def post(self, uri: str, **fields: Any) -> dict[str, Any]:
        """Call the OpenVox API; raises aiohttp's errors and TimeoutError."""
        assert self._session is not None
        body = {"username": "demo", "password": PASSWORD, **fields}
        async with self._session.post(f"{self._address}/{uri}", json=body) as answer:
            return await answer.json()  # type: ignore[no-any-return]

    async def send_one(self) -> None:
        """Let the customer send one message to a phone that gets no other one."""
        index = len(self.asked) + 1
        number = f"{OURS}{index:08d}"
        kind, behaviour = self._behaviours(self._chance, self._rack.clock.now())
        asked = self.asked[number] = Asked(
            number=number, text=self._text(f"m{index}"), at_s=asyncio.get_running_loop().time(), kind=kind
        )
        if behaviour is not None:
            self._rack.change(lambda network, now: network.behave(number, behaviour))
        spans = [self._chance.randint(1, self.modem_count)] if self._chance.random() < 0.15 else []
        try:
            answer = await self.post("sms/send", dest_num=number, msg=asked.text, spans=spans)
        except aiohttp.ClientConnectorError:
            asked.is_accepted = False  # nobody was there to take it
        except (aiohttp.ClientError, TimeoutError) as error:
            self.refusals[type(error).__name__] += 1
        else:
            asked.is_accepted = answer["code"] == 200
            if asked.is_accepted:
                asked.message_id = int(answer["data"][0]["id"])
            else:
                self.refusals[f"{answer['code']} {answer['msg']}"] += 1

    def _text(self, mark: str) -> str:
        pattern = ALPHABETS[self._chance.choices(list(ALPHABETS), weights=(60, 10, 10, 10, 10))[0]]
        count = self._chance.choices((6, 40, 90), weights=(80, 14, 6))[0]
        return f"{mark} " + pattern.format(" ".join(self._chance.choices(WORDS, k=count)))

    # -- inbound -----------------------------------------------------------------------------------

    def write_one(self) -> None:
        """Let somebody write to one of our SIMs."""
        index = len(self.written) + 1
        text = self._text(f"w{index}")
        sim = identity(self._chance.randrange(self.modem_count))
        self.written[text] = sim.number
        sender = f"+4917{index:08d}"
        self._rack.change(lambda network, now: network.post(Letter(text=text), sender, sim.number, now))

    # -- what is on the air ------------------------------------------------------------------------

    def _look(self, _touched: set[int]) -> None:
        ledger = self._rack.network.ledger
        if ledger.count == self._seen:
            return
        for entry in ledger.since(self._seen):
            tpdu = entry.tpdu
            if isinstance(tpdu, Submit):
                seen = self.on_air[tpdu.destination.text]
                if entry.is_taken:
                    segment = tpdu.concat.seq if tpdu.concat else 1
                    seen.taken[segment] += 1
                    seen.taken_at.append((entry.at_s, entry.imsi or "", segment))
                else:
                    seen.refused += 1
                for act in self.on_submit:
                    act()
            elif isinstance(tpdu, Deliver) and entry.destination.startswith(OURS):
                self.on_air[entry.destination].brought[tpdu.concat.seq if tpdu.concat else 1] += 1
            elif isinstance(tpdu, StatusReport) and entry.cause is None:
                self.on_air[tpdu.recipient.text].reports.append(tpdu.status)
                self.on_air[tpdu.recipient.text].reported_at_s.append(entry.at_s)
        self._seen = ledger.count
