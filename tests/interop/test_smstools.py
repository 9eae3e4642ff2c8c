"""smstools' smsd, unmodified, serves an emulated modem: it sends short and long texts and files what arrives."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from tests.interop.program import ENVIRONMENT, needs
from tests.modem.emulator.host import Host

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from modem.emulator.rack import Rack

pytestmark = [pytest.mark.interop, pytest.mark.timeout(60), needs("smsd", "smstools")]

SHORT = "Price: 5 € [net] {a|b}"
LONG = "The quick brown fox jumps over the lazy dog, €50. " * 8 + "End"
ANSWER = "Grüße zurück"
FOLDERS = ("outgoing", "checked", "incoming", "sent", "failed", "report", "saved", "log", "lock")
CONFIG = """\
devices = GSM1
outgoing = {home}/outgoing
checked = {home}/checked
incoming = {home}/incoming
sent = {home}/sent
failed = {home}/failed
report = {home}/report
saved = {home}/saved
logfile = {home}/log/smsd.log
loglevel = 7
infofile = {home}/smsd.working
pidfile = {home}/smsd.pid
eventhandler = {home}/event
delaytime = 1
incoming_utf8 = yes
decode_unicode_text = yes
outgoing_utf8 = yes
[GSM1]
device = {port}
incoming = high
baudrate = 115200
"""


class Smsd:
    """smsd at home in one folder; what happens is heard through a pipe."""

    def __init__(self, home: Path, port: Path) -> None:
        self.home = home
        for folder in FOLDERS:
            (home / folder).mkdir()
        (home / "smsd.conf").write_text(CONFIG.format(home=home, port=port))
        os.mkfifo(home / "events")
        self.events = Host(home / "events")
        (home / "event").write_text(f'#!/bin/sh\necho "$1 $2" > {home}/events\n')
        (home / "event").chmod(0o755)

    def post(self, name: str, recipient: str, text: str) -> None:
        """Give a text to send, complete at once as the manual asks."""
        fresh = self.home / name
        fresh.write_text(f"To: {recipient.removeprefix('+')}\n\n{text}")
        fresh.rename(self.home / "outgoing" / name)

    def log(self) -> str:
        return (self.home / "log" / "smsd.log").read_text()


@pytest.fixture
async def smsd(rack: Rack, tmp_path: Path) -> AsyncIterator[Smsd]:
    home = tmp_path / "smsd"
    home.mkdir()
    smsd = Smsd(home, rack.ports[0])
    process = await asyncio.create_subprocess_exec(
        "smsd",
        "-t",
        "-c",
        str(home / "smsd.conf"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        env={**ENVIRONMENT, "HOME": str(home)},
    )
    with smsd.events:
        yield smsd
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            process.kill()
            await process.wait()


async def test_smsd_identifies_the_modem_sends_and_receives(rack: Rack, smsd: Smsd) -> None:
    who = rack.machines[0].equipment
    rack.write("+491711000003", who.sim.number, ANSWER)
    smsd.post("short", "+491711000000", SHORT)
    smsd.post("long", "+491711000001", LONG)

    (short,) = await rack.messages("+491711000000", timeout_s=30)
    (long,) = await rack.messages("+491711000001", timeout_s=30)
    await smsd.events.hear(b"RECEIVED ")

    received = next(smsd.home.joinpath("incoming").iterdir()).read_text()
    assert (short.text, long.text, long.segment_count) == (SHORT, LONG, 3)
    assert received.startswith("From: 491711000003\n")
    assert received.endswith(f"\n\n{ANSWER}")
    assert f"IMEI: {who.identity.imei}" in smsd.log() + received
    assert f"IMSI: {who.sim.imsi}" in smsd.log() + received
