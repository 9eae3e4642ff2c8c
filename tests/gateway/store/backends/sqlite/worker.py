"""A process that accepts and sends as fast as it can and says so, until it is killed.

Lines on stdout, each written after the store's answer: `accepted ID`, `claimed PORT ATTEMPT MESSAGE`,
`sent MESSAGE`, `inbound ID`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from gateway.core.pacing import Limits, Owner, Pace
from gateway.core.types import AccountId, Port
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.receiving import NewInbound
from gateway.store.sending import Settlement
from tests.support.store import NOW, a_message, a_turn, an_account, settled

MUCH = 1_000_000_000
SHOP = Owner.of_account(AccountId(1))
ACCOUNT_PACES = {AccountId(1): Pace(owner=SHOP, name="shop", limits=Limits(per_day=MUCH))}


def say(*words: object) -> None:
    print(*words, flush=True)


async def accept(store: SqliteStore) -> None:
    while True:
        for message_id in await store.accept([a_message(), a_message(segment_count=2)]):
            say("accepted", message_id)


async def send(store: SqliteStore, port: int) -> None:
    settlement: Settlement | None = None
    last = None
    while True:
        pace = Pace(owner=Owner.of_sim(f"sim{port}", Port(port)), name="", limits=Limits(per_day=MUCH))
        result = await store.turn(a_turn(port, settlement=settlement, pace=pace, account_paces=ACCOUNT_PACES))
        if last is not None and last.segment + 1 == last.segment_count:
            say("sent", last.message_id)
        last = result.assignment
        settlement = None if last is None else settled(last, mr=1)
        if last is not None:
            say("claimed", port, last.attempt_id, last.message_id)


async def receive(store: SqliteStore) -> None:
    while True:
        text = NewInbound(
            port=Port(1),
            sim="sim1",
            sim_imsi="",
            sender="+1",
            text="hi",
            data=None,
            smsc="",
            scts=None,
            received_at=NOW,
        )
        say("inbound", await store.add_inbound(text, None))


async def main() -> None:
    store = SqliteStore(Path(sys.argv[1]))
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    say("open")
    work = [accept(store), accept(store), accept(store), receive(store)]
    work += [send(store, port) for port in range(1, 5)]
    await asyncio.gather(*work)


if __name__ == "__main__":
    asyncio.run(main())
