from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.core.inbound import InboundKind, Nature
from gateway.core.inbound_timeline import inbound_timeline
from gateway.core.message import Inbound
from gateway.core.record import MessageRecord
from gateway.core.types import MessageId, Port
from tests.gateway.core.test_callback_words import OWED
from tests.gateway.core.test_timeline import WORDS, T, at

RECEIVED = Inbound(
    id=MessageId(9),
    port=Port(2),
    sim="sim2",
    sim_imsi="imsi2",
    sender="+49171",
    text="hi",
    data=None,
    smsc="+491710760000",
    scts=at(0),
    received_at=at(3000),
    is_complete=True,
)


def told(inbound: Inbound, record: MessageRecord | None = None) -> list[tuple[int, str, str]]:
    entries = inbound_timeline(inbound, record or MessageRecord(), WORDS)
    return [(entry.at - T, entry.kind, entry.text) for entry in entries]


def test_a_text_was_sent_received_and_told() -> None:
    record = MessageRecord(callbacks=[replace(OWED, owed_at=at(3000))])
    assert told(RECEIVED, record) == [
        (0, "sent", "by the clock of its service centre +491710760000"),
        (3000, "received", "on gsm-2, text"),
        (3000, "callback owed", "report delivered to shop by openvox; not tried yet"),
    ]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"nature": Nature(kind=InboundKind.SILENT, pid=0x40, is_shown=False)},
            "on gsm-2, silent, on record only: a silent message (type 0) is not shown",
        ),
        (
            {"data": b"\x01\x02", "nature": Nature(kind=InboundKind.DATA, application_port=9204)},
            "on gsm-2, data of 2 octets to port 9204",
        ),
        ({"nature": Nature(message_class=0)}, "on gsm-2, text (flash)"),
        ({"is_complete": False}, "on gsm-2, text, incomplete: segments never came"),
        ({"replaced_by": MessageId(12)}, "on gsm-2, text, on record only: message 12 took its place"),
    ],
    ids=["silent", "data", "flash", "incomplete", "replaced"],
)
def test_what_it_is_and_why_no_page_shows_it(changes: dict[str, object], text: str) -> None:
    inbound = replace(RECEIVED, scts=None, **changes)  # type: ignore[arg-type]  # fields by name
    assert told(inbound) == [(3000, "received", text)]
