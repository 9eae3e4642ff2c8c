"""Which span number a modem gets."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gateway.core.span import Span
from gateway.core.types import Port

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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
    """Give the span of the modem behind `path`, with its present IMEI and path.

    First what the settings say, then the span that had this IMEI (of several the one that had this path too), then
    (a modem without an IMEI) the one that had this path, else the next free number. Numbers are never given to another
    modem; `taken` are those that a modem of the same IMEI has now.
    """
    by_port = {span.port: span for span in known}
    for one in settings:
        if _matches(one, identity, path):
            span = by_port.get(Port(one.port)) or Span(port=Port(one.port), name="")
            return replace(_named(span, one.name), imei=identity.imei, path=path)
    reserved = {one.port for one in settings}
    for span in sorted(known, key=lambda span: span.path != path):
        if (
            span.port not in reserved
            and span.port not in taken
            and (span.imei == identity.imei if identity.imei else not span.imei and span.path == path)
        ):
            return replace(span, path=path)
    free = next(
        port for port in range(1, len(known) + len(reserved) + 2) if port not in by_port and port not in reserved
    )
    return _named(Span(port=Port(free), name="", imei=identity.imei, path=path), "")


def _matches(settings: SpanSettings, identity: Identity, path: str) -> bool:
    match = settings.match
    if match.imei:
        return match.imei == identity.imei
    if match.iccid:
        return match.iccid == identity.iccid
    return fnmatchcase(path, match.path)


def _named(span: Span, name: str) -> Span:
    return replace(span, name=name or span.name or f"gsm-{span.port}")
