"""python-gsmmodem-new, unmodified, drives an emulated modem in PDU mode and in text mode."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

import pytest
from gsmmodem.modem import GsmModem, StatusReport

from tests.interop.texts import (
    EXTENDED,
    LONG_RECIPIENT,
    LONG_SEGMENTS,
    MANUFACTURER,
    MODEL,
    PIN,
    RECIPIENTS,
    REVISION,
    SENDERS,
    UNICODE,
    UNICODE_RECIPIENT,
    check_handsets,
    check_reports,
    let_people_write,
)
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from gsmmodem.modem import ReceivedSms

    from modem.emulator.rack.rack import Rack

# The rack lives in the loop of the test; the library blocks, so it is called from a thread and called back in its own.
pytestmark = [pytest.mark.interop, pytest.mark.timeout(60)]

# What the library gives to +CNMI itself. It drops an unsolicited line that comes while it waits for an answer or
# together with another one, so one thing at a time is sent or written when it listens.
LISTENING = "2,1,0,2"
# The modem keeps unsolicited lines for itself: the application looks into the memories when it likes.
POLLING = "0,1,0,2"


def as_units(text: str) -> str:
    """Return one character per UTF-16 unit, as the library counts: it was made for Pythons that did the same."""
    octets = text.encode("utf-16-be")
    return "".join(chr(int.from_bytes(octets[at : at + 2])) for at in range(0, len(octets), 2))


class Application:
    """Somebody's program around the library."""

    def __init__(self, port: Path, indications: str) -> None:
        self.received: dict[str, str] = {}
        self.modem = GsmModem(str(port), 115200, smsReceivedCallbackFunc=self._receive, AT_CNMI=indications)

    def poll(self) -> None:
        """Take everything that was stored, joining segments in the order of their arrival."""
        for message in self.modem.listStoredSms(memory="ME", delete=True):
            self._receive(message)

    def poll_reports(self) -> list[tuple[str, int]]:
        """Give recipient and status of every stored report."""
        return [(report.number, report.deliveryStatus) for report in self.modem.listStoredSms(memory="SR", delete=True)]

    def _receive(self, message: ReceivedSms) -> None:
        self.received[message.number] = self.received.get(message.number, "") + message.text


@contextlib.asynccontextmanager
async def connected(
    rack: Rack, *, indications: str = LISTENING, is_text_mode: bool = False, pin: str | None = None
) -> AsyncIterator[Application]:
    application = Application(rack.ports[0], indications)
    application.modem.smsTextMode = is_text_mode
    await asyncio.to_thread(application.modem.connect, pin)
    try:
        yield application
    finally:
        await asyncio.to_thread(application.modem.close)


async def until_taken(application: Application, count: int) -> None:
    """Wait until so many messages were received, and the library has ended what it does about them behind its callback.

    It handles each unsolicited line in a thread of its own, which deletes the message.
    """
    await until(lambda: len(application.received) == count)
    await until(lambda: not any("Notification" in thread.name for thread in threading.enumerate()))


async def test_python_gsmmodem_identifies_the_modem(rack: Rack) -> None:
    def identify(modem: GsmModem) -> list[str]:
        modem.waitForNetworkCoverage(10)
        return [modem.manufacturer, modem.model, modem.revision, modem.imei, modem.imsi, modem.smsc]

    async with connected(rack) as application:
        facts = await asyncio.to_thread(identify, application.modem)

    who = rack.machines[0].equipment
    assert facts == [
        MANUFACTURER,
        MODEL,
        REVISION,
        who.identity.imei,
        who.sim.imsi,
        who.sim.smsc,
    ]


