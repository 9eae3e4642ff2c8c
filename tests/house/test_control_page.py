"""docs/control.md tells what the control and a scenario can do."""

from __future__ import annotations

from tests.house.control_page import PAGE, rewritten


def test_the_drawn_parts_are_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert text == rewritten(text), "python -m tests.house.control_page"
