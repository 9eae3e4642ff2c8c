"""What modems receive, as a store takes it: delivery reports and inbound messages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.core.inbound import PLAIN_TEXT, Nature

if TYPE_CHECKING:
    from gateway.core.types import EpochMs, Port


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A delivery report as received; `scts` and `discharged` None when unreadable."""

    sim: str
    mr: int
    recipient: str
    status: int
    scts: EpochMs | None
    discharged: EpochMs | None
    received_at: EpochMs


class ReportFate(StrEnum):
    """What became of a report."""

    MATCHED = "matched"
    DUPLICATE = "duplicate"
    PARKED = "parked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A place in a modem's storage that a TPDU was read from."""

    sim: str
    memory: str
    index: int
    digest: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class NewInbound:
    """A complete inbound message; fields as `core.message.Inbound`.

    One whose `nature.pid` is in `core.inbound.REPLACE_TYPES` takes the place of the one shown before it with the same
    SIM, sender and TP-PID: that one is no more shown, and says by which it was replaced.
    """

    port: Port
    sim: str
    sim_imsi: str
    sender: str
    text: str
    data: bytes | None
    smsc: str
    scts: EpochMs | None
    received_at: EpochMs
    is_complete: bool = True
    nature: Nature = PLAIN_TEXT


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundPart:
    """One segment of a longer inbound message; `tpdu` is the DELIVER as received."""

    sim: str
    sim_imsi: str
    port: Port
    sender: str
    ref: int
    ref_bits: int
    total: int
    seq: int
    tpdu: bytes
    smsc: str
    scts: EpochMs | None
    received_at: EpochMs
