"""What listeners of a store are told after a commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.core.status import Status
    from gateway.core.types import EpochMs, MessageId, Port


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkAdded:
    """Messages became claimable: for `port`, or for any span when None (or when a port is down)."""

    port: Port | None
    spans: tuple[Port, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusChanged:
    """A message has a new status."""

    message_id: MessageId
    status: Status
    port: Port | None
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackOwedNews:
    """At least one row was added to the callbacks outbox."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkScheduled:
    """Messages were put off, the earliest until `at`: somebody must `release` them then."""

    at: EpochMs


News = WorkAdded | StatusChanged | CallbackOwedNews | WorkScheduled
