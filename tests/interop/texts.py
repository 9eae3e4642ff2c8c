"""What every program has to do: send these texts, and receive the same."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from modem.pdu import StatusReport, Submit
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from modem.emulator.rack.rack import Rack

# What the machines of the rack say of themselves.
MANUFACTURER: Final = "gsm-gateway"
MODEL: Final = "Emulated modem"
REVISION: Final = "EM01.00"
PIN: Final = "1234"

# The characters behind an escape (3GPP TS 23.038 6.2.1.1), one that takes two UTF-16 units, and three segments.
EXTENDED: Final = "Price: 5 € [net] {a|b} ~^\\"
UNICODE: Final = "Привет, мир 😀"
LONG: Final = "The quick brown fox jumps over the lazy dog, 50 €. " * 8 + "End"
LONG_SEGMENTS: Final = 3

# Who gets which text, and who writes which.
RECIPIENTS: Final = {"+491711000000": EXTENDED, "+491711000001": UNICODE, "+491711000002": LONG}
SENDERS: Final = {"+491711000003": EXTENDED, "+491711000004": UNICODE, "+491711000005": LONG}
(UNICODE_RECIPIENT,) = (number for number, text in RECIPIENTS.items() if text is UNICODE)
(LONG_RECIPIENT,) = (number for number, text in RECIPIENTS.items() if text is LONG)

PATIENCE_S: Final = 45.0


def let_people_write(rack: Rack, index: int) -> None:
    """Send every text to a modem, each from another phone."""
    for sender, text in SENDERS.items():
        rack.write(sender, rack.machines[index].equipment.sim.number, text)


async def check_handsets(
    rack: Rack, recipients: Iterable[str] = RECIPIENTS, *, forms: Mapping[str, str] = MappingProxyType({})
) -> None:
    """See each text on its phone, once and character by character; `forms` gives what a program makes of a text."""
    for recipient in recipients:
        text = RECIPIENTS[recipient]
        messages = await rack.messages(recipient, timeout_s=PATIENCE_S)
        assert [message.text for message in messages] == [forms.get(text, text)]
        if text is LONG:
            assert messages[0].segment_count == LONG_SEGMENTS


async def check_reports(rack: Rack, *, asking: Sequence[bool] = (True,) * LONG_SEGMENTS) -> None:
    """See which segments of the long text asked for a report, and that the modem took every report."""
    asked = [
        entry.tpdu.request_report
        for entry in rack.network.ledger
        if isinstance(entry.tpdu, Submit) and entry.destination == LONG_RECIPIENT
    ]
    assert asked == list(asking)

    def taken() -> int:
        return sum(
            isinstance(entry.tpdu, StatusReport)
            and entry.tpdu.recipient.text.endswith(LONG_RECIPIENT.removeprefix("+"))
            and entry.cause is None
            for entry in rack.network.ledger
        )

    await until(lambda: taken() == sum(asking), timeout_s=PATIENCE_S)
