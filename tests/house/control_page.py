"""The parts of docs/control.md that are drawn from the code; `python -m tests.house.control_page` writes them anew."""

from __future__ import annotations

import inspect
from enum import Enum
from typing import Any

from pydantic import BaseModel

from modem.emulator.action import load_actions
from modem.emulator.border import Checked, FaultTable
from modem.emulator.control.acting import action_routes, path_fields
from modem.emulator.control.route import load_routes
from modem.emulator.scenario.document import ModemGroup, NetworkTable, Scenario, SimTable, Step
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "control.md"


def routes() -> str:
    """Every way in, by path."""
    shown = [route for route in (*load_routes(), *action_routes()) if route.is_documented]
    shown.sort(key=lambda route: (route.path, route.method))
    rows = [
        f"| `{route.method} {route.path}` | {_keys(route.bodies[0], {*path_fields(route.path), 'do'})} "
        f"| {route.summary.rstrip('.')} |"
        if route.bodies
        else f"| `{route.method} {route.path}` | {_queries(route.queries)} | {route.summary.rstrip('.')} |"
        for route in shown
    ]
    return "\n".join(["| request | takes | what it does |", "|---|---|---|", *rows])


def actions() -> str:
    """Every word of a timeline with its keys."""
    rows = []
    for word, models in load_actions().items():
        if word == "disarm_one":
            continue
        summary = (
            (inspect.getdoc(models[0]) or "").partition("\n")[0] if len(models) == 1 else "Arm a fault of a modem."
        )
        rows.append(f"| `{word}` | {_keys(models[0], {'do'})} | {summary} |")
    return "\n".join(["| `do` | keys | what happens |", "|---|---|---|", *rows])


def keys() -> str:
    """Every key of a scenario file."""
    rows = []
    for model, prefix in (
        (Scenario, ""),
        (ModemGroup, "modems[]."),
        (SimTable, "modems[].sim."),
        (NetworkTable, "network."),
        (Step, "timeline[]."),
    ):
        for name, field in model.model_fields.items():
            text = (field.description or "").replace("|", "\\|")
            rows.append(f"| `{prefix}{name}` | {_default(field)} | {text} |")
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])


def rewritten(text: str) -> str:
    """The page with its drawn parts as they must be."""
    for name, draw in (("routes", routes), ("actions", actions), ("keys", keys)):
        before, begin, rest = text.partition(f"<!-- begin: {name} -->\n")
        _, end, after = rest.partition(f"<!-- end: {name} -->")
        text = f"{before}{begin}{draw()}\n{end}{after}"
    return text


def _keys(model: type[Checked], without: set[str]) -> str:
    if issubclass(model, FaultTable):
        return "`modem`, `fault` and its fields: [faults.md](faults.md)"
    shown = {name: field for name, field in model.model_fields.items() if name not in without}
    return (
        ", ".join(f"`{name}`" if field.is_required() else f"[`{name}`]" for name, field in shown.items()) or "nothing"
    )


def _queries(queries: Any) -> str:
    return ", ".join(f"`?{query.name}=`" for query in queries) or "nothing"


def _default(field: Any) -> str:
    if field.is_required():
        return "needed"
    default = field.default
    if isinstance(default, BaseModel) or default in ([], {}) or default is None or default == "":
        return "none"
    if isinstance(default, Enum):
        return f"`{default.name.lower()}`"
    if isinstance(default, bool | int | float | str):
        return f"`{str(default).lower() if isinstance(default, bool) else default}`"
    return "as usual"


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
