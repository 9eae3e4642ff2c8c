"""Calls that send: one text, a lot of them, a template over a sender name, a newsletter."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from gateway.api.dialects.smsgateway24.devices import read_device, read_sim
from gateway.api.dialects.smsgateway24.settings import NAME
from gateway.api.dialects.smsgateway24.wire import (
    Fields,
    Refused,
    check_text,
    incorrect,
    read_numbers,
    required,
    saved,
    success,
    too_many,
)
from gateway.api.params import Params
from gateway.api.refusals import MalformedError
from gateway.api.urls import read_address
from gateway.core.directory import TagId
from gateway.core.template import parse_template
from gateway.errors import InvalidFieldError
from gateway.service.submitting import Submission

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.api.dialect import Answer, Call
    from gateway.api.dialects.smsgateway24.devices import Device
    from gateway.api.dialects.smsgateway24.settings import Settings
    from gateway.core.account import Account
    from gateway.core.number import Number
    from gateway.core.template import TemplateText

_FORTHWITH = "0"
"""The vendor's word for now in time_to_send."""


# --- one text ---------------------------------------------------------------------------------------


async def add_sms(call: Call[Settings], account: Account) -> Answer:
    """Accept one text for one number or several, all or none."""
    submission = await _read_submission(call, account, call.params, {})
    accepted = await call.service.submit(account, submission)
    return saved([one.id for one in accepted])


async def _read_submission(
    call: Call[Settings], account: Account, params: Params, known: dict[str, Device]
) -> Submission:
    fields, service = Fields(params), call.service
    fields.require("sendto", "body", *(["device_id"] if call.settings.device_required else []))
    numbers = read_numbers(fields.phone("sendto"), service, "sendto")
    text = fields.body(service)
    device = await read_device(call, account, fields, known=known)
    send_at = fields.send_at("timetosend", service, service.zone(account))
    sim = read_sim(call, fields, device)
    customer_id = fields.customer_id()
    return Submission(
        dialect=NAME,
        numbers=numbers,
        text=text,
        spans=device.spans_of(sim),
        client_ref="" if customer_id is None else str(customer_id),
        send_at=send_at,
        is_urgent=fields.switch("urgent"),
        sim_slot=sim,
        sender=device.sender,
    )


# --- a lot of texts ---------------------------------------------------------------------------------


def read_document(params: Params) -> Params:
    """Give the fields of `datajson`, text or object, or those of the request itself without it."""
    try:
        document = params.read_json("datajson")
    except MalformedError:
        raise
    except InvalidFieldError as error:
        raise incorrect("datajson") from error
    if document is None:
        return params
    if isinstance(document, list):
        document = {"smsdata": document}
    if not isinstance(document, dict):
        raise incorrect("datajson")
    return _nested(document, is_form=params.came_by_form("datajson"))


def _nested(fields: Mapping[str, Any], *, is_form: bool) -> Params:
    """Give the fields of an object; in one that came by a form a raw plus has become a blank."""
    return Params(None, fields) if is_form else Params(fields)


async def add_a_lot_of_sms(call: Call[Settings], account: Account, document: Params) -> Answer:
    """Accept many texts, all or none."""
    most = call.service.settings.http.max_recipients
    source = document if document.has("smsdata") else call.params
    items = _read_items(source)
    if len(items) > most:
        raise too_many()
    is_form = source.came_by_form("smsdata")
    submissions: list[Submission] = []
    known: dict[str, Device] = {}
    for index, item in enumerate(items):
        try:
            if not isinstance(item, dict):
                raise incorrect("smsdata")
            submissions.append(await _read_submission(call, account, _nested(item, is_form=is_form), known))
        except Refused as refused:
            raise Refused(f"smsdata[{index}]: {refused.message}") from refused
    if sum(len(one.numbers) for one in submissions) > most:
        raise too_many()
    accepted = await call.service.submit_all(account, _joined(submissions))
    ids = [one.id for one in accepted]
    return success({"error": 0, "message": "Sms has been saved successfully", "sms_ids": ids})


def _joined(submissions: list[Submission]) -> list[Submission]:
    """Give neighbours that differ in their numbers only as one: most of what comes in bulk is one text."""
    groups = [list(group) for _, group in groupby(submissions, key=_all_but_numbers)]
    return [replace(group[0], numbers=[number for one in group for number in one.numbers]) for group in groups]


def _all_but_numbers(one: Submission) -> tuple[object, ...]:
    return one.text, one.spans, one.sender, one.client_ref, one.send_at, one.is_urgent, one.sim_slot


def _read_items(params: Params) -> list[Any]:
    try:
        items = params.read_json("smsdata")
    except InvalidFieldError as error:
        raise incorrect("smsdata") from error
    if items is None or items == []:
        raise required("smsdata")
    if not isinstance(items, list):
        raise incorrect("smsdata")
    return items


