"""Texts with placeholders: `{1}` `{2}` `{3}` by position, `{word}` by name, `{{` and `}}` for braces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_POSITIONS = 3
_PIECE = re.compile(r"\{\{|\}\}|\{([1-9][0-9]?|[A-Za-z_][A-Za-z0-9_]*)\}|[{}]")


class TemplateError(ValueError):
    """The text of a template cannot be read; says where."""


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A template taken apart: literal pieces, each but the last followed by a placeholder."""

    literals: tuple[str, ...]
    placeholders: tuple[str, ...]

    @property
    def positions(self) -> int:
        """The highest position used, 0 without one."""
        return max((int(one) for one in self.placeholders if one.isdecimal()), default=0)

    @property
    def names(self) -> tuple[str, ...]:
        """The names used, each once, in order."""
        return tuple(dict.fromkeys(one for one in self.placeholders if not one.isdecimal()))

    def filled(self, values: Mapping[str, str]) -> str:
        """Give the text with its values, positions by "1", "2", "3"; KeyError names the placeholder without one.

        Values are put in once and never read as placeholders themselves.
        """
        filled = [values[one] for one in self.placeholders]
        pieces = [piece for pair in zip(self.literals, filled, strict=False) for piece in pair]
        return "".join([*pieces, self.literals[-1]])

    def filled_by_position(self, values: Sequence[str]) -> str:
        """Give the text with `values` for `{1}`, `{2}`, …"""
        return self.filled({str(position): value for position, value in enumerate(values, 1)})


def parse_template(text: str) -> TemplateText:
    """Take a template apart; TemplateError for a lone brace or a placeholder that is neither a name nor 1 to 3.

    >>> parse_template("Hello {1}, {{literally}} {2}").filled_by_position(["Ann", "{1}"])
    'Hello Ann, {literally} {1}'
    """
    literals = [""]
    placeholders: list[str] = []
    end = 0
    for match in _PIECE.finditer(text):
        literals[-1] += text[end : match.start()]
        end = match.end()
        if match[0] in {"{{", "}}"}:
            literals[-1] += match[0][0]
        elif match[1] is None:
            raise TemplateError(f"a lone {match[0]} at character {match.start() + 1}; write {match[0] * 2}")
        elif match[1].isdecimal() and int(match[1]) > MOST_POSITIONS:
            raise TemplateError(f"{{{match[1]}}} at character {match.start() + 1}: positions are 1 to {MOST_POSITIONS}")
        else:
            placeholders.append(match[1])
            literals.append("")
    literals[-1] += text[end:]
    return TemplateText(tuple(literals), tuple(placeholders))
