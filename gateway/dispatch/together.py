"""Which events of a modem are acted on together.

Each waits for the store. Reports may wait side by side: they share a transaction, and nothing depends on their order
but that the store is asked in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.dispatch.inbound import is_report
from gateway.dispatch.radio import Received

if TYPE_CHECKING:
    import asyncio

    from gateway.dispatch.radio import RadioEvent

MOST_REPORTS = 64
"""Most reports that are in hand at once."""


async def next_together(events: asyncio.Queue[RadioEvent]) -> tuple[list[Received], RadioEvent | None]:
    """Wait for an event; gives the routed reports that are there one behind the other, then the event behind them."""
    reports: list[Received] = []
    event = await events.get()
    while isinstance(event, Received) and event.stored is None and is_report(event.tpdu):
        reports.append(event)
        if events.empty() or len(reports) == MOST_REPORTS:
            return reports, None
        event = events.get_nowait()
    return reports, event
