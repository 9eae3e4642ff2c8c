"""Tags: words that contacts of an account are grouped by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.directory import Tag, TagId
from gateway.directory.checks import checked_text
from gateway.directory.entries import Box, How, Plan, Row, find_entry, plan_rows
from gateway.directory.table import Column
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.account import Account


class TagList:
    """account, id, title; told by the id, else by the title."""

    name = "tag"
    columns = (
        Column(name="account", is_required=True),
        Column(name="id", kind="id"),
        Column(name="title", is_required=True),
    )

    async def rows(self, box: Box, account: Account | None) -> list[dict[str, Any]]:
        """Give the tags by id."""
        return [
            {"account": box.account_name(tag.account_id), "id": tag.id, "title": tag.title}
            for tag in await self._tags(box, account)
        ]

    async def _tags(self, box: Box, account: Account | None) -> list[Tag]:
        accounts = box.accounts if account is None else [account]
        return sorted([tag for one in accounts for tag in await box.store.tags(one.id)], key=lambda tag: tag.id)

    async def plan(self, box: Box, rows: Sequence[Row], how: How) -> Plan:
        """Say what rows would do."""
        tags = await self._tags(box, None)
        by_id = {tag.id: tag for tag in tags}
        by_title = {(tag.account_id, tag.title.casefold()): tag for tag in tags}

        def plan_row(row: Row) -> tuple[object, object, object, bool]:
            account = box.account(row.get("account", ""))
            title = checked_text("title", str(row.get("title", "")).strip(), is_required=True)
            named = by_id.get(TagId(row.get("id") or 0))
            if named is not None and named.account_id != account.id:
                raise InvalidFieldError("id", "is taken")
            found = named if row.get("id") else by_title.get((account.id, title.casefold()))
            tag_id = found.id if found is not None else TagId(row.get("id") or 0)
            draft = Tag(id=tag_id, account_id=account.id, title=title)
            return draft, tag_id or (account.id, title.casefold()), found, draft != found

        return plan_rows(rows, how, "title", plan_row)

    async def save(self, box: Box, plan: Plan, *, rehearsal: bool) -> None:
        """Save the tags."""
        await box.store.save_tags(plan.drafts, rehearsal=rehearsal)

    async def remove(self, box: Box, key: str, account: Account | None) -> str:
        """Drop the tag of an id or title."""
        tag = find_entry(await self._tags(box, account), key, lambda one: one.title, lambda one: one.id)
        await box.store.remove_tag(tag.account_id, tag.id)
        return tag.title


LIST = TagList()
