"""The shelf of lists that can be kept by command line and CSV: one file each, found by walking."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.directory.entries import EntryList


def shelf() -> dict[str, EntryList]:
    """Give every list by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").LIST for name in names}
