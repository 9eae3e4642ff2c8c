"""The calls about spans on the control socket, and the command line's side of them; everything travels as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gateway.control import ask
from gateway.core.types import Port
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.core.balance import Balance
    from gateway.core.history import HistoryEvent
    from gateway.core.types import EpochMs
    from gateway.service.span_desk import SpanDesk, SpanReport
    from gateway.service.why import Explainer, Explanation

ACTOR = "command line"
LONGEST_WAIT_S = 60.0
Json = dict[str, Any]


class LocalSpans:
    """The spans of this process; `is_running`: something sends on them."""

    is_running = False

    def __init__(self, desk: SpanDesk, explainer: Explainer) -> None:
        self._desk = desk
        self._explainer = explainer

    async def call(self, call: str, arguments: Json) -> Any:
        """Answer a call; InvalidFieldError names what is wrong with it."""
        desk = self._desk
        match call:
            case "list":
                return [span_to_json(report) for report in desk.list()]
            case "show":
                return span_to_json(desk.show(Port(arguments["port"])))
            case "wait":
                state, reason, drain = map(str, arguments["seen"])
                timeout_s = min(LONGEST_WAIT_S, float(arguments["timeout_s"]))
                port = Port(arguments["port"])
                return span_to_json(await desk.wait(port, seen=(state, reason, drain), timeout_s=timeout_s))
            case "history":
                port = arguments["port"]
                events = await desk.history(None if port is None else Port(port), limit=arguments["limit"])
                return [event_to_json(event) for event in events]
            case "why":
                words = {name: str(arguments[name]) for name in ("account", "dialect", "sender")}
                return explanation_to_json(await self._explainer.why(str(arguments["number"]), **words))
            case "pause":
                await desk.pause(Port(arguments["port"]), actor=ACTOR)
            case "drain":
                await desk.drain(Port(arguments["port"]), actor=ACTOR)
            case "resume":
                await desk.resume(Port(arguments["port"]), actor=ACTOR)
            case "rename":
                await desk.rename(Port(arguments["port"]), arguments["name"], actor=ACTOR)
            case _:
                raise InvalidFieldError("call", f"unknown: span {call}")
        return None


class RemoteSpans:
    """The spans of a running gateway."""

    is_running = True

    def __init__(self, path: Path) -> None:
        self._path = path

    async def call(self, call: str, arguments: Json) -> Any:
        """Have a call answered; InvalidFieldError names what is wrong with it."""
        return await ask(self._path, f"span {call}", arguments)


def span_to_json(report: SpanReport) -> Json:
    """Give a span as a JSON object."""
    view, health, rank = report.view, report.health, report.rank
    return {
        "port": view.span.port,
        "name": view.span.name,
        "enabled": view.span.enabled,
        "drain": view.span.drain.value,
        "state": view.state.value,
        "reason": view.reason,
        "waiting_segments": view.waiting_segments,
        "path": view.span.path,
        "model": health.model,
        "imei": view.span.imei or health.imei,
        "iccid": view.iccid,
        "imsi": view.imsi,
        "registration": health.registration,
        "operator": view.operator,
        "technology": health.technology,
        "signal_dbm": view.signal_dbm,
        "temperature_c": health.temperature_c,
        "voltage_v": health.voltage_v,
        "memories": [{"name": one.name, "used": one.used, "total": one.total} for one in health.memories],
        "counters": {"accepted": health.accepted, "refused": health.refused, "unanswered": health.unanswered},
        "balance": None if view.balance is None else _balance_to_json(view.balance),
        "failure_rate": health.failure_rate,
        "usual_failure_rate": health.usual_failure_rate,
        "is_failing": rank.is_failing,
        "segment_s": round(rank.segment_s, 3),
        "weight": rank.weight,
    }


def _balance_to_json(balance: Balance) -> Json:
    """Give what is left on a SIM; the amount is text, as a decimal number is written, None where none was found."""
    return {
        "amount": None if balance.amount is None else str(balance.amount),
        "reply": balance.reply,
        "asked_at": _time(balance.asked_at),
        "read_at": None if balance.read_at is None else _time(balance.read_at),
        "is_low": balance.is_low,
    }


def event_to_json(event: HistoryEvent) -> Json:
    """Give a line of the history as a JSON object."""
    return {
        "at": _time(event.at),
        "port": event.port,
        "kind": event.kind.value,
        "detail": event.detail,
        "path": event.path,
        "imei": event.imei,
        "iccid": event.iccid,
    }


def explanation_to_json(one: Explanation) -> Json:
    """Give which span would be chosen, and why, as a JSON object."""
    return {
        "recipient": one.recipient,
        "port": one.port,
        "spans": list(one.spans),
        "summary": one.summary,
        "rules": [{"name": rule.name, "verdict": rule.verdict} for rule in one.rules],
        "candidates": [
            {
                "port": each.port,
                "name": each.name,
                "is_chosen": each.port == one.port,
                "why_not": each.why_not,
                "waiting_segments": each.waiting_segments,
                "segment_s": round(each.segment_s, 3),
                "expected_wait_s": round(each.expected_wait_s, 3),
                "weight": each.weight,
                "is_failing": each.is_failing,
            }
            for each in one.candidates
        ],
    }


def _time(at: EpochMs) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
