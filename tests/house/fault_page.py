"""The part of docs/faults.md that is drawn from the code; `python -m tests.house.fault_page` writes it anew."""

from __future__ import annotations

import re
from collections.abc import Iterable

from modem.emulator.breakage.shelf import FieldKind, fault_kinds, load_faults, trigger_fields
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "faults.md"


def drawn() -> str:
    """Trigger and faults, field by field."""
    parts = ["## When a fault strikes: the fields that all share", *_table(trigger_fields()), "", "## All faults", ""]
    for kind in fault_kinds():
        fault = load_faults()[kind.name]
        habit = "lasts" if fault.is_lasting else "strikes once"
        parts += [f"### {kind.name}", "", kind.summary, ""]
        parts += [f"Waits for: {fault.occasion.value}; {habit}; cured by: {fault.cured_by.name.lower()}."]
        parts += [*_table(kind.fields), ""] if kind.fields else [""]
    return "\n".join(parts).rstrip()


def rewritten(text: str) -> str:
    """The page with its drawn part as it must be."""
    block = f"<!-- begin: faults -->\n{drawn()}\n<!-- end: faults -->"
    return re.sub(r"<!-- begin: faults -->\n.*?<!-- end: faults -->", lambda _: block, text, flags=re.DOTALL)


def _table(fields: Iterable[FieldKind]) -> list[str]:
    rows = [f"| `{field.name}` | {_type(field)} | {_default(field)} | {field.text} |" for field in fields]
    return ["", "| field | type | default | meaning |", "|---|---|---|---|", *rows]


def _type(field: FieldKind) -> str:
    if field.choices:
        return " \\| ".join(f"`{choice}`" for choice in field.choices)
    bounds = [f"{bound:g}" if bound is not None else "" for bound in (field.least, field.most)]
    return " ".join(part for part in (field.type, "…".join(bounds) if any(bounds) else "", field.unit) if part)


def _default(field: FieldKind) -> str:
    if field.default is None:
        return "as the fault says"
    if isinstance(field.default, list):
        return ", ".join(f"`{item}`" for item in field.default) or "none"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return f"`{field.default}`" if field.default != "" else "none"


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
