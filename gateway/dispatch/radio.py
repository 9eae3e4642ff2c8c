"""What dispatch needs of a modem.

Duties of a Radio:

1. `run` MUST open the port, keep it, and re-open it after a loss, until it is cancelled; it never
   raises for faults of a modem.
2. `submit` MUST give a SubmitResult for whatever happens: a refusal or a silence is a value.
3. Events MUST be given in the order in which they happened, in the event loop.
4. After Ready the radio takes submits until NotReady or Lost; a submit under way then still ends.
5. A Received with `stored` MUST stay in the modem's storage until `delete`; one without MUST be
   acknowledged by `acknowledge` where the modem waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gateway.core.span import SpanHealth, SpanState

if TYPE_CHECKING:
    from gateway.core.ussd import UssdReply

# --- answers to a submit -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The network took the segment; `mr` is the TP-MR in use, None when the modem gave none."""

    mr: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Modem or network said no: `kind` is "cms", "cme" or "error" (no code); `text` as a person reads it.

    `waited_s` is the time the submit took; `is_local` says that there was no prompt, so
    nothing can have gone out.
    """

    kind: str
    code: int | None
    text: str
    is_local: bool
    waited_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class NoAnswer:
    """No final result. `is_sent`: Ctrl-Z was written, so the segment may have gone out.

    For `may_answer_s` one may still come, as LateAnswer; NoLateAnswer says earlier that none will.
    """

    reason: str
    is_sent: bool
    may_answer_s: float = 0.0


SubmitResult = Accepted | Refused | NoAnswer

# --- events --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who is behind a port; empty where the modem does not say."""

    imei: str = ""
    imsi: str = ""
    iccid: str = ""
    model: str = ""

    @property
    def card(self) -> str:
        """The SIM alone, empty when it is out, or does not say who it is."""
        return self.iccid or self.imsi

    @property
    def sim(self) -> str:
        """What reports and evidence are matched by: the SIM, or the nearest thing known."""
        return self.iccid or self.imsi or self.imei


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAt:
    """A slot in the modem's storage."""

    memory: str
    index: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """The modem can send."""

    identity: Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class NotReady:
    """The modem cannot send, or is not there yet: `reason` in plain words, `state` in the words of spans."""

    reason: str
    identity: Identity | None = None
    state: SpanState = SpanState.NOT_READY


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """The port is gone."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A TPDU from the network: a deliver or a status report. `smsc` is the service centre's number."""

    tpdu: bytes
    smsc: str
    stored: StoredAt | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LateAnswer:
    """The answer to a submit that had been given up."""

    result: Accepted | Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class NoLateAnswer:
    """It is certain that no answer will come to a submit that was given up, or to that of an earlier process.

    `is_unsent`: the modem was still waiting for the PDU, so nothing can have gone out.
    """

    is_unsent: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalChanged:
    """Signal strength (None unknown) and operator."""

    dbm: int | None
    operator: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryStep:
    """A step to bring the modem back begins (`is_cured` None), or has helped or not; both in plain words."""

    step: str
    symptom: str
    is_cured: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedsPerson:
    """No step brings the modem back; `tried` in order."""

    symptom: str
    tried: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedsNobody:
    """What a person was needed for is over."""

    symptom: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageAlarm:
    """A memory for messages is nearly full, or is not any more; a full one takes none from the network."""

    memory: str
    used: int
    total: int
    is_over: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdSaid:
    """The network said something by USSD that nobody waits for: it began a dialogue, or ended one."""

    reply: UssdReply


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingCall:
    """Somebody calls; once for each call. `number` is empty when it is withheld or not offered."""

    number: str


Trouble = RecoveryStep | NeedsPerson | NeedsNobody | StorageAlarm
RadioEvent = (
    Ready | NotReady | Lost | Received | LateAnswer | NoLateAnswer | SignalChanged | UssdSaid | IncomingCall | Trouble
)  # fmt: skip


class Radio(Protocol):
    """A modem on a port; see the module's text."""

    @property
    def url(self) -> str:
        """Give the port as it was named."""
        ...

    @property
    def health(self) -> SpanHealth:
        """Give how modem and SIM were at the last look."""
        ...

    def release(self) -> None:
        """A person did something about the modem: try again what was given up."""
        ...

    async def run(self) -> None:
        """Open the port and keep it until cancelled or closed."""
        ...

    async def submit(self, tpdu: bytes, *, is_more_coming: bool, on_air: Callable[[], None]) -> SubmitResult:
        """Send one segment; one at a time.

        `is_more_coming` hints that another follows at once; `on_air` is called just before the modem gets the segment
        and Ctrl-Z, from where on it may go out.
        """
        ...

    async def delete(self, stored: StoredAt) -> bool:
        """Delete one slot; False when it may not be empty now: it is then read again later."""
        ...

    async def acknowledge(self) -> bool:
        """Acknowledge a routed TPDU where the modem waits for it; False when the network may bring it again."""
        ...

    async def ussd(self, text: str, *, is_answer: bool, timeout_s: float) -> UssdReply:
        """Send a USSD code, or the answer to what the network asked; whatever happens is a reply."""
        ...

    async def cancel_ussd(self) -> None:
        """End the USSD dialogue, and the waiting for its answer."""
        ...

    async def close(self) -> None:
        """End `run` and let the port go."""
        ...


RadioFactory = Callable[[str, float, Callable[[RadioEvent], None]], Radio]
"""Makes the radio of a port: URL, seconds to listen first for an earlier process's answer, event sink."""
