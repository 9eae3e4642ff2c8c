"""What an inbound message is, and what a caller sees of one that is not a text.

Whatever a SIM receives is stored. Shown, in pages and callbacks, is what was meant for a person or a program of the
customer; the rest (messages to the SIM card, silent ones, indications without a text) is on record only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

REPLACE_TYPES = range(0x41, 0x48)
"""TP-PID of messages that take the place of an earlier one; 3GPP TS 23.040 9.2.3.9."""


class InboundKind(StrEnum):
    """What arrived."""

    TEXT = "text"
    DATA = "data"
    """8-bit or compressed data of any kind that has no name of its own here."""
    WAP_PUSH = "WAP push"
    MMS = "MMS notification"
    WAITING = "message waiting"
    """An indication that voice mail (or fax, e-mail …) waits, with nothing to read or with a text to be discarded."""
    SILENT = "silent"
    """Type 0: to be acknowledged and not shown."""
    CARD = "SIM data"
    """For the SIM or the modem itself: data download, toolkit, device triggering."""
    UNREADABLE = "unreadable"
    """Octets that make no message; kept as they came."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """One message waiting indication: of what ("voicemail", "fax", "email", "other"), and how many if it says so."""

    what: str
    is_active: bool
    count: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Nature:
    """What a message is beside its text or data.

    `message_class` is 0 (flash) to 3, None without one; `pid` and `dcs` are TP-PID and TP-DCS as received;
    `application_port` and `reply_port` are destination and source of a port-addressed message. `is_shown` is whether
    pages and callbacks have it.
    """

    kind: InboundKind = InboundKind.TEXT
    message_class: int | None = None
    pid: int = 0
    dcs: int = 0
    application_port: int | None = None
    reply_port: int | None = None
    waiting: tuple[Waiting, ...] = ()
    is_shown: bool = True


PLAIN_TEXT = Nature()


def caption(nature: Nature, octets: int) -> str:
    """Give the line that stands for a message of `octets` octets that is no text, where only texts can be shown."""
    is_named = nature.kind is not InboundKind.DATA
    to = "" if nature.application_port is None or is_named else f" to port {nature.application_port}"
    return f"[{nature.kind}{to}, {octets} octets]"
