"""The lists as an operator keeps them, called by name with plain values: from a command line or over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.callback import CallbackEvent
from gateway.core.directory import NewsletterId
from gateway.directory.entries import Box, EntryList, How, Row
from gateway.directory.lists import shelf
from gateway.directory.table import mistake
from gateway.errors import InvalidEntriesError, InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from gateway.clock import Clock
    from gateway.directory.directory import Directory
    from gateway.store.backend import Store

ACTOR = "command line"


class Upkeep:
    """What the command line may do with the lists; each call takes and gives plain JSON values."""

    def __init__(self, store: Store, directory: Directory, *, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._lists = shelf()

    async def call(self, call: str, arguments: Mapping[str, Any]) -> Any:
        """Make one of the calls below by its name; InvalidFieldError when it or what it names is wrong."""
        calls: dict[str, Callable[..., Awaitable[Any]]] = {
            "rows": self.rows,
            "save": self.save,
            "remove": self.remove,
            "newsletters": self.newsletters,
            "cancel_newsletter": self.cancel_newsletter,
            "pushes": self.pushes,
            "save_pushes": self.save_pushes,
        }
        if call not in calls:
            raise InvalidFieldError("call", f"unknown: {call}")
        return await calls[call](**arguments)

    async def rows(self, kind: str, account: str | None = None) -> list[dict[str, Any]]:
        """Give the rows of a list, of one account or of all."""
        box = await self._box()
        return await self._list(kind).rows(box, None if account is None else box.account(account))

    async def save(self, kind: str, rows: Sequence[Row], how: How, *, is_check: bool = False) -> dict[str, int]:
        """Save rows, all or nothing; gives how many are added, changed and left alone.

        With `is_check` nothing is written. Mistakes of an import are one line each, with row and column.
        """
        box = await self._box()
        entries = self._list(kind)
        indexes = [int(row.get("row", index)) for index, row in enumerate(rows)]
        try:
            plan = await entries.plan(box, rows, how)
            if plan.drafts:
                try:
                    await entries.save(box, plan, rehearsal=is_check)
                except InvalidEntriesError as error:
                    raise InvalidEntriesError(
                        [(plan.indexes[index], field, reason) for index, field, reason in error.mistakes]
                    ) from error
        except InvalidEntriesError as error:
            if how != "import":
                raise
            lines = [mistake(indexes[index], field, reason) for index, field, reason in error.mistakes]
            raise InvalidFieldError("", "\n".join(lines)) from error
        if plan.drafts and not is_check:
            counts = ", ".join(f"{count} {word}" for word, count in plan.counts().items())
            await self._changed(f"{kind} saved", counts)
        return plan.counts()

    async def remove(self, kind: str, key: str, account: str | None = None) -> str:
        """Drop the entry of an id or name; gives its name."""
        box = await self._box()
        name = await self._list(kind).remove(box, key, None if account is None else box.account(account))
        await self._changed(f"{kind} removed", name)
        return name

    async def newsletters(self, account: str | None = None) -> list[dict[str, Any]]:
        """Give the newsletters, newest first."""
        box = await self._box()
        account_id = None if account is None else box.account(account).id
        return [
            {
                "id": one.id,
                "account": box.account_name(one.account_id),
                "title": one.title,
                "text": one.text,
                "created": one.created_at,
                "send_at": one.send_at,
            }
            for one in await self._store.newsletters_of(account_id)
        ]

    async def cancel_newsletter(self, newsletter_id: int) -> int:
        """Withdraw those messages of a newsletter that no span has; gives how many."""
        known = await self._store.newsletters([NewsletterId(newsletter_id)])
        if not known:
            raise InvalidFieldError("id", f"there is none: {newsletter_id}")
        count = await self._store.cancel_newsletter(NewsletterId(newsletter_id), self._clock.now_ms())
        await self._changed("newsletter withdrawn", f"{newsletter_id}, {count} messages")
        return count

    async def pushes(self, account: str, dialect: str) -> dict[str, Any]:
        """Give what an API keeps for an account about its callbacks."""
        box = await self._box()
        return await self._store.settings(box.account(account).id, dialect)

    async def save_pushes(self, account: str, dialect: str, values: dict[str, Any], events: Sequence[str]) -> None:
        """Keep what an API has read, and owe the account these events from now on."""
        box = await self._box()
        known = box.account(account)
        await self._store.save_settings(known.id, dialect, values, frozenset(map(CallbackEvent, events)))
        await self._changed(f"{dialect} settings saved", known.name)

    def _list(self, kind: str) -> EntryList:
        if kind not in self._lists:
            raise InvalidFieldError("kind", f"unknown: {kind}")
        return self._lists[kind]

    async def _box(self) -> Box:
        return Box(
            store=self._store,
            clock=self._clock,
            accounts=await self._store.accounts(),
            read_number=self._directory.read_number,
        )

    async def _changed(self, action: str, detail: str) -> None:
        self._directory.forget()
        await self._store.add_audit(actor=ACTOR, action=action, detail=detail, now=self._clock.now_ms())
