"""What a modem tells its owner: states, results of a submit, and events."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from modem.driver.ladder import News

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modem.at.responses import Registration
    from modem.driver.ussd import UssdReply


class ModemState(Enum):
    """Where a modem is between unplugged and able to send."""

    CLOSED = "closed"
    STARTING = "starting"
    NOT_READY = "not ready"
    READY = "ready"


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Which modem and which SIM; None where the modem does not tell."""

    manufacturer: str
    model: str
    revision: str
    imei: str | None
    imsi: str | None
    iccid: str | None
    own_number: str | None
    # The name of the profile that the driver goes by.
    profile: str = "generic"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAt:
    """A place in one of the modem's memories ("SM", "ME" …)."""

    memory: str
    index: int


# -- what became of a submit ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The service centre took it. `mr` is TP-MR, 0..255; None when the modem did not say."""

    mr: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """The modem or the network said no. `kind` is "cms", "cme" or "error"; `is_local` when no prompt came first."""

    kind: str
    code: int | None
    text: str
    is_local: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class NoAnswer:
    """Nothing was said. `is_sent`: Ctrl-Z was written, so it may have gone out all the same.

    `is_modem_free`: the modem answers other commands, so no answer will come to this one. Otherwise one may still come
    within `may_answer_s`, as a LateAnswer; a NoLateAnswer says earlier that none will.
    """

    reason: str
    is_sent: bool
    is_modem_free: bool
    may_answer_s: float = 0.0


SubmitResult = Accepted | Refused | NoAnswer


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """Submits of one SIM in this process by what became of them."""

    accepted: int = 0
    refused: int = 0
    unanswered: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """How full a memory is."""

    used: int
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """One look at modem and SIM; None for what the modem does not tell. `failure_rate` is that of the last submits.

    `is_worse`: it is higher than the SIM's past explains.
    """

    signal_dbm: int | None = None
    operator: str | None = None
    technology: str | None = None
    registration: Registration | None = None
    temperature_c: float | None = None
    voltage_v: float | None = None
    memories: Mapping[str, Level] = field(default_factory=dict)
    counters: Counters = Counters()
    failure_rate: float | None = None
    usual_failure_rate: float | None = None
    is_worse: bool = False


# -- events ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """The modem can send now."""

    identity: Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class NotReady:
    """The modem cannot send now; `reason` is for people. `needs_person`: nothing that we can do will change it."""

    reason: str
    state: ModemState = ModemState.NOT_READY
    needs_person: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """The port is gone, or the modem behind it stopped answering and the port was closed."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbound:
    """A DELIVER or STATUS-REPORT. `pdu` is the hex line as the modem gave it, `length` its own count of TPDU octets.

    `stored` says where it waits and must be deleted from once it is safe; None when it was routed to us.
    """

    pdu: str
    length: int | None
    stored: StoredAt | None
    is_report: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LateAnswer:
    """The final result of a submit that had been given up, or of one that a process before us had under way.

    `refused` is None when it was accepted.
    """

    mr: int | None
    refused: Refused | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NoLateAnswer:
    """No final result will come for a submit that had been given up, or for that of the process before us.

    `is_unsent`: the modem was still waiting for the PDU, so nothing can have gone out.
    """

    reason: str
    is_unsent: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationChanged:
    """The network takes us, or does not; None when the modem does not tell."""

    registration: Registration | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalChanged:
    """Signal strength in dBm; None when unknown."""

    dbm: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageAlarm:
    """A memory is nearly full (`is_over` False), or is not any more; a full one takes no message from the network."""

    memory: str
    level: Level
    is_over: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthChanged:
    """Something but the counters is not as it was at the last look."""

    health: Health


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdSaid:
    """The network said something by USSD that nobody waits for: it began a dialogue, or ended one."""

    reply: UssdReply


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingCall:
    """Somebody calls; told once for each call. `number` is None when it is withheld or not offered."""

    number: str | None


ModemEvent = (
    Ready | NotReady | Lost | Inbound | LateAnswer | NoLateAnswer | RegistrationChanged | SignalChanged
    | News | HealthChanged | StorageAlarm | UssdSaid | IncomingCall
)  # fmt: skip
