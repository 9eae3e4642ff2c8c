"""Fields of one request, read by name whatever shape they came in.

Each reader gives None for an absent field (missing, null, empty) and raises InvalidFieldError with the
field's name and a reason in plain words for a wrong one. Names are matched exactly, then without case.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn

from gateway.api.names import NESTING_LIMIT, Repeated, build_fields
from gateway.api.refusals import MalformedError, UndecodableError
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSING: Final = object()
_INTEGER = re.compile(r"[+-]?[0-9]{1,400}")
_SWITCH = {"0": False, "false": False, "no": False, "off": False, "1": True, "true": True, "yes": True, "on": True}
# Behind a separator a blank may also be meant ("10010, 10086"): there only an international number had a plus.
_RAW_PLUS = re.compile(r"^ (?=[1-9])|(?<=[ ;|.:,\r\n]) (?=[1-9][0-9]{6})")


class WrittenFloat(float):
    """A JSON number with a fraction or exponent that remembers its digits as written."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> WrittenFloat:
        """Read a JSON number."""
        value = super().__new__(cls, text)
        value.text = text
        return value

    text: str


class Undecodable:
    """A value of a form whose octets are not text in `charset`."""

    __slots__ = ("charset",)

    def __init__(self, charset: str) -> None:
        self.charset = charset


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_float=WrittenFloat, parse_constant=_refuse_constant)


def decode_json(text: str) -> Any:
    """Give the value of a JSON document: RFC 8259, so no NaN; of equal keys the last counts.

    Raises MalformedError, also when it is nested deeper than `NESTING_LIMIT`.
    """
    try:
        value = _DECODER.decode(text)
    except ValueError as error:
        raise MalformedError("not valid JSON") from error
    except RecursionError as error:
        raise MalformedError("nested too deeply") from error
    # Counting brackets is far cheaper than a walk and enough for nearly every request.
    if text.count("{") + text.count("[") > NESTING_LIMIT:
        _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    level = _containers([value])
    for _ in range(NESTING_LIMIT):
        level = [child for parent in level for child in _containers(parent)]
        if not level:
            return
    raise MalformedError("nested too deeply")


def _containers(parent: Any) -> list[Any]:
    children = parent.values() if isinstance(parent, dict) else parent
    return [child for child in children if isinstance(child, dict | list)]


def repair_plus(text: str) -> str:
    """Put the plus back in front of numbers of a form where a raw one was read as a blank.

    >>> repair_plus(" 491711234567, 491717654321")
    '+491711234567,+491717654321'
    """
    return _RAW_PLUS.sub("+", text) if " " in text else text


