"""gammu-smsd, unmodified, serves an emulated modem from an SQLite database: outbox, inbox and delivery reports."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.interop.program import daemon, needs, run
from tests.interop.texts import (
    EXTENDED,
    LONG,
    LONG_RECIPIENT,
    LONG_SEGMENTS,
    PIN,
    RECIPIENTS,
    SENDERS,
    UNICODE,
    UNICODE_RECIPIENT,
    check_handsets,
    check_reports,
    let_people_write,
)
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modem.emulator.rack.rack import Rack

TABLES = Path("/usr/share/doc/gammu-smsd/examples/sqlite.sql")

pytestmark = [
    pytest.mark.interop,
    pytest.mark.timeout(120),
    needs("gammu-smsd", "gammu-smsd"),
    pytest.mark.skipif(not TABLES.exists(), reason=f"{TABLES} of the package gammu-smsd is not here"),
    pytest.mark.skipif(
        not any(Path("/usr/lib").glob("*/dbd/libdbdsqlite3.so")),
        reason="no SQLite driver for libdbi here: apt-get install libdbd-sqlite3",
    ),
]

# gammu 1.42 does not read the report that +CDSI announces (gammu/gammu#695): it is asked to have reports routed.
CONFIG = """\
[gammu]
port = {port}
connection = at115200
atgen_setcnmi = ,,,1
[smsd]
service = sql
driver = sqlite3
dbdir = {home}
database = smsd.db
logfile = stderr
debuglevel = 1
deliveryreport = sms
commtimeout = 1
receivefrequency = 1
statusfrequency = 0
loopsleep = 1
checkbattery = 0
{more}
"""
OPTIONS: Mapping[str, list[str]] = {EXTENDED: [], UNICODE: ["-unicode"], LONG: ["-len", "600", "-report"]}


class Smsd:
    """gammu-smsd at home in one folder."""

    def __init__(self, home: Path, port: Path, *, more: str = "") -> None:
        self.home = home
        self.config = home / "smsdrc"
        self.config.write_text(CONFIG.format(home=home, port=port, more=more))
        with contextlib.closing(sqlite3.connect(home / "smsd.db")) as database:
            database.executescript(TABLES.read_text())

    async def post(self, recipient: str, text: str) -> None:
        """Put a text into the outbox by the program made for it."""
        options = ["-textutf8", text, *OPTIONS[text]]
        await run("gammu-smsd-inject", "-c", str(self.config), "TEXT", recipient, *options, home=self.home)

    def rows(self, query: str) -> list[Any]:
        with contextlib.closing(sqlite3.connect(self.home / "smsd.db")) as database:
            return database.execute(query).fetchall()

    def received(self) -> dict[str, str]:
        """Return the texts by sender, segments joined."""
        texts: dict[str, str] = {}
        for sender, text in self.rows("SELECT SenderNumber, TextDecoded FROM inbox ORDER BY ID"):
            texts[sender] = texts.get(sender, "") + text
        return texts


async def test_gammu_smsd_sends_receives_and_files_reports(rack: Rack, tmp_path: Path) -> None:
    smsd = Smsd(tmp_path, rack.ports[0])
    let_people_write(rack, 0)
    for recipient, text in RECIPIENTS.items():
        await smsd.post(recipient, text)

    async with daemon("gammu-smsd", "-c", str(smsd.config), home=tmp_path):
        await check_handsets(rack)
        await check_reports(rack)
        await until(lambda: smsd.received() == SENDERS, timeout_s=30, look_every_s=0.1)
        reports = f"SELECT Status FROM sentitems WHERE DestinationNumber = '{LONG_RECIPIENT}'"
        await until(lambda: smsd.rows(reports) == [("DeliveryOK",)] * LONG_SEGMENTS, timeout_s=30, look_every_s=0.1)

    assert smsd.rows("SELECT IMEI, IMSI FROM phones") == [
        (rack.machines[0].equipment.identity.imei, rack.machines[0].equipment.sim.imsi)
    ]


async def test_gammu_smsd_unlocks_the_card(locked_rack: Rack, tmp_path: Path) -> None:
    smsd = Smsd(tmp_path, locked_rack.ports[0], more=f"pin = {PIN}")
    await smsd.post(UNICODE_RECIPIENT, UNICODE)

    async with daemon("gammu-smsd", "-c", str(smsd.config), home=tmp_path):
        await check_handsets(locked_rack, [UNICODE_RECIPIENT])
