"""Field names with brackets: `a[]`, `a[0]` and `a[key]` build lists and objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.api.refusals import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable

NESTING_LIMIT = 32
_INDEX = re.compile(r"[0-9]{1,9}")
_BRACKETS = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")


class Repeated(list[Any]):
    """The values of a plain name that was given several times: a list where one is wanted, else the last counts."""


class _Branch(dict[str, Any]):
    """An unfinished list or object; `[]` takes the next free index."""

    def __init__(self) -> None:
        super().__init__()
        self._next_index = 0

    def add(self, key: str, value: Any) -> None:
        if not key:
            key = str(self._next_index)
        if _INDEX.fullmatch(key):
            self._next_index = max(self._next_index, int(key) + 1)
        self[key] = value


def build_fields(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Give the fields by plain name, in the order they came.

    A list given for `a[]` is added element by element (`{"spans[]": [1, 2]}` in JSON). Raises
    MalformedError when brackets are nested deeper than `NESTING_LIMIT`.
    """
    fields: dict[str, Any] = {}
    branches: list[str] = []
    for name, value in pairs:
        match = _BRACKETS.fullmatch(name) if "[" in name else None
        if match:
            base, keys = match[1], match[2][1:-1].split("][")
            if not isinstance(fields.get(base), _Branch):
                fields[base] = _branch_of(fields, base)
                branches.append(base)
            _graft(fields[base], keys, value)
        elif name in fields:
            _repeat(fields, name, value)
        else:
            fields[name] = value
    for base in branches:
        fields[base] = _finished(fields[base])
    return fields


def _branch_of(fields: dict[str, Any], base: str) -> _Branch:
    branch = _Branch()
    if base in fields:
        earlier = fields[base]
        for value in earlier if isinstance(earlier, list) else [earlier]:
            branch.add("", value)
    return branch


def _repeat(fields: dict[str, Any], name: str, value: Any) -> None:
    earlier = fields[name]
    if isinstance(earlier, _Branch):
        earlier.add("", value)
    elif isinstance(earlier, Repeated):
        earlier.append(value)
    else:
        fields[name] = Repeated((earlier, value))


def _graft(branch: _Branch, keys: list[str], value: Any) -> None:
    if len(keys) > NESTING_LIMIT:
        raise MalformedError("nested too deeply")
    for key in keys[:-1]:
        if not isinstance(branch.get(key), _Branch):
            branch.add(key, _Branch())
        branch = branch[key or next(reversed(branch))]
    for single in value if keys[-1] == "" and isinstance(value, list) else (value,):
        branch.add(keys[-1], single)


def _finished(value: Any) -> Any:
    if not isinstance(value, _Branch):
        return value
    children = {key: _finished(child) for key, child in value.items()}
    if all(map(_INDEX.fullmatch, children)):
        return [children[key] for key in sorted(children, key=int)]
    return children
