"""How the GET API answers an account: devices differ by firmware, and clients depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from gateway.api.dialects.openvox.settings import PortStyle, ProfileName, TimeoutUnit
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.api.dialects.openvox.settings import Settings
    from gateway.core.types import Port

SLOTS_PER_MODULE = 4
"""Of "gsm-<module>.<slot>", the name of a port on the vendor's larger boxes."""
NO_PORT = "nil"
MS_FROM = 1000
"""A timeout of this or more counts milliseconds where the unit is not known."""

_SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_CHOICES: dict[str, tuple[str, ...]] = {
    "profile": get_args(ProfileName),
    "record_key_base": ("0", "1"),
    "sync": tuple(_SWITCHES),
    "port_style": get_args(get_args(PortStyle)[0]),
    "timeout_unit": get_args(TimeoutUnit),
}
"""What an operator may set for one account, and the values of each."""


class Profile(NamedTuple):
    """What differs: the number of the first record, when the answer comes, how ports and timeouts are written."""

    record_key_base: int
    is_sync: bool
    has_modules: bool
    timeout_unit: str

    def port_word(self, port: Port | None) -> str:
        """Give a port as answers write it.

        >>> Profile(record_key_base=0, is_sync=True, has_modules=True, timeout_unit="auto").port_word(6)
        'gsm-2.2'
        """
        if port is None:
            return NO_PORT
        if not self.has_modules:
            return str(port)
        module, slot = divmod(port - 1, SLOTS_PER_MODULE)
        return f"gsm-{module + 1}.{slot + 1}"

    def seconds(self, timeout: int) -> float:
        """Give a timeout of a caller in seconds."""
        is_ms = self.timeout_unit == "ms" or (self.timeout_unit == "auto" and timeout >= MS_FROM)
        return timeout / 1000 if is_ms else timeout


def profile_of(settings: Settings, values: Mapping[str, Any]) -> Profile:
    """Give the profile of an account: `values` are what it keeps, its own first, then the settings of the box."""
    own_name = values.get("profile")
    is_legacy = (own_name or settings.profile) == "legacy"

    def choice(name: str, by_profile: Any) -> Any:
        if name in values:
            return values[name]
        # A profile that was given to the account goes before single rows that are meant for the whole box.
        box = None if own_name else getattr(settings, name)
        return by_profile if box is None else box

    return Profile(
        record_key_base=int(choice("record_key_base", "0" if is_legacy else "1")),
        is_sync=choice("sync", is_legacy),
        has_modules=choice("port_style", "gsm-1.1" if is_legacy else "1") == "gsm-1.1",
        timeout_unit=values.get("timeout_unit", settings.timeout_unit),
    )


def read_profile(old: Mapping[str, Any], changes: Mapping[str, str]) -> dict[str, Any]:
    """Give what an account keeps of a profile after changes that an operator types; "" clears one."""
    kept = {name: old[name] for name in _CHOICES if name in old}
    for name in _CHOICES.keys() & changes.keys():
        text = changes[name].strip().lower()
        kept.pop(name, None)
        if not text:
            continue
        if text not in _CHOICES[name]:
            raise InvalidFieldError(name, f"must be one of {', '.join(_CHOICES[name])}")
        kept[name] = _SWITCHES[text] if name == "sync" else text
    return kept


PROFILE_KEYS = tuple(_CHOICES)
