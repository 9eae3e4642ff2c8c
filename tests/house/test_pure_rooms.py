"""Pure rooms reach no clock, file or terminal by names that need no forbidden import."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.tree import PURE_ROOMS, ROOT, modules

BUILTINS = frozenset({"open", "print", "input", "breakpoint", "__import__", "eval", "exec"})
CLOCK_READINGS = frozenset({"now", "today", "utcnow"})
FILE_READINGS = frozenset({"read_text", "read_bytes", "write_text", "write_bytes", "import_module"})
# The profiles' shelf is found by walking it.
ALLOWED = {(Path("modem/profiles/__init__.py"), "import_module")}


def impure_calls(source: str) -> list[tuple[int, str]]:
    """Give line and name of each call that reaches outside."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in BUILTINS | FILE_READINGS:
                found.append((node.lineno, name))
            case ast.Attribute(attr=name) if name in CLOCK_READINGS | FILE_READINGS:
                found.append((node.lineno, name))
    return found


@pytest.mark.parametrize("module", modules(*PURE_ROOMS), ids=str)
def test_pure_room_calls_nothing_outside(module: Path) -> None:
    calls = [(line, name) for line, name in impure_calls((ROOT / module).read_text()) if (module, name) not in ALLOWED]
    assert not calls


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import UTC, datetime\nat = datetime.now(UTC)",
        "import datetime\nday = datetime.date.today()",
        "text = open('/etc/hosts')",
        "print('hello')",
        "from pathlib import Path\nPath('x').read_text()",
    ],
    ids=["instant", "day", "file", "terminal", "path"],
)
def test_a_reading_is_noticed(source: str) -> None:
    assert impure_calls(source)
