"""The model that all others here derive from; and short values that are used in many places."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from modem.emulator.card.locks import is_pin


class Checked(BaseModel):
    """A table in which every key is known and nothing is taken for something else ("1" is no number, 1 no truth)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


MADE: Final[dict[str, Any]] = {"use_attribute_docstrings": False}
"""`create_model(__cls_kwargs__=MADE)`: such a model has no source text with docstrings, and to find that out pydantic
(before Python 3.13) looks for it in each frame of the stack, and for each frame in every module."""


def _is_there(number: int, info: ValidationInfo) -> int:
    """Refuse a modem that is not in the rack; without a context nobody knows how many there are."""
    count = (info.context or {}).get("modem_count")
    if count is not None and number >= count:
        which = f"they are numbered 0 to {count - 1}" if count else "there are none"
        raise PydanticCustomError("no_modem", "there is no modem {number}: {which}", {"number": number, "which": which})
    return number


def _is_cell(name: str, info: ValidationInfo) -> str:
    """Refuse a cell that is not there; without a context nobody knows which there are."""
    cells = (info.context or {}).get("cells")
    if cells is not None and name not in cells:
        raise PydanticCustomError(
            "no_cell", "there is no cell {name}, only {cells}", {"name": repr(name), "cells": ", ".join(cells)}
        )
    return name


CellName = Annotated[str, AfterValidator(_is_cell)]
"""The name of a cell of the network."""


def _is_pin(text: str) -> str:
    if not is_pin(text):
        raise PydanticCustomError("pin", "must be 4 to 8 digits, as a text")
    return text


def _is_hexadecimal(text: str) -> str:
    try:
        return bytes.fromhex(text).hex().upper()
    except ValueError:
        raise PydanticCustomError("octets", "must be octets in hexadecimal, such as 0A1B") from None


Pin = Annotated[str, Field(json_schema_extra={"pattern": "^[0-9]{4,8}$"}), AfterValidator(_is_pin)]
"""The PIN of a SIM."""
Octets = Annotated[str, Field(description="in hexadecimal"), AfterValidator(_is_hexadecimal)]
"""Octets in hexadecimal."""
ModemNumber = Annotated[int, Field(ge=0), AfterValidator(_is_there)]
"""The number of a modem, from 0."""
