"""The calls about limits on the control socket, and the command line's side of them; everything travels as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gateway.control import ask
from gateway.core.types import Port
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.core.pacing import Limits
    from gateway.core.types import EpochMs
    from gateway.service.pacing import PaceReport, PacingDesk

ACTOR = "command line"
Json = dict[str, Any]


class LocalPacing:
    """The limits of this process."""

    def __init__(self, desk: PacingDesk) -> None:
        self._desk = desk

    async def call(self, call: str, arguments: Json) -> Any:
        """Answer a call; InvalidFieldError names what is wrong with it."""
        desk = self._desk
        match call:
            case "spans":
                port = arguments["port"]
                return [report_to_json(one) for one in await desk.spans(None if port is None else Port(port))]
            case "accounts":
                return [report_to_json(one) for one in await desk.accounts(arguments["name"])]
            case "limit_span":
                await desk.limit_span(Port(arguments["port"]), arguments["changes"], actor=ACTOR)
            case "limit_account":
                await desk.limit_account(arguments["name"], arguments["changes"], actor=ACTOR)
            case _:
                raise InvalidFieldError("call", f"unknown: pacing {call}")
        return None


class RemotePacing:
    """The limits of a running gateway."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def call(self, call: str, arguments: Json) -> Any:
        """Have a call answered; InvalidFieldError names what is wrong with it."""
        return await ask(self._path, f"pacing {call}", arguments)


def report_to_json(report: PaceReport) -> Json:
    """Give limits and quotas of a SIM or an account as a JSON object."""
    pace = report.pace
    return {
        "kind": pace.owner.kind.value,
        "name": pace.name,
        "port": report.port,
        "limits": _limits_to_json(pace.limits),
        "set_at_run_time": dict(report.own),
        "quotas": [
            {
                "period": state.period.value,
                "used": state.used,
                "limit": state.quota,
                "ends_at": None if state.ends_at is None else _time(state.ends_at),
            }
            for state in report.states
        ],
    }


def _limits_to_json(limits: Limits) -> Json:
    return {
        "gap_s": limits.gap_ms / 1000,
        "gap_jitter_s": limits.gap_jitter_ms / 1000,
        "per_minute": limits.per_minute,
        "per_hour": limits.per_hour,
        "per_day": limits.per_day,
        "per_month": limits.per_month,
        "contract_day": limits.contract_day,
        "periods": "sliding" if limits.is_sliding else "calendar",
        "timezone": str(limits.zone),
    }


def _time(at: EpochMs) -> str:
    return f"{datetime.fromtimestamp(-(-at // 1000), UTC):%Y-%m-%dT%H:%M:%SZ}"
