"""The store in one SQLite file: what the contract asks for, each call one transaction or one read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from gateway.errors import StoreUnavailableError
from gateway.store.backends.sqlite import (
    accounts,
    attempts,
    callbacks,
    conversation,
    evidence,
    exclusions,
    inbox,
    leaving,
    listing,
    outbox,
    pages,
    parts,
    reports,
    schedule,
    shift,
    turns,
)
from gateway.store.backends.sqlite.dialect_settings import SettingsDatabase
from gateway.store.backends.sqlite.directory import DirectoryDatabase
from gateway.store.backends.sqlite.limits import LimitsDatabase
from gateway.store.backends.sqlite.modems import ModemDatabase
from gateway.store.backends.sqlite.requests import RequestDatabase
from gateway.store.backends.sqlite.retention import RetentionDatabase
from gateway.store.backends.sqlite.timeline import TimelineDatabase
from gateway.store.backends.sqlite.writer import Haste

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.account import Account, AccountChanges
    from gateway.core.callback import CallbackAnswer, OwedCallback
    from gateway.core.directory import Newsletter
    from gateway.core.message import Inbound, Message, NewMessage
    from gateway.core.status import Status
    from gateway.core.types import AccountId, AttemptId, CallbackId, EpochMs, MessageId, Port
    from gateway.store.backend import ApiToken
    from gateway.store.pages import ConversationQuery, InboxPage, Listing, ListingQuery, OutboxPage, PageQuery
    from gateway.store.receiving import InboundPart, NewInbound, Report, ReportFate, Slot
    from gateway.store.sending import LastSpan, OpenAttempt, Turn, TurnResult

log = structlog.get_logger(__name__)


class SqliteStore(
    DirectoryDatabase,
    LimitsDatabase,
    ModemDatabase,
    RequestDatabase,
    RetentionDatabase,
    SettingsDatabase,
    TimelineDatabase,
):
    """Keeps the contract of `gateway.store.backend.Store`; the calls are described there."""

    # --- messages -------------------------------------------------------------------------------

    async def accept(self, messages: Sequence[NewMessage], newsletter: Newsletter | None = None) -> list[MessageId]:
        """Store messages as queued or held, all or none; ids in the same order."""
        if not messages:
            return []
        release = self.reserve(outbox.reservation(messages))
        return await self.write(outbox.accept(messages, newsletter), on_failed=release)

    async def release(self, now: EpochMs) -> EpochMs | None:
        """Queue held messages whose time has come; gives when the next one is due."""
        while True:
            next_at = await self.write(lambda tx: schedule.release_some(tx, now))
            if next_at is None or next_at > now:
                return next_at

    async def turn(self, turn: Turn) -> TurnResult:
        """Settle and claim in one transaction."""
        return await self.write(lambda tx: turns.take_turn(tx, turn), haste=Haste.TURN)

    async def messages(self, ids: Sequence[MessageId]) -> list[Message]:
        """Messages by id, in the order asked; missing ones are left out."""
        return await self.read(lambda connection: outbox.read_messages(connection, ids))

    async def outbox_page(self, query: PageQuery) -> OutboxPage:
        """Give a page of outbound messages."""
        return await self.read_slowly(lambda connection: pages.read_outbox(connection, query))

    async def listing(self, query: ListingQuery) -> Listing:
        """Give messages of both kinds, newest id first."""
        return await self.read_slowly(lambda connection: listing.read_listing(connection, query))

    async def conversations(self, query: ConversationQuery) -> list[Message | Inbound]:
        """Give the latest message of each conversation."""
        return await self.read_slowly(lambda connection: listing.read_conversations(connection, query))

    async def scheduled(self, account_id: AccountId, *, limit: int, offset: int) -> list[Message]:
        """Give the account's messages that are put off, the earliest first."""
        return await self.read(
            lambda connection: listing.read_scheduled(connection, account_id, limit=limit, offset=offset)
        )

    async def last_spans(
        self, account_id: AccountId, recipients: Sequence[str], *, since: EpochMs
    ) -> dict[str, LastSpan]:
        """Give by recipient the span that had last to do with it."""
        return await self.read(
            lambda connection: conversation.read_last_spans(connection, account_id, recipients, since=since)
        )

    async def credit_left(self, account_id: AccountId) -> int | None:
        """Give the credit without what is set aside."""
        return await self.write(lambda tx: outbox.credit_left(tx, account_id))

    async def expire(self, now: EpochMs) -> int:
        """Expire queued and held messages whose validity ended; gives how many."""
        await self._move_instants()
        total = 0
        while True:
            count = await self.write(lambda tx: outbox.expire_some(tx, now))
            total += count
            if count < outbox.EXPIRED_AT_ONCE:
                return total

    async def leave_span(self, port: Port) -> int:
        """Let messages that others may send prefer no span; gives how many did."""
        return await self.write(lambda tx: leaving.leave_some(tx, port))

    async def end_exclusions(self, port: Port) -> None:
        """Keep nothing from a span any longer."""
        await self.write(lambda tx: exclusions.end_exclusions(tx, port))

    async def begun(self, port: Port) -> int:
        """Count what a span must still finish."""
        return await self.read(lambda connection: leaving.read_begun(connection, port))

    async def last_sim(self, port: Port) -> str:
        """Give the SIM that a span used last."""
        return await self.read(lambda connection: attempts.read_last_sim(connection, port))

    async def clock_was_set(self, by_ms: int) -> None:
        """Note the change, then move the instants that wait, some at a time."""
        # Noted before anything else: what is asked for from now on comes after it, whatever was asked for goes before.
        while not await self.write(lambda tx: shift.note_change(tx, by_ms)):
            await self._move_instants()
        try:
            await self._move_instants()
        except StoreUnavailableError as error:
            log.warning("instants are moved when the store writes again", action="clock", reason=str(error))

    async def _move_instants(self) -> None:
        """Move what waits, when the clock was set and that is not done: some at a time, so that others can write."""
        async with self.moving:
            if not await self.read(shift.is_under_way):
                return
            ids = await self.read_slowly(shift.read_unmoved)
            for start in range(0, len(ids), shift.MOVED_AT_ONCE):
                some = ids[start : start + shift.MOVED_AT_ONCE]
                await self.write(lambda tx, some=some: shift.move_messages(tx, some))  # type: ignore[misc]
            while await self.write(shift.move_callbacks):
                pass
            await self.write(shift.end_change)

    # --- ambiguous attempts and reports ---------------------------------------------------------

    async def open_attempts(self) -> list[OpenAttempt]:
        """Attempts whose outcome is not known, oldest first."""
        return await self.read(attempts.read_undecided)

    async def lose_attempt(self, attempt_id: AttemptId, *, cause: str, decide_at: EpochMs) -> None:
        """Settle an attempt that a crash left open as one without an answer."""
        await self.write(lambda tx: evidence.lose_attempt(tx, attempt_id, cause=cause, decide_at=decide_at))

    async def evidence(
        self,
        attempt_id: AttemptId,
        *,
        mr: int | None,
        refused: str,
        now: EpochMs,
        meaning: str = "",
        is_unsent: bool = False,
    ) -> bool:
        """Settle an open or unanswered attempt by a late answer."""
        refusal = evidence.Refusal(text=refused, meaning=meaning, is_unsent=is_unsent) if refused else None
        return await self.write(lambda tx: evidence.take_evidence(tx, attempt_id, mr=mr, refusal=refusal, now=now))

    async def decide_ambiguous(self, attempt_id: AttemptId, *, resend: bool, cause: str, now: EpochMs) -> Status | None:
        """Queue the message once more on the same SIM, or call it unknown."""
        return await self.write(lambda tx: evidence.decide(tx, attempt_id, resend=resend, cause=cause, now=now))

    async def report(self, report: Report) -> ReportFate:
        """Find the attempt of a delivery report and settle it, or park the report."""
        return await self.write(lambda tx: reports.take_report(tx, report), haste=Haste.NOTE)

    async def forget_parked(self, before: EpochMs) -> int:
        """Drop parked reports received before `before`; gives how many."""
        return await self.write(lambda tx: reports.forget_parked(tx, before))

    # --- inbound --------------------------------------------------------------------------------

    async def add_inbound(self, inbound: NewInbound, slot: Slot | None) -> MessageId | None:
        """Store an inbound message; None when its slot was stored before and not freed."""
        return await self.write(lambda tx: inbox.add_inbound(tx, inbound, slot))

    async def add_part(self, part: InboundPart, slot: Slot | None) -> list[InboundPart] | None:
        """Store a segment; gives all segments in order once the last one is there."""
        return await self.write(lambda tx: parts.add_part(tx, part, slot))

    async def join_parts(self, part: InboundPart, inbound: NewInbound) -> MessageId | None:
        """Replace the segments of `part`'s message by the whole; None when that was done already."""
        return await self.write(lambda tx: parts.join_parts(tx, part, inbound))

    async def complete_parts(self) -> list[list[InboundPart]]:
        """Sets that are complete but not joined."""
        return await self.read(parts.read_complete)

    async def stale_parts(self, before: EpochMs) -> list[list[InboundPart]]:
        """Incomplete sets whose newest segment is older than `before`."""
        return await self.read(lambda connection: parts.read_stale(connection, before))

    async def free_slot(self, slot: Slot) -> None:
        """The slot was deleted in the modem."""
        await self.write(lambda tx: inbox.free_slot(tx, slot))

    async def inbox_page(self, query: PageQuery) -> InboxPage:
        """Give a page of inbound messages."""
        return await self.read_slowly(lambda connection: pages.read_inbox(connection, query))

    async def inbound(self, ids: Sequence[MessageId]) -> list[Inbound]:
        """Inbound messages by id, in the order asked; missing ones are left out."""
        return await self.read(lambda connection: inbox.read_inbound(connection, ids))

    # --- callbacks ------------------------------------------------------------------------------

    async def due_callbacks(self, now: EpochMs, *, limit: int, busy: frozenset[CallbackId]) -> list[OwedCallback]:
        """Rows to send now, every receiver's in turn."""
        return await self.read(lambda connection: callbacks.read_due(connection, now=now, limit=limit, busy=busy))

    async def next_callback_at(self, busy: frozenset[CallbackId]) -> EpochMs | None:
        """When the next row is due, None when none waits."""
        return await self.read(lambda connection: callbacks.read_next_at(connection, busy=busy))

    async def callback_done(
        self,
        callback_id: CallbackId,
        now: EpochMs,  # noqa: ARG002 (contract)
        answer: CallbackAnswer | None = None,
    ) -> None:
        """The receiver has it: the row leaves, its answer stays."""
        await self.write(lambda tx: callbacks.remove(tx, callback_id, answer))

    async def callback_retry(
        self, callback_id: CallbackId, *, next_at: EpochMs, error: str, answer: CallbackAnswer | None = None
    ) -> None:
        """Try again at `next_at`."""
        await self.write(lambda tx: callbacks.retry(tx, callback_id, next_at=next_at, error=error, answer=answer))

    async def callback_postpone(self, callback_id: CallbackId, *, next_at: EpochMs) -> None:
        """Wait without having tried."""
        await self.write(lambda tx: callbacks.postpone(tx, callback_id, next_at=next_at))

    async def callbacks_due_now(self, account_id: AccountId, dialect: str, now: EpochMs) -> None:
        """Let what failed be tried again at once."""
        await self.write(lambda tx: callbacks.make_due(tx, account_id, dialect, now))

    async def callback_given_up(
        self, callback_id: CallbackId, *, now: EpochMs, error: str, answer: CallbackAnswer | None = None
    ) -> None:
        """Keep the row without further tries."""
        await self.write(lambda tx: callbacks.give_up(tx, callback_id, now=now, error=error, answer=answer))

    # --- accounts -------------------------------------------------------------------------------

    async def add_account(self, account: Account, password_hash: str, now: EpochMs) -> Account:
        """Store a new account; InvalidFieldError when name or e-mail is taken."""
        return await self.write(lambda tx: accounts.add_account(tx, account, password_hash, now))

    async def accounts(self) -> list[Account]:
        """All accounts, oldest first."""
        return await self.read(accounts.read_accounts)

    async def account_by_login(self, login: str) -> tuple[Account, str] | None:
        """Account and password hash by name or e-mail, without case."""
        return await self.read(lambda connection: accounts.read_account_by_login(connection, login))

    async def account(self, account_id: AccountId) -> Account | None:
        """Give an account by id."""
        return await self.read(lambda connection: accounts.read_account(connection, account_id))

    async def change_account(self, account_id: AccountId, changes: AccountChanges) -> None:
        """Change what is named of an account."""
        await self.write(lambda tx: accounts.change_account(tx, account_id, changes))

    async def set_enabled(self, account_id: AccountId, *, enabled: bool) -> None:
        """Let an account in or keep it out."""
        await self.write(lambda tx: accounts.set_enabled(tx, account_id, enabled=enabled))

    async def set_password(self, account_id: AccountId, password_hash: str) -> None:
        """Keep a new password hash and end the account's sessions."""
        await self.write(lambda tx: accounts.set_password(tx, account_id, password_hash))

    async def renew_permanent_token(self, account_id: AccountId) -> None:
        """Withdraw the account's permanent token."""
        await self.write(lambda tx: accounts.renew_permanent_token(tx, account_id))

    async def add_token(self, token: ApiToken) -> None:
        """Keep a new API token."""
        await self.write(lambda tx: accounts.add_token(tx, token))

    async def token(self, key: str) -> ApiToken | None:
        """Give an API token by its key."""
        return await self.read(lambda connection: accounts.read_token(connection, key))

    async def tokens(self, account_id: AccountId) -> list[ApiToken]:
        """Give the API tokens of an account, oldest first."""
        return await self.read(lambda connection: accounts.read_tokens(connection, account_id))

    async def remove_token(self, key: str) -> None:
        """Drop an API token."""
        await self.write(lambda tx: accounts.remove_token(tx, key))

    async def save_session(
        self, digest: bytes, account_id: AccountId, *, kind: str, expires_at: EpochMs, most: int | None = None
    ) -> None:
        """Keep or renew a session; some that have ended are dropped."""
        now = self._latest_now
        await self.write(
            lambda tx: accounts.save_session(
                tx, digest, account_id, kind=kind, expires_at=expires_at, now=now, most=most
            )
        )

    async def end_session(self, digest: bytes, *, kind: str, at: EpochMs) -> None:
        """Let a session end earlier."""
        await self.write(lambda tx: accounts.end_session(tx, digest, kind=kind, at=at))

    async def session(self, digest: bytes, *, kind: str, now: EpochMs) -> tuple[AccountId, EpochMs] | None:
        """Give whose session this is and when it ends, None when unknown or expired."""
        self._latest_now = max(self._latest_now, now)
        return await self.read(lambda connection: accounts.read_session(connection, digest, kind=kind, now=now))

    async def add_audit(self, *, actor: str, action: str, detail: str, now: EpochMs) -> None:
        """Note an administrative change."""
        await self.write(lambda tx: accounts.add_audit(tx, actor=actor, action=action, detail=detail, now=now))
