"""Devices of the vendor are spans of ours: which is meant, and how one is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway import __version__
from gateway.api.dialects.smsgateway24.wire import Refused, date_dump, required
from gateway.api.times import format_instant
from gateway.core.mcc import country_of_sim
from gateway.core.span import NetworkStanding
from gateway.core.types import Port
from gateway.errors import NoSpanError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from gateway.api.dialect import Call
    from gateway.api.dialects.smsgateway24.settings import Settings
    from gateway.api.dialects.smsgateway24.wire import Fields
    from gateway.core.account import Account
    from gateway.core.span import SpanTimes, SpanView
    from gateway.service.desk import Service


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """What a caller named: spans, any of which will do; none stands for any of the account's.

    `second` is the span of slot 1 of a device that has two. `sender` is the name of the pool that was named.
    """

    spans: tuple[Port, ...] = ()
    second: Port | None = None
    sender: str = ""

    @property
    def all_spans(self) -> frozenset[Port] | None:
        """All spans of the device, None for any of the account's."""
        seconds = () if self.second is None else (self.second,)
        return frozenset((*self.spans, *seconds)) or None

    def spans_of(self, sim: int) -> tuple[Port, ...]:
        """Give the spans that may send for a slot."""
        return (self.second,) if sim == 1 and self.second is not None else self.spans


class Slots:
    """Which spans are the second SIM of another one's device."""

    def __init__(self, settings: Settings) -> None:
        self._second = {Port(first): Port(second) for first, second in settings.slots.items()}
        self._first = {second: first for first, second in self._second.items()}

    def second_of(self, port: Port) -> Port | None:
        """Give the span of slot 1 of the device that `port` is slot 0 of."""
        return self._second.get(port)

    def is_second(self, port: Port) -> bool:
        """Whether a span is slot 1 of a device."""
        return port in self._first

    def place_of(self, port: Port | None) -> tuple[int, int]:
        """Give the id of a span's device, 0 for no span, and its slot there."""
        if port is None:
            return 0, 0
        return (self._first[port], 1) if port in self._first else (port, 0)

    def ports_of(self, sim: int, service: Service) -> frozenset[Port]:
        """Give the spans that are slot `sim` of their device."""
        return frozenset(port for port in service.board.ports() if self.place_of(port)[1] == sim)


# --- which is meant -------------------------------------------------------------------------------


async def read_device(
    call: Call[Settings],
    account: Account,
    fields: Fields,
    *,
    is_required: bool = True,
    known: dict[str, Device] | None = None,
) -> Device:
    """Find the device that is named; `known` are those that were found for the same request, by what was written."""
    text = fields.string("device_id")
    if text is None:
        if is_required and call.settings.device_required:
            raise required("device_id")
        return Device()
    device = None if known is None else known.get(text)
    if device is None:
        device = await _find_device(call, account, text)
        if known is not None:
            known[text] = device
    return device


async def _find_device(call: Call[Settings], account: Account, text: str) -> Device:
    """Find a device by number, by name, as a pool of spans, or any."""
    number = _number(text)
    port = _port_of(call, account, text, number)
    if port is not None:
        second = Slots(call.settings).second_of(port)
        return Device(spans=(port,), second=second if second is not None and account.may_use(second) else None)
    pool = await call.service.directory.find_pool(account, text, is_name=True)
    if pool is not None:
        try:
            return Device(spans=call.service.directory.spans_of(account, pool), sender=pool.name)
        except NoSpanError as error:
            raise Refused("Device not found") from error
    if number == 0 or text.casefold() == "any":
        return Device()
    raise Refused("Device not found")


def _port_of(call: Call[Settings], account: Account, text: str, number: int | None) -> Port | None:
    """Give the account's span of a number, else the one of a name."""
    slots, board = Slots(call.settings), call.service.board

    def is_device(port: Port) -> bool:
        return account.may_use(port) and not slots.is_second(port)

    if number is not None and board.span(Port(number)) is not None and is_device(Port(number)):
        return Port(number)
    name = text.casefold()
    return next((port for port in board.ports() if board.name(port).casefold() == name and is_device(port)), None)


def _number(text: str) -> int | None:
    digits = text.partition(".")[0] if text.endswith(".0") else text
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 12 else None


def read_sim(call: Call[Settings], fields: Fields, device: Device) -> int:
    """Read the slot to send from."""
    sim = fields.integer("sim") or 0
    is_there = sim in {0, 1} and not (sim == 1 and call.settings.strict_sim and device.second is None)
    if not is_there:
        raise Refused(f"Sim {sim} is not supported")
    return sim


# --- how it is shown ------------------------------------------------------------------------------


def device_views(
    call: Call[Settings], account: Account, times: dict[Port, SpanTimes], numbers: Mapping[Port, str]
) -> dict[str, Any]:
    """Give all devices of the account by id."""
    slots, zone = Slots(call.settings), call.service.zone(account)
    views = {view.span.port: view for view in call.service.spans_of(account)}
    shown: dict[str, Any] = {}
    for port, view in views.items():
        if slots.is_second(port):
            continue
        second = views.get(slots.second_of(port) or Port(0))
        sims = [_sim_view(slot, one, call.service, numbers) for slot, one in enumerate((view, second)) if one]
        shown[str(port)] = _device_view(view, sims, times[port], numbers.get(port), zone)
    return shown


def _device_view(
    view: SpanView, sims: list[dict[str, str]], times: SpanTimes, number: str | None, zone: ZoneInfo
) -> dict[str, Any]:
    seen_at = times.created_at if times.seen_at is None else times.seen_at
    return {
        "id": view.span.port,
        "title": view.span.name,
        "number": number,
        "imei": view.span.imei or "null",
        "created": date_dump(times.created_at, zone),
        "createdhumanformat": format_instant(times.created_at, zone, "%d.%m.%Y %H:%M:%S"),
        "lastseen": date_dump(seen_at, zone),
        "lastseenhumanformat": format_instant(seen_at, zone, "%d.%m.%Y %H:%M:%S"),
        # What a modem calls its serial number (3GPP TS 27.007 5.4, +CGSN) is its IMEI.
        "serialnumber": view.span.imei or "unknown",
        "siminfo": sims,
        "appversion": __version__,
        "isappversionactual": True,
        "delaybetweeneachsms": None,
        "delaybetweenrequest": 1,
        "subscription": True,
    }


_ROAMING = {NetworkStanding.UNTOLD: "", NetworkStanding.ROAMING: "1"}


def _sim_view(slot: int, view: SpanView, service: Service, numbers: Mapping[Port, str]) -> dict[str, str]:
    standing = service.board.health(view.span.port).standing
    return {
        "Slot": str(slot),
        "IccId": view.iccid,
        "Number": numbers.get(view.span.port, ""),
        "Roaming": _ROAMING.get(standing, "0"),
        "CountryIso": country_of_sim(view.imsi),
        "CarrierName": view.operator,
    }
