"""The lists of the directory while the gateway runs: calls `directory …` over its socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.control import ask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class RemoteUpkeep:
    """The lists of a running gateway, as `directory.upkeep.Upkeep`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def call(self, call: str, arguments: Mapping[str, Any]) -> Any:
        """Make a call by its name."""
        return await ask(self._path, f"directory {call}", arguments)
