"""The model that all others here derive from, and the numbers of modems."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError


class Checked(BaseModel):
    """A table in which every key is known and nothing is taken for something else ("1" is no number, 1 no truth)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


def _is_there(number: int, info: ValidationInfo) -> int:
    """Refuse a modem that is not in the rack; without a context nobody knows how many there are."""
    count = (info.context or {}).get("modem_count")
    if count is not None and number >= count:
        which = f"they are numbered 0 to {count - 1}" if count else "there are none"
        raise PydanticCustomError("no_modem", "there is no modem {number}: {which}", {"number": number, "which": which})
    return number


ModemNumber = Annotated[int, Field(ge=0), AfterValidator(_is_there)]
"""The number of a modem, from 0."""
