"""A strict reader of udev rules, and what udevd would make of a device with them; only the keys that our file uses.

The meaning of keys, operators and `|` follows udev(7) of systemd 252. A key that is read nowhere here is a mistake,
so that a rule cannot be tested by being overlooked.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r'(?P<key>[A-Z]+)(?:\{(?P<attribute>[^{}"]+)\})?(?P<operator>==|!=|\+=|:=|=)"(?P<value>[^"]*)"')
TESTS = frozenset({"==", "!="})
# key: may it be tested, may it be set, does it take {attribute}
KEYS = {
    "ACTION": (True, False, False),
    "SUBSYSTEM": (True, False, False),
    "SUBSYSTEMS": (True, False, False),
    "KERNEL": (True, False, False),
    "ATTRS": (True, False, True),
    "ENV": (True, True, True),
    "IMPORT": (False, True, True),
    "SYMLINK": (False, True, False),
    "GROUP": (False, True, False),
    "MODE": (False, True, False),
    "GOTO": (False, True, False),
    "LABEL": (False, True, False),
}
BUILTINS = frozenset({"usb_id", "path_id"})
SUBSTITUTION = re.compile(r"\$env\{([^}]+)\}|\$(\w+)|%(\w)")


class RulesError(ValueError):
    """A line is no rule; the text begins with its number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    key: str
    attribute: str
    operator: str
    value: str

    @property
    def is_test(self) -> bool:
        return self.operator in TESTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    line: int
    tokens: tuple[Token, ...]

    def value_of(self, key: str) -> str | None:
        return next((token.value for token in self.tokens if token.key == key), None)


@dataclass(kw_only=True)
class Device:
    """A device as the kernel shows it: `parents` are (subsystem, attributes), nearest first, itself included."""

    kernel: str
    subsystem: str
    action: str = "add"
    env: dict[str, str] = field(default_factory=dict)
    parents: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    builtins: dict[str, dict[str, str]] = field(default_factory=dict)
    symlinks: list[str] = field(default_factory=list)
    group: str = ""
    mode: str = ""


def parse(text: str) -> list[Rule]:
    """Read a rules file. Raises RulesError for anything that udevd would complain of or pass over."""
    rules = [
        Rule(line=number, tokens=_tokens(number, line))
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    labels = [label for rule in rules if (label := rule.value_of("LABEL"))]
    for rule in rules:
        target = rule.value_of("GOTO")
        if target and not any(later.value_of("LABEL") == target for later in rules if later.line > rule.line):
            raise RulesError(f"{rule.line}: no label {target!r} below")
    if len(labels) != len(set(labels)):
        raise RulesError("0: a label stands twice")
    return rules


def _tokens(number: int, line: str) -> tuple[Token, ...]:
    tokens = []
    at = 0
    while True:
        match = TOKEN.match(line, at)
        if not match:
            raise RulesError(f"{number}: no key=value at column {at + 1}: {line[at : at + 20]!r}")
        token = Token(
            key=match["key"], attribute=match["attribute"] or "", operator=match["operator"], value=match["value"]
        )
        _check(number, token)
        tokens.append(token)
        if match.end() == len(line):
            return tuple(tokens)
        separator = re.compile(r", ").match(line, match.end())
        if not separator:
            raise RulesError(f"{number}: no comma and blank after column {match.end()}")
        at = separator.end()


def _check(number: int, token: Token) -> None:
    if token.key not in KEYS:
        raise RulesError(f"{number}: unknown key {token.key}")
    may_test, may_set, takes_attribute = KEYS[token.key]
    if not (may_test if token.is_test else may_set):
        raise RulesError(f"{number}: {token.key} does not take {token.operator}")
    if bool(token.attribute) != takes_attribute:
        raise RulesError(f"{number}: {token.key} {'needs' if takes_attribute else 'does not take'} {{…}}")
    if token.operator == "+=" and token.key != "SYMLINK":
        raise RulesError(f"{number}: {token.key} holds one value")
    if token.key == "IMPORT" and (token.attribute, token.value in BUILTINS) != ("builtin", True):
        raise RulesError(f"{number}: unknown import {token.value!r}")
    if token.is_test and "" in token.value.split("|"):
        raise RulesError(f"{number}: an empty alternative")
    if any(env is None for env, *_ in (match.groups() for match in SUBSTITUTION.finditer(token.value))):
        raise RulesError(f"{number}: unknown substitution in {token.value!r}")


def apply(rules: list[Rule], device: Device) -> Device:
    """Do to the device what udevd would do, and give it back."""
    position = 0
    while position < len(rules):
        rule = rules[position]
        position += 1
        if not _matches(rule, device):
            continue
        for token in rule.tokens:
            if not token.is_test and token.key not in ("IMPORT", "GOTO", "LABEL"):
                _assign(token, device)
        target = rule.value_of("GOTO")
        if target:
            position = next(i for i, each in enumerate(rules) if each.value_of("LABEL") == target)
    return device


def _matches(rule: Rule, device: Device) -> bool:
    own = {"ACTION": device.action, "SUBSYSTEM": device.subsystem, "KERNEL": device.kernel}
    for token in rule.tokens:
        if token.key in own and not _fits(token, own[token.key]):
            return False
        if token.key == "ENV" and token.is_test and not _fits(token, device.env.get(token.attribute, "")):
            return False
    # All tests of parents in one rule must hold for the same parent.
    above = [token for token in rule.tokens if token.key in ("SUBSYSTEMS", "ATTRS")]
    if above and not any(all(_fits_parent(token, parent) for token in above) for parent in device.parents):
        return False
    # An import is done when everything before it fits, and the rule goes on only when it found something.
    return all(_import(token.value, device) for token in rule.tokens if token.key == "IMPORT")


def _fits_parent(token: Token, parent: tuple[str, dict[str, str]]) -> bool:
    subsystem, attributes = parent
    if token.key == "SUBSYSTEMS":
        return _fits(token, subsystem)
    return token.attribute in attributes and _fits(token, attributes[token.attribute])


def _fits(token: Token, value: str) -> bool:
    is_equal = any(fnmatch.fnmatchcase(value, pattern) for pattern in token.value.split("|"))
    return is_equal == (token.operator == "==")


def _import(builtin: str, device: Device) -> bool:
    found = device.builtins.get(builtin, {})
    device.env.update(found)
    return bool(found)


def _assign(token: Token, device: Device) -> None:
    value = SUBSTITUTION.sub(lambda match: device.env.get(match[1], ""), token.value)
    match token.key:
        case "ENV":
            device.env[token.attribute] = value
        case "SYMLINK":
            device.symlinks.append(value)
        case "GROUP":
            device.group = value
        case "MODE":
            device.mode = value
