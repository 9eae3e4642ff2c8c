"""All faults there are: listed for a form, and built from a scenario's table or a JSON object."""

from __future__ import annotations

import dataclasses
import importlib
import math
import pkgutil
import typing
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final

from modem.emulator.fault import Fault, FaultError, Option, Trigger

if TYPE_CHECKING:
    from collections.abc import Mapping

_FAULT: Final = "fault"
_TYPE_NAMES: Final = {bool: "boolean", int: "integer", float: "number", str: "text"}


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldKind:
    """One field as a form or a schema needs it.

    `type` is "boolean", "integer", "number", "text", "texts" or "choice"; `default` is as in JSON, None when the
    fault itself decides.
    """

    name: str
    type: str
    default: object
    text: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultKind:
    """One fault as a list shows it; `summary` is one line, `fields` are its own, without those of the trigger."""

    name: str
    summary: str
    fields: tuple[FieldKind, ...]


@cache
def load_faults() -> dict[str, type[Fault]]:
    """Walk the folder and return every fault by its name; raises ValueError when two have the same one."""
    package = importlib.import_module("modem.emulator.faults")
    faults: dict[str, type[Fault]] = {}
    for entry in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{entry.name}")
        for value in vars(module).values():
            if not (isinstance(value, type) and issubclass(value, Fault) and value.__module__ == module.__name__):
                continue
            if not value.name or value.name in faults:
                message = f"{entry.name}: {value.__name__} needs a name that no other fault has"
                raise ValueError(message)
            faults[value.name] = value
    return dict(sorted(faults.items()))


def fault_kinds() -> tuple[FaultKind, ...]:
    """Return all faults, by name."""
    return tuple(
        FaultKind(name=name, summary=(fault.__doc__ or "").partition("\n")[0], fields=_fields(fault))
        for name, fault in load_faults().items()
    )


def trigger_fields() -> tuple[FieldKind, ...]:
    """Return the fields that every fault has besides its own: when, how often, how long."""
    return _fields(Trigger)


def build(table: Mapping[str, object]) -> tuple[Fault, Trigger]:
    """Build a fault and its trigger from one flat table: `{"fault": "late_result", "after_submits": 3, "delay_s": 20}`.

    Raises FaultError that names the field: unknown, of a wrong type, out of range, or at odds with another.
    """
    name = table.get(_FAULT)
    faults = load_faults()
    if not isinstance(name, str) or name not in faults:
        raise FaultError(_FAULT, f"must be one of {', '.join(faults)}" if name is not None else "is missing")
    kind = faults[name]
    own = {field.name for field in dataclasses.fields(kind)}
    shared = {field.name for field in dataclasses.fields(Trigger)}
    for key in table:
        if key != _FAULT and key not in own | shared:
            raise FaultError(key, f"{name} has no such field, only {', '.join(sorted(own)) or 'those of its trigger'}")
    own_values: dict[str, Any] = {key: _value(kind, key, value) for key, value in table.items() if key in own}
    shared_values: dict[str, Any] = {key: _value(Trigger, key, value) for key, value in table.items() if key in shared}
    fault, trigger = kind(**own_values), Trigger(**shared_values)
    trigger.check()
    return fault, trigger


def as_table(fault: Fault, trigger: Trigger) -> dict[str, object]:
    """Return the table that `build` makes the same fault from, without what is left at its default."""
    table: dict[str, object] = {_FAULT: fault.name}
    for record in (fault, trigger):
        for field in dataclasses.fields(record):
            value = getattr(record, field.name)
            if value != field.default:
                table[field.name] = _plain(value)
    return table


@cache
def _types(record: type) -> dict[str, tuple[Any, bool]]:
    """Return the type of each field without None, and whether None was in it."""
    types: dict[str, tuple[Any, bool]] = {}
    hints = typing.get_type_hints(record)
    for field in dataclasses.fields(record):
        hint = hints[field.name]
        parts = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
        types[field.name] = next(part for part in parts if part is not NoneType), NoneType in parts
    return types


def _fields(record: type) -> tuple[FieldKind, ...]:
    return tuple(_field(record, field) for field in dataclasses.fields(record))


def _field(record: type, field: dataclasses.Field[Any]) -> FieldKind:
    option: Option = field.metadata["option"]
    wanted, _ = _types(record)[field.name]
    choices = tuple(_plain_choice(choice) for choice in wanted) if _is_enum(wanted) else ()
    return FieldKind(
        name=field.name,
        type="choice" if choices else _TYPE_NAMES.get(wanted, "texts"),
        default=_plain(field.default),
        text=option.text,
        unit=option.unit,
        least=option.least,
        most=option.most,
        choices=choices,
    )


def _value(record: type, name: str, value: object) -> object:
    wanted, may_be_none = _types(record)[name]
    if value is None and may_be_none:
        return None
    if _is_enum(wanted):
        return _choice(wanted, name, value)
    if wanted is bool:
        return _of_type(name, value, bool, "true or false")
    if wanted is str:
        return _of_type(name, value, str, "a text")
    if wanted in (int, float):
        return _number(record, name, value, wanted)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise FaultError(name, "must be a list of texts")


def _of_type(name: str, value: object, wanted: type, words: str) -> object:
    if not isinstance(value, wanted):
        raise FaultError(name, f"must be {words}")
    return value


def _choice(wanted: type[Enum], name: str, value: object) -> Enum:
    for choice in wanted:
        if _plain_choice(choice) == value:
            return choice
    raise FaultError(name, f"must be one of {', '.join(_plain_choice(choice) for choice in wanted)}")


def _number(record: type, name: str, value: object, wanted: type) -> float:
    words = "a whole number" if wanted is int else "a number"
    is_number = isinstance(value, int if wanted is int else int | float) and not isinstance(value, bool)
    if not is_number or not isinstance(value, int | float) or not math.isfinite(value):
        raise FaultError(name, f"must be {words}")
    option: Option = next(field for field in dataclasses.fields(record) if field.name == name).metadata["option"]
    if option.least is not None and value < option.least:
        raise FaultError(name, f"must be {option.least:g} or more")
    if option.most is not None and value > option.most:
        raise FaultError(name, f"must be {option.most:g} or less")
    return value if wanted is int else float(value)


def _is_enum(wanted: Any) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, Enum)


def _plain_choice(choice: Enum) -> str:
    return choice.name.lower() if isinstance(choice, IntEnum) else str(choice.value)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return _plain_choice(value)
    return list(value) if isinstance(value, tuple) else value
