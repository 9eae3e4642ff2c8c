"""What the network does with messages and reports, seen by the customer of a whole gateway."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from modem.emulator.breakage.shelf import build
from modem.emulator.network.letter import Letter, flash, replacement
from modem.emulator.network.recipient import Recipient, RecipientForm, Reports
from modem.emulator.numbering import identity
from modem.emulator.rack.rack import Rack
from modem.pdu import Ports, Waiting, WaitingKind
from tests.acceptance.conftest import MakeRack
from tests.support.box import Box, running_box
from tests.support.receiver import PushReceiver
from tests.support.waiting import until

SENDER = "+491710001111"
QUICK = "[dispatch]\npatience_s = 2\nevidence_s = 2\nsubmit_timeout_s = 20\n"
MMS = bytes.fromhex("010603BE8C82986D6D733100")  # WAP-230-WSP 8.2.4: push, type 3E, vnd.wap.mms-message

LETTERS = {
    "text": (Letter(text="hello"), "hello"),
    "flash": (flash("now"), "now"),
    "8-bit data": (Letter(data=b"\x00\xff\x10"), "[data, 3 octets]"),
    "data for a port": (Letter(data=b"\x01", ports=Ports(destination=9204, source=1)), "[data to port 9204, 1 octets]"),
    "MMS notification": (Letter(data=MMS, ports=Ports(destination=2948, source=9200)), "[MMS notification, 12 octets]"),
    "voice mail with a text": (
        Letter(text="2 new", waiting=Waiting(kind=WaitingKind.VOICEMAIL, is_active=True, is_stored=True)),
        "2 new",
    ),
    "unknown coding": (Letter(text="odd", dcs=0x90), "odd"),
    "long data": (Letter(data=bytes(300)), "[data, 300 octets]"),
}
# A modem that keeps to the standard acknowledges a silent message by itself and tells nobody (tests of the receiver).
ASIDE = {
    "SIM data": (Letter(data=b"\x02\x70\x00", pid=0x7F), "SIM data"),
    "voice mail, text to be discarded": (
        Letter(text="x", waiting=Waiting(kind=WaitingKind.VOICEMAIL, is_active=True, is_stored=False)),
        "message waiting",
    ),
}


def _post(rack: Rack, letter: Letter) -> None:
    rack.change(lambda network, now: network.post(letter, SENDER, identity(0).number, now))


async def _inbox(box: Box) -> list[str]:
    return [row["message"] for row in (await box.post("smsinbox/get", page_size=500))["data"]]


async def test_messages_of_every_kind_arrive_as_what_they_are(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    async with running_box(tmp_path, ports=[str(rack.ports[0])]) as box:
        await box.until_spans_ready(1)
        for letter, _ in (*LETTERS.values(), *ASIDE.values()):
            _post(rack, letter)
        expected = sorted([*(shown for _, shown in LETTERS.values()), "price 2"])
        with closing(sqlite3.connect(tmp_path / "gateway.db")) as database:
            for text in ("price 1", "price 2"):  # the first must have left the modem, which would replace it itself
                _post(rack, replacement(text, 1))
                await until(partial(_has_text, database, text), timeout_s=20)
            await until(lambda: _count(database) == len(LETTERS) + len(ASIDE) + 2, timeout_s=20)
            assert sorted(await _inbox(box)) == expected
            aside = database.execute("SELECT kind FROM inbound WHERE is_shown = 0 AND replaced_by IS NULL").fetchall()
        assert sorted(kind for (kind,) in aside) == sorted(kind for _, kind in ASIDE.values())


def _texts(database: sqlite3.Connection) -> set[str]:
    return {text for (text,) in database.execute("SELECT text FROM inbound")}


def _has_text(database: sqlite3.Connection, text: str) -> bool:
    (undeleted,) = database.execute("SELECT count(*) FROM slot").fetchone()
    return text in _texts(database) and not undeleted


def _count(database: sqlite3.Connection) -> int:
    (count,) = database.execute("SELECT count(*) FROM inbound").fetchone()
    return int(count)


REPORTS = {
    "early": Reports(lead_s=0.3),
    "twice": Reports(copies=2),
    "still trying first": Reports(temporary=(0x20, 0x30)),
    "another form of the number": Reports(recipient_form=RecipientForm.NATIONAL),
    "another service centre": Reports(smsc="+491710760000"),
    "reserved status of the good group": Reports(status=0x1F),
}


async def test_reports_of_every_manner_find_their_message_and_are_told_once(
    tmp_path: Path, make_rack: MakeRack
) -> None:
    rack = await make_rack(count=2)
    receiver = PushReceiver()
    await receiver.start()
    numbers = {name: f"+33612345{index:03}" for index, name in enumerate(REPORTS)}
    for name, reports in REPORTS.items():
        rack.network.behave(numbers[name], Recipient(reports=reports))
    try:
        async with running_box(tmp_path, ports=[str(port) for port in rack.ports], settings=QUICK) as box:
            await box.until_spans_ready(2)
            await box.post("smsoutbox/set_config", **receiver.settings())
            for number in numbers.values():
                await box.send(number, "one")
                await box.send(number, "x" * 200)
            rows = await box.until_outbox(
                lambda rows: len(rows) == 2 * len(numbers) and all(row["status"] == "DELIVERD" for row in rows),
                timeout_s=30,
            )
            pushes = await receiver.until(2 * len(rows), timeout_s=20)
        told = Counter((push["phonenumber"], push["type"]) for push in pushes)
        assert set(told.values()) == {2}, told
    finally:
        await receiver.stop()


@pytest.mark.parametrize("refused", [("relative",), ("relative", "absolute", "enhanced")])
async def test_a_centre_that_refuses_a_form_of_validity_gets_the_message_in_another(
    tmp_path: Path, make_rack: MakeRack, refused: tuple[str, ...]
) -> None:
    rack = await make_rack(count=1)
    rack.network.change_centre(replace(rack.network.centre, refused_validities=refused))
    async with running_box(tmp_path, ports=[str(rack.ports[0])]) as box:
        await box.until_spans_ready(1)
        for index in range(3):
            await box.send(SENDER, f"text {index}")
        await box.until_outbox(lambda rows: [row["status"] for row in rows] == ["DELIVERD"] * 3, timeout_s=20)
        handset = rack.network.handset(SENDER)
        assert handset is not None
        assert sorted(message.text or "" for message in handset.messages) == ["text 0", "text 1", "text 2"]
    with closing(sqlite3.connect(tmp_path / "gateway.db")) as database:
        codes = [code for (code,) in database.execute("SELECT code FROM attempt WHERE outcome = 'refused' ORDER BY id")]
    forms = ["as a point of time", "without validity"][: 1 if refused == ("relative",) else 2]
    assert codes == [f"+CMS ERROR 198, next time {form}" for form in forms]


async def test_what_waits_for_a_full_memory_comes_when_it_is_freed(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    async with running_box(tmp_path, ports=[str(rack.ports[0])]) as box:
        await box.until_spans_ready(1)
        rack.arm(0, *build({"fault": "storage_full", "memory": "SM"}))
        texts = [f"waited {index}" for index in range(5)]
        for text in texts:
            _post(rack, Letter(text=text))
        with closing(sqlite3.connect(tmp_path / "gateway.db")) as database:
            await until(lambda: set(texts) <= _texts(database), timeout_s=55)
        assert Counter(text for text in await _inbox(box) if text in texts) == Counter(texts)
