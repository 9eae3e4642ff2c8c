"""The udev rules: strictly well-formed, and right for the ports of known modems and for things that are no modems."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter

import pytest

from modem.cli.udev_rules import render
from modem.profile import PortRole
from modem.profiles import find_role, load_profiles
from tests.house.tree import ROOT
from tests.modem.profiles.test_usb import products_of
from tests.udev.rules import Device, RulesError, apply, parse

FILE = ROOT / "udev" / "60-gsm-modem.rules"
RULES = parse(FILE.read_text())
PATH = "pci-0000:00:14.0-usb-0:4.2:1."

# What udev would find, and what the port is for. Interfaces as in the 77-mm-*-port-types.rules of ModemManager 1.20.4
# and 1.25.95, in oFono plugins/udevng.c (Telit HE910) and chan_dongle pdiscovery.c (old Huawei sticks).
PORTS = [
    ("Quectel EC25", "2c7c", "0125", ["diag", "gps", "at", "at2"]),
    ("Quectel EC21", "2c7c", "0121", ["diag", "gps", "at", "at2"]),
    ("Quectel RM520N", "2c7c", "0801", ["diag", "gps", "at", "at2"]),
    ("Quectel EM060K", "2c7c", "0128", ["", "", "", "diag", "gps", "at"]),
    ("Quectel EC20", "05c6", "9215", ["diag", "gps", "at", "at2"]),
    ("SIMCom SIM7600", "1e0e", "9001", ["diag", "gps", "at", "at2", "audio"]),
    ("SIMCom A7602", "1e0e", "9011", ["", "", "", "", "at", "at2"]),
    ("SIMCom SIM7080", "1e0e", "9206", ["diag", "gps", "at", "", "", "at2"]),
    ("ZTE MF", "19d2", "0031", ["", "at2", "", "at"]),
    ("ZTE MF, another layout", "19d2", "0117", ["", "at2", "at", ""]),
    ("Sierra MC7455", "1199", "9071", ["diag", "", "gps", "at"]),
    ("Sierra HL7812", "1199", "c001", ["at", "", "at2", "", "gps"]),
    ("Telit LE910C1", "1bc7", "1201", ["diag", "", "", "gps", "at", "at2"]),
    ("Telit ME910C1", "1bc7", "1101", ["diag", "at", "at2"]),
    ("Telit LM960 MBIM", "1bc7", "1041", ["diag", "", "", "", "", "at", "at2"]),
    ("u-blox SARA-U2", "1546", "1102", ["at", "", "at2", "", "at2", "", ""]),
    ("u-blox TOBY-L4", "1546", "1010", ["", "", "", "", "diag", "", "at"]),
    ("Cinterion PLS8", "1e2d", "0061", ["at2", "", "at", "", "gps"]),
    ("Cinterion PHS8", "1e2d", "0053", ["", "gps", "", ""]),
    ("Fibocom FM150", "2cb7", "0104", ["diag", "at", "at2"]),
    ("Alcatel X060", "1bbb", "0000", ["at2", "at2", "at2", "at"]),
    ("Dell DW5821e", "413c", "81d7", ["", "", "at", "at2", "gps", "diag"]),
    ("a new Quectel model", "2c7c", "7fff", ["", "", "", ""]),
]
VENDORS = {
    "Huawei": "12d1",
    "ZTE": "19d2",
    "SIMCom": "1e0e",
    "Quectel": "2c7c",
    "Sierra": "1199",
    "Telit": "1bc7",
    "u-blox": "1546",
    "Cinterion": "1e2d",
    "Fibocom": "2cb7",
    "Longcheer": "1c9e",
}
STRANGERS = [
    ("FTDI adapter", "0403", "6001"),
    ("Prolific adapter", "067b", "2303"),
    ("CP210x adapter", "10c4", "ea60"),
    ("Arduino", "2341", "0043"),
    ("Qualcomm phone", "05c6", "9091"),
    ("Dell keyboard", "413c", "2113"),
    ("u-blox GNSS receiver", "1546", "01a8"),
    ("Huawei stick in network card mode", "12d1", "14dc"),
    ("Huawei stick that shows its driver disc", "12d1", "1f01"),
    ("ZTE stick that shows its driver disc", "19d2", "2000"),
]


def port(vendor: str, model: str, interface: int, kind: str = "ff/ff/ff", action: str = "add") -> Device:
    """Give a USB serial port as udev sees it before our rules."""
    class_, subclass, protocol = kind.split("/")
    return Device(
        kernel="ttyUSB3",
        subsystem="tty",
        action=action,
        parents=[
            ("tty", {}),
            ("usb-serial", {"port_number": "0"}),
            (
                "usb",
                {"bInterfaceClass": class_, "bInterfaceSubClass": subclass, "bInterfaceProtocol": protocol},
            ),
            ("usb", {"idVendor": vendor, "idProduct": model}),
        ],
        builtins={
            "usb_id": {
                "ID_VENDOR_ID": vendor,
                "ID_MODEL_ID": model,
                "ID_USB_INTERFACE_NUM": f"{interface:02x}",
            },
            "path_id": {"ID_PATH": f"{PATH}{interface}"},
        },
    )


def whole(vendor: str, model: str) -> Device:
    """Give a USB device; 50-udev-default.rules has fetched its numbers."""
    env = {"DEVTYPE": "usb_device", "ID_VENDOR_ID": vendor, "ID_MODEL_ID": model}
    return Device(kernel="1-4.2", subsystem="usb", env=env, parents=[("usb", {"idVendor": vendor})])


def test_file_is_what_the_command_writes() -> None:
    assert FILE.read_text() == render(load_profiles()), "run: gsm-modem udev --output udev/60-gsm-modem.rules"


def test_every_port_is_for_what_its_profile_says() -> None:
    """Whatever the shelf knows of a port, udev finds the same; that something is for nothing is not written down."""
    for profile in load_profiles().values():
        for device in profile.usb:
            for product in products_of(device) if not device.is_whole_vendor else ["abcd"]:
                for key in device.roles:
                    number, _, kind = (
                        key.partition(",") if "," in key else ("", "", key) if "/" in key else (key, "", "")
                    )
                    found = apply(RULES, port(device.vendor, product, int(number or "1f", 16), kind or "ff/00/00"))
                    role = find_role(device.vendor, product, number or "1f", kind or "ff/00/00")
                    expected = "" if role in {None, PortRole.OTHER} else role.value
                    assert found.env.get("ID_GSM_PORT", "") == expected, (profile.name, product, key)


@pytest.mark.parametrize(("vendor", "model", "roles"), [row[1:] for row in PORTS], ids=[row[0] for row in PORTS])
def test_ports_of_a_known_modem(vendor: str, model: str, roles: list[str]) -> None:
    for interface, role in enumerate(roles):
        device = apply(RULES, port(vendor, model, interface))
        assert device.env.get("ID_GSM_PORT", "") == role, f"interface {interface}"
        assert device.symlinks == ([f"gsm/by-path/{PATH}{interface}"] if role == "at" else [])
        assert (device.group, device.mode) == ("dialout", "0660")
        assert device.env["ID_MM_DEVICE_IGNORE"] == "1"


@pytest.mark.parametrize(
    ("model", "interface", "kind", "role"),
    [
        ("1001", 2, "ff/ff/ff", "at"),
        ("1001", 1, "ff/ff/ff", "audio"),
        ("1001", 0, "ff/ff/ff", ""),
        ("1436", 4, "ff/ff/ff", "at"),
        ("1001", 2, "ff/02/01", "at2"),
        ("1001", 3, "ff/02/02", "at"),
        ("1573", 2, "ff/02/02", "at"),
        ("1573", 4, "ff/02/14", "gps"),
        ("155e", 1, "ff/01/01", "at2"),
        ("155e", 1, "ff/01/05", "gps"),
        ("1506", 0, "ff/02/12", "at"),
        ("1506", 1, "ff/02/10", "at2"),
        ("1506", 2, "ff/02/16", ""),
        ("1506", 3, "ff/ff/ff", "at"),
    ],
)
def test_huawei_tells_the_port_by_protocol_and_old_sticks_by_number(
    model: str, interface: int, kind: str, role: str
) -> None:
    device = apply(RULES, port("12d1", model, interface, kind))
    assert device.env.get("ID_GSM_PORT", "") == role
    assert bool(device.symlinks) == (role == "at")


def test_interfaces_are_counted_in_hexadecimal() -> None:
    # Interface 10 is "0a"; u-blox LISA-U2 has ports up to 12 that do not take AT.
    device = apply(RULES, port("1546", "1102", 10))
    assert device.env["ID_USB_INTERFACE_NUM"] == "0a"
    assert device.symlinks == []


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS)
def test_modem_manager_is_kept_away_from_every_vendor(vendor: str) -> None:
    assert apply(RULES, whole(vendor, "ffff")).env["ID_MM_DEVICE_IGNORE"] == "1"
    device = apply(RULES, port(vendor, "ffff", 0))
    assert device.env["ID_MM_DEVICE_IGNORE"] == "1"
    assert device.group == "dialout"


@pytest.mark.parametrize(("vendor", "model"), [row[1:] for row in STRANGERS], ids=[row[0] for row in STRANGERS])
def test_other_devices_are_left_alone(vendor: str, model: str) -> None:
    for device in (apply(RULES, whole(vendor, model)), apply(RULES, port(vendor, model, 2))):
        assert (device.symlinks, device.group, device.mode) == ([], "", "")
        assert "ID_MM_DEVICE_IGNORE" not in device.env
        assert "ID_GSM_PORT" not in device.env


def test_node_of_the_whole_modem_keeps_its_owner() -> None:
    device = apply(RULES, whole("2c7c", "0125"))
    assert (device.symlinks, device.group, device.mode) == ([], "", "")


def test_serial_port_without_usb_is_left_alone() -> None:
    uart = Device(kernel="ttyS0", subsystem="tty", parents=[("tty", {}), ("pnp", {})])
    assert apply(RULES, uart).group == ""


@pytest.mark.parametrize("action", ["add", "change", "bind", "move"])
def test_every_event_but_the_last_gives_the_name(action: str) -> None:
    assert apply(RULES, port("2c7c", "0125", 2, action=action)).symlinks


def test_removal_does_nothing() -> None:
    assert apply(RULES, port("2c7c", "0125", 2, action="remove")).env == {}


def test_no_rule_stands_twice_and_no_port_has_two_roles() -> None:
    counted = Counter(rule.tokens for rule in RULES if rule.value_of("GOTO") is None)
    assert [tokens for tokens, count in counted.items() if count > 1] == []
    keys = Counter(
        pattern
        for rule in RULES
        for token in rule.tokens
        if token.attribute == ".GSM_PORT_KEY" and token.is_test and "*" not in token.value
        for pattern in token.value.split("|")
    )
    assert [pattern for pattern, count in keys.items() if count > 1] == []


def test_file_comes_before_modem_manager_looks() -> None:
    assert FILE.name < "77-mm-usb-device-blacklist.rules" < "80-mm-candidate.rules"
    # 60-serial.rules is later: what it would fetch is fetched by our file, before it is asked for.
    assert FILE.name < "60-serial.rules"
    imports = {token.value: rule.line for rule in RULES for token in rule.tokens if token.key == "IMPORT"}
    first = min(rule.line for rule in RULES for token in rule.tokens if token.attribute == "ID_VENDOR_ID")
    assert set(imports) == {"usb_id", "path_id"}
    assert max(imports.values()) < first


@pytest.mark.parametrize(
    "line",
    [
        'SUBSYSTEM="tty", GROUP="dialout"',
        'SUBSYSTEMM=="tty", GROUP="dialout"',
        'ENV{ID_PATH=="x", GROUP="dialout"',
        'ENV=="x", GROUP="dialout"',
        'KERNEL=="ttyUSB*" GROUP="dialout"',
        'KERNEL=="ttyUSB*", GROUP="dialout',
        'KERNEL=="ttyUSB*", GROUP+="dialout"',
        'KERNEL=="ttyUSB*", GOTO="nowhere"',
        'KERNEL=="ttyUSB*", IMPORT{program}="/bin/sh"',
        'KERNEL=="ttyUSB*", SYMLINK+="gsm/$kernel"',
        'KERNEL=="ttyUSB*|", GROUP="dialout"',
    ],
)
def test_reader_refuses_a_malformed_rule(line: str) -> None:
    with pytest.raises(RulesError, match=r"^1: "):
        parse(line)


def _udevadm_can_verify() -> bool:
    if shutil.which("udevadm") is None:
        return False
    return subprocess.run(["udevadm", "verify", "--help"], capture_output=True, check=False).returncode == 0


@pytest.mark.interop
@pytest.mark.skipif(not _udevadm_can_verify(), reason="udevadm is missing or has no verify (systemd before 254)")
def test_udev_finds_no_mistake() -> None:
    verified = subprocess.run(["udevadm", "verify", str(FILE)], capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
