from __future__ import annotations

from tests.gateway.api.conftest import desk

__all__ = ["desk"]
