"""What the shelf knows of USB devices: no two files disagree, and what is known is what the sources say."""

from __future__ import annotations

import itertools
import re

import pytest

from modem.profile import PortRole, Profile, UsbDevice, port_roles
from modem.profiles import find_role, find_usb, load_profiles

ENTRIES = [(profile, device) for profile in load_profiles().values() for device in profile.usb]
NAMES = [f"{profile.name}:{device.vendor}:{device.product}" for profile, device in ENTRIES]
SIGN = r"(?:[0-9a-f]|\[[0-9a-f-]+\]|\.)"
KEY = r"[0-9a-f]{2}|[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{2}|[0-9a-f]{2},[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{2}"


def products_of(device: UsbDevice) -> set[str]:
    """Write out every product id that an entry names."""
    found = set()
    for alternative in device.product.split("|"):
        signs = [
            [digit for digit in "0123456789abcdef" if re.fullmatch(sign, digit)]
            for sign in re.findall(SIGN, alternative)
        ]
        found |= {"".join(digits) for digits in itertools.product(*signs)}
    return found


@pytest.mark.parametrize(("profile", "device"), ENTRIES, ids=NAMES)
def test_an_entry_keeps_to_the_grammar_that_udev_can_read_too(profile: Profile, device: UsbDevice) -> None:
    assert re.fullmatch(r"[0-9a-f]{4}", device.vendor)
    assert all(re.fullmatch(f"{SIGN}{{4}}", alternative) for alternative in device.product.split("|"))
    assert all(re.fullmatch(KEY, key) for key in device.roles)
    assert not (device.not_a_modem and device.roles)
    # At least one port takes commands where any is known, but that of PHS8: which of the others, nobody says.
    assert not device.roles or PortRole.AT in device.roles.values() or device.product == "0053"
    assert device.quiet_s > 0


def test_no_two_entries_disagree_about_a_port() -> None:
    said: dict[tuple[str, str, str], PortRole | str] = {}
    for _, device in ENTRIES:
        if not device.is_whole_vendor:
            for product in products_of(device):
                facts: dict[str, PortRole | str] = {**device.roles} or {"": device.not_a_modem or "unknown"}
                for key, role in facts.items():
                    assert said.setdefault((device.vendor, product, key), role) == role, (device.vendor, product, key)
    modems = {(vendor, product) for vendor, product, key in said if key}
    strangers = {(vendor, product) for (vendor, product, key), role in said.items() if not key and role != "unknown"}
    assert not modems & strangers


def test_each_whole_vendor_stands_once() -> None:
    vendors = [device.vendor for _, device in ENTRIES if device.is_whole_vendor]

    assert len(vendors) == len(set(vendors))
    # Qualcomm, Dell, Foxconn and the makers of chips sell other things too.
    assert not set(vendors) & {"05c6", "413c", "0489", "0e8d", "1782", "2001", "07d1"}


# Interfaces as in ModemManager's 77-mm-*-port-types.rules 1.20.4 and 1.25.95, in oFono plugins/udevng.c (Telit HE910)
# and chan_dongle pdiscovery.c (old Huawei sticks).
@pytest.mark.parametrize(
    ("vendor", "product", "interface", "kind", "role"),
    [
        ("2c7c", "0125", "02", "ff/00/00", "at"),
        ("2C7C", "0125", "03", "ff/00/00", "at2"),
        ("2c7c", "0125", "00", "ff/ff/ff", "diag"),
        ("2c7c", "0125", "01", "ff/00/00", "gps"),
        ("2c7c", "0125", "04", "ff/ff/ff", None),
        ("2c7c", "7fff", "02", "ff/ff/ff", None),
        ("1e0e", "9001", "04", "ff/00/00", "audio"),
        ("1546", "1102", "0a", "02/02/01", "diag"),
        ("12d1", "1001", "02", "ff/ff/ff", "at"),
        ("12d1", "1001", "01", "ff/ff/ff", "audio"),
        ("12d1", "1001", "00", "ff/ff/ff", None),
        ("12d1", "1001", "02", "ff/02/01", "at2"),
        ("12d1", "1001", "03", "ff/02/02", "at"),
        ("12d1", "1573", "02", "ff/02/02", "at"),
        ("12d1", "1573", "04", "ff/02/14", "gps"),
        ("12d1", "1506", "00", "ff/02/12", "at"),
        ("12d1", "1506", "01", "ff/02/16", None),
        ("19d2", "0117", "02", "ff/ff/ff", "at"),
        ("1199", "9071", "03", "ff/ff/ff", "at"),
        ("1bc7", "1201", "04", "ff/00/00", "at"),
        ("1bc7", "0021", "00", "02/02/01", "at"),
        ("2cb7", "0104", "01", "ff/00/00", "at"),
        ("0403", "6001", "00", "ff/ff/ff", None),
    ],
)
def test_what_a_port_is_for(vendor: str, product: str, interface: str, kind: str, role: str | None) -> None:
    found = find_role(vendor, product, interface, kind)

    assert found == (None if role is None else PortRole(role))


@pytest.mark.parametrize(
    ("vendor", "product", "word"),
    [
        ("12d1", "14dc", "HiLink"),
        ("12d1", "1f01", "usb_modeswitch"),
        ("12d1", "1446", "usb_modeswitch"),
        ("19d2", "2000", "usb_modeswitch"),
        ("1199", "0fff", "usb_modeswitch"),
        ("1546", "01a8", "satellite"),
    ],
)
def test_what_is_no_modem_says_why_and_what_to_do(vendor: str, product: str, word: str) -> None:
    _, device = find_usb(vendor, product)[0]

    assert word in device.not_a_modem


def test_the_entry_that_names_the_product_comes_before_that_of_the_maker() -> None:
    assert [device.is_whole_vendor for _, device in find_usb("12d1", "1573")] == [False, True]
    assert find_usb("12d1", "1573")[0][0].name == "huawei-me909"
    assert [device.is_whole_vendor for _, device in find_usb("2c7c", "7fff")] == [True]


@pytest.mark.parametrize(
    ("vendor", "product"), [("0403", "6001"), ("067b", "2303"), ("10c4", "ea60"), ("1a86", "7523"), ("05c6", "9091")]
)
def test_bridges_and_strangers_are_unknown(vendor: str, product: str) -> None:
    assert find_usb(vendor, product) == ()


def test_modules_that_need_a_pause_after_plugging_in_get_it() -> None:
    # ModemManager src/plugins/ublox: 20 s; sticks of Huawei take 5 to 20 s.
    assert find_usb("1546", "1010")[0][1].quiet_s == 20.0
    assert find_usb("12d1", "1001")[0][1].quiet_s == 5.0


def test_a_word_that_is_no_role_is_refused() -> None:
    with pytest.raises(ValueError, match="nmea"):
        port_roles("00:nmea")
