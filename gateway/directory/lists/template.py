"""Templates: texts with up to three values, or named ones, that an operator approves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.directory import Template, TemplateId
from gateway.directory.checks import checked_template, checked_text
from gateway.directory.entries import Box, How, Plan, Row, find_entry, plan_rows
from gateway.directory.table import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.account import Account


class TemplateList:
    """id, name, text, approved, accounts; told by the id, else by the name."""

    name = "template"
    columns = (
        Column(name="id", kind="id"),
        Column(name="name", is_required=True),
        Column(name="text"),
        Column(name="approved", kind="switch"),
        Column(name="accounts", kind="accounts"),
    )

    async def rows(self, box: Box, account: Account | None) -> list[dict[str, Any]]:
        """Give the templates by id, of one account those that are for it."""
        return [
            {
                "id": one.id,
                "name": one.name,
                "text": one.text,
                "approved": one.approved,
                "accounts": box.account_names(one.accounts),
            }
            for one in await box.store.templates()
            if account is None or one.belongs_to(account.id)
        ]

    async def plan(self, box: Box, rows: Sequence[Row], how: How) -> Plan:
        """Say what rows would do."""
        templates = await box.store.templates()
        by_id = {one.id: one for one in templates}
        by_name = {one.name.casefold(): one for one in templates}

        def plan_row(row: Row) -> tuple[object, object, object, bool]:
            name = checked_text("name", str(row.get("name", "")).strip(), is_required=True)
            template_id = TemplateId(row.get("id") or 0)
            found = by_id.get(template_id) if template_id else by_name.get(name.casefold())
            base = found or Template(id=template_id, name=name, text="")
            draft = Template(
                id=base.id,
                name=name,
                text=checked_template(str(row.get("text", base.text))),
                approved=bool(row.get("approved", base.approved)),
                accounts=box.account_ids(row["accounts"]) if "accounts" in row else base.accounts,
            )
            return draft, base.id or name.casefold(), found, draft != found

        return plan_rows(rows, how, "name", plan_row)

    async def save(self, box: Box, plan: Plan, *, rehearsal: bool) -> None:
        """Save the templates."""
        await box.store.save_templates(plan.drafts, rehearsal=rehearsal)

    async def remove(self, box: Box, key: str, account: Account | None) -> str:  # noqa: ARG002 (the list's contract)
        """Drop the template of an id or name."""
        template = find_entry(await box.store.templates(), key, lambda one: one.name, lambda one: one.id)
        await box.store.remove_template(template.id)
        return template.name


LIST = TemplateList()
