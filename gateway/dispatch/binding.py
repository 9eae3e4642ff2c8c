"""Which span number a modem gets."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gateway.core.span import Span
from gateway.core.types import Port

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gateway.config.settings import SpanSettings
    from gateway.dispatch.radio import Identity


def configured_spans(known: Sequence[Span], settings: Sequence[SpanSettings]) -> list[Span]:
    """Give the spans of the settings file as they are to be stored, with what is known of them already."""
    by_port = {span.port: span for span in known}
    return [_named(by_port.get(Port(one.port)) or Span(port=Port(one.port), name=""), one.name) for one in settings]


def bind(
    known: Sequence[Span],
    settings: Sequence[SpanSettings],
    *,
    identity: Identity,
    path: str,
    taken: Collection[Port] = (),
) -> Span:
    """Give the span of the modem behind `path`, with its present IMEI, SIM and path.

    First what the settings say, then the span of this modem: the one that had its IMEI, or, where it tells none, one
    without an IMEI that had its SIM or its path. Of several (clones of one IMEI) the one with the same SIM, then the
    one with the same path. Else the next free number. Numbers are never given to another modem; `taken` are those that
    other modems of the same IMEI have now.
    """
    by_port = {span.port: span for span in known}
    span = _by_settings(by_port, settings, identity, path, taken) or _by_history(known, settings, identity, path, taken)
    if span is None:
        reserved = {one.port for one in settings}
        numbers = range(1, len(known) + len(reserved) + 2)
        free = next(port for port in numbers if port not in by_port and port not in reserved)
        span = _named(Span(port=Port(free), name=""), "")
    is_same_card = identity.card in {"", span.iccid}
    imsi = identity.imsi or (span.imsi if is_same_card else "")
    return replace(span, imei=identity.imei, path=path, iccid=identity.card or span.iccid, imsi=imsi)


def _by_settings(
    by_port: Mapping[Port, Span],
    settings: Sequence[SpanSettings],
    identity: Identity,
    path: str,
    taken: Collection[Port],
) -> Span | None:
    for is_by_last_modem in (False, True):
        for one in settings:
            span = by_port.get(Port(one.port)) or Span(port=Port(one.port), name="")
            is_clone = bool(one.match.imei) and span.port in taken
            if is_by_last_modem:
                # A SIM that is out, locked or busy does not say who it is: its modem keeps the place warm.
                matches = bool(one.match.iccid and not identity.iccid and identity.imei == span.imei != "")
                matches = matches and span.port not in taken
            else:
                matches = _matches(one, identity, path)
            if matches and not is_clone:
                return _named(span, one.name)
    return None


def _by_history(
    known: Sequence[Span],
    settings: Sequence[SpanSettings],
    identity: Identity,
    path: str,
    taken: Collection[Port],
) -> Span | None:
    reserved = {one.port for one in settings}
    candidates = [
        span
        for span in known
        if span.port not in reserved and span.port not in taken and span.imei == identity.imei
        and (identity.imei or span.path == path or (identity.card and span.iccid == identity.card))
    ]  # fmt: skip
    return min(
        candidates,
        key=lambda span: (not identity.card or span.iccid != identity.card, span.path != path),
        default=None,
    )


def are_two(one: Identity, one_path: str, other: Identity, other_path: str) -> bool:
    """Tell whether two ports of the same IMEI lead to two modems.

    Makers and repair shops give one IMEI to many. Two SIMs are in two modems, and so are two sockets or PTYs, which
    have a modem each; ports of two USB devices are of two modems unless both show one SIM: then it was moved.
    """
    if not one.imei or one.imei != other.imei:
        return False
    if _is_virtual(one_path) or _is_virtual(other_path):
        return True
    if one.card and other.card:
        return one.card != other.card
    devices = _device(one_path), _device(other_path)
    return None not in devices and devices[0] != devices[1]


def is_one_modem(one: Identity, one_path: str, other: Identity, other_path: str) -> bool:
    """Tell whether two ports lead to one modem, as far as one can know."""
    if one.imei or other.imei:
        return one.imei == other.imei and not are_two(one, one_path, other, other_path)
    return bool(one.card) and one.card == other.card


_OF_DEVICE = re.compile(r"(.+?)(?::\d+\.\d+|-if\d\d)(?:-port\d+)?", re.ASCII)


def _device(path: str) -> str | None:
    """Give what the names of all ports of one USB device begin with: udev's by-path and by-id name the interface."""
    match = _OF_DEVICE.fullmatch(path)
    return match[1] if match else None


def _is_virtual(url: str) -> bool:
    """Tell a socket or PTY, which has a modem of its own, from the several ports that a USB modem has."""
    return "://" in url or os.path.realpath(url).startswith("/dev/pts/")


def _matches(settings: SpanSettings, identity: Identity, path: str) -> bool:
    match = settings.match
    if match.imei:
        return match.imei == identity.imei
    if match.iccid:
        return match.iccid == identity.iccid
    return fnmatchcase(path, match.path)


def _named(span: Span, name: str) -> Span:
    return replace(span, name=name or span.name or f"gsm-{span.port}")
