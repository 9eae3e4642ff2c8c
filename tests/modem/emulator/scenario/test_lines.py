"""On which line each key of a TOML file stands."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.emulator.scenario.lines import key_lines
from tests.house.tree import ROOT

TEXT = r'''# a comment with [brackets] and = signs
title = "one # two"     # behind
"quoted key" = 'lit[er]al'
a.b."c.d" = 1
long = """
first = "no key"
second ]] \""""
raw = \'''
[not.a.table]
\'''
list = [ 1, # one
  "t,w]o",
  [3, 4],
  { x = 1, y = [ 5,
     6 ] },
]

[table]
key = 2024-05-01T10:00:00Z
inline = { deep.er = { z = true } }

[[many]]
name = "first"
[many.sub]
n = 1
[[many.parts]]
p = 1

[[many]]
[[many.parts]]
p = 1
[[many.parts]]
p = 2
'''.replace("\\'", "'")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted key",), 3),
        (("a", "b", "c.d"), 4),
        (("long",), 5),
        (("raw",), 8),
        (("list",), 11),
        (("list", 0), 11),
        (("list", 1), 12),
        (("list", 2, 1), 13),
        (("list", 3, "x"), 14),
        (("list", 3, "y", 1), 15),
        (("table",), 18),
        (("table", "key"), 19),
        (("table", "inline", "deep", "er", "z"), 20),
        (("many",), 22),
        (("many", 0), 22),
        (("many", 0, "name"), 23),
        (("many", 0, "sub", "n"), 25),
        (("many", 0, "parts", 0, "p"), 27),
        (("many", 1), 29),
        (("many", 1, "parts", 0, "p"), 31),
        (("many", 1, "parts", 1, "p"), 33),
    ],
    ids=str,
)
def test_a_key_stands_on_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert key_lines(TEXT)[path] == line


def paths(node: Any, at: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Give every path there is in what the standard parser found."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found: set[tuple[str | int, ...]] = {at}
    for key, value in inside:
        found |= paths(value, (*at, key))
    return found


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        *(file.read_text() for file in sorted((ROOT / "docs/scenarios").glob("*.toml"))),
    ],
    ids=lambda text: text[:20],
)
def test_every_path_of_the_standard_parser_has_a_line(text: str) -> None:
    assert paths(tomllib.loads(text)) <= set(key_lines(text))


KEYS = st.text(alphabet="ab-_1", min_size=1, max_size=3) | st.text(alphabet='a."#=[] ', max_size=4).map(
    lambda text: '"' + text.replace('"', '\\"') + '"'
)
VALUES = st.recursive(
    st.sampled_from(["1", "true", '"a # ]"', "'}'", '"""x\n"]"""', "'''\n'''", "-1.5e3", '"\\""']),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: "[" + " ,\n".join(items) + " # c\n]"),
    max_leaves=6,
)
HEADS = st.sampled_from(["", "[t]", "[[r]]", "[t.u]", "[[r.s]]", '["q.q"]'])


@settings(max_examples=200)
@given(st.lists(st.tuples(HEADS, KEYS, VALUES), max_size=6))
def test_whatever_the_standard_parser_takes_is_followed(parts: list[tuple[str, str, str]]) -> None:
    text = "\n".join(f"{head}\n{key} = {value}" for head, key, value in parts)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert paths(table) <= set(key_lines(text))
