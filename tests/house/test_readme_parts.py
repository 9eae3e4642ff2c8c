from __future__ import annotations

from tests.house.readme_parts import PARTS, README, rewritten


def test_diagram_and_tables_of_the_readme_are_those_of_the_code() -> None:
    text = README.read_text(encoding="utf-8")
    assert all(f"<!-- begin: {name} -->" in text for name in PARTS)
    assert text == rewritten(text), "run: .venv/bin/python -m tests.house.readme_parts"
