"""udev rules from the profiles: what each port of each modem is for, a name for the one that takes commands.

Pure. The text goes by ids and interfaces only; what it promises stands in its own head, for whoever finds the file.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from modem.profile import PortRole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from modem.profile import Profile, UsbDevice

_ORDER: Final = tuple(PortRole)

_HEAD: Final = '''\
# Written by `gsm-modem udev` from the profiles of the modems; do not edit.
# Installed as /usr/lib/udev/rules.d/60-gsm-modem.rules
#
# For the modems that gsm-gateway drives, these rules
#   * name the port that takes AT commands: /dev/gsm/by-path/<where it is plugged>, the same at every plug-in;
#   * write down what each port is for: property ID_GSM_PORT = at, at2 (second AT port), diag, gps or audio;
#   * let the group dialout use the ports;
#   * keep ModemManager away from the whole modem; it would read and delete the messages.
#
# The name holds the socket and not the serial number, because many modems of one model share one serial number.
# A model that is not in the tables gets no name under /dev/gsm; the gateway tries its ports one after the other.
# So does a modem behind a plain USB-serial adapter, because the adapter does not say what is behind it. Give it a name
# in a file of your own, /etc/udev/rules.d/61-my-modems.rules, with the ID_PATH that
# `udevadm info -q property /dev/ttyUSB0` prints:
#   SUBSYSTEM=="tty", ENV{ID_PATH}=="pci-0000:00:14.0-usb-0:3:1.0", SYMLINK+="gsm/by-path/$env{ID_PATH}"
# To leave a modem to ModemManager, put ENV{ID_MM_DEVICE_IGNORE}="" for it into such a file.
#
# Order: before 80-mm-candidate.rules, where ModemManager looks for its marks. 60-serial.rules comes later, so the
# properties ID_PATH and ID_USB_INTERFACE_NUM are fetched here.
# Sources: modem/profiles names them beside each id.

ACTION=="remove", GOTO="gsm_modem_end"
# The modem as a whole; 50-udev-default.rules has fetched its vendor and model.
SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", GOTO="gsm_modem_which"
SUBSYSTEM!="tty", GOTO="gsm_modem_end"
KERNEL!="ttyUSB[0-9]*|ttyACM[0-9]*", GOTO="gsm_modem_end"
SUBSYSTEMS=="usb", IMPORT{builtin}="usb_id"
IMPORT{builtin}="path_id"

# --- Is it one of ours? -----------------------------------------------------------------------------------------------
LABEL="gsm_modem_which"'''
_OURS: Final = '''\
GOTO="gsm_modem_end"

LABEL="gsm_modem_ours"
ENV{ID_MM_DEVICE_IGNORE}="1"
# The node of the whole modem keeps its owner: only ports are ours.
SUBSYSTEM!="tty", GOTO="gsm_modem_end"
GROUP="dialout", MODE="0660"

# --- What is the port for? vendor:model:interface, all hexadecimal ----------------------------------------------------
ENV{.GSM_PORT_KEY}="$env{ID_VENDOR_ID}:$env{ID_MODEL_ID}:$env{ID_USB_INTERFACE_NUM}"'''
_TAIL: Final = """\

# --- The name ---------------------------------------------------------------------------------------------------------
ENV{ID_GSM_PORT}=="at", ENV{ID_PATH}=="?*", SYMLINK+="gsm/by-path/$env{ID_PATH}"

LABEL="gsm_modem_end"
"""


def render(profiles: Mapping[str, Profile]) -> str:
    """Return the text of the rules file."""
    devices = [device for profile in profiles.values() for device in profile.usb]
    lines = [_HEAD, *_which(devices), _OURS]
    said: set[tuple[str, str]] = set()
    for profile in profiles.values():
        rules = list(_roles(profile.usb, said))
        if rules:
            lines += ["", f"# {profile.name}", *rules]
    return "\n".join((*lines, _TAIL))


def _which(devices: list[UsbDevice]) -> Iterator[str]:
    yield "# Driver discs, network cards and satellite receivers: they have no AT port."
    yield from _by_vendor((d for d in devices if d.not_a_modem), "gsm_modem_end")
    yield "# Makers of modems."
    makers = sorted({device.vendor for device in devices if device.is_whole_vendor})
    yield f'ENV{{ID_VENDOR_ID}}=="{"|".join(makers)}", GOTO="gsm_modem_ours"'
    yield "# Makers of other things too, by model."
    yield from _by_vendor((d for d in devices if not d.not_a_modem and d.vendor not in makers), "gsm_modem_ours")


def _by_vendor(devices: Iterable[UsbDevice], label: str) -> Iterator[str]:
    for vendor, group in groupby(sorted(devices, key=lambda device: device.vendor), lambda device: device.vendor):
        products = sorted({product for device in group for product in device.product.split("|")})
        yield f'ENV{{ID_VENDOR_ID}}=="{vendor}", ENV{{ID_MODEL_ID}}=="{"|".join(products)}", GOTO="{label}"'


def _roles(devices: Iterable[UsbDevice], said: set[tuple[str, str]]) -> Iterator[str]:
    """Give the rules of one profile; what is in `said` stands there already, and is not said twice.

    The last rule that fits holds: entries that name a product come after those for whatever a maker makes, and in each
    the number comes first, then the protocol, and both together last.
    """
    ports: dict[tuple[bool, int, PortRole, str], list[str]] = {}
    for device in devices:
        for key, role in device.roles.items():
            number, kind = _split(key)
            for product in device.product.split("|"):
                port = f"{device.vendor}:{'*' if device.is_whole_vendor else product}:{number or '*'}"
                if role is not PortRole.OTHER and (port, kind) not in said:
                    said.add((port, kind))
                    weight = bool(kind) + bool(number and kind)
                    ports.setdefault((not device.is_whole_vendor, weight, role, kind), []).append(port)
    protocols: dict[tuple[bool, int, int, str, str], list[str]] = {}
    for (is_named, weight, role, kind), found in ports.items():
        family, _, protocol = kind.rpartition("/")
        place = (is_named, weight, _ORDER.index(role), family, "|".join(found))
        protocols.setdefault(place, []).append(protocol)
    for (_, _, rank, family, keys), found in sorted(protocols.items()):
        yield f'ENV{{.GSM_PORT_KEY}}=="{keys}", {_kind(family, found)}ENV{{ID_GSM_PORT}}="{_ORDER[rank].value}"'


def _split(key: str) -> tuple[str, str]:
    """Return interface number and protocol of a key of `UsbDevice.roles`, "" for what it does not name."""
    number, comma, kind = key.partition(",")
    if comma:
        return number, kind
    return ("", key) if "/" in key else (key, "")


def _kind(family: str, protocols: list[str]) -> str:
    if not family:
        return ""
    class_, subclass = family.split("/")
    return (
        f'ATTRS{{bInterfaceClass}}=="{class_}", ATTRS{{bInterfaceSubClass}}=="{subclass}", '
        f'ATTRS{{bInterfaceProtocol}}=="{"|".join(protocols)}", '
    )
