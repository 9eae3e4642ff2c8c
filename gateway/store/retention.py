"""What every store must do about the old: delete it in small steps, and say how much there is.

The duties of `gateway.store.backend` hold here too. A message is deleted only when nothing can come of it any more:

1. An outbound message MUST stay while it is queued, held or sending, while an attempt of it has no known outcome, and,
   unless it was delivered, failed or was cancelled, for `REPORTS_COME_MS` beyond its validity: a report may still come.
2. A message MUST stay while a callback about it is owed. Callbacks that were given up go with their message.
3. Whatever hangs on a message MUST go in the transaction of the message, and the totals of the pages with it.
4. Ids MUST NOT be given out again: of message, attempt, callback and newsletter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from gateway.core.types import EpochMs, MessageId

REPORTS_COME_MS: Final = 3 * 86_400_000
"""How long after the end of a message's validity a delivery report is waited for."""

Mark = tuple["EpochMs", "MessageId"]
"""A place in the order of age."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """What one step deleted: messages, and rows in all; where to go on (None: nothing of that age is left).

    `took_s` is how long others could not write for it.
    """

    messages: int
    rows: int
    resume: Mark | None
    took_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """How much there is: messages by kind, octets of the database, of its free pages, of its log and of the disk.

    `wanted_octets` is how much of the disk must be free for new messages to be accepted.
    """

    outbound: int
    inbound: int
    database_octets: int
    spare_octets: int
    log_octets: int
    disk_octets: int
    free_octets: int
    wanted_octets: int


class RetentionStore(Protocol):
    """The calls about what is old."""

    async def sweep_outbound(
        self, *, before: EpochMs, now: EpochMs, resume: Mark | None, most: int, rows: int
    ) -> Swept:
        """Delete up to `most` outbound messages that have not changed since `before`, the oldest first.

        About `rows` rows are looked at and deleted at most. `resume` is where the last step ended.
        """
        ...

    async def sweep_inbound(self, *, before: EpochMs, resume: Mark | None, most: int, rows: int) -> Swept:
        """Delete up to `most` inbound messages received before `before`, the oldest first."""
        ...

    async def sweep_newsletters(self, *, before: EpochMs, most: int) -> int:
        """Delete newsletters made before `before` whose messages are gone; gives how many."""
        ...

    async def sweep_audit(self, *, before: EpochMs, most: int) -> int:
        """Delete notes of administrative changes made before `before`; gives how many."""
        ...

    async def sweep_callbacks(self, *, before: EpochMs, most: int) -> int:
        """Delete callbacks that were given up before `before` and hang on no message; gives how many."""
        ...

    async def stored(self) -> Stored:
        """Say how much there is."""
        ...

    async def until_idle(self, timeout_s: float) -> None:
        """Return when nothing waits to be written, or after `timeout_s`."""
        ...
