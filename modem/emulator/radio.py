"""What modems and the network tell each other: values that carry no reference to either."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.pdu import Deliver, StatusReport, Submit


class Registration(IntEnum):
    """<stat> of +CREG (3GPP TS 27.007 7.2)."""

    NONE = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    UNKNOWN = 4
    ROAMING = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """The radio is on and asks for service."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detached:
    """The radio is off: switched off, or the modem lost its power."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transmission:
    """A SUBMIT goes out to the service centre `smsc`; the answer is awaited. `submit` is `tpdu` decoded."""

    tpdu: bytes
    submit: Submit
    smsc: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledged:
    """The answer to a delivered TPDU: taken, or refused with an RP cause of 3GPP TS 24.011 8.2.5.4."""

    cause: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryFreed:
    """RP-SMMA: there is room again for messages that were refused (3GPP TS 24.011 7.3.1.4)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A TPDU from the service centre `smsc` to a modem; `message` is `tpdu` decoded."""

    tpdu: bytes
    message: Deliver | StatusReport
    smsc: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """The network gives service to a SIM, or refuses it."""

    imsi: str
    registration: Registration


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The service centre's answer to a Transmission: taken when `cause` is None, else an RP cause or TP-FCS."""

    imsi: str
    cause: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arriving:
    """Something to deliver to a SIM."""

    imsi: str
    delivery: Delivery


NetworkEvent = Registered | Answered | Arriving
RadioEvent = Attached | Detached | Transmission | Acknowledged | MemoryFreed
