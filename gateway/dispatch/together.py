"""Which events of a modem are acted on together.

Each waits for the store. Reports may wait side by side: they share a transaction, and nothing depends on their order
but that the store is asked in it. Nobody is in a hurry for them either: modems say many of them in the moment in which
they want their next message. So they are put off for a moment, and more of them come together.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeGuard

from gateway.dispatch.inbound import is_report
from gateway.dispatch.radio import Received

if TYPE_CHECKING:
    from gateway.dispatch.radio import RadioEvent

TOGETHER_S = 0.02
"""How long the first of some reports is put off: spans that became free together have their next message by then."""
MOST_REPORTS = 64
"""Most reports that are in hand at once."""


async def next_together(events: asyncio.Queue[RadioEvent], reports: list[Received]) -> RadioEvent | None:
    """Wait for an event, and put routed reports that come one behind the other into `reports`.

    Gives the event behind them, None when there is none yet. What is in `reports` is not lost when this is cancelled.
    """
    event = await events.get()
    if not _is_routed_report(event):
        return event
    reports.append(event)
    await asyncio.sleep(TOGETHER_S)
    while not events.empty() and len(reports) < MOST_REPORTS:
        event = events.get_nowait()
        if not _is_routed_report(event):
            return event
        reports.append(event)
    return None


def _is_routed_report(event: RadioEvent) -> TypeGuard[Received]:
    return isinstance(event, Received) and event.stored is None and is_report(event.tpdu)
