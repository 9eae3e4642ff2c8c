"""Own numbers: the phone number of the SIM in each span, which some APIs call the span by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.directory import OwnNumber
from gateway.core.types import Port
from gateway.directory.entries import Box, How, Plan, Row, plan_rows
from gateway.directory.table import Column
from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.account import Account


class NumberList:
    """id (the port of the span), number; told by the port."""

    name = "number"
    columns = (Column(name="id", kind="id", is_required=True), Column(name="number", is_required=True))

    async def rows(self, box: Box, account: Account | None) -> list[dict[str, Any]]:
        """Give the numbers by port, of one account those of its spans."""
        return [
            {"id": one.port, "number": one.number}
            for one in await box.store.own_numbers()
            if account is None or account.may_use(one.port)
        ]

    async def plan(self, box: Box, rows: Sequence[Row], how: How) -> Plan:
        """Say what rows would do."""
        by_port = {one.port: one for one in await box.store.own_numbers()}

        def plan_row(row: Row) -> tuple[object, object, object, bool]:
            port = Port(row.get("id") or 0)
            if not port:
                raise InvalidFieldError("id", "required: the port of the span")
            number = box.read_number(str(row.get("number", "")))
            if number is None:
                raise InvalidFieldError("number", "not a phone number")
            draft = OwnNumber(port=port, number=number.normalised)
            return draft, port, by_port.get(port), draft != by_port.get(port)

        return plan_rows(rows, how, "id", plan_row)

    async def save(self, box: Box, plan: Plan, *, rehearsal: bool) -> None:
        """Save the numbers."""
        await box.store.save_own_numbers(plan.drafts, rehearsal=rehearsal)

    async def remove(self, box: Box, key: str, account: Account | None) -> str:  # noqa: ARG002 (the list's contract)
        """Forget the number of a port, or this number wherever it is."""
        for one in await box.store.own_numbers():
            if key in {str(one.port), one.number}:
                await box.store.remove_own_number(one.port)
                return one.number
        raise InvalidFieldError("id", f"there is none: {key}")


LIST = NumberList()
