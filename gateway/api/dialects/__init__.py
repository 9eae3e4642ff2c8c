"""The shelf of HTTP dialects: one file or folder each, found by walking."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.api.dialect import Dialect


def shelf() -> dict[str, Dialect[Any]]:
    """Give every dialect by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").DIALECT for name in names}
