"""Read the parameters of a command: numbers, ranges and strings, refused in the words of the standard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.emulator.refusal import Cme, CmeError, Cms, CmsError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment


class Parameters:
    """The arguments of one command; whatever is wrong with them raises `refusal`."""

    def __init__(self, command: Command, *, most: int, refusal: RefusedError | None = None) -> None:
        self._values = command.arguments
        self._refusal = refusal or CmeError(Cme.INCORRECT_PARAMETERS)
        if len(self._values) > most:
            raise self._refusal

    @property
    def is_empty(self) -> bool:
        """Whether the host named none at all, as in `AT+CMGF=`."""
        return all(value is None for value in self._values)

    def has(self, position: int) -> bool:
        """Tell whether a parameter was given, if only as an empty string."""
        return position < len(self._values) and self._values[position] is not None

    def text(self, position: int, default: str | None = None) -> str:
        """Return a string; an omitted one is `default`, or refused when there is none."""
        value = self._values[position] if position < len(self._values) else None
        if value is None:
            value = default
        if value is None:
            raise self._refusal
        return value

    def number(self, position: int, allowed: Container[int], default: int | None = None) -> int:
        """Return a decimal number that is in `allowed`; an omitted one is `default`, or refused when there is none."""
        text = self.text(position, None if default is None else str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= 9) or int(text) not in allowed:
            raise self._refusal
        return int(text)


def message_parameters(equipment: Equipment, command: Command, *, most: int) -> Parameters:
    """Return the parameters of a message command: what is wrong with them is +CMS ERROR: 304 or 305, by the mode."""
    wrong = Cms.INVALID_TEXT_PARAMETER if equipment.settings.is_text_mode else Cms.INVALID_PDU_PARAMETER
    return Parameters(command, most=most, refusal=CmsError(wrong))


def number_list(numbers: Sequence[int]) -> str:
    """Return numbers as a test answer lists them: a run of three and more as `(0-2)`, else `(0,2)`; V.250 5.7.3.1."""
    is_run = len(numbers) > 2 and list(numbers) == list(range(numbers[0], numbers[-1] + 1))
    return f"({numbers[0]}-{numbers[-1]})" if is_run else "(" + ",".join(map(str, numbers)) + ")"
