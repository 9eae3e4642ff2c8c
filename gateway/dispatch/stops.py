"""Which SIMs are left alone because the network bars them, on record until they send again or a person says so.

One refusal may be the fault of its recipient (a premium number), so it only pauses the SIM, and its message goes to
another one. The SIM is stopped when the network bars a second message before it took one; only a person, or another SIM
in the modem, ends that. A message that was barred twice is given up, so that one bad number does not stop SIM after
SIM; if both SIMs had sent shortly before, it was the number, and neither is stopped for it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gateway.core.sim import SimStop
from gateway.core.types import EpochMs
from gateway.dispatch.outcome import Outcome, Verdict
from gateway.dispatch.settle import SIM_PAUSE_S

if TYPE_CHECKING:
    from gateway.clock import Clock
    from gateway.core.message import Assignment
    from gateway.core.types import MessageId
    from gateway.store.backend import Store
    from gateway.store.outage import Outage

# Operator determined barring, call barred, unidentified and unknown subscriber, facility rejected, not subscribed, not
# implemented, no service centre subscription: 3GPP TS 24.011 E.2, TS 23.040 9.2.3.22. No credit comes as 8, 10, 28, 30.
BARRING: Final = frozenset(f"+CMS ERROR {code}" for code in (8, 10, 28, 29, 30, 50, 69, 193))
STRIKES: Final = 2
_HINTS: Final = {"+CMS ERROR 330": " (set smsc for this SIM in [[modems.sim]])"}
# A SIM that is out, locked or without a service centre: the driver sees to it, and says when it is over.
LOCAL_PAUSE_S: Final = 60.0
_LATELY_MS: Final = 3_600_000
_REMEMBERED_MESSAGES: Final = 10_000


class SimStops:
    """What is known of SIMs that are barred. `load` first; SIMs are named as in attempts."""

    def __init__(self, store: Store, *, clock: Clock, outage: Outage) -> None:
        self._store = store
        self._clock = clock
        self._outage = outage
        self._stops: dict[str, SimStop] = {}
        self._accepted_at: dict[str, EpochMs] = {}
        self._barred: OrderedDict[MessageId, set[str]] = OrderedDict()

    async def load(self) -> None:
        """Take up what an earlier process left."""
        self._stops = {stop.sim: stop for stop in await self._store.sim_stops()}

    def stop_of(self, sim: str) -> SimStop | None:
        """Give why the SIM must not send now, None when it may."""
        stop = self._stops.get(sim)
        return stop if stop is not None and stop.blocks(self._clock.now_ms()) else None

    async def accepted(self, sim: str) -> None:
        """The network took a segment of the SIM: whatever there was is over."""
        self._accepted_at[sim] = self._clock.now_ms()
        if sim in self._stops:
            await self.release(sim)

    async def weigh(self, outcome: Outcome, assignment: Assignment, sim: str) -> Outcome:
        """Take a refusal, and leave the SIM alone if that follows; give the outcome, which may be another one then."""
        if outcome.verdict is not Verdict.STOP_SIM:
            return outcome
        reason = f"{outcome.code}: {outcome.text}{_HINTS.get(outcome.code, '')}"
        before = self._stops.get(sim)
        if outcome.code not in BARRING:
            strikes = before.strikes if before is not None else 0
            self._stops[sim] = self._pause(sim, reason, LOCAL_PAUSE_S, strikes)
            return outcome
        earlier = self._barred.pop(assignment.message_id, set())
        self._barred[assignment.message_id] = earlier | {sim}
        if len(self._barred) > _REMEMBERED_MESSAGES:
            self._barred.popitem(last=False)
        if not earlier:
            await self._strike(sim, reason)
            return outcome
        others = earlier - {sim}
        if others and all(map(self._has_sent_lately, earlier | {sim})):
            for other in others:
                stop = self._stops.get(other)
                if stop is not None and stop.until is not None:
                    await self.release(other)
        elif sim not in earlier:
            await self._strike(sim, reason)
        words = f"{outcome.text}, on another SIM too" if others else f"{outcome.text}, again"
        return replace(outcome, verdict=Verdict.PERMANENT, text=words)

    async def release(self, sim: str) -> None:
        """Let the SIM send again, with a clean record."""
        self._stops.pop(sim, None)
        await self._outage.ride_out(lambda: self._store.drop_sim_stop(sim))

    async def _strike(self, sim: str, reason: str) -> None:
        before = self._stops.get(sim)
        strikes = (before.strikes if before is not None else 0) + 1
        stop = self._pause(sim, reason, SIM_PAUSE_S, strikes)
        if strikes >= STRIKES:
            stop = replace(stop, until=None)
        self._stops[sim] = stop
        await self._outage.ride_out(lambda: self._store.save_sim_stop(stop))

    def _pause(self, sim: str, reason: str, seconds: float, strikes: int) -> SimStop:
        now = self._clock.now_ms()
        return SimStop(sim=sim, reason=reason, since=now, until=EpochMs(now + int(seconds * 1000)), strikes=strikes)

    def _has_sent_lately(self, sim: str) -> bool:
        at = self._accepted_at.get(sim)
        return at is not None and self._clock.now_ms() - at < _LATELY_MS


def describe(stop: SimStop) -> str:
    """Give the reason that a span shows."""
    if stop.until is None:
        return f"the network bars this SIM ({stop.reason}); it is left alone until a person resumes the span"
    minutes = round((stop.until - stop.since) / 60_000)
    return f"{stop.reason}; the SIM is left alone for {minutes} min"
