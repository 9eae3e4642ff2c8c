"""Mistakes in what came in: where, and what is allowed there, in plain words."""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from modem.emulator.border.checked import Checked
from modem.emulator.border.one_of import OneOf
from modem.emulator.border.record import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

Part = str | int
Model = TypeVar("Model", bound=Checked)

_SHOWN: Final = 40
_NOTHING: Final = object()


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """One mistake: `path` leads to it through tables and lists, `reason` says what is allowed."""

    path: tuple[Part, ...]
    reason: str

    @property
    def key(self) -> str:
        """The path as people write it: modems[0].sim.pin."""
        return "".join(map(_step, self.path)).removeprefix(".")


def _step(part: Part) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if part.replace("_", "").isalnum() else f'."{part}"'


def check(model: type[Model], data: object, context: Mapping[str, object]) -> Model | list[Mistake]:
    """Return the model of a table, or all that is wrong with it."""
    try:
        return model.model_validate(data, context=dict(context))
    except ValidationError as error:
        return [_mistake(model, data, details) for details in error.errors(include_url=False)]


def _mistake(model: type[Checked], data: object, details: ErrorDetails) -> Mistake:
    kind, context = details["type"], details.get("ctx", {})
    path = list(_path(data, details["loc"], is_missing=kind == "missing"))
    if kind == "missing":
        reason = "is missing"
    elif kind == "extra_forbidden":
        reason = f"is not known here; allowed: {', '.join(_keys_beside(model, details['loc'])) or 'nothing'}"
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        path.append(context["discriminator"].strip("'"))
        tags = context.get("expected_tags")
        reason = f"must be one of {tags.replace(chr(39), '')}" if tags else "is missing"
    elif "field" in context:
        path += context["field"].split(".")
        reason = details["msg"]
    else:
        reason = _plain(details)
    return Mistake(path=tuple(path), reason=reason)


def _plain(details: ErrorDetails) -> str:
    value = details["input"]
    text = repr(value)
    was = f", not {text}" if isinstance(value, str | int | float) and len(text) <= _SHOWN else ""
    words = details["msg"].replace("Input should be", "must be").replace("a valid dictionary", "a table")
    if not words.startswith("must be"):
        return words
    for long, short in (
        ("greater than or equal to ", "at least "),
        ("less than or equal to ", "at most "),
        ("a valid string", "a text"),
        ("a valid boolean", "true or false"),
        ("a valid integer", "a whole number"),
        ("a valid number", "a number"),
        ("a valid list", "a list"),
    ):
        words = words.replace(long, short)
    if details["type"] == "model_type":
        words = "must be a table"
    return words + was


def _path(data: object, loc: Sequence[Part], *, is_missing: bool) -> Iterator[Part]:
    """Drop what pydantic puts into a place besides keys and indexes: which of several models it tried."""
    for position, part in enumerate(loc):
        inside = _inside(data, part)
        if inside is not _NOTHING:
            data = inside
        elif not is_missing or position < len(loc) - 1:
            continue
        yield part


def _inside(data: object, part: Part) -> object:
    if isinstance(data, dict):
        return data.get(part, _NOTHING)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return _NOTHING


def _keys_beside(model: type[Checked], loc: Sequence[Part]) -> list[str]:
    """Return the keys that the table may have in which the last part of `loc` is one too many."""
    candidates = [model]
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        inside = [
            found for table in candidates if part in table.model_fields for found in _tables(table.model_fields[part])
        ]
        tagged = [table for table in candidates if _is_tagged(table, part)]
        candidates = inside or tagged or candidates  # else it is a key that people choose, such as a number
    return sorted({name for table in candidates for name in table.model_fields})


def _tables(field: Any) -> Iterator[type[Checked]]:
    """Return the models that a field, or a part of its type, can hold."""
    annotation = getattr(field, "annotation", field)
    if isinstance(annotation, type) and issubclass(annotation, Checked):
        yield annotation
    elif isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        yield table_of(annotation)
    elif isinstance(annotation, OneOf):
        yield from annotation.models()
    for part in typing.get_args(annotation):
        yield from _tables(part)


def _is_tagged(table: type[Checked], tag: str) -> bool:
    return any(typing.get_args(field.annotation) == (tag,) for field in table.model_fields.values())
