"""The shelf of known modem models: one file each, with its record in PROFILE."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modem.profile import PortRole, Profile, UsbDevice


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


@cache
def find_usb(vendor: str, product: str) -> tuple[tuple[Profile, UsbDevice], ...]:
    """Return what is known of a USB device: every entry that is for it, those that name its product first.

    A device that is none of ours gives (). The profile of an entry is a hint only: several models share one id, and
    which one it is, the modem itself says.
    """
    found = [
        (profile, device)
        for profile in load_profiles().values()
        for device in profile.usb
        if device.is_for(vendor, product)
    ]
    return tuple(sorted(found, key=lambda entry: entry[1].is_whole_vendor))


def find_role(vendor: str, product: str, interface: str, kind: str = "") -> PortRole | None:
    """Return what a serial port of a USB device is for by all that `find_usb` knows; None when nobody says."""
    roles = (device.role_of(interface, kind) for _, device in find_usb(vendor, product))
    return next((role for role in roles if role is not None), None)