# --- a template over a sender name ------------------------------------------------------------------


async def add_sms_to_sender_id(call: Call[Settings], account: Account) -> Answer:
    """Accept a template, filled, for one number over the spans of a sender name."""
    fields, service = Fields(call.params), call.service
    fields.require("send_to", "sender_id", "template_id")
    number = _read_only_number(fields, call)
    pool = await service.directory.find_pool(account, fields.string("sender_id") or "")
    if pool is None:
        raise Refused("Sender ID not found")
    template = await service.directory.find_template(account, fields.string("template_id") or "")
    if template is None:
        raise Refused("Template not found")
    parsed = _parsed(template.text)
    text = parsed.filled(_read_values(call.params, parsed))
    check_text(text, service, "template_data")
    submission = Submission(
        dialect=NAME,
        numbers=[number],
        text=text,
        spans=service.directory.spans_of(account, pool),
        sender=pool.name,
        callback_url=_read_callback_url(fields),
    )
    accepted = await service.submit(account, submission)
    return saved([one.id for one in accepted])


def _read_only_number(fields: Fields, call: Call[Settings]) -> Number:
    text = fields.phone("send_to")
    numbers = read_numbers(text, call.service, "send_to")
    if len(numbers) > 1:
        raise Refused(f"Phone number {text.strip()} is incorrect")
    return numbers[0]


@lru_cache(maxsize=1024)
def _parsed(text: str) -> TemplateText:
    return parse_template(text)


def _read_values(params: Params, template: TemplateText) -> dict[str, str]:
    """Read the value of each placeholder; what is more than that may be anything."""
    values = Params(_read_template_data(params))
    read: dict[str, str] = {}
    for name in template.placeholders:
        try:
            value = values.read_text(name)
        except InvalidFieldError as error:
            raise incorrect(f"template_data.{name}") from error
        if value is None:
            raise required(f"template_data.{name}")
        read[name] = value
    return read


def _read_template_data(params: Params) -> dict[str, Any]:
    """Read an object; a list is taken for `template_data[1]=…` of a form, and for the empty object of PHP."""
    try:
        value = params.read_json("template_data")
    except InvalidFieldError as error:
        raise incorrect("template_data") from error
    if isinstance(value, list) and (not value or params.came_by_form("template_data")):
        return {str(position): item for position, item in enumerate(value, 1)}
    if value is not None and not isinstance(value, dict):
        raise incorrect("template_data")
    return value or {}


def _read_callback_url(fields: Fields) -> str:
    text = fields.string("webhook_callback_url")
    address = "" if text is None else read_address(text)
    if address is None:
        raise incorrect("webhook_callback_url")
    return address


# --- newsletters ------------------------------------------------------------------------------------


async def save_newsletter(call: Call[Settings], account: Account) -> Answer:
    """Accept one text for all contacts that have one of some tags; it is sent at its time, without being started."""
    fields, service = Fields(call.params), call.service
    is_device_required = ["device_id"] if call.settings.device_required else []
    fields.require("title", *is_device_required, "body", "tags")
    title = fields.title("title")
    device = await read_device(call, account, fields)
    text = fields.body(service)
    numbers = await _numbers_tagged(call, account, read_tags(fields, "tags"))
    sim = read_sim(call, fields, device)
    send_at = None
    if fields.string("time_to_send") != _FORTHWITH:
        send_at = fields.send_at("time_to_send", service, service.zone(account))
    submission = Submission(
        dialect=NAME,
        numbers=numbers,
        text=text,
        spans=device.spans_of(sim),
        send_at=send_at,
        sim_slot=sim,
        sender=device.sender,
    )
    newsletter_id, _ = await service.submit_newsletter(account, submission, title)
    return success({"error": 0, "paket_id": newsletter_id, "message": "OK"})


async def _numbers_tagged(call: Call[Settings], account: Account, tags: list[TagId]) -> list[Number]:
    directory = call.service.directory
    await check_tags(call, account, tags)
    contacts = await directory.contacts_tagged(account, tags)
    numbers = (directory.number_of(contact) for contact in contacts)
    distinct = {number.normalised: number for number in numbers if number is not None}
    if not distinct:
        raise Refused("No contacts for these tags")
    return list(distinct.values())


def read_tags(fields: Fields, name: str) -> list[TagId]:
    """Read ids of tags, one at least."""
    tags = [TagId(one) for one in fields.ids(name)]
    if not tags:
        raise required(name)
    return tags


async def check_tags(call: Call[Settings], account: Account, tags: list[TagId]) -> None:
    """Refuse the first tag that the account does not have."""
    unknown = await call.service.directory.unknown_tag(account, tags)
    if unknown is not None:
        raise Refused(f"Tag {unknown} not found")
