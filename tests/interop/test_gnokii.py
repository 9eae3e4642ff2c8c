"""gnokii, unmodified, identifies an emulated modem, sends through it and reads what arrived."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.interop.program import needs, run
from tests.interop.texts import (
    EXTENDED,
    LONG,
    LONG_SEGMENTS,
    MANUFACTURER,
    MODEL,
    PIN,
    RECIPIENTS,
    REVISION,
    SENDERS,
    UNICODE,
    check_handsets,
    check_reports,
    let_people_write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from modem.emulator.rack.rack import Rack

pytestmark = [pytest.mark.interop, pytest.mark.timeout(60), needs("gnokii", "gnokii-cli")]

CONFIG = """\
[global]
port = {port}
model = AT
connection = serial
serial_baudrate = 115200
use_locking = no
"""
# gnokii 0.6.30 converts by iconv to UCS-2, which has no surrogate pairs: "Invalid or incomplete multibyte or wide
# character". It leaves such a character out when it sends, and shows a "?" for each half when it reads.
WITHOUT_PAIRS = {EXTENDED: EXTENDED, UNICODE: "Привет, мир ", LONG: LONG}
WITH_HALVES = {EXTENDED: EXTENDED, UNICODE: "Привет, мир ??", LONG: LONG}
ITEM = re.compile(r"^Sender: (\S+) Msg Center: \S+ *\n(?:Text:|Linked:\nLinked \((\d/\d)\):)\n(.*)\n", re.MULTILINE)


class Gnokii:
    """gnokii on one modem."""

    def __init__(self, home: Path, port: Path) -> None:
        self._home = home
        self._config = home / "gnokiirc"
        self._config.write_text(CONFIG.format(port=port))
        # It would log to the standard error otherwise, into what it prints.
        (home / ".cache" / "gnokii").mkdir(parents=True)

    async def __call__(self, *arguments: str, typed: str | None = None) -> str:
        return await run("gnokii", "--config", str(self._config), *arguments, home=self._home, typed=typed)


@pytest.fixture
def gnokii(rack: Rack, tmp_path: Path) -> Gnokii:
    return Gnokii(tmp_path, rack.ports[0])


async def test_gnokii_identifies_the_modem(rack: Rack, gnokii: Gnokii) -> None:
    printed = await gnokii("--identify")

    who = rack.machines[0].equipment.identity
    for fact in (MANUFACTURER, MODEL, who.imei, REVISION):
        assert fact in printed


async def test_gnokii_sends(rack: Rack, gnokii: Gnokii) -> None:
    for recipient, text in RECIPIENTS.items():
        await gnokii("--sendsms", recipient, "--report", typed=text)

    await check_handsets(rack, forms=WITHOUT_PAIRS)
    await check_reports(rack)


async def test_gnokii_reads_what_arrived(rack: Rack, gnokii: Gnokii) -> None:
    let_people_write(rack, 0)

    folders = await gnokii("--showsmsfolderstatus")
    printed = await gnokii("--getsms", "SM", "1", "end")

    items = ITEM.findall(printed)
    received: dict[str, str] = {}
    for sender, _, text in items:
        received[sender] = received.get(sender, "") + text
    assert re.search(r"SIM card +SM +5\n", folders)
    assert received == {sender: WITH_HALVES[text] for sender, text in SENDERS.items()}
    assert [number for _, number, _ in items if number] == [f"{n}/{LONG_SEGMENTS}" for n in range(1, LONG_SEGMENTS + 1)]


async def test_gnokii_deletes_what_it_read(rack: Rack, gnokii: Gnokii) -> None:
    rack.write("+491711000003", rack.machines[0].equipment.sim.number, EXTENDED)

    await gnokii("--getsms", "SM", "1", "--delete")

    assert len(rack.machines[0].equipment.sim.messages) == 0


async def test_gnokii_unlocks_the_card(locked_rack: Rack, gnokii: Gnokii) -> None:
    assert "waiting for PIN" in await gnokii("--getsecuritycodestatus")
    await gnokii("--entersecuritycode", "PIN", typed=f"{PIN}\n")
    assert "nothing to enter" in await gnokii("--getsecuritycodestatus")
