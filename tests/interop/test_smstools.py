"""smstools' smsd, unmodified, serves an emulated modem: it sends from files, and files what arrives and the reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.interop.program import daemon, needs
from tests.interop.texts import (
    LONG_RECIPIENT,
    LONG_SEGMENTS,
    PATIENCE_S,
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
    from pathlib import Path

    from modem.emulator.rack.rack import Rack

pytestmark = [pytest.mark.interop, pytest.mark.timeout(120), needs("smsd", "smstools")]

FOLDERS = ("outgoing", "checked", "incoming", "sent", "failed", "report", "saved", "log", "lock")
# smsd 3.1.21 takes characters beyond the GSM alphabet as UCS2 octets only, and would lose a surrogate pair if it had to
# decode one. Reports are stored, as it asks for ("you MUST DISABLE status report routing"): it loses some routed ones.
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
delaytime = 1
incoming_utf8 = yes
decode_unicode_text = no
outgoing_utf8 = yes
[GSM1]
device = {port}
init = AT+CNMI=2,0,0,2,0
primary_memory = SM
secondary_memory = SR
incoming = high
baudrate = 115200
{more}
"""
REPORT = re.compile(
    r"\AFrom: (\d+)\n.*\nSMS STATUS REPORT\n.*\nStatus: 0,Ok,short message received by the SME", re.DOTALL
)


class Smsd:
    """smsd at home in one folder."""

    def __init__(self, home: Path, port: Path, *, more: str = "") -> None:
        self.home = home
        for folder in FOLDERS:
            (home / folder).mkdir()
        self.config = home / "smsd.conf"
        self.config.write_text(CONFIG.format(home=home, port=port, more=more))

    def post(self, name: str, recipient: str, text: str) -> None:
        """Give a text to send, complete at once as the manual asks."""
        head = f"To: {recipient.removeprefix('+')}\nReport: yes\n"
        if text is UNICODE:
            content = f"{head}Alphabet: UCS2\n\n".encode() + text.encode("utf-16-be")
        else:
            content = f"{head}\n{text}".encode()
        fresh = self.home / name
        fresh.write_bytes(content)
        fresh.rename(self.home / "outgoing" / name)

    def files(self, folder: str) -> list[tuple[dict[str, str], str]]:
        """Return head and text of every file in a folder; smsd must not be writing there any more."""
        return [_read(path.read_bytes()) for path in (self.home / folder).iterdir()]

    def received(self) -> dict[str, str]:
        return {f"+{head['From']}": text for head, text in self.files("incoming")}

    def reported(self) -> list[str]:
        """Return whose delivery was reported, once for each report; a file that is being written does not match."""
        texts = [path.read_text(errors="replace") for path in (self.home / "report").iterdir()]
        return sorted(f"+{number}" for text in texts for number in REPORT.findall(text))


def _read(content: bytes) -> tuple[dict[str, str], str]:
    lines, _, body = content.partition(b"\n\n")
    head = dict(line.split(": ", 1) for line in lines.decode().splitlines())
    return head, body.decode("utf-16-be" if head["Alphabet"] == "UCS2" else "utf-8")


async def test_smsd_identifies_the_modem_sends_receives_and_files_reports(rack: Rack, tmp_path: Path) -> None:
    smsd = Smsd(tmp_path, rack.ports[0])
    let_people_write(rack, 0)
    for number, (recipient, text) in enumerate(RECIPIENTS.items()):
        smsd.post(f"outbound{number}", recipient, text)

    async with daemon("smsd", "-t", "-c", str(smsd.config), home=tmp_path):
        await check_handsets(rack)
        await check_reports(rack)
        await until(lambda: len(list((smsd.home / "incoming").iterdir())) == len(SENDERS), timeout_s=PATIENCE_S)
        expected = sorted([*RECIPIENTS, *[LONG_RECIPIENT] * (LONG_SEGMENTS - 1)])
        await until(lambda: smsd.reported() == expected, timeout_s=PATIENCE_S, look_every_s=0.1)

    assert smsd.received() == SENDERS
    who = rack.machines[0].equipment
    for head, _ in smsd.files("incoming"):
        assert (head["IMEI"], head["IMSI"]) == (who.identity.imei, who.sim.imsi)
    assert list((smsd.home / "failed").iterdir()) == []


async def test_smsd_unlocks_the_card(locked_rack: Rack, tmp_path: Path) -> None:
    smsd = Smsd(tmp_path, locked_rack.ports[0], more=f"pin = {PIN}\npinsleeptime = 1")
    smsd.post("outbound", UNICODE_RECIPIENT, UNICODE)

    async with daemon("smsd", "-t", "-c", str(smsd.config), home=tmp_path):
        await check_handsets(locked_rack, [UNICODE_RECIPIENT])
