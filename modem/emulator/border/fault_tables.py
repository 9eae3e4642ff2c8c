"""A model for the table of each fault, made from what the shelf of faults says of itself."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, create_model, model_validator
from pydantic_core import PydanticCustomError

from modem.emulator.border.checked import MADE, Checked
from modem.emulator.breakage.shelf import FieldKind, build, fault_kinds, trigger_fields
from modem.emulator.fault import Fault, FaultError, Trigger

_TYPES: dict[str, Any] = {"boolean": bool, "integer": int, "number": float, "text": str, "texts": list[str]}


class FaultTable(Checked):
    """One flat table: `fault` says which, the rest are its own fields and those of its trigger."""

    # There are many, and most are never used.
    model_config = ConfigDict(defer_build=True)

    @property
    def table(self) -> dict[str, object]:
        """What was given, as `fault_shelf.build` takes it."""
        names = _names(str(getattr(self, "fault")))  # noqa: B009 - each model has it, not this base
        return {name: getattr(self, name) for name in self.model_fields_set | {"fault"} if name in names}

    def built(self) -> tuple[Fault, Trigger]:
        """Return the fault with its trigger."""
        return build(self.table)

    @model_validator(mode="after")
    def _can_be_built(self) -> FaultTable:
        try:
            self.built()
        except FaultError as error:
            raise PydanticCustomError("fault", "{reason}", {"reason": error.reason, "field": error.field}) from error
        return self


def fault_models(base: type[FaultTable], prefix: str) -> dict[str, type[FaultTable]]:
    """Return a model for each fault by its name, derived from `base`; they are called `prefix` and the fault's name."""
    shared = {kind.name: _field(kind) for kind in trigger_fields()}
    models: dict[str, type[FaultTable]] = {}
    for kind in fault_kinds():
        own = {field.name: _field(field) for field in kind.fields}
        name = prefix + kind.name.title().replace("_", "")
        fields: dict[str, Any] = {"fault": (Literal[kind.name], ...), **own, **shared}
        models[kind.name] = create_model(name, __base__=base, __doc__=kind.summary, __cls_kwargs__=MADE, **fields)
    return models


@cache
def _names(fault: str) -> frozenset[str]:
    own = next(kind.fields for kind in fault_kinds() if kind.name == fault)
    return frozenset({"fault", *(field.name for field in (*own, *trigger_fields()))})


def _field(kind: FieldKind) -> tuple[Any, Any]:
    wanted = Literal[kind.choices] if kind.choices else _TYPES[kind.type]
    if kind.least is not None or kind.most is not None or kind.type == "number":
        is_finite = False if kind.type == "number" else None
        wanted = Annotated[wanted, Field(ge=kind.least, le=kind.most, allow_inf_nan=is_finite)]
    if kind.default is None:
        wanted = wanted | None
    text = f"{kind.text}, in {kind.unit}" if kind.unit else kind.text
    return wanted, Field(default=kind.default, description=text)
