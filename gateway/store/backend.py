"""What every store must do.

Duties:

1. A call that returns MUST have been made durable (fsynced) before it returns.
2. A call is one transaction: all of it or nothing. Calls made at the same time MAY share one.
3. MUST NOT hold up the event loop: databases are spoken to in a thread or a socket.
4. MUST allow only the status changes of `core.status.CHANGES`; a change that is not allowed is
   ignored by calls that carry news from outside (reports, late evidence) and an error in all others.
5. MUST write the callbacks owed for a change in the transaction of the change: an account is owed
   `event` when `set_subscriptions` named it for the dialect the message came by (results, reports),
   or for any dialect (inbound).
     result   once per message: when it becomes sent, delivered straight from an attempt without a
              sent in between, failed, unknown, or expired before it was sent. Not again when late
              evidence corrects unknown.
     cancel   when it is withdrawn.
     report   when it becomes delivered, undelivered or expired by a delivery report (once per message
              and outcome).
      inbound  for every inbound message that is shown, to every account named for inbound that may use the port.
     ussd     to the account that began a dialogue, by every dialect named: what the network said, or that the
              dialogue failed without an answer.
    A message with a `callback_url` is owed all but inbound, subscribed or not.
6. MUST call the listeners after the commit, in the loop, in commit order.
7. One process, one writer. Opening a store another process holds raises StoreBusyError.
8. A write that cannot be done until somebody acts (disk full, locked, read-only) MUST raise
   StoreUnavailableError and leave nothing behind; the same call may be made again.
9. Credit of an account that has a limit: a message MUST be accepted only when the credit, less the segments
   of its messages that wait, covers it (NoCreditError); a segment is charged when the network takes it, and what
   was set aside for a message that ends otherwise is free again. One with `is_credit_late` is checked when it
   is released instead.
10. Instants are epoch milliseconds; `now` is always given by the caller.
11. Quotas (`Turn.pace`, `Turn.account_paces`): MUST never claim a segment that they do not allow. Use MUST be kept in
    the transaction that causes it and apart from messages. Of a SIM a segment counts from its claim on, unless it was
    refused or never sent, in the period in which it was settled. Of an account a message counts whole when it is begun,
    so that its segments are not torn apart, unless none of them went out; a resend does not count again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from gateway.store.directory import DirectoryStore
from gateway.store.modems import ModemStore
from gateway.store.pacing import PacingStore
from gateway.store.requests import RequestStore
from gateway.store.retention import RetentionStore
from gateway.store.timeline import TimelineStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.core.account import Account, AccountChanges
    from gateway.core.callback import CallbackAnswer, CallbackEvent, OwedCallback
    from gateway.core.directory import Newsletter
    from gateway.core.message import Inbound, Message, NewMessage
    from gateway.core.status import Status
    from gateway.core.types import AccountId, AttemptId, CallbackId, EpochMs, MessageId, Port
    from gateway.store.news import News
    from gateway.store.pages import ConversationQuery, InboxPage, Listing, ListingQuery, OutboxPage, PageQuery
    from gateway.store.receiving import InboundPart, NewInbound, Report, ReportFate, Slot
    from gateway.store.sending import LastSpan, OpenAttempt, Turn, TurnResult


# --- accounts -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiToken:
    """An API token as stored: `key` finds it, the secret is kept as SHA-256; times in epoch ms."""

    key: str
    secret_sha256: bytes
    account_id: AccountId
    label: str
    created_at: EpochMs
    expires_at: EpochMs | None = None


@dataclass(kw_only=True, slots=True)
class Load:
    """What waits, kept in memory and exact after each commit (reservations of running accepts included).

    `open_messages` counts queued, held and sending ones, `open_urgent` the urgent of them, `open_by_port` those that
    have a chosen span; `waiting_segments` by chosen port the segments of what is not held that are yet to be taken.
    `left_messages` and `left_by_account` count those that have left the queue since the store was opened. All of
    it is live and goes on changing; only the store changes it.
    """

    open_messages: int = 0
    open_urgent: int = 0
    open_by_account: Mapping[AccountId, int] = field(default_factory=dict)
    urgent_by_account: Mapping[AccountId, int] = field(default_factory=dict)
    open_by_port: Mapping[Port, int] = field(default_factory=dict)
    waiting_segments: Mapping[Port, int] = field(default_factory=dict)
    left_messages: int = 0
    left_by_account: Mapping[AccountId, int] = field(default_factory=dict)


class Store(DirectoryStore, ModemStore, PacingStore, RequestStore, RetentionStore, TimelineStore, Protocol):
    """The contract; see the module's text."""

    load: Load

    async def open(self) -> None:
        """Open or create the database, bring its schema up to date, take the lock."""
        ...

    async def close(self) -> None:
        """Commit what was asked for and let the database go."""
        ...

    def listen(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Call `listener` with news after each commit; gives the function that ends it."""
        ...

    async def ping(self) -> None:
        """Return once the writer has committed something; raises StoreError when it cannot."""
        ...

    def is_disk_low(self) -> bool:
        """Whether the disk is so full that nothing new should be accepted: what waits must still be written down."""
        ...

    # messages
    async def accept(self, messages: Sequence[NewMessage], newsletter: Newsletter | None = None) -> list[MessageId]:
        """Store messages as queued, or held when they are put off, all or none; ids in the same order.

        With `newsletter` (its `id` is ignored) they are its messages, and it is stored with them.
        """
        ...

    async def release(self, now: EpochMs) -> EpochMs | None:
        """Queue held messages whose time has come; gives when the next one is due, None when none waits for a time."""
        ...

    async def turn(self, turn: Turn) -> TurnResult:
        """Settle and claim in one transaction. A claimed message is sending; its attempt is on disk.

        A message that has begun, or may have been sent, goes on with its SIM only, whatever span that is in by then.
        A port has one open attempt at most: StoreError when it claims while another one is open. A message
        whose validity is over expires instead of being claimed; one whose send window is closed and of which nothing
        went out is held until it opens.
        """
        ...

    async def messages(self, ids: Sequence[MessageId]) -> list[Message]:
        """Messages by id, in the order asked; missing ones are left out."""
        ...

    async def outbox_page(self, query: PageQuery) -> OutboxPage:
        """Give outbound messages, newest first."""
        ...

    async def listing(self, query: ListingQuery) -> Listing:
        """Give messages of both kinds, newest id first."""
        ...

    async def conversations(self, query: ConversationQuery) -> list[Message | Inbound]:
        """Give the latest message of each conversation, newest first."""
        ...

    async def scheduled(self, account_id: AccountId, *, limit: int, offset: int) -> list[Message]:
        """Give the account's messages that are put off, the earliest first."""
        ...

    async def last_spans(
        self, account_id: AccountId, recipients: Sequence[str], *, since: EpochMs
    ) -> dict[str, LastSpan]:
        """Give by recipient the span of the account's newest message to it, or that received from it if that is newer.

        Left out: what is older than `since`; failed and cancelled messages do not count.
        """
        ...

    async def credit_left(self, account_id: AccountId) -> int | None:
        """Give the credit without what is set aside for messages that wait, None when it has no limit."""
        ...

    async def expire(self, now: EpochMs) -> int:
        """Expire queued and held messages whose validity ended; gives how many; first ends `clock_was_set`."""
        ...

    async def leave_span(self, port: Port) -> int:
        """Let messages that prefer a span, that nothing was sent of and that others may send, prefer none.

        Gives how many did; there may be more until it is 0.
        """
        ...

    async def end_exclusions(self, port: Port) -> None:
        """Let a span have the messages again that are kept from it (`Settlement.exclude_until`)."""
        ...

    async def begun(self, port: Port) -> int:
        """Give how many messages a span must still finish: begun, at the modem, or with an open question."""
        ...

    async def last_sim(self, port: Port) -> str:
        """Give the SIM of the newest attempt of a span (as in Turn), "" when it made none of late."""
        ...

    async def clock_was_set(self, by_ms: int) -> None:
        """Let what waits wait as long as before, for calls from now on: the clock shows `by_ms` more than it did."""
        ...

    # ambiguous attempts and reports
    async def open_attempts(self) -> list[OpenAttempt]:
        """Attempts whose outcome is not known, oldest first."""
        ...

    async def lose_attempt(self, attempt_id: AttemptId, *, cause: str, decide_at: EpochMs) -> None:
        """Settle an attempt that a crash left open as NO_ANSWER."""
        ...

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
        """Settle an open or unanswered attempt by a late answer.

        `refused` empty: it was accepted with `mr`. A resend that is queued but not yet claimed is taken
        back. `refused` with text: it did not go out; the message is queued again. `meaning` is what the modem's error
        says in plain words; `is_unsent` says that no modem refused it, none had got it. False when the attempt was
        settled already.
        """
        ...

    async def decide_ambiguous(self, attempt_id: AttemptId, *, resend: bool, cause: str, now: EpochMs) -> Status | None:
        """No evidence came: queue the message once more on the same SIM (`resend`, never twice), or call it unknown.

        What the message itself says goes before `resend`; one whose withdrawal was asked for is not sent again.
        None when evidence was faster. After the end of its validity a message is not queued again but unknown.
        """
        ...

    async def report(self, report: Report) -> ReportFate:
        """Find the attempt of a delivery report and settle it, or park the report (see core.reports)."""
        ...

    async def forget_parked(self, before: EpochMs) -> int:
        """Drop parked reports received before `before`; gives how many."""
        ...

    # inbound
    async def add_inbound(self, inbound: NewInbound, slot: Slot | None) -> MessageId | None:
        """Store an inbound message; None when this very slot with this digest was stored before and not freed."""
        ...

    async def add_part(self, part: InboundPart, slot: Slot | None) -> list[InboundPart] | None:
        """Store a segment; gives all segments in order of seq once the last one is there, else None."""
        ...

    async def join_parts(self, part: InboundPart, inbound: NewInbound) -> MessageId | None:
        """Replace the segments of `part`'s message by the whole; None when that was done already."""
        ...

    async def complete_parts(self) -> list[list[InboundPart]]:
        """Sets that are complete but not joined (after a crash)."""
        ...

    async def stale_parts(self, before: EpochMs) -> list[list[InboundPart]]:
        """Incomplete sets whose newest segment is older than `before`."""
        ...

    async def free_slot(self, slot: Slot) -> None:
        """The slot was deleted in the modem: the same octets there are a new message from now on."""
        ...

    async def inbox_page(self, query: PageQuery) -> InboxPage:
        """Give inbound messages, newest first."""
        ...

    async def inbound(self, ids: Sequence[MessageId]) -> list[Inbound]:
        """Give inbound messages by id, in the order asked; missing ones are left out."""
        ...

    # callbacks
    async def due_callbacks(self, now: EpochMs, *, limit: int, busy: frozenset[CallbackId]) -> list[OwedCallback]:
        """Rows to send now: the oldest pending one per message, account and dialect, if due, `busy` rows left out."""
        ...

    async def next_callback_at(self, busy: frozenset[CallbackId]) -> EpochMs | None:
        """When the next row that is not `busy` is due, None when none waits."""
        ...

    async def callback_done(self, callback_id: CallbackId, now: EpochMs, answer: CallbackAnswer | None = None) -> None:
        """The receiver took it with `answer`, or nothing is owed any more (None)."""
        ...

    async def callback_retry(
        self, callback_id: CallbackId, *, next_at: EpochMs, error: str, answer: CallbackAnswer | None = None
    ) -> None:
        """Count a failed try and wait until `next_at`; `answer` None when no request could be made."""
        ...

    async def callback_postpone(self, callback_id: CallbackId, *, next_at: EpochMs) -> None:
        """Wait until `next_at` without having tried."""
        ...

    async def callbacks_due_now(self, account_id: AccountId, dialect: str, now: EpochMs) -> None:
        """Let the account's rows that failed be due at once: their receiver is back."""
        ...

    async def callback_given_up(
        self, callback_id: CallbackId, *, now: EpochMs, error: str, answer: CallbackAnswer | None = None
    ) -> None:
        """Keep the row, visible, without further tries; the later ones of its message go on."""
        ...

    async def set_subscriptions(self, account_id: AccountId, dialect: str, events: frozenset[CallbackEvent]) -> None:
        """Which events the account is owed by `dialect` from now on."""
        ...

    async def settings(self, account_id: AccountId, dialect: str) -> dict[str, Any]:
        """What the dialect keeps for the account (a JSON object), {} if nothing."""
        ...

    async def save_settings(
        self, account_id: AccountId, dialect: str, values: Mapping[str, Any], events: frozenset[CallbackEvent]
    ) -> None:
        """Keep the dialect's settings and the subscriptions that follow from them, in one transaction."""
        ...

    # accounts
    async def add_account(self, account: Account, password_hash: str, now: EpochMs) -> Account:
        """Store a new account (its `id` is ignored); InvalidFieldError("name", …) when name or e-mail is taken."""
        ...

    async def accounts(self) -> list[Account]:
        """Give all accounts in order of name."""
        ...

    async def account_by_login(self, login: str) -> tuple[Account, str] | None:
        """Account and password hash by name or e-mail, without case."""
        ...

    async def account(self, account_id: AccountId) -> Account | None:
        """Give an account by id."""
        ...

    async def change_account(self, account_id: AccountId, changes: AccountChanges) -> None:
        """Change what is named; the credit is set, whatever was charged meanwhile."""
        ...

    async def set_enabled(self, account_id: AccountId, *, enabled: bool) -> None:
        """Let an account in or keep it out."""
        ...

    async def set_password(self, account_id: AccountId, password_hash: str) -> None:
        """Also ends the account's sessions."""
        ...

    async def renew_permanent_token(self, account_id: AccountId) -> None:
        """Withdraw the account's permanent token: the next one is another."""
        ...

    async def add_token(self, token: ApiToken) -> None:
        """Keep a new API token."""
        ...

    async def token(self, key: str) -> ApiToken | None:
        """Give an API token by its key."""
        ...

    async def tokens(self, account_id: AccountId) -> list[ApiToken]:
        """Give the API tokens of an account, oldest first."""
        ...

    async def remove_token(self, key: str) -> None:
        """Drop an API token; nothing happens when there is none."""
        ...

    async def save_session(
        self, digest: bytes, account_id: AccountId, *, kind: str, expires_at: EpochMs, most: int | None = None
    ) -> None:
        """Keep a session token's SHA-256; renews it when it exists. Expired ones are dropped now and then.

        With `most` the account keeps that many of its kind, those that would end first go.
        """
        ...

    async def session(self, digest: bytes, *, kind: str, now: EpochMs) -> tuple[AccountId, EpochMs] | None:
        """Give whose session this is and when it ends, None when unknown or expired."""
        ...

    async def end_session(self, digest: bytes, *, kind: str, at: EpochMs) -> None:
        """Let a session end at `at` if it would end later."""
        ...

    async def add_audit(self, *, actor: str, action: str, detail: str, now: EpochMs) -> None:
        """Note an administrative change."""
        ...
