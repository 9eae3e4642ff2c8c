"""The rarer wishes of a submission: checked, counted, and what they say about when it goes out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import modem.pdu as sms
from gateway.core.options import HIGHEST_PRIORITY, KEY_LIMIT
from gateway.core.window import Window, parse_window
from gateway.errors import InvalidFieldError
from modem.errors import EncodeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.options import DataPorts, Options

HIGHEST_PORT = 0xFFFF


def read_window(text: str, zone: str) -> Window:
    """Read a send window, without a zone of its own in `zone`; InvalidFieldError("window", …) says what is wrong."""
    try:
        return parse_window(text, zone)
    except ValueError as error:
        raise InvalidFieldError("window", str(error)) from error


def check_options(options: Options, text: str) -> None:
    """Refuse wishes that nobody can fulfil; InvalidFieldError names the field."""
    if not 0 <= options.priority <= HIGHEST_PRIORITY:
        raise InvalidFieldError("priority", f"0 to {HIGHEST_PRIORITY}")
    if options.window:
        read_window(options.window, "UTC")
    if options.data is None:
        if options.data_ports is not None:
            raise InvalidFieldError("ports", "only data is sent to ports")
        return
    if text:
        raise InvalidFieldError("data", "a message has a text or data, not both")
    if not options.data:
        raise InvalidFieldError("data", "is empty")
    if options.is_flash:
        raise InvalidFieldError("flash", "only a text can be shown at once")
    _check_ports(options.data_ports)


def _check_ports(ports: DataPorts | None) -> None:
    if ports is not None and not (0 <= ports.destination <= HIGHEST_PORT and 0 <= ports.source <= HIGHEST_PORT):
        raise InvalidFieldError("ports", f"0 to {HIGHEST_PORT}")


def count_data_segments(options: Options) -> int:
    """Give how many segments the data takes; InvalidFieldError("data", …) when it is more than a message can have."""
    ports = options.data_ports
    try:
        plan = sms.plan_data(
            options.data or b"",
            ports=None if ports is None else sms.Ports(destination=ports.destination, source=ports.source),
        )
    except EncodeError as error:
        raise InvalidFieldError("data", error.reason) from error
    return plan.segment_count


# --- idempotency keys -----------------------------------------------------------------------------


def check_key(key: str) -> None:
    """Refuse a key that is empty, too long or not printable; InvalidFieldError("key", …)."""
    if not key or len(key) > KEY_LIMIT or not key.isprintable():
        raise InvalidFieldError("key", f"1 to {KEY_LIMIT} printable characters")


def digest_of(submissions: Sequence[Any], body: bytes | None) -> bytes:
    """Give the SHA-256 of what is asked: of `body` where the caller's own words are known, else of the submissions.

    Of these only what is not as usual counts, so that a later version with more fields finds the same.
    """
    if body is None:
        body = json.dumps([_facts(one) for one in submissions], sort_keys=True).encode()
    return hashlib.sha256(body).digest()


def _facts(value: Any) -> Any:
    if is_dataclass(value):
        pairs = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: _facts(one) for field, one in pairs if field.default is MISSING or one != field.default}
    if isinstance(value, bytes):
        return value.hex()
    return [_facts(one) for one in value] if isinstance(value, list | tuple) else value
