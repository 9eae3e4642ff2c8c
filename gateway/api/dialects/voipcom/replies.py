"""Reply addresses: where a text to an own number is told. Kept per account, by the digits of the number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from gateway.api.dialects.voipcom.smsid import smsid_of
from gateway.api.times import format_instant
from gateway.api.urls import encode_as_it_stands, is_host, is_printable
from gateway.core.callback import CallbackEvent, CallbackRequest
from gateway.core.number import match_key, read_number
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.api.dialect import CallbackFacts
    from gateway.api.dialects.voipcom.settings import Settings

URL_LIMIT = 2048
_FORM = "application/x-www-form-urlencoded; charset=utf-8"


def read_pushes(old: Mapping[str, Any], changes: Mapping[str, str]) -> tuple[dict[str, Any], frozenset[CallbackEvent]]:
    """Give the reply addresses after changes that an operator types: own number and address, "" for none."""
    values = dict(old)
    for name, url in changes.items():
        number = read_number(name, is_international=True)
        if number is None:
            raise InvalidFieldError(name, "not a phone number")
        key = match_key(number.normalised)
        if url.strip():
            values[key] = _checked_url(name, url.strip())
        else:
            values.pop(key, None)
    return values, frozenset({CallbackEvent.INBOUND} if values else ())


def _checked_url(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:  # a port that is none, brackets that do not close
        is_address = False
    if not is_address or not is_printable(url) or len(url) > URL_LIMIT:
        raise InvalidFieldError(name, "not an address http://… or https://…")
    return url


def render(facts: CallbackFacts, settings: Settings) -> CallbackRequest | None:
    """Give the request that tells of an inbound message, None when its own number has no reply address."""
    url = facts.values.get(match_key(facts.own_number)) if facts.own_number else None
    if facts.inbound is None or not url:
        return None
    inbound = facts.inbound
    fields = {
        "from": inbound.sender.removeprefix("+"),
        "to": match_key(facts.own_number),
        "msg": inbound.shown_text,
        "smsid": smsid_of(inbound, facts.sign),
        "date": format_instant(inbound.received_at, facts.zone),
    }
    return CallbackRequest(
        method="POST",
        url=encode_as_it_stands(url.partition("#")[0]),
        headers={"Content-Type": _FORM},
        body=urlencode(fields, errors="replace").encode("ascii"),
        verify_tls=settings.verify_tls,
    )
