"""Requests that we owe customers: dialects render them, the callbacks room sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.core.types import AccountId, CallbackId, EpochMs, MessageId


class CallbackEvent(StrEnum):
    """What a callback tells."""

    RESULT = "result"
    REPORT = "report"
    INBOUND = "inbound"
    CANCEL = "cancel"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwedCallback:
    """A row of the outbox: who is told what of which message, and how far we are.

    `status` is the message's status at the moment of the event (empty for inbound), `status_at`
    its instant, `report_status` the TP-ST for reports. `tries` counts requests already made.
    """

    id: CallbackId
    account_id: AccountId
    dialect: str
    event: CallbackEvent
    message_id: MessageId
    status: str
    status_at: EpochMs
    report_status: int | None
    tries: int
    created_at: EpochMs


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackRequest:
    """One HTTP request, ready to be made; `is_once` fires it without a retry."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    verify_tls: bool = True
    is_once: bool = False
