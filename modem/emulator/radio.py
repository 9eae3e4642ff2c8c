"""What modems and the network tell each other: values that carry no reference to either.

A modem tells (`RadioEvent`; it needs no name, the network knows who speaks):

    Attached           the radio is on                        answered by Registered, perhaps after SEARCHING
    Detached           the radio is off, the power is gone    everything under way with this modem is forgotten
    Transmission       a SUBMIT                               answered by one Answered, or never
    Acknowledged       the answer to an Arriving              the next Arriving comes only after it
    MemoryFreed        RP-SMMA                                what was refused is offered again
    UssdRequest        AT+CUSD=1,"*100#" or the answer to a menu: both are the same event; answered by UssdAnswered
    UssdCancelled      AT+CUSD=2                              no answer; any session is closed
    Dialled            ATD for a voice call                   answered by CallConnected or CallCleared
    CallAnswered       ATA                                    no more Ringing; the call lasts until either side ends it
    CallEnded          ATH or +CHUP, ringing or talking       no answer: the modem's own OK says it

The network tells (`NetworkEvent`; `imsi` says whom), each with what a modem makes of it:

    Registered         +CREG and its kin; `cell` is where, None without service
    SignalChanged      +CSQ: <rssi>,<ber> (and +CIEV where it is on)
    Answered           +CMGS, or +CMS ERROR: <cause>
    Arriving           +CMT, +CMTI, +CDS, +CDSI; owes an Acknowledged
    UssdAnswered       +CUSD: <status>[,"<text>",<dcs>] when +CUSD=1; also without having asked, when the network begins
    Ringing            once for each ring: RING (or +CRING: VOICE), then +CLIP: "<number>",<type> when +CLIP=1
    CallConnected      OK to the ATD that waits for it
    CallCleared        NO CARRIER, BUSY or NO ANSWER; nothing when no call is known
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modem.pdu import Deliver, StatusReport, Submit

NETWORK_TIMEOUT: Final = 332
"""The `cause` of an Answered when no answer came within TR1M: +CMS ERROR "network timeout" (3GPP TS 27.005 3.2.5)."""
UNKNOWN_SIGNAL: Final = 99


class Registration(IntEnum):
    """<stat> of +CREG (3GPP TS 27.007 7.2)."""

    NONE = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    UNKNOWN = 4
    ROAMING = 5
    SMS_ONLY_HOME = 6
    SMS_ONLY_ROAMING = 7
    EMERGENCY_ONLY = 8

    @property
    def has_service(self) -> bool:
        """Whether messages can be sent and received."""
        return self in _WITH_SERVICE


_WITH_SERVICE: Final = frozenset(
    (Registration.HOME, Registration.ROAMING, Registration.SMS_ONLY_HOME, Registration.SMS_ONLY_ROAMING)
)


class Technology(IntEnum):
    """<AcT> of +CREG and +COPS (3GPP TS 27.007 7.2)."""

    GSM = 0
    UTRAN = 2
    EUTRAN = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class CellIdentity:
    """Where a modem is, as +CREG=2 shows it: location area of 16 bits and cell of 28 bits in hexadecimal."""

    location_area: str = "00A1"
    cell_id: str = "000010B3"
    technology: Technology = Technology.EUTRAN


class UssdStatus(IntEnum):
    """<m> of +CUSD (3GPP TS 27.007 7.15)."""

    DONE = 0
    ANSWER_WANTED = 1
    TERMINATED = 2
    OTHER_CLIENT = 3
    NOT_SUPPORTED = 4
    TIMEOUT = 5


class Clearing(Enum):
    """Why a call is over, as the final result or the unsolicited line says it (ITU-T V.250 5.7.1)."""

    NO_CARRIER = "NO CARRIER"
    BUSY = "BUSY"
    NO_ANSWER = "NO ANSWER"


# -- from a modem ---------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """The radio is on and asks for service."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detached:
    """The radio is off: switched off, or the modem lost its power."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transmission:
    """A SUBMIT goes out to the service centre `smsc`; the answer is awaited. `submit` is `tpdu` decoded.

    `keeps_link` is +CMMS: the modem holds the channel for another message.
    """

    tpdu: bytes
    submit: Submit
    smsc: str
    keeps_link: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledged:
    """The answer to a delivered TPDU: taken, or refused with an RP cause of 3GPP TS 24.011 8.2.5.4."""

    cause: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryFreed:
    """RP-SMMA: there is room again for messages that were refused (3GPP TS 24.011 7.3.1.4)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdRequest:
    """What the user typed, as text: a code that begins a session, or the answer to the one that is open."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdCancelled:
    """The user gives up the session."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialled:
    """A voice call to `number`, as it was dialled without the semicolon."""

    number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CallAnswered:
    """The user takes the call that rings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallEnded:
    """The user hangs up, or refuses the call that rings."""


# -- from the network -----------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A TPDU from the service centre `smsc` to a modem; `message` is `tpdu` decoded, None when it is not a TPDU."""

    tpdu: bytes
    message: Deliver | StatusReport | None
    smsc: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """The network gives service to a SIM, or refuses it; `cell` is None without service."""

    imsi: str
    registration: Registration
    cell: CellIdentity | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalChanged:
    """The signal at a SIM: `rssi` 0..31 in steps of 2 dB from -113 dBm, `ber` 0..7; 99 is unknown (27.007 8.5)."""

    imsi: str
    rssi: int
    ber: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The answer to a Transmission: taken when `cause` is None.

    Else an RP cause (1..127), a TP-FCS (128..255), or NETWORK_TIMEOUT when nobody answered.
    """

    imsi: str
    cause: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arriving:
    """Something to deliver to a SIM."""

    imsi: str
    delivery: Delivery


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdAnswered:
    """What the network says in a USSD session, or to begin one.

    `text` is decoded (a modem writes it in the +CSCS character set), None where `status` says it all;
    `dcs` is the CBS data coding scheme it came in: 15 GSM 7-bit, 72 UCS2 (3GPP TS 23.038 5).
    """

    imsi: str
    status: UssdStatus
    text: str | None = None
    dcs: int = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Ringing:
    """One ring of an incoming call; `number` is the caller's, None when withheld."""

    imsi: str
    number: str | None
    is_first: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CallConnected:
    """The other side took the call that the modem dialled."""

    imsi: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CallCleared:
    """The other side, or the network, ended a call or did not take it."""

    imsi: str
    clearing: Clearing = Clearing.NO_CARRIER


NetworkEvent = Registered | SignalChanged | Answered | Arriving | UssdAnswered | Ringing | CallConnected | CallCleared
RadioEvent = (
    Attached
    | Detached
    | Transmission
    | Acknowledged
    | MemoryFreed
    | UssdRequest
    | UssdCancelled
    | Dialled
    | CallAnswered
    | CallEnded
)
