"""What becomes of the devices described in `devices/`, played by umockdev. The ports are those of the cited sources."""

from __future__ import annotations

from typing import Any

import pytest

from tests.modem.ports.bench import bench
from tests.support.umockdev import needs_umockdev

pytestmark = [needs_umockdev, pytest.mark.interop]

# file: AT port and second one by bInterfaceNumber, ports that are never to be written to, profile
MODEMS: dict[str, tuple[str, str | None, set[str], str]] = {
    "huawei-e173": ("04", None, {"03"}, "huawei-e173"),
    "huawei-me909": ("04", "02", {"03", "05"}, "huawei-me909"),
    "zte-mf190": ("02", "01", set(), "zte-mf"),
    "zte-mf636": ("03", "01", set(), "zte-mf"),
    "sim7600": ("02", "03", {"00", "01", "04"}, "sim7600"),
    "quectel-ec25": ("02", "03", {"00", "01"}, "quectel-ec25"),
    "sierra-mc7455": ("03", None, {"00", "02"}, "sierra-mc7455"),
    "telit-le910": ("04", "05", {"00", "03", "06"}, "telit-le910"),
    "ublox-lara": ("00", "02", {"06", "08", "0a"}, "ublox-lara"),
}
FORBIDDEN = {"diag", "gps", "audio", "other"}


async def choices(device: str) -> list[dict[str, Any]]:
    async with bench() as box:
        await box.plug(device)
        found = await box.tell("choices")
        assert isinstance(found, list)
        return found


@pytest.mark.parametrize("device", MODEMS)
async def test_a_known_modem_is_used_on_its_at_port_and_on_no_other(device: str) -> None:
    at, at2, forbidden, profile = MODEMS[device]
    (found,) = await choices(device)
    number = found["interfaces"]
    assert (found["verdict"], found["profile"]) == ("modem", profile)
    assert number[found["at"]] == at
    assert (number[found["at2"]] if found["at2"] else None) == at2
    assert found["asked"] == []
    never = {number[tty] for tty, role in found["roles"].items() if role in FORBIDDEN}
    assert never == forbidden
    # The name holds the socket and the interface, and not the number of the tty.
    assert found["name"].startswith("/dev/serial/by-path/pci-0000:00:14.0-usb-0:")
    assert f":1.{int(at, 16)}" in found["name"]


async def test_eight_identical_modems_without_serial_numbers_are_told_apart() -> None:
    found = await choices("quectel-ec25-eight")
    assert len(found) == 8
    assert {one["serial"] for one in found} == {""}
    assert len({one["name"] for one in found}) == 8
    assert [one["at"] for one in found] == [f"/dev/ttyUSB{4 * index + 2}" for index in range(8)]
    assert [one["at2"] for one in found] == [f"/dev/ttyUSB{4 * index + 3}" for index in range(8)]


@pytest.mark.parametrize(("device", "count", "name"), [("ftdi", 5, "FTDI"), ("ch340", 2, "CH340")])
async def test_behind_a_plain_adapter_nothing_is_known_and_each_cable_is_asked(
    device: str, count: int, name: str
) -> None:
    found = await choices(device)
    assert [(one["verdict"], one["at"], len(one["asked"])) for one in found] == [("ask", None, 1)] * count
    assert all(one["reason"].startswith(name) for one in found)


async def test_what_is_no_modem_says_why_and_is_not_asked() -> None:
    storage, hilink, receiver, zte = await choices("bystanders")
    assert {one["verdict"] for one in (storage, hilink, receiver, zte)} == {"not a modem"}
    assert "usb_modeswitch" in storage["reason"]
    assert "usb_modeswitch" in zte["reason"]
    assert "HiLink" in hilink["reason"]
    assert "satellite" in receiver["reason"]
    assert receiver["asked"] == []


async def test_marks_and_protocols_are_used_where_no_table_knows_the_device() -> None:
    marked, by_protocol = await choices("marked")
    assert (marked["at"], marked["at2"], marked["asked"]) == ("/dev/ttyUSB3", "/dev/ttyUSB2", [])
    assert [marked["roles"][f"/dev/ttyUSB{number}"] for number in range(6)] == [
        "diag", "gps", "at2", "at", "other", "audio",
    ]  # fmt: skip
    assert by_protocol["asked"] == ["/dev/ttyUSB8", "/dev/ttyUSB9"]
