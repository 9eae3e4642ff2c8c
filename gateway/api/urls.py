"""Addresses of callbacks, written octet by octet: receivers depend on the exact encoding."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

HOST_LIMIT = 255
ADDRESS_LIMIT = 2048
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_IPV6 = re.compile(r"([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)|\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\]")
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# A raw `#` would end the address.
_NOT_RAW = re.compile(r"[^\x21-\x7e]|#")


def percent_encode(text: str) -> str:
    """Give UTF-8 with everything encoded but `A-Z a-z 0-9 - . _ ~`; a blank is `%20`."""
    return quote(text, safe="", errors="replace")


def encode_as_it_stands(text: str) -> str:
    """Give text meant for an address already, with only blanks, `#` and what is not ASCII encoded."""
    return _NOT_RAW.sub(lambda match: percent_encode(match[0]), text)


def is_host(text: str) -> bool:
    """Whether `text` is a host name or an address, IPv6 also in brackets."""
    return len(text) <= HOST_LIMIT and (bool(_HOST.fullmatch(text)) or _ipv6(text) is not None)


def _ipv6(text: str) -> str | None:
    """Give an IPv6 address without its brackets, None for anything else, a name with a port too."""
    match = _IPV6.fullmatch(text)
    address = (match[1] or match[2]) if match else ""
    try:
        IPv6Address(address)
    except ValueError:
        return None
    return address


def is_printable(text: str) -> bool:
    """Whether `text` has no control character and no lone surrogate."""
    return _NOT_PRINTABLE.search(text) is None


def build_url(scheme: str, host: str, port: str, path: str, parameters: Iterable[str]) -> str:
    """Give `scheme://host:port/path?parameters`; `parameters` are encoded already, empty ones are left out.

    `port` "" is the scheme's. A query that `path` has already is kept in front.
    """
    address = _ipv6(host)
    authority = (host if address is None else f"[{address}]") + (f":{port}" if port else "")
    path = encode_as_it_stands(path)
    joint = "&" if "?" in path else "?"
    return f"{scheme}://{authority}{path}{joint}{'&'.join(filter(None, parameters))}"


def read_address(text: str) -> str | None:
    """Give an http or https address as it is called, None when it is none or too long.

    What is not ASCII is encoded, a fragment left out: it is for browsers.
    """
    address = text.strip().partition("#")[0]
    try:
        parts = urlsplit(address)
        is_right = parts.scheme in {"http", "https"} and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:  # of brackets and ports that are none
        return None
    if not is_right or not is_printable(address) or len(address) > ADDRESS_LIMIT:
        return None
    return encode_as_it_stands(address)
