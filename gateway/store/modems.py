"""What every store must do about modems: spans, SIMs, USSD, balances and what happened to them.

The duties of `gateway.store.backend` hold here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.balance import Balance
    from gateway.core.history import Cure, HistoryEvent
    from gateway.core.sim import PinTry, SimStop
    from gateway.core.span import Span, SpanTimes
    from gateway.core.types import AccountId, EpochMs, Port
    from gateway.core.ussd import UssdDialogue, UssdId


class ModemStore(Protocol):
    """The calls about modems."""

    # spans
    async def spans(self) -> list[Span]:
        """Give all spans in order of port."""
        ...

    async def save_span(self, span: Span) -> None:
        """Insert or update by port."""
        ...

    async def span_times(self) -> dict[Port, SpanTimes]:
        """Give when spans became known and were last seen; a port is missing until it is noted."""
        ...

    async def note_span_times(self, *, known: Sequence[Port], answering: Sequence[Port], now: EpochMs) -> None:
        """Remember those of `known` that are new as known since `now`, and that `answering` (all known) answer now."""
        ...

    # SIMs
    async def pin_tries(self, iccid: str) -> list[PinTry]:
        """Give the PINs that were tried on a SIM and did not open it."""
        ...

    async def save_pin_try(self, iccid: str, one: PinTry) -> None:
        """Insert or update by digest."""
        ...

    async def drop_pin_try(self, iccid: str, digest: bytes) -> None:
        """Forget a PIN that was not tried after all."""
        ...

    async def pin_accepted(self, iccid: str) -> None:
        """The SIM is open: forget tries without an answer; rejected ones stay, and are not costly any more."""
        ...

    async def sim_stops(self) -> list[SimStop]:
        """Give the SIMs that are left alone or on trial."""
        ...

    async def save_sim_stop(self, stop: SimStop) -> None:
        """Insert or update by SIM."""
        ...

    async def drop_sim_stop(self, sim: str) -> None:
        """Let the SIM send again, with a clean record."""
        ...

    # USSD
    async def add_ussd(
        self, *, account_id: AccountId | None, port: Port, sim: str, client_ref: str, now: EpochMs
    ) -> UssdDialogue:
        """Begin a dialogue that waits for the network. The newest 10 000 are kept."""
        ...

    async def save_ussd(self, dialogue: UssdDialogue) -> None:
        """Keep state, reason, turns and end of a dialogue."""
        ...

    async def ussd(self, dialogue_id: UssdId) -> UssdDialogue | None:
        """Give a dialogue, None when unknown."""
        ...

    async def ussd_of(self, port: Port, *, limit: int) -> list[UssdDialogue]:
        """Give the newest dialogues of a span, newest first."""
        ...

    async def open_ussd(self) -> list[UssdDialogue]:
        """Give the dialogues that are not over, oldest first."""
        ...

    async def balances(self) -> list[Balance]:
        """Give the last balance of each SIM."""
        ...

    async def save_balance(self, balance: Balance) -> None:
        """Insert or update by SIM."""
        ...

    # history of modems
    async def add_history(self, events: Sequence[HistoryEvent]) -> None:
        """Put lines at the end of the history, in this order."""
        ...

    async def history(self, port: Port | None = None, *, limit: int = 100) -> list[HistoryEvent]:
        """Give the newest lines, newest first; `port` None: of all spans and of modems without one."""
        ...

    async def forget_history(self, *, before: EpochMs, keep: int) -> int:
        """Drop lines older than `before`, and all but the newest `keep`; gives how many."""
        ...

    async def save_cure(self, cure: Cure) -> None:
        """Remember the step that cured a symptom of a model; with an empty `step` none is known any more."""
        ...

    async def cures(self) -> list[Cure]:
        """Give what is known of cures, one per model and symptom."""
        ...
