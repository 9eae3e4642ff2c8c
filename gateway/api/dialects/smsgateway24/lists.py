"""Tags, contacts and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.api.dialects.smsgateway24.devices import Device, device_views, read_device
from gateway.api.dialects.smsgateway24.sending import check_tags, read_tags
from gateway.api.dialects.smsgateway24.wire import Fields, Refused, date_dump, read_number, success
from gateway.core.directory import ContactFacts

if TYPE_CHECKING:
    from gateway.api.dialect import Answer, Call
    from gateway.api.dialects.smsgateway24.settings import Settings
    from gateway.core.account import Account


async def save_tag(call: Call[Settings], account: Account) -> Answer:
    """Make a tag, or find it."""
    fields = Fields(call.params)
    fields.require("title")
    tag = await call.service.directory.save_tag(account, fields.title("title"))
    return success({"error": 0, "tag_id": tag.id, "message": "OK"})


async def save_contact(call: Call[Settings], account: Account) -> Answer:
    """Make a contact, or add tags to the one that has the number."""
    fields = Fields(call.params)
    # The vendor prints ctag_id in one place and leaves the name of fullname out.
    tag_field = "ctag_id" if not call.params.has("tag_id") and call.params.has("ctag_id") else "tag_id"
    name_field = "name" if not call.params.has("fullname") and call.params.has("name") else "fullname"
    fields.require("phone", tag_field)
    facts = ContactFacts(phone=read_number(fields.phone("phone"), call.service).given)
    tags = read_tags(fields, tag_field)
    await check_tags(call, account, tags)
    if fields.string(name_field) is not None:
        facts["fullname"] = fields.title(name_field)
    contact = await call.service.directory.save_contact_of_phone(account, facts, more_tags=tags)
    return success({"error": 0, "contact_id": contact.id, "message": "ok"})


async def all_devices(call: Call[Settings], account: Account) -> Answer:
    """List the spans of the account as devices."""
    times = await call.service.span_times(account)
    numbers = await call.service.directory.own_numbers(account)
    devices = device_views(call, account, times, numbers)
    return success({"count": len(devices), "device": devices, "error": 0, "message": "OK"})


async def device_status(call: Call[Settings], account: Account) -> Answer:
    """Say whether a device can send, and when its modem last answered."""
    fields = Fields(call.params)
    fields.require("device_id")
    device: Device = await read_device(call, account, fields)
    times = await call.service.span_times(account)
    ports = sorted(device.all_spans or times)
    if not ports:
        raise Refused("Device not found")
    views = [view for view in call.service.spans_of(account) if view.span.port in ports]
    first = views[0]
    seen_at = max(times[port].seen_at or times[port].created_at for port in ports)
    document = {
        "online": any(view.is_usable for view in views),
        "error": 0,
        "message": "OK",
        "device_id": first.span.port,
        "lastseen": date_dump(seen_at, call.service.zone(account)),
        "diffseconds": max(0, call.service.clock.now_ms() - seen_at) // 1000,
        "title": first.span.name,
    }
    return success(document)
