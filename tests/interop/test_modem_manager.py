"""ModemManager, unmodified, drives an emulated modem: its test interface takes a socket instead of a device."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from tests.interop.program import daemon, needs, run
from tests.interop.socket_bridge import bridge
from tests.interop.texts import (
    EXTENDED,
    LONG,
    MANUFACTURER,
    MODEL,
    PATIENCE_S,
    PIN,
    RECIPIENTS,
    REVISION,
    UNICODE,
    UNICODE_RECIPIENT,
    check_handsets,
    check_reports,
)
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from modem.emulator.rack.rack import Rack

pytestmark = [
    pytest.mark.interop,
    pytest.mark.timeout(120),
    needs("ModemManager", "modemmanager"),
    needs("mmcli", "modemmanager"),
    needs("dbus-daemon", "dbus"),
    needs("dbus-send", "dbus"),
]

NAME = "org.freedesktop.ModemManager1"
ROOT = "/org/freedesktop/ModemManager1"
# On a bus of its own, with nothing of this machine in sight.
OPTIONS = ("--test-session", "--test-enable", "--test-no-udev", "--test-no-suspend-resume", "--test-no-qrtr")

# Which plugin takes which model.
PLUGINS = {
    "cinterion-mc75i": "cinterion",
    "quectel-ec25": "quectel",
    "sierra-mc7455": "sierra",
    "sim7600": "simtech",
    "telit-le910": "telit",
    "ublox-sara-u2": "u-blox",
    "wavecom": "wavecom",
    "zte-mf": "zte",
}


class ModemManager:
    """ModemManager with one modem, asked by mmcli."""

    def __init__(self, home: Path) -> None:
        address = f"unix:path={home}/bus"
        self.home = home
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": address, "DBUS_SYSTEM_BUS_ADDRESS": address}

    async def give_modem(self, socket: Path, plugin: str) -> None:
        """Hand it a modem and wait until it has looked at everything."""
        async with asyncio.timeout(PATIENCE_S):
            while NAME not in await self.bus("org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames"):
                await asyncio.sleep(0.1)
            profile = ("string:emulated", f"string:{plugin}", f"array:string:{socket}")
            await self.bus(NAME, ROOT, f"{NAME}.Test.SetProfile", *profile)
            while "/Modem/" not in await self.mmcli("--list-modems"):
                await asyncio.sleep(0.1)
        await self.wait_for_state("locked", "disabled")

    async def wait_for_state(self, *states: str) -> None:
        """Return when the modem is in one of some states."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.modem())["state"] not in states:
                await asyncio.sleep(0.1)

    async def bus(self, name: str, path: str, method: str, *arguments: str) -> str:
        command = ("dbus-send", "--session", "--print-reply", f"--dest={name}", path, method, *arguments)
        return await run(*command, home=self.home, environment=self.environment)

    async def mmcli(self, *arguments: str) -> str:
        return await run("mmcli", *arguments, home=self.home, environment=self.environment)

    async def modem(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(await self.mmcli("--modem=any", "--output-json"))
        return {**answer["modem"]["generic"], **answer["modem"]["3gpp"]}

    async def sim(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(await self.mmcli("--sim=any", "--output-json"))
        return dict(answer["sim"]["properties"])

    async def send(self, recipient: str, text: str) -> None:
        form = f"number='{recipient}',text='{text}',delivery-report-request=yes"
        created = await self.mmcli("--modem=any", f"--messaging-create-sms={form}")
        await self.mmcli(f"--sms={created.split()[-1]}", "--send")

    async def messages(self, kind: str) -> list[dict[str, Any]]:
        """Return what it holds of a kind of PDU: deliver, submit, status-report."""
        listed = json.loads(await self.mmcli("--modem=any", "--messaging-list-sms", "--output-json"))
        found = []
        for path in listed["modem.messaging.sms"]:
            message = json.loads(await self.mmcli(f"--sms={path}", "--output-json"))["sms"]
            if message["properties"]["pdu-type"] == kind:
                found.append({**message["content"], **message["properties"]})
        return found

    async def wait_for(self, kind: str, field: str, expected: set[tuple[str, str]]) -> None:
        """Return when the numbers of a kind's messages and one of their fields are as expected."""
        async with asyncio.timeout(PATIENCE_S):
            while {(message["number"], message[field]) for message in await self.messages(kind)} != expected:
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def modem_manager(rack: Rack, home: Path, plugin: str = "generic") -> AsyncIterator[ModemManager]:
    manager = ModemManager(home)
    # A socket's name is at most 107 octets long: it lies beside the ports, in a short folder.
    line = rack.ports[0].with_name("socket")
    address = manager.environment["DBUS_SESSION_BUS_ADDRESS"]
    bus = ("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}")
    async with bridge(line, rack.ports[0]), daemon(*bus, home=home):
        await until(lambda: is_listening(home / "bus"))
        command = ("ModemManager", *OPTIONS, "--no-auto-scan", "--debug")
        async with daemon(*command, home=home, environment=manager.environment):
            await manager.give_modem(line, plugin)
            yield manager


def is_listening(path: Path) -> bool:
    """Tell whether somebody takes connections: the file is there some moments before."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


async def test_modem_manager_identifies_the_modem(rack: Rack, tmp_path: Path) -> None:
    async with modem_manager(rack, tmp_path) as manager:
        modem, sim = await manager.modem(), await manager.sim()

    who = rack.machines[0].equipment
    facts = (modem["manufacturer"], modem["model"], modem["revision"], modem["equipment-identifier"])
    assert facts == (MANUFACTURER, MODEL, REVISION, who.identity.imei)
    assert (sim["imsi"], sim["iccid"]) == (who.sim.imsi, who.identity.iccid)


async def test_modem_manager_sends_receives_and_shows_reports(rack: Rack, tmp_path: Path) -> None:
    number = rack.machines[0].equipment.sim.number
    # ModemManager 1.20 drops a +CMTI that comes while it reads for another, so the segments are there when it starts.
    rack.write("+491711000005", number, LONG)
    received = {("+491711000005", LONG)}

    async with modem_manager(rack, tmp_path) as manager:
        await manager.mmcli("--modem=any", "--enable")
        await manager.wait_for("deliver", "text", received)
        for recipient, text in RECIPIENTS.items():
            await manager.send(recipient, text)
        await check_handsets(rack)
        # ModemManager asks for the report of the last segment only.
        await check_reports(rack, asking=(False, False, True))
        await manager.wait_for(
            "status-report", "delivery-state", {(recipient, "completed-received") for recipient in RECIPIENTS}
        )

        for sender, text in (("+491711000003", EXTENDED), ("+491711000004", UNICODE)):
            rack.write(sender, number, text)
            received.add((sender, text))
            await manager.wait_for("deliver", "text", received)


@pytest.mark.parametrize(
    ("rack", "plugin"),
    [pytest.param((model,), plugin, id=model) for model, plugin in PLUGINS.items()],
    indirect=["rack"],
)
async def test_modem_manager_drives_a_model_by_the_plugin_of_its_family(
    rack: Rack, plugin: str, tmp_path: Path
) -> None:
    who = rack.machines[0].equipment
    async with modem_manager(rack, tmp_path, plugin) as manager:
        modem, sim = await manager.modem(), await manager.sim()
        assert (modem["plugin"], modem["model"]) == (plugin, who.personality.model)
        assert sim["iccid"] == who.sim.iccid
        await manager.mmcli("--modem=any", "--enable")
        await manager.send(UNICODE_RECIPIENT, UNICODE)
        await check_handsets(rack, [UNICODE_RECIPIENT])
        rack.write(UNICODE_RECIPIENT, who.sim.number, EXTENDED)
        await manager.wait_for("deliver", "text", {(UNICODE_RECIPIENT, EXTENDED)})


async def test_modem_manager_holds_a_ussd_session(rack: Rack, tmp_path: Path) -> None:
    async with modem_manager(rack, tmp_path) as manager:
        await manager.mmcli("--modem=any", "--enable")
        balance = await manager.mmcli("--modem=any", "--3gpp-ussd-initiate=*100#")
        menu = await manager.mmcli("--modem=any", "--3gpp-ussd-initiate=*101#")
        number = await manager.mmcli("--modem=any", "--3gpp-ussd-respond=2")
        await manager.mmcli("--modem=any", "--3gpp-ussd-cancel")

    assert "new reply from network: 'Your balance is " in balance
    assert "new reply from network: '1 " in menu
    assert rack.machines[0].equipment.sim.number in number


async def test_modem_manager_unlocks_the_card(locked_rack: Rack, tmp_path: Path) -> None:
    async with modem_manager(locked_rack, tmp_path) as manager:
        assert (await manager.modem())["unlock-required"] == "sim-pin"
        await manager.mmcli("--sim=0", f"--pin={PIN}")
        await manager.wait_for_state("disabled")
        await manager.mmcli("--modem=any", "--enable")
        await manager.send(UNICODE_RECIPIENT, UNICODE)
        await check_handsets(locked_rack, [UNICODE_RECIPIENT])
