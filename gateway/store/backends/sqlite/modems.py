"""The calls of the store about modems: spans, SIMs, USSD, balances and history, each one transaction or one read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.store.backends.sqlite import history, sims, spans, ussd
from gateway.store.backends.sqlite.database import Database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.balance import Balance
    from gateway.core.history import Cure, HistoryEvent
    from gateway.core.sim import PinTry, SimStop
    from gateway.core.span import Span, SpanTimes
    from gateway.core.types import AccountId, EpochMs, Port
    from gateway.core.ussd import UssdDialogue, UssdId


class ModemDatabase(Database):
    """Keeps the contract of `gateway.store.modems.ModemStore`; the calls are described there."""

    # --- spans ----------------------------------------------------------------------------------

    async def spans(self) -> list[Span]:
        """All spans in order of port."""
        return await self.read(spans.read_spans)

    async def save_span(self, span: Span) -> None:
        """Insert or update by port."""
        await self.write(lambda tx: spans.save_span(tx, span))

    async def span_times(self) -> dict[Port, SpanTimes]:
        """Give when spans became known and were last seen."""
        return await self.read(spans.read_times)

    async def note_span_times(self, *, known: Sequence[Port], answering: Sequence[Port], now: EpochMs) -> None:
        """Remember new spans, and whose modems answer."""
        await self.write(lambda tx: spans.note_times(tx, known=known, answering=answering, now=now))

    # --- SIMs -----------------------------------------------------------------------------------

    async def pin_tries(self, iccid: str) -> list[PinTry]:
        """Give the PINs that were tried in vain."""
        return await self.read(lambda connection: sims.read_pin_tries(connection, iccid))

    async def save_pin_try(self, iccid: str, one: PinTry) -> None:
        """Insert or update by digest."""
        await self.write(lambda tx: sims.save_pin_try(tx, iccid, one))

    async def drop_pin_try(self, iccid: str, digest: bytes) -> None:
        """Forget one PIN."""
        await self.write(lambda tx: sims.drop_pin_try(tx, iccid, digest))

    async def pin_accepted(self, iccid: str) -> None:
        """The SIM is open."""
        await self.write(lambda tx: sims.accept_pin(tx, iccid))

    async def sim_stops(self) -> list[SimStop]:
        """Give the SIMs that are left alone or on trial."""
        return await self.read(sims.read_stops)

    async def save_sim_stop(self, stop: SimStop) -> None:
        """Insert or update by SIM."""
        await self.write(lambda tx: sims.save_stop(tx, stop))

    async def drop_sim_stop(self, sim: str) -> None:
        """Let the SIM send again."""
        await self.write(lambda tx: sims.drop_stop(tx, sim))

    # --- USSD -----------------------------------------------------------------------------------

    async def add_ussd(
        self, *, account_id: AccountId | None, port: Port, sim: str, client_ref: str, now: EpochMs
    ) -> UssdDialogue:
        """Begin a dialogue."""
        return await self.write(
            lambda tx: ussd.add(tx, account_id=account_id, port=port, sim=sim, client_ref=client_ref, now=now)
        )

    async def save_ussd(self, dialogue: UssdDialogue) -> None:
        """Keep what has become of a dialogue."""
        await self.write(lambda tx: ussd.save(tx, dialogue))

    async def ussd(self, dialogue_id: UssdId) -> UssdDialogue | None:
        """Give a dialogue, None when unknown."""
        return await self.read(lambda connection: ussd.read_one(connection, dialogue_id))

    async def ussd_of(self, port: Port, *, limit: int) -> list[UssdDialogue]:
        """Give the newest dialogues of a span, newest first."""
        return await self.read(lambda connection: ussd.read_of_port(connection, port, limit))

    async def open_ussd(self) -> list[UssdDialogue]:
        """Give the dialogues that are not over."""
        return await self.read(ussd.read_open)

    async def balances(self) -> list[Balance]:
        """Give the last balance of each SIM."""
        return await self.read(ussd.read_balances)

    async def save_balance(self, balance: Balance) -> None:
        """Insert or update by SIM."""
        await self.write(lambda tx: ussd.save_balance(tx, balance))

    # --- history of modems ----------------------------------------------------------------------

    async def add_history(self, events: Sequence[HistoryEvent]) -> None:
        """Put lines at the end of the history."""
        await self.write(lambda tx: history.add_events(tx, events))

    async def history(self, port: Port | None = None, *, limit: int = 100) -> list[HistoryEvent]:
        """Give the newest lines, newest first."""
        return await self.read_slowly(lambda connection: history.read_events(connection, port, limit))

    async def forget_history(self, *, before: EpochMs, keep: int) -> int:
        """Drop old lines, and those that are too many."""
        return await self.write(lambda tx: history.forget_events(tx, before=before, keep=keep))

    async def save_cure(self, cure: Cure) -> None:
        """Remember, or forget, a step that helped."""
        await self.write(lambda tx: history.save_cure(tx, cure))

    async def cures(self) -> list[Cure]:
        """Give the steps that helped."""
        return await self.read(history.read_cures)
