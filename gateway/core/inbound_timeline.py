"""The timeline of an inbound message: when it was sent and when it came, what it is, who was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.callback_words import callback_entries
from gateway.core.inbound import InboundKind
from gateway.core.timeline_entry import Entry, Words, moment

if TYPE_CHECKING:
    from gateway.core.message import Inbound
    from gateway.core.record import MessageRecord

_WHY_ASIDE = {
    InboundKind.SILENT: "a silent message (type 0) is not shown",
    InboundKind.CARD: "it was for the SIM card, not for a person",
    InboundKind.WAITING: "an indication without a text is not shown",
}


def inbound_timeline(inbound: Inbound, record: MessageRecord, words: Words) -> list[Entry]:
    """Give what happened to an inbound message, oldest first; the service centre's clock may be off ours."""
    entries: list[Entry] = []
    if inbound.scts is not None:
        text = f"by the clock of its service centre{f' {inbound.smsc}' if inbound.smsc else ''}"
        entries.append(Entry(at=inbound.scts, kind="sent", text=text, facts={"smsc": inbound.smsc}))
    told = [f"on {words.span(inbound.port)}", what_it_is(inbound)]
    if not inbound.is_complete:
        told.append("incomplete: segments never came")
    aside = why_aside(inbound)
    if aside:
        told.append(f"on record only: {aside}")
    facts = {
        "span": inbound.port,
        "span_name": words.span(inbound.port),
        "kind_of_message": inbound.nature.kind.value,
        "is_complete": inbound.is_complete,
        "is_shown": not aside,
        "replaced_by": inbound.replaced_by,
        "scts": moment(inbound.scts),
    }
    entries.append(Entry(at=inbound.received_at, kind="received", text=", ".join(told), facts=facts))
    entries += callback_entries(record.callbacks, words)
    # Stable: what came in one instant stays in this order.
    return sorted(entries, key=lambda one: one.at)


def what_it_is(inbound: Inbound) -> str:
    """Give what an inbound message is in a few words: its kind, its class and its ports."""
    nature = inbound.nature
    told = [nature.kind.value]
    if inbound.data is not None:
        told.append(f"of {len(inbound.data)} octets")
    if nature.application_port is not None:
        told.append(f"to port {nature.application_port}")
    if nature.message_class is not None:
        told.append("(flash)" if nature.message_class == 0 else f"(class {nature.message_class})")
    return " ".join(told)


def why_aside(inbound: Inbound) -> str:
    """Give why no page shows an inbound message, "" when one does."""
    if inbound.replaced_by is not None:
        return f"message {inbound.replaced_by} took its place"
    if inbound.nature.is_shown:
        return ""
    return _WHY_ASIDE.get(inbound.nature.kind, "not shown")
