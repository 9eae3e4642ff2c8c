"""The shelf of known modem models: one file each, with its record in PROFILE."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modem.profile import Profile


@cache
def load_profiles() -> Mapping[str, Profile]:
    """Walk this folder and return every profile by its name; ValueError when two have the same one."""
    profiles: dict[str, Profile] = {}
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda entry: entry.name):
        profile: Profile = importlib.import_module(f"{__name__}.{entry.name}").PROFILE
        if profile.name in profiles:
            message = f"{entry.name}: another file has the profile {profile.name!r}"
            raise ValueError(message)
        profiles[profile.name] = profile
    return MappingProxyType(profiles)
