"""Sender names: each stands for a pool of spans, and an operator approves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.directory import PoolId, SenderPool
from gateway.core.types import Port
from gateway.directory.checks import checked_text
from gateway.directory.entries import Box, How, Plan, Row, find_entry, plan_rows
from gateway.directory.table import Column
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.account import Account


class SenderList:
    """id, name, spans, approved, accounts; told by the id, else by the name."""

    name = "sender"
    columns = (
        Column(name="id", kind="id"),
        Column(name="name", is_required=True),
        Column(name="spans", kind="ports"),
        Column(name="approved", kind="switch"),
        Column(name="accounts", kind="accounts"),
    )

    async def rows(self, box: Box, account: Account | None) -> list[dict[str, Any]]:
        """Give the sender names by id, of one account those that are for it."""
        return [
            {
                "id": one.id,
                "name": one.name,
                "spans": list(one.spans),
                "approved": one.approved,
                "accounts": box.account_names(one.accounts),
            }
            for one in await box.store.pools()
            if account is None or one.belongs_to(account.id)
        ]

    async def plan(self, box: Box, rows: Sequence[Row], how: How) -> Plan:
        """Say what rows would do."""
        pools = await box.store.pools()
        by_id = {one.id: one for one in pools}
        by_name = {one.name.casefold(): one for one in pools}

        def plan_row(row: Row) -> tuple[object, object, object, bool]:
            name = checked_text("name", str(row.get("name", "")).strip(), is_required=True)
            pool_id = PoolId(row.get("id") or 0)
            found = by_id.get(pool_id) if pool_id else by_name.get(name.casefold())
            base = found or SenderPool(id=pool_id, name=name, spans=())
            draft = SenderPool(
                id=base.id,
                name=name,
                spans=tuple(Port(port) for port in row.get("spans", base.spans)),
                approved=bool(row.get("approved", base.approved)),
                accounts=box.account_ids(row["accounts"]) if "accounts" in row else base.accounts,
            )
            if not draft.spans:
                raise InvalidFieldError("spans", "required: the spans that the name stands for")
            return draft, base.id or name.casefold(), found, draft != found

        return plan_rows(rows, how, "name", plan_row)

    async def save(self, box: Box, plan: Plan, *, rehearsal: bool) -> None:
        """Save the sender names."""
        await box.store.save_pools(plan.drafts, rehearsal=rehearsal)

    async def remove(self, box: Box, key: str, account: Account | None) -> str:  # noqa: ARG002 (the list's contract)
        """Drop the sender name of an id or name."""
        pool = find_entry(await box.store.pools(), key, lambda one: one.name, lambda one: one.id)
        await box.store.remove_pool(pool.id)
        return pool.name


LIST = SenderList()
