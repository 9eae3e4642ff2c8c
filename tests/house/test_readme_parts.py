from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.readme_parts import PARTS, rewritten


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_diagram_and_tables_are_those_of_the_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert all(f"<!-- begin: {name} -->" in text for name in PARTS[path])
    assert text == rewritten(path, text), "run: .venv/bin/python -m tests.house.readme_parts"
