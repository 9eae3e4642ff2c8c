"""Ports of one device come together, whatever their order; identical devices stay apart."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.ports.facts import PortFacts
from modem.ports.grouping import group
from tests.modem.ports.made import boxes, port, usb


def parts(ports: list[PortFacts]) -> list[list[str]]:
    return [[one.device for one in found.ports] for found in group(ports)]


def test_eight_identical_modems_without_serial_numbers_are_eight() -> None:
    slots = [f"1-1.{index + 1}" for index in range(8)]
    ports = [port(4 * i + n, f"{n:02x}", of=usb(slot)) for i, slot in enumerate(slots) for n in range(4)]
    groups = group(reversed(ports))
    assert [one.slot for one in groups] == slots
    assert [[one.interface for one in found.ports] for found in groups] == [["00", "01", "02", "03"]] * 8


def test_each_cable_of_an_adapter_is_a_device_and_a_modem_is_one() -> None:
    adapter = usb("1-4", ids="0403:6011")
    cables = [port(number, f"{number:02x}", of=adapter, driver="ftdi_sio") for number in range(4)]
    assert parts(cables) == [["/dev/ttyUSB0"], ["/dev/ttyUSB1"], ["/dev/ttyUSB2"], ["/dev/ttyUSB3"]]


@pytest.mark.parametrize("ids", ["0403:6001", "1a86:7523", "10c4:ea60", "067b:2303"])
def test_an_adapter_is_known_by_its_ids_where_its_driver_is_not_told(ids: str) -> None:
    two = [port(number, f"{number:02x}", of=usb("1-4", ids=ids), driver="") for number in range(2)]
    assert parts(two) == [["/dev/ttyUSB0"], ["/dev/ttyUSB1"]]


def test_a_hand_made_mark_brings_ports_of_several_adapters_together() -> None:
    """ModemManager, Common udev tags: ID_MM_PHYSDEV_UID."""
    marks = {"ID_MM_PHYSDEV_UID": "my modem"}
    two = [
        port(0, of=usb("1-3", ids="1a86:7523"), driver="ch341", properties=marks),
        port(1, of=usb("1-4", ids="1a86:7523"), driver="ch341", properties=marks),
        port(2, properties=marks),
    ]
    assert len(parts(two)) == 1


def test_a_device_without_ports_is_one_too_and_none_twice() -> None:
    stick, modem = usb("1-1", ids="12d1:1446"), usb("1-2")
    groups = group([port(0, of=modem)], [modem, stick])
    assert [(one.slot, len(one.ports)) for one in groups] == [("1-1", 0), ("1-2", 1)]


@given(ports=boxes(), seed=st.integers())
def test_the_order_of_ports_makes_no_difference(ports: list[PortFacts], seed: int) -> None:
    shuffled = random.Random(seed).sample(ports, len(ports))
    assert group(shuffled) == group(ports)
    assert sorted(one.device for found in group(ports) for one in found.ports) == sorted(one.device for one in ports)
