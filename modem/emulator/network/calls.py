"""Voice calls as far as a line notices them: ringing, taking, refusing, hanging up. Nobody speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modem.emulator.radio import CallCleared, CallConnected, Clearing, Ringing

if TYPE_CHECKING:
    from modem.emulator.network.common import Common
    from modem.emulator.network.subscriber import Subscriber

RING_S: Final = 30.0
RING_EVERY_S: Final = 5.0


@dataclass(slots=True, kw_only=True, eq=False)
class _Call:
    """One SIM's side of a call; `other` is the other emulated SIM's, None for anybody else."""

    subscriber: Subscriber
    other: _Call | None = None
    is_incoming: bool
    is_talking: bool = False


class Switchboard:
    """The calls of a network: at most one for each SIM."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self._calls: dict[str, _Call] = {}

    def ring(self, callee: Subscriber, caller: str | None, now: float, ring_s: float, every_s: float) -> bool:
        """Let somebody call a SIM until it answers or `ring_s` are over; return whether it rings."""
        if not callee.is_reachable or callee.imsi in self._calls:
            return False
        call = self._calls[callee.imsi] = _Call(subscriber=callee, is_incoming=True)
        self._let_ring(call, caller, now, ring_s, every_s)
        return True

    def hang_up(self, callee: Subscriber) -> None:
        """Let the other side end the call; nothing happens when there is none."""
        call = self._calls.get(callee.imsi)
        if call is not None:
            self._clear(call, Clearing.NO_CARRIER)

    def dial(self, caller: Subscriber, callee: Subscriber | None, now: float, taken_after_s: float | None) -> None:
        """Let a SIM call another, or a person (None) who takes the call after `taken_after_s`, None: never."""
        if caller.imsi in self._calls:
            self._tell_cleared(caller, Clearing.BUSY)
            return
        if not caller.is_reachable or (callee is not None and not callee.is_reachable):
            self._tell_cleared(caller, Clearing.NO_CARRIER)
            return
        if callee is not None and (callee is caller or callee.imsi in self._calls):
            self._tell_cleared(caller, Clearing.BUSY)
            return
        call = self._calls[caller.imsi] = _Call(subscriber=caller, is_incoming=False)
        if callee is not None:
            call.other = self._calls[callee.imsi] = _Call(subscriber=callee, other=call, is_incoming=True)
            self._let_ring(call.other, caller.number, now, RING_S, RING_EVERY_S)

        def give_up(_at: float) -> None:
            if self._is_current(call) and not call.is_talking:
                self._clear(call, Clearing.NO_ANSWER)

        def take(_at: float) -> None:
            if self._is_current(call):
                call.is_talking = True
                self._common.events.append(CallConnected(imsi=caller.imsi))

        self._common.agenda.after(RING_S, now, give_up)
        if callee is None and taken_after_s is not None and taken_after_s < RING_S:
            self._common.agenda.after(taken_after_s, now, take)

    def answer(self, subscriber: Subscriber) -> None:
        """Take what a modem says: it takes the call that rings. Without one nothing happens."""
        call = self._calls.get(subscriber.imsi)
        if call is None or not call.is_incoming:
            return
        call.is_talking = True
        if call.other is not None:
            call.other.is_talking = True
            self._common.events.append(CallConnected(imsi=call.other.subscriber.imsi))

    def end(self, subscriber: Subscriber) -> None:
        """Take what a modem says: it ends or refuses its call, or is gone. Only the other side hears of it."""
        call = self._calls.pop(subscriber.imsi, None)
        if call is not None and call.other is not None:
            self._drop(call.other)
            clearing = Clearing.NO_CARRIER if call.is_talking or not call.is_incoming else Clearing.BUSY
            self._tell_cleared(call.other.subscriber, clearing)

    # -- inside ---------------------------------------------------------------

    def _let_ring(self, call: _Call, caller: str | None, now: float, ring_s: float, every_s: float) -> None:
        end = now + ring_s

        def ring(at: float, *, is_first: bool = False) -> None:
            if not self._is_current(call) or call.is_talking:
                return
            if at >= end:
                self._clear(call, Clearing.NO_CARRIER)
                return
            self._common.events.append(Ringing(imsi=call.subscriber.imsi, number=caller, is_first=is_first))
            self._common.agenda.at(min(end, at + every_s), ring)

        ring(now, is_first=True)

    def _is_current(self, call: _Call) -> bool:
        return self._calls.get(call.subscriber.imsi) is call

    def _clear(self, call: _Call, clearing: Clearing) -> None:
        self._drop(call)
        self._tell_cleared(call.subscriber, clearing)
        if call.other is not None and self._is_current(call.other):
            self._drop(call.other)
            self._tell_cleared(call.other.subscriber, Clearing.NO_CARRIER)

    def _drop(self, call: _Call) -> None:
        if self._is_current(call):
            del self._calls[call.subscriber.imsi]

    def _tell_cleared(self, subscriber: Subscriber, clearing: Clearing) -> None:
        self._common.events.append(CallCleared(imsi=subscriber.imsi, clearing=clearing))
