"""A table that is one of many, told by a word in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

    from modem.emulator.border.checked import Checked


@dataclass(frozen=True, slots=True)
class OneOf:
    """Mark of a field: `groups` gives its models; `key` tells the groups apart, `inner_key` those inside of a group."""

    groups: Callable[[], Sequence[Sequence[type[Checked]]]]
    key: str
    inner_key: str = ""

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema of the union."""
        members = [_union(group, self.inner_key) for group in self.groups()]
        return handler.generate_schema(_union(members, self.key))

    def models(self) -> list[type[Checked]]:
        """Return all models."""
        return [model for group in self.groups() for model in group]


def _union(members: Sequence[Any], key: str) -> Any:
    if len(members) == 1:
        return members[0]
    union: Any = Union[tuple(members)]  # noqa: UP007 - made while the program runs
    return Annotated[union, Field(discriminator=key)]
