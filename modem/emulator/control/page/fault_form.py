"""The form of a fault: its fields, and what a person typed into them as the table that arms it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modem.emulator.breakage.shelf import fault_kinds, trigger_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modem.emulator.breakage.shelf import FaultKind, FieldKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One field of the form with what stands in it."""

    field: FieldKind
    value: str
    problem: str = ""

    @property
    def hint(self) -> str:
        """What stands in the empty field."""
        default = self.field.default
        if default is None:
            return "as the fault says"
        return "\n".join(default) if isinstance(default, list) else str(default)


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultForm:
    """A fault with the lines of its own fields and of its trigger."""

    kind: FaultKind
    own: list[Line]
    trigger: list[Line]


def find_kind(name: str) -> FaultKind | None:
    """Return a kind of fault by its name."""
    return next((kind for kind in fault_kinds() if kind.name == name), None)


def make_form(kind: FaultKind, typed: Mapping[str, str], problems: Mapping[str, str]) -> FaultForm:
    """Return the form with what was typed, and what is wrong with it by field."""

    def lines(fields: tuple[FieldKind, ...]) -> list[Line]:
        return [
            Line(field=field, value=typed.get(field.name, ""), problem=problems.get(field.name, "")) for field in fields
        ]

    return FaultForm(kind=kind, own=lines(kind.fields), trigger=lines(trigger_fields()))


def read_form(kind: FaultKind, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the table of what was typed; what is empty is left to the fault, what is no number stays a text."""
    table: dict[str, Any] = {"fault": kind.name}
    for field in (*kind.fields, *trigger_fields()):
        text = typed.get(field.name, "")
        if text.strip():
            table[field.name] = _value(field, text)
    return table


def _value(field: FieldKind, text: str) -> object:
    if field.type == "boolean":
        return text == "true"
    if field.type == "texts":
        return [line for line in text.splitlines() if line]
    if field.type in ("integer", "number"):
        try:
            return int(text) if field.type == "integer" else float(text)
        except ValueError:
            return text
    return text
