"""Tables for the frozen records of the network: the records say what is allowed, nothing is written down twice."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from dataclasses import MISSING
from enum import Enum, IntEnum
from functools import cache
from math import inf, isinf
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, WrapValidator, create_model
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from modem.emulator.border.checked import MADE, Checked
from modem.emulator.network import RADIO_TIMES, Delay, RadioTime
from modem.errors import BehaviourError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import GetCoreSchemaHandler, ValidatorFunctionWrapHandler
    from pydantic_core import CoreSchema, ErrorDetails

_KNOWN_ERRORS: Final = frozenset(typing.get_args(ErrorType))


@dataclasses.dataclass(frozen=True, slots=True)
class FromTable:
    """Mark of a field whose type is a record or an enum of names, and that is read from a table or a name."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema of the table that gives `source`."""
        return handler.generate_schema(_wanted(source))


@cache
def table_of(record: type) -> type[Checked]:
    """Return the model of the table that gives a `record`: its fields with their types and defaults."""
    hints = typing.get_type_hints(record)
    fields: dict[str, Any] = {field.name: _field(field, hints[field.name]) for field in dataclasses.fields(record)}
    return create_model(
        record.__name__, __base__=Checked, __doc__=inspect.getdoc(record), __cls_kwargs__=MADE, **fields
    )


def plain(value: object) -> Any:
    """Return a record as the table that gives it again, for JSON: no end is null, octets are hexadecimal."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return choice_name(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex().upper()
    return None if isinstance(value, float) and isinf(value) else value


def choice_name(choice: Enum) -> str:
    """Return the word for a value of an enum: numbers of a standard go by their names."""
    return choice.name.lower() if isinstance(choice, IntEnum) else str(choice.value)


def _field(field: dataclasses.Field[Any], hint: Any) -> tuple[Any, Any]:
    wanted = _wanted(hint)
    if field.default is not MISSING:
        if field.default == inf:
            return Annotated[wanted | None, AfterValidator(lambda value: inf if value is None else value)], Field(
                default_factory=lambda: inf
            )
        is_record = dataclasses.is_dataclass(field.default) or isinstance(field.default, Enum | tuple)
        return wanted, Field(default_factory=lambda: field.default) if is_record else field.default
    if field.default_factory is not MISSING:
        return wanted, Field(default_factory=field.default_factory)
    return wanted, ...


def _wanted(hint: Any) -> Any:
    """Return the type that a table has in place of `hint`."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is UnionType or origin is typing.Union:
        (part,) = (part for part in parts if part is not NoneType)
        return _wanted(part) | None if NoneType in parts else _wanted(part)
    if origin is tuple:
        # A list, because that is what JSON and TOML have.
        item = _wanted(parts[0])
        return Annotated[list[item], AfterValidator(tuple)]  # type: ignore[valid-type]
    if origin is dict:
        key, value = parts[0], _wanted(parts[1])
        return dict[key, value]  # type: ignore[valid-type]
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast("type", hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice(hint)
    return Annotated[float, Field(allow_inf_nan=False)] if hint is float else hint


def _record(record: type) -> Any:
    table: Any = table_of(record)

    def build(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return _built(record, handler(value))
        except ValidationError as error:
            mistakes = [_again(details) for details in error.errors(include_url=False)]
        except BehaviourError as error:
            mistakes = [_out_of_range(error, value)]
        # A record tells its first mistake only, and none while a type is wrong: ask for each field by itself.
        for name, mistake in _mistakes_alone(record, value, handler):
            if all(name not in _fields_named(known) for known in mistakes):
                mistakes.append(mistake)
        raise ValidationError.from_exception_data(record.__name__, mistakes)

    whole = Annotated[table, WrapValidator(build)]
    if record is Delay:
        return Annotated[whole, BeforeValidator(_fixed_delay, json_schema_input_type=float | table)]
    if record is RadioTime:
        return Annotated[whole, BeforeValidator(_known_radio_time, json_schema_input_type=_RadioName | float | table)]
    return whole


def _built(record: type, checked: Checked) -> Any:
    return record(**{name: getattr(checked, name) for name in type(checked).model_fields})


def _mistakes_alone(
    record: type, value: Any, handler: ValidatorFunctionWrapHandler
) -> Iterator[tuple[str, InitErrorDetails]]:
    """Give the fields of a table that are out of range whatever the others are."""
    if not isinstance(value, dict):
        return
    hints = typing.get_type_hints(record)
    needed = {
        field.name: _stand_in(hints[field.name])
        for field in dataclasses.fields(record)
        if field.default is MISSING and field.default_factory is MISSING
    }
    for name in value:
        try:
            _built(record, handler({**needed, name: value[name]}))
        except BehaviourError as error:
            if error.field.partition(".")[0] == name:
                yield name, _out_of_range(error, value)
        except ValidationError:
            continue  # what is wrong with its type is known


def _stand_in(hint: Any) -> object:
    """Return a value for a field that must be there while another one is looked at."""
    return {int: 0, str: ""}.get(hint, {})


def _out_of_range(error: BehaviourError, value: object) -> InitErrorDetails:
    wrong = PydanticCustomError("behaviour", "{reason}", {"reason": error.reason, "field": error.field})
    return InitErrorDetails(type=wrong, input=value)


def _again(details: ErrorDetails) -> InitErrorDetails:
    """Return an error that was caught so that it can be raised once more."""
    kind, context = details["type"], details.get("ctx", {})
    known = kind in _KNOWN_ERRORS
    wrong = kind if known else PydanticCustomError("custom", "{text}", {**context, "text": details["msg"]})
    return InitErrorDetails(type=wrong, loc=details["loc"], input=details["input"], ctx=context)


def _fields_named(mistake: InitErrorDetails) -> set[object]:
    wrong = mistake["type"]
    context = (wrong.context or {}) if isinstance(wrong, PydanticCustomError) else {}
    return {*mistake.get("loc", ())[:1], str(context.get("field", "")).partition(".")[0]}


_RadioName = Literal[tuple(RADIO_TIMES)]  # type: ignore[valid-type]
_RADIO_TABLES: Final = {name: plain(radio_time) for name, radio_time in RADIO_TIMES.items()}


def _fixed_delay(value: object) -> object:
    """Take a number for a delay that is always the same."""
    return {"least_s": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


def _known_radio_time(value: object) -> object:
    """Take the name of a radio time, or a number for one that is always the same."""
    if isinstance(value, str):
        if value not in _RADIO_TABLES:
            raise PydanticCustomError(
                "radio_time",
                "must be one of {names}, a number of seconds or a table",
                {"names": ", ".join(_RADIO_TABLES)},
            )
        return _RADIO_TABLES[value]
    return {"first": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


def _choice(wanted: type[Enum]) -> Any:
    choices = {choice_name(choice): choice for choice in wanted}
    return Annotated[Literal[tuple(choices)], AfterValidator(choices.__getitem__)]
