"""A port with a radio on it, as the pool keeps it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.core.span import SpanHealth
    from gateway.core.types import Port
    from gateway.dispatch.ports import FoundPort
    from gateway.dispatch.radio import Identity, Radio, RadioEvent, Received
    from gateway.dispatch.span import SpanWorker
    from gateway.store.receiving import Slot


@dataclass(eq=False)
class Seat:
    """A port with its radio, the events it has to tell, and the span it turned out to be."""

    found: FoundPort
    url: str
    radio: Radio
    events: asyncio.Queue[RadioEvent]
    identity: Identity | None = None
    port: Port | None = None
    is_spare: bool = False
    # Its SIM was seen in another modem since: what it says of that SIM is old.
    lost_sim: str = ""
    is_person_told: bool = False
    unidentified: list[Received] = field(default_factory=list)
    # In hand, but not begun with.
    reports: list[Received] = field(default_factory=list)
    # Durable, but still in a slot of the SIM that it came to.
    to_delete: asyncio.Queue[tuple[Received, Slot | None, Identity]] = field(default_factory=asyncio.Queue)
    clones: set[str] = field(default_factory=set)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class SeatModem:
    """What the board may ask of a seat (`service.spans.SpanModem`)."""

    def __init__(self, radio: Radio, worker: SpanWorker) -> None:
        self._radio = radio
        self._worker = worker

    @property
    def health(self) -> SpanHealth:
        """How modem and SIM were at the last look."""
        return self._radio.health

    def release(self) -> None:
        """Try again what was given up about modem and SIM."""
        self._radio.release()
        self._worker.try_again()