async def test_python_gsmmodem_sends_and_receives_in_pdu_mode(rack: Rack) -> None:
    equipment = rack.machines[0].equipment
    async with connected(rack, indications=POLLING) as application:
        for recipient, text in RECIPIENTS.items():
            await asyncio.to_thread(application.modem.sendSms, recipient, as_units(text))
        await check_handsets(rack)
        await check_reports(rack)
        await until(lambda: len(equipment.sim.reports) == 2 + LONG_SEGMENTS)
        reports = await asyncio.to_thread(application.poll_reports)

        let_people_write(rack, 0)
        await until(lambda: len(equipment.memory("ME")) == 2 + LONG_SEGMENTS)
        await asyncio.to_thread(application.poll)

    recipients = [*RECIPIENTS, LONG_RECIPIENT, LONG_RECIPIENT]
    assert sorted(reports) == sorted((recipient, StatusReport.DELIVERED) for recipient in recipients)
    assert application.received == {sender: as_units(text) for sender, text in SENDERS.items()}


@pytest.mark.parametrize("text", [EXTENDED, UNICODE])
async def test_python_gsmmodem_hears_a_report_and_a_message(rack: Rack, text: str) -> None:
    async with connected(rack) as application:
        sent = await asyncio.to_thread(application.modem.sendSms, "+491711000006", as_units(text), True)
        rack.write("+491711000003", rack.machines[0].equipment.sim.number, text)
        await until_taken(application, 1)

    assert sent.report.deliveryStatus == StatusReport.DELIVERED
    assert application.received == {"+491711000003": as_units(text)}


async def test_python_gsmmodem_sends_and_hears_its_report_in_text_mode(rack: Rack) -> None:
    plain = "Price: 5 EUR (net)"
    async with connected(rack, is_text_mode=True) as application:
        sent = await asyncio.to_thread(application.modem.sendSms, "+491711000006", plain, True)

    (message,) = await rack.messages("+491711000006")
    assert message.text == plain
    assert sent.report.deliveryStatus == StatusReport.DELIVERED


async def test_python_gsmmodem_leaves_text_mode_for_what_text_mode_cannot_say(rack: Rack) -> None:
    async with connected(rack, is_text_mode=True) as application:
        for recipient, text in RECIPIENTS.items():
            await asyncio.to_thread(application.modem.sendSms, recipient, as_units(text))

    await check_handsets(rack)


async def test_python_gsmmodem_receives_in_text_mode(rack: Rack) -> None:
    def use_ucs2(modem: GsmModem) -> None:
        modem.smsEncoding = "UCS2"

    number = rack.machines[0].equipment.sim.number
    async with connected(rack, is_text_mode=True) as application:
        await asyncio.to_thread(use_ucs2, application.modem)
        for count, sender in enumerate(("+491711000003", "+491711000004"), start=1):
            rack.write(sender, number, SENDERS[sender])
            await until_taken(application, count)

    # With +CSCS="UCS2" numbers and texts are hexadecimal (3GPP TS 27.007 5.5); the library hands them on as they are.
    received = {as_text(sender): as_text(text) for sender, text in application.received.items()}
    assert received == {"+491711000003": EXTENDED, "+491711000004": UNICODE}


def as_text(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal).decode("utf-16-be")


async def test_python_gsmmodem_holds_a_ussd_session(rack: Rack) -> None:
    def talk(modem: GsmModem) -> list[tuple[str, bool]]:
        balance = modem.sendUssd("*100#")
        menu = modem.sendUssd("*101#")
        number = menu.reply("2")
        number.cancel()
        return [(answer.message, answer.sessionActive) for answer in (balance, menu, number)]

    async with connected(rack) as application:
        balance, menu, number = await asyncio.to_thread(talk, application.modem)

    assert balance[0].startswith("Your balance is ")
    assert rack.machines[0].equipment.sim.number in number[0]
    assert [is_open for _, is_open in (balance, menu, number)] == [False, True, True]


async def test_python_gsmmodem_unlocks_the_card(locked_rack: Rack) -> None:
    def send(modem: GsmModem) -> None:
        modem.waitForNetworkCoverage(10)
        modem.sendSms(UNICODE_RECIPIENT, as_units(UNICODE))

    async with connected(locked_rack, pin=PIN) as application:
        await asyncio.to_thread(send, application.modem)

    await check_handsets(locked_rack, [UNICODE_RECIPIENT])
