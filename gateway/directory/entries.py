"""What the lists have in common for their upkeep: rows in, drafts out, every mistake at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from gateway.errors import InvalidEntriesError, InvalidFieldError

if TYPE_CHECKING:
    from gateway.clock import Clock
    from gateway.core.account import Account
    from gateway.core.number import Number
    from gateway.core.types import AccountId
    from gateway.directory.table import Column
    from gateway.store.backend import Store

How = Literal["add", "change", "import"]
"""What a row may do: make an entry, change one that is there, or whichever of the two fits."""
Row = Mapping[str, Any]
"""Typed cells by column; a column that is left out is not touched."""
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """What lists need of the gateway: its store, its clock, its accounts, and what reads a phone number."""

    store: Store
    clock: Clock
    accounts: Sequence[Account]
    read_number: Callable[[str], Number | None]

    def account(self, name: str, field_name: str = "account") -> Account:
        """Give the account of a name; InvalidFieldError when there is none."""
        for account in self.accounts:
            if account.name.casefold() == name.strip().casefold():
                return account
        raise InvalidFieldError(field_name, f"no account {name}" if name.strip() else "required")

    def account_ids(self, names: Sequence[str] | None) -> frozenset[AccountId] | None:
        """Give the ids of named accounts, None (all) for None."""
        return None if names is None else frozenset(self.account(name, "accounts").id for name in names)

    def account_names(self, ids: frozenset[AccountId] | None) -> list[str] | None:
        """Give the names of accounts in order, None for None."""
        return None if ids is None else sorted(one.name for one in self.accounts if one.id in ids)

    def account_name(self, account_id: AccountId) -> str:
        """Give the name of an account that is there."""
        return next(one.name for one in self.accounts if one.id == account_id)


@dataclass(kw_only=True, slots=True)
class Plan:
    """What rows come to: drafts to save (each with the index of its row) and what that does."""

    drafts: list[Any] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def counts(self) -> dict[str, int]:
        """Give how many entries are added, changed and left alone."""
        return {"added": self.added, "changed": self.changed, "unchanged": self.unchanged}


class EntryList(Protocol):
    """One list: its columns, its rows, and how rows are saved."""

    name: str
    columns: Sequence[Column]

    async def rows(self, box: Box, account: Account | None) -> list[dict[str, Any]]:
        """Give typed rows by id; those of one account where the list is divided by account."""
        ...

    async def plan(self, box: Box, rows: Sequence[Row], how: How) -> Plan:
        """Say what `rows` would do; InvalidEntriesError lists every mistake."""
        ...

    async def save(self, box: Box, plan: Plan, *, rehearsal: bool) -> None:
        """Do it, all or nothing; as a `rehearsal` undo it again."""
        ...

    async def remove(self, box: Box, key: str, account: Account | None) -> str:
        """Drop the entry of an id or name; gives its name, InvalidFieldError when there is none."""
        ...


def plan_rows(
    rows: Sequence[Row], how: How, what: str, plan_row: Callable[[Row], tuple[object, object, object, bool]]
) -> Plan:
    """Plan each row and gather the mistakes.

    `plan_row` gives a row's draft, what the entry is told by (two rows with the same are a mistake), the entry
    that is there (None for a new one) and whether the draft changes it. `what` names an entry in a mistake.
    """
    plan = Plan()
    mistakes: list[tuple[int, str, str]] = []
    seen: dict[object, int] = {}
    for index, row in enumerate(rows):
        try:
            draft, key, existing, is_change = plan_row(row)
            first = seen.setdefault(key, index)
            if first != index:
                raise InvalidFieldError(what, f"is the same as in row {first + 2}")
            if how == "change" and existing is None:
                raise InvalidFieldError(what, f"there is none: {row.get(what)}")
            if how == "add" and existing is not None:
                raise InvalidFieldError(what, "is taken")
        except InvalidFieldError as error:
            mistakes.append((index, error.field, error.reason))
            continue
        plan.added += existing is None
        plan.changed += existing is not None and is_change
        plan.unchanged += existing is not None and not is_change
        if existing is None or is_change:
            plan.drafts.append(draft)
            plan.indexes.append(index)
    if mistakes:
        raise InvalidEntriesError(mistakes)
    return plan


def find_entry(entries: Sequence[T], key: str, name_of: Callable[[T], str], id_of: Callable[[T], int]) -> T:
    """Give the entry of an id or a name; InvalidFieldError when there is none."""
    for entry in entries:
        if name_of(entry).casefold() == key.casefold() or str(id_of(entry)) == key:
            return entry
    raise InvalidFieldError("name", f"there is none: {key}")
