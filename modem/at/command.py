"""Split an AT command line into its commands (V.250 5.2 to 5.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Form(Enum):
    """How a command is used: `AT+X`, `AT+X?`, `AT+X=?`, `AT+X=...`."""

    EXECUTE = ""
    READ = "?"
    TEST = "=?"
    SET = "="


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One command of a line.

    `name` is in capitals with its prefix ("+CMGS", "E", "&F", "S0"). `arguments` are without their quotation
    marks; an omitted one is None, an empty string constant is "". A basic command's number is its only argument.
    """

    name: str
    form: Form
    arguments: tuple[str | None, ...] = ()

    @property
    def text(self) -> str:
        """The command as typed behind AT, without blanks and quotation marks: `+CMGS=21`, `E0`, `+CREG?`."""
        return f"{self.name}{self.form.value}{','.join(argument or '' for argument in self.arguments)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandLine:
    """The commands in order; not `is_well_formed`: what follows them is no command and must be answered ERROR."""

    commands: tuple[Command, ...]
    is_well_formed: bool


# Blanks count only inside a string constant (V.250 5.2.1 and 5.4.2.2).
_NOT_BLANK = re.compile(r'"[^"]*"?|[^\s"]+')
_EXTENDED = re.compile(r"[+^$#*!%@][A-Z][A-Z0-9!%\-./:_]*", re.IGNORECASE)
_S_PARAMETER = re.compile(r"(S\d+)(?:(\?)|=(\d*))", re.IGNORECASE)
# The semicolon belongs to the number: it makes the call a voice call (3GPP TS 27.007 6.2).
_DIAL = re.compile(r"D([^;]*;?)", re.IGNORECASE)
_BASIC = re.compile(r"([&\\]?[A-Z])(\d*)", re.IGNORECASE)
_ARGUMENT = re.compile(r'"([^"]*)"|([^",;]*)')


@lru_cache(maxsize=256)
def parse_line(body: str) -> CommandLine:
    """Read the part of a command line behind "AT".

    Never raises: commands before a malformed one are kept, since they are executed (V.250 5.2.2).
    """
    text = "".join(_NOT_BLANK.findall(body))
    commands: list[Command] = []
    position = 0
    while position < len(text):
        if text[position] == ";":
            position += 1
            continue
        found = _extended(text, position) or _basic(text, position)
        if found is None:
            return CommandLine(commands=tuple(commands), is_well_formed=False)
        command, position = found
        commands.append(command)
    return CommandLine(commands=tuple(commands), is_well_formed=True)


def _extended(text: str, position: int) -> tuple[Command, int] | None:
    matched = _EXTENDED.match(text, position)
    if matched is None:
        return None
    name, position = matched.group().upper(), matched.end()
    if text.startswith("=?", position):
        command, position = Command(name=name, form=Form.TEST), position + 2
    elif text.startswith("?", position):
        command, position = Command(name=name, form=Form.READ), position + 1
    elif text.startswith("=", position):
        arguments, position = _arguments(text, position + 1)
        command = Command(name=name, form=Form.SET, arguments=arguments)
    else:
        command = Command(name=name, form=Form.EXECUTE)
    # An extended command ends the line or is followed by a semicolon (V.250 5.4.1).
    return (command, position) if position == len(text) or text[position] == ";" else None


def _arguments(text: str, position: int) -> tuple[tuple[str | None, ...], int]:
    arguments: list[str | None] = []
    while (matched := _ARGUMENT.match(text, position)) is not None:
        quoted, plain = matched.groups()
        arguments.append(quoted if quoted is not None else plain or None)
        position = matched.end()
        if not text.startswith(",", position):
            break
        position += 1
    return tuple(arguments), position


def _basic(text: str, position: int) -> tuple[Command, int] | None:
    if matched := _S_PARAMETER.match(text, position):
        name, is_read, value = matched.groups()
        form = Form.READ if is_read else Form.SET
        arguments = () if is_read else (value or None,)
        return Command(name=name.upper(), form=form, arguments=arguments), matched.end()
    if matched := _DIAL.match(text, position):
        return Command(name="D", form=Form.EXECUTE, arguments=(matched.group(1),)), matched.end()
    if matched := _BASIC.match(text, position):
        name, number = matched.groups()
        arguments = (number,) if number else ()
        return Command(name=name.upper(), form=Form.EXECUTE, arguments=arguments), matched.end()
    return None
