"""The tests mirror the house, shelves are tested as a whole, modules stay short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.house.tree import PACKAGES, ROOT, SHELVES, modules

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_MODULE_LINES = 400

# module: why it has one purpose all the same
LONG_MODULES: dict[str, str] = {}

ROOMS = sorted(
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).iterdir()
    if path.is_dir() and any(path.rglob("*.py"))
)
MEMBERS = sorted(
    path.relative_to(ROOT)
    for shelf in SHELVES
    for path in (ROOT / shelf).iterdir()
    if not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").exists())
)


@pytest.mark.parametrize("room", ROOMS, ids=str)
def test_room_has_tests_at_the_same_path(room: Path) -> None:
    assert list((ROOT / "tests" / room).rglob("test_*.py"))


def places_for(member: Path) -> list[str]:
    """Give the places where tests of a file or folder on a shelf may be: its own, or one for the whole shelf."""
    shelf, name = member.parent, member.stem
    return [
        f"tests/{shelf}/test_{name}.py",
        f"tests/{shelf}/{name}/test_*.py",
        f"tests/{shelf.parent}/test_{name}.py",
        f"tests/{shelf}/test_conformance.py",
        f"tests/{shelf.parent}/test_{shelf.name}.py",
    ]


@pytest.mark.parametrize("member", MEMBERS, ids=str)
def test_member_of_a_shelf_is_tested(member: Path) -> None:
    assert any(list(ROOT.glob(place)) for place in places_for(member)), f"none of {places_for(member)}"


def test_modules_are_short_or_say_why_not() -> None:
    long = {
        str(module): lines
        for module in modules(*PACKAGES)
        if (lines := len((ROOT / module).read_text().splitlines())) > LONGEST_MODULE_LINES
    }
    assert set(long) == set(LONG_MODULES), long


def test_every_package_folder_is_a_package() -> None:
    folders = {module.parent for module in modules(*PACKAGES, "tests")}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").exists()] == []
