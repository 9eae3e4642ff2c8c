"""docs/network.md names every value, every field and every method."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from modem.emulator import network

GUIDE = (Path(__file__).parents[4] / "docs" / "network.md").read_text()
VALUES = [getattr(network, name) for name in network.__all__ if dataclasses.is_dataclass(getattr(network, name))]
# Those that the guide need not name: the five names of every protocol room, and what the rack does by itself.
OF_THE_RACK = {
    "handle_event",
    "next_event",
    "next_timer",
    "handle_timer",
    "subscribe",
    "handset",
    "handsets",
    "ledger",
    "wall",
}


def rows_of(value: type) -> str:
    """Return the lines of the table that belong to a value: its own and those that continue it."""
    lines = iter(GUIDE.splitlines())
    found: list[str] = []
    for line in lines:
        if line.startswith(f"| `{value.__name__}` |") or (found and line.startswith("| | ")):
            found.append(line)
        elif found:
            break
    return "\n".join(found)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_the_guide_names_every_field(value: type) -> None:
    missing = [field.name for field in dataclasses.fields(value) if f"`{field.name}`" not in rows_of(value)]

    assert missing == []


@pytest.mark.parametrize("name", [name for name in network.__all__ if name != "Network"])
def test_the_guide_names_every_value(name: str) -> None:
    assert f"`{name}`" in GUIDE or f"`{name}s`" in GUIDE or name == "RecipientForm"


@pytest.mark.parametrize(
    "name", [name for name in vars(network.Network) if not name.startswith("_") and name not in OF_THE_RACK]
)
def test_the_guide_names_every_method(name: str) -> None:
    assert f"`{name}`" in GUIDE or f"`{name}(" in GUIDE


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_a_value_cannot_be_changed(value: type) -> None:
    assert getattr(value, "__dataclass_params__").frozen  # noqa: B009 - mypy knows no such attribute of a type