class Params:
    """The fields of one request: those of a JSON body first, then those of forms and the query string."""

    __slots__ = ("_first", "_form", "_json", "_lower")

    def __init__(self, json_fields: Mapping[str, Any] | None = None, form: Mapping[str, Any] | None = None) -> None:
        """Take the parsed object of a JSON body as it is, and the fields of forms as `build_fields` gives them."""
        self._json: Mapping[str, Any] = json_fields or {}
        if "[" in "".join(self._json):
            self._json = build_fields(self._json.items())
        self._form: Mapping[str, Any] = form or {}
        self._first = self._json or self._form
        self._lower: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None

    def has(self, name: str) -> bool:
        """Whether the field was given, be it empty; null counts as not given."""
        value = self._find(name)[0]
        return value is not _MISSING and value is not None

    def read_int(self, name: str) -> int | None:
        """Read an integer: a JSON integer or boolean, a number without a fraction, digits as text."""
        value = self._single(name)
        if isinstance(value, str):
            if not value.strip():
                return None
            if _INTEGER.fullmatch(value.strip()):
                return int(value)
        elif value is None or isinstance(value, int):
            return None if value is None else int(value)
        elif isinstance(value, float) and value.is_integer():
            return int(value)
        raise InvalidFieldError(name, "not a number")

    def read_switch(self, name: str) -> bool | None:
        """Read a switch: 0 1 true false, as text also yes no on off in any case."""
        value = self._single(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, str):
            value = _SWITCH.get(value.strip().lower())
        if isinstance(value, int | float) and value in {0, 1}:
            return bool(value)
        raise InvalidFieldError(name, "must be 0 or 1")

    def read_string(self, name: str) -> str | None:
        """Read a string; blanks only count as absent. A number becomes its digits as written."""
        text = self.read_text(name)
        return None if text is None or text.isspace() else text

    def read_text(self, name: str) -> str | None:
        """Read a string that may consist of blanks."""
        value = self._first.get(name)
        if type(value) is str:  # as nearly always
            return value or None
        value = self._single(name)
        return None if value is None or value == "" else _string(name, value)

    def read_list(self, name: str) -> list[Any] | None:
        """Read a list of JSON values; a single value is a list of one."""
        items = self.read_items(name) or ()
        return [item for item in items if not _is_blank(item)] or None

    def read_items(self, name: str) -> list[Any] | None:
        """Read a list as `read_list`, but with every item in its place, empty ones too; [] when it has none."""
        value, is_form = self._find(name)
        if isinstance(value, dict):
            raise InvalidFieldError(name, "not a list")
        if is_form and isinstance(value, str) and value.lstrip().startswith("["):
            value = _embedded(value)
        if value is _MISSING or value is None or value == "":
            return None
        items = value if isinstance(value, list) else [value]
        for item in items:
            _refuse_undecodable(name, item)
        return list(items)

    def read_object(self, name: str) -> dict[str, Any] | None:
        """Read an object; in a form text that begins with `{` is one."""
        value, is_form = self._find(name)
        if is_form and isinstance(value, str) and value.lstrip().startswith("{"):
            value = _embedded(value)
        if value is _MISSING or value is None or (isinstance(value, str) and not value.strip()):
            return None
        _refuse_undecodable(name, value)
        if not isinstance(value, dict):
            raise InvalidFieldError(name, "not an object")
        for item in value.values():
            _refuse_undecodable(name, item)
        return value

    def read_json(self, name: str) -> Any:
        """Read a JSON document of any kind, the value itself or its text; MalformedError when the text is none."""
        value = self._single(name)
        if not isinstance(value, str):
            return value
        return decode_json(value) if value.strip() else None

    def came_by_form(self, name: str) -> bool:
        """Whether the field came by a form or the query string, not in a JSON body."""
        return self._find(name)[1]

    def read_phone(self, name: str) -> str | None:
        """Read a text that holds one phone number; in forms a lost plus is put back."""
        text = self.read_string(name)
        return repair_plus(text) if text is not None and self._find(name)[1] else text

    def read_phones(self, name: str) -> list[str] | None:
        """Read the texts that hold phone numbers: one, or a list of them; in forms a lost plus is put back."""
        value, is_form = self._find(name)
        if type(value) is str and not (is_form and value.lstrip().startswith("[")):  # as nearly always
            return None if _is_blank(value) else [repair_plus(value) if is_form else value]
        if isinstance(value, dict):
            raise InvalidFieldError(name, "not a string")
        repair = repair_plus if is_form else str
        return [repair(_string(name, item)) for item in self.read_list(name) or ()] or None

    def _single(self, name: str) -> Any:
        """Give a field's value, None when it is missing; of repeated ones the last."""
        value = self._find(name)[0]
        if value is _MISSING:
            return None
        if isinstance(value, Repeated):
            value = value[-1]
        _refuse_undecodable(name, value)
        return value

    def _find(self, name: str) -> tuple[Any, bool]:
        """Give a field's value and whether it came by a form."""
        if name in self._first:  # as nearly always
            return self._first[name], not self._json
        if self._lower is None:
            self._lower = _lowered(self._json), _lowered(self._form)
        lower = name.lower()
        in_json, in_form = self._lower
        if lower in in_json:
            return in_json[lower], False
        value = self._form.get(name, _MISSING)
        return (value if value is not _MISSING else in_form.get(lower, _MISSING)), True


def _lowered(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give fields by their names in lower case: as they are when all are."""
    return fields if "".join(fields).islower() else {key.lower(): value for key, value in fields.items()}


def _refuse_undecodable(name: str, value: Any) -> None:
    if isinstance(value, Undecodable):
        raise UndecodableError(name, value.charset)


def _is_blank(value: Any) -> bool:
    return value is _MISSING or value is None or (isinstance(value, str) and (not value or value.isspace()))


def _embedded(text: str) -> Any:
    try:
        return decode_json(text)
    except MalformedError:
        return text


def _string(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, WrittenFloat):
        return value.text
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InvalidFieldError(name, "not a string")
