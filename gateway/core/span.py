"""A span: the numbered channel that callers see, and what it can do now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.core.balance import Balance
    from gateway.core.types import EpochMs, Port


class SpanState(StrEnum):
    """What a span can do at this moment.

    NEEDS_PERSON: nothing the gateway can do helps. PAUSED: its SIM is left alone for a while. PACED: a quota of its
    SIM is used up. STOPPED: a person switched it off. DRAINING, DRAINED: a person wants it to finish what it has begun
    and take no more, and it has.
    """

    MISSING = "missing"
    STARTING = "starting"
    NOT_READY = "not ready"
    READY = "ready"
    NEEDS_PERSON = "needs person"
    PAUSED = "paused"
    PACED = "paced"
    STOPPED = "stopped"
    DRAINING = "draining"
    DRAINED = "drained"


class Drain(StrEnum):
    """How far a person's wish to empty a span has come."""

    NONE = ""
    DRAINING = "draining"
    DRAINED = "drained"


class NetworkStanding(StrEnum):
    """How the network takes the SIM, as far as the modem tells."""

    UNTOLD = "untold"
    HOME = "home"
    ROAMING = "roaming"
    SEARCHING = "searching"
    DENIED = "denied"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A span as stored: its number is kept for ever and follows the modem's IMEI by default.

    `iccid` is the SIM that was last seen in the modem, `imsi` its number as the modem told it.
    """

    port: Port
    name: str
    imei: str = ""
    path: str = ""
    enabled: bool = True
    iccid: str = ""
    imsi: str = ""
    drain: Drain = Drain.NONE

    @property
    def takes_messages(self) -> bool:
        """Whether a person lets it take messages."""
        return self.enabled and self.drain is Drain.NONE


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanTimes:
    """When a span became known, and when the modem behind it last answered, None for never."""

    created_at: EpochMs
    seen_at: EpochMs | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """How full a memory for messages is."""

    name: str
    used: int
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanHealth:
    """One look at modem and SIM; None or empty for what the modem does not tell.

    `registration` is in plain words, `standing` what it comes to. The counters are of the SIM that is in, since the
    gateway started. `failure_rate` is the share of failures among its last submits, `usual_failure_rate` that before
    them, both 0..1; `is_worse` says that chance does not explain the difference.
    """

    model: str = ""
    imei: str = ""
    registration: str = ""
    standing: NetworkStanding = NetworkStanding.UNTOLD
    technology: str = ""
    temperature_c: float | None = None
    voltage_v: float | None = None
    memories: tuple[Memory, ...] = ()
    accepted: int = 0
    refused: int = 0
    unanswered: int = 0
    failure_rate: float | None = None
    usual_failure_rate: float | None = None
    is_worse: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanView:
    """A span with its present state; `reason` says in plain words why it is not ready."""

    span: Span
    state: SpanState
    reason: str
    iccid: str
    imsi: str
    signal_dbm: int | None
    operator: str
    waiting_segments: int
    balance: Balance | None = None

    @property
    def is_usable(self) -> bool:
        """Enabled and not emptied, modem answers, SIM ready, registered."""
        return self.span.takes_messages and self.state is SpanState.READY
