"""Places for PTY links, and a quicker line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "modem"


@pytest.fixture(autouse=True)
def _short_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripted modem says what it has to say within milliseconds."""
    monkeypatch.setattr("modem.driver.link._QUIET_S", 0.05)
    monkeypatch.setattr("modem.driver.link._OWED_QUIET_S", 0.1)
