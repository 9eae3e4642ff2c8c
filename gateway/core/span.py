"""A span: the numbered channel that callers see, and what it can do now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.core.types import Port


class SpanState(StrEnum):
    """What a span can do at this moment."""

    MISSING = "missing"
    STARTING = "starting"
    NOT_READY = "not ready"
    READY = "ready"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A span as stored: its number is kept for ever and follows the modem's IMEI by default.

    `iccid` is the SIM that was last seen in the modem.
    """

    port: Port
    name: str
    imei: str = ""
    path: str = ""
    enabled: bool = True
    iccid: str = ""


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

    @property
    def is_usable(self) -> bool:
        """Enabled, modem answers, SIM ready, registered."""
        return self.span.enabled and self.state is SpanState.READY
