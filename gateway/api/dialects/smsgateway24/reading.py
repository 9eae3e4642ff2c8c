"""What became of messages: one, or all that fit a filter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.api.dialects.smsgateway24.devices import Slots, read_device
from gateway.api.dialects.smsgateway24.statuses import INCOMING, TITLES, outbound_filter, status_number
from gateway.api.dialects.smsgateway24.wire import Fields, Refused, date_dump, incorrect, success
from gateway.api.times import read_zone
from gateway.core.message import Message
from gateway.core.number import plain_digits
from gateway.store.pages import ListingQuery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from gateway.api.dialect import Answer, Call
    from gateway.api.dialects.smsgateway24.settings import Settings
    from gateway.core.account import Account
    from gateway.core.directory import Newsletter, NewsletterId
    from gateway.core.message import Inbound

    Kept = tuple[Message | Inbound, ...]

_CUSTOMER_ID = re.compile(r"-?[1-9][0-9]{0,9}|0")
_NUMBER_END_DIGITS = 7
"""From so many digits on, a phone filter is compared with the end of a number."""


async def sms_status(call: Call[Settings], account: Account) -> Answer:
    """Say how one message stands."""
    fields = Fields(call.params)
    fields.require("sms_id")
    sms_id = fields.integer("sms_id") or 0
    message = await call.service.message(account, sms_id)
    if message is None:
        raise Refused("Sms not found")
    number = _number_of(message, call.service.settings.api.unknown_as)
    document = {"error": 0, "sms_id": sms_id, "status": number, "status_description": TITLES[number], "message": "Ok"}
    return success(document)


async def all_sms(call: Call[Settings], account: Account) -> Answer:
    """List messages of both kinds that fit."""
    fields, service = Fields(call.params), call.service
    query, zone = await _read_query(call, account, fields)
    listing = await service.listing(account, query)
    rows = list(listing.rows) if fields.switch("orderbydesc") else list(listing.rows)[::-1]
    ids = {row.newsletter_id for row in rows if isinstance(row, Message) and row.newsletter_id is not None}
    newsletters = {one.id: one for one in await service.newsletters(account, sorted(ids))} if ids else {}
    slots, unknown_as = Slots(call.settings), service.settings.api.unknown_as
    shown = {str(row.id): _view(row, slots, newsletters, zone, unknown_as) for row in rows}
    return success({"error": 0, "smss": shown, "count": listing.total, "message": "Ok"})


async def _read_query(call: Call[Settings], account: Account, fields: Fields) -> tuple[ListingQuery, ZoneInfo]:
    service = call.service
    device = await read_device(call, account, fields, is_required=False)
    status = fields.integer("status")
    zone, is_zone_right = _read_zone(fields, service.zone(account))
    since, until = fields.instant("begindate", zone), fields.instant("enddate", zone, is_end=True)
    sim, customer_id = fields.integer("sim"), fields.customer_id()
    most = call.settings.list_limit
    is_count_only = fields.switch("onlycount")
    digits = _read_digits(fields)
    fields.switch("orderbydesc")
    if not is_zone_right:
        raise incorrect("timezone")
    limit, offset = fields.integer("limit"), fields.integer("offset") or 0
    statuses, keep = (None, None) if status is None else outbound_filter(status, service.settings.api.unknown_as)
    query = ListingQuery(
        account_id=account.id,
        ports=None if sim is None else Slots(call.settings).ports_of(sim, service),
        has_outbound=statuses is None or bool(statuses),
        has_inbound=status in {None, INCOMING} and customer_id is None,
        within=device.all_spans,
        since=since,
        until=until,
        number=digits,
        is_number_end=digits is not None and len(digits) >= _NUMBER_END_DIGITS,
        statuses=statuses,
        client_ref=None if customer_id is None else str(customer_id),
        sim_slot=None if sim is None else min(max(sim, -1), 2**31),
        keep=keep,
        limit=0 if is_count_only else min(max(1, most if limit is None else limit), most),
        offset=min(max(0, offset), 2**31),
    )
    return query, zone


def _read_zone(fields: Fields, usual: ZoneInfo) -> tuple[ZoneInfo, bool]:
    """Give the zone of the times, and whether it is one: the dates before it in the table are refused first."""
    try:
        name = fields.string("timezone")
    except Refused:
        return usual, False
    zone = usual if name is None else read_zone(name)
    return zone or usual, zone is not None


def _read_digits(fields: Fields) -> str | None:
    text = fields.phone("phone")
    digits = "".join(character for character in plain_digits(text) if "0" <= character <= "9")
    if text and not digits:
        raise incorrect("phone")
    return digits or None


# --- core to wire ---------------------------------------------------------------------------------


def _number_of(message: Message | Inbound, unknown_as: str) -> int:
    return status_number(message, unknown_as) if isinstance(message, Message) else INCOMING


def _view(
    row: Message | Inbound,
    slots: Slots,
    newsletters: Mapping[NewsletterId, Newsletter],
    zone: ZoneInfo,
    unknown_as: str,
) -> dict[str, Any]:
    number = _number_of(row, unknown_as)
    device_id, slot = slots.place_of(row.port)
    sent: dict[str, Any]
    if isinstance(row, Message):
        newsletter = None if row.newsletter_id is None else newsletters.get(row.newsletter_id)
        sent = {
            "sendto": shown_number(row),
            "body": row.text,
            "customerid": _customer_id(row.client_ref),
            "urgent": True if row.is_urgent else None,
            "created": date_dump(row.accepted_at, zone),
            "senttime": date_dump(row.sent_at, zone),
            "timetosend": date_dump(row.send_at, zone),
            "paketid": None if newsletter is None else newsletter.id,
            "pakettitle": None if newsletter is None else newsletter.title,
            "paketbody": None if newsletter is None else newsletter.text,
            "sim": row.sim_slot,
        }
    else:
        sent = {"sendto": row.sender, "body": row.shown_text, "created": date_dump(row.received_at, zone), "sim": slot}
    return {
        "id": row.id,
        "sendto": sent["sendto"],
        "body": sent["body"],
        "customerid": sent.get("customerid"),
        "status": number,
        "statustitle": TITLES[number],
        "deviceid": device_id,
        "urgent": sent.get("urgent"),
        "created": sent["created"],
        "senttime": sent.get("senttime"),
        "timetosend": sent.get("timetosend"),
        "paketid": sent.get("paketid"),
        "pakettitle": sent.get("pakettitle"),
        "paketbody": sent.get("paketbody"),
        "sim": sent["sim"],
    }


def shown_number(message: Message) -> str:
    """Give the number as the caller wrote it, as its plus and digits alone."""
    given = plain_digits(message.recipient_given)
    return "".join(character for character in given if character == "+" or "0" <= character <= "9")


def _customer_id(client_ref: str) -> int | None:
    """Give the caller's number; other APIs have references that are none."""
    if not _CUSTOMER_ID.fullmatch(client_ref):
        return None
    number = int(client_ref)
    return number if -(2**31) <= number < 2**31 else None
