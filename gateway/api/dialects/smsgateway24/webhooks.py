"""Webhooks of an account: addresses for deliveries and for incoming messages, for each device or for all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.api.dialect import encode_json
from gateway.api.dialects.smsgateway24.devices import Slots
from gateway.api.dialects.smsgateway24.reading import shown_number
from gateway.api.dialects.smsgateway24.statuses import TITLES, status_number
from gateway.api.times import format_instant
from gateway.api.urls import read_address
from gateway.core.callback import CallbackEvent, CallbackRequest
from gateway.core.status import Status
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.api.dialect import CallbackFacts
    from gateway.api.dialects.smsgateway24.settings import Settings
    from gateway.core.message import Inbound, Message

DELIVERY, INCOMING = "delivery_url", "incoming_url"
_KEY = re.compile(rf"({DELIVERY}|{INCOMING})(?:\.([0-9]{{1,9}}))?")
_EVENTS = {
    DELIVERY: frozenset({CallbackEvent.RESULT, CallbackEvent.REPORT, CallbackEvent.CANCEL}),
    INCOMING: frozenset({CallbackEvent.INBOUND}),
}

# --- settings -------------------------------------------------------------------------------------


def read_webhooks(
    old: Mapping[str, Any], changes: Mapping[str, str]
) -> tuple[dict[str, Any], frozenset[CallbackEvent]]:
    """Give the addresses after changes that an operator types, and the events that they ask for.

    `delivery_url` and `incoming_url` are for all devices, `delivery_url.2` is for device 2 instead.
    """
    values = dict(old)
    for name, text in changes.items():
        match = _KEY.fullmatch(name)
        if match is None:
            raise InvalidFieldError(
                name, f"unknown; known are {DELIVERY}, {INCOMING}, and each with .<device> behind it"
            )
        device = int(match[2] or 0)
        key = f"{match[1]}.{device}" if device else match[1]
        address = read_address(text) if text.strip() else ""
        if address is None:
            raise InvalidFieldError(name, "not an http or https address")
        values.pop(key, None)
        if address:
            values[key] = address
    kinds = {name.partition(".")[0] for name in values}
    return values, frozenset(event for kind in kinds for event in _EVENTS[kind])


def _address(values: Mapping[str, Any], kind: str, device: int) -> str:
    return str(values.get(f"{kind}.{device}") or values.get(kind) or "")


# --- rendering ------------------------------------------------------------------------------------


def render(facts: CallbackFacts, settings: Settings) -> CallbackRequest | None:
    """Give the call of a webhook that tells of an event, None when there is none for it."""
    slots = Slots(settings)
    if facts.inbound is not None:
        return _incoming(facts, facts.inbound, slots, settings)
    return None if facts.message is None else _delivery(facts, facts.message, slots, settings)


def _delivery(facts: CallbackFacts, message: Message, slots: Slots, settings: Settings) -> CallbackRequest | None:
    device, _ = slots.place_of(message.port)
    url = message.callback_url or _address(facts.values, DELIVERY, device)
    number = status_number(message, facts.unknown_as, Status(facts.owed.status))
    if not url or number not in settings.webhook_statuses:
        return None
    document = {
        "sms_id": message.id,
        "status_id": number,
        "status_message": TITLES[number],
        "sendto": shown_number(message),
        "senttime": format_instant(message.sent_at or facts.owed.status_at, facts.zone),
        "sim": message.sim_slot,
        "channel_id": message.sim_slot,
        "device_id": device,
    }
    return _post(url, document, settings)


def _incoming(facts: CallbackFacts, inbound: Inbound, slots: Slots, settings: Settings) -> CallbackRequest | None:
    device, slot = slots.place_of(inbound.port)
    url = _address(facts.values, INCOMING, device)
    if not url:
        return None
    document = {
        "address": inbound.sender,
        "date": format_instant(inbound.received_at, facts.zone),
        "date_sent": format_instant(inbound.scts or inbound.received_at, facts.zone),
        "body": inbound.shown_text,
        "internal_id": inbound.id,
        "sim": slot,
        "channel_id": slot,
        "sms_id": inbound.id,
        "device_id": device,
        "device_name": facts.span_name,
        "type": "text",
    }
    return _post(url, document, settings)


def _post(url: str, document: Mapping[str, object], settings: Settings) -> CallbackRequest:
    return CallbackRequest(
        method="POST",
        url=url,
        headers={"Content-Type": "application/json"},
        body=encode_json(document),
        verify_tls=settings.verify_tls,
        is_once=settings.webhook_once,
    )
