"""Requests that we owe customers: dialects render them, the callbacks room sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.core.types import AccountId, CallbackId, EpochMs, MessageId
    from gateway.core.ussd import UssdId


class CallbackEvent(StrEnum):
    """What a callback tells."""

    RESULT = "result"
    REPORT = "report"
    INBOUND = "inbound"
    CANCEL = "cancel"
    USSD = "ussd"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwedCallback:
    """A row of the outbox: who is told what of which message or USSD dialogue, and how far we are.

    `status` is the status of the message, or the state of the dialogue, at the moment of the event (empty for
    inbound), `status_at` its instant, `report_status` the TP-ST for reports and the number of +CUSD for USSD.
    `ussd_id` is None for messages, `message_id` 0 for USSD. `tries` counts requests already made.
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
    ussd_id: UssdId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackRequest:
    """One HTTP request, ready to be made; `is_once` fires it without a retry."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    verify_tls: bool = True
    is_once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackAnswer:
    """What one try gave: the HTTP status, as in `HTTP 200`, or why none came, in plain words; `took_ms` in all."""

    at: EpochMs
    took_ms: int
    text: str
