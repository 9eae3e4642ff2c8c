"""Contacts, which an ISP calls subscribers, with the titles of their tags."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.core.directory import Contact, ContactFacts, ContactId
from gateway.core.number import match_key
from gateway.core.types import EpochMs
from gateway.directory.checks import checked_text
from gateway.directory.directory import draft_of
from gateway.directory.entries import Box, How, Plan, Row, find_entry, plan_rows
from gateway.directory.table import Column
from gateway.errors import InvalidFieldError
from gateway.store.directory import ContactDraft, ContactQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.account import Account
    from gateway.core.types import AccountId

_TEXTS = ("username", "fullname", "phone", "email")


class _Known:
    """The contacts that are there, by all that one can be told by."""

    def __init__(self, box: Box, contacts: Sequence[Contact], titles: dict[int, str]) -> None:
        self._read_number = box.read_number
        self.titles = titles
        self.by_id = {one.id: one for one in contacts}
        self._by_word: dict[tuple[AccountId, str, str], Contact] = {}
        for contact in reversed(contacts):  # of several with one phone the oldest counts
            for key in self._keys(contact.account_id, contact.username, contact.phone, contact.email):
                self._by_word[key] = contact

    def _keys(self, account_id: AccountId, username: str, phone: str, email: str) -> list[tuple[AccountId, str, str]]:
        """Give what a contact is told by, best first."""
        number = self._read_number(phone) if phone else None
        words = {
            "username": username.strip().casefold(),
            "phone": "" if number is None else match_key(number.normalised),
            "email": email.strip().casefold(),
        }
        return [(account_id, name, word) for name, word in words.items() if word]

    def find(self, account_id: AccountId, row: Row) -> tuple[Contact | None, object]:
        """Give the contact that a row means, None for a new one, and what it is told by."""
        if row.get("id"):
            contact = self.by_id.get(ContactId(row["id"]))
            if contact is not None and contact.account_id != account_id:
                raise InvalidFieldError("id", "is taken")
            return contact, row["id"]
        phone = str(row.get("phone", "")).strip()
        if phone and self._read_number(phone) is None:
            raise InvalidFieldError("phone", "not a phone number")
        keys = self._keys(account_id, *(str(row.get(name, "")) for name in ("username", "phone", "email")))
        if not keys:
            raise InvalidFieldError("username", "a row needs an id, a username, a phone or an email")
        contact = self._by_word.get(keys[0])
        return contact, keys[0] if contact is None else contact.id


class ContactList:
    """One row per contact; told by the id, else by user name, phone or e-mail, the first that is given."""

    name = "contact"
    columns = (
        Column(name="account", is_required=True),
        Column(name="id", kind="id"),
        Column(name="username"),
        Column(name="fullname"),
        Column(name="phone"),
        Column(name="email"),
        Column(name="status", kind="status"),
        Column(name="tags", kind="words"),
        Column(name="created", kind="instant"),
    )

    async def rows(self, box: Box, account: Account | None) -> list[dict[str, Any]]:
        """Give the contacts by id."""
        known = await self._known(box, account)
        return [
            {
                "account": box.account_name(contact.account_id),
                "id": contact.id,
                "username": contact.username,
                "fullname": contact.fullname,
                "phone": contact.phone,
                "email": contact.email,
                "status": contact.is_active,
                "tags": [known.titles[tag] for tag in contact.tags],
                "created": contact.created_at,
            }
            for _, contact in sorted(known.by_id.items())
        ]

    async def _known(self, box: Box, account: Account | None) -> _Known:
        contacts: list[Contact] = []
        titles: dict[int, str] = {}
        for one in box.accounts if account is None else [account]:
            contacts += (await box.store.contacts(ContactQuery(account_id=one.id, limit=-1))).rows
            titles.update({tag.id: tag.title for tag in await box.store.tags(one.id)})
        return _Known(box, contacts, titles)

    async def plan(self, box: Box, rows: Sequence[Row], how: How) -> Plan:
        """Say what rows would do."""
        known = await self._known(box, None)
        now = box.clock.now_ms()

        def plan_row(row: Row) -> tuple[object, object, object, bool]:
            account = box.account(row.get("account", ""))
            found, key = (None, object()) if how == "add" and not row.get("id") else known.find(account.id, row)
            titles = row.get("tags")
            if titles is not None:
                titles = tuple(checked_text("tags", title) for title in titles)
            draft = ContactDraft(
                account_id=account.id,
                now=EpochMs(row.get("created") or now),
                facts={},
                id=found.id if found is not None else (row.get("id") or None),
                tag_titles=titles,
            )
            draft = draft_of(account.id, _facts(row, found), box.read_number, draft)
            return draft, key, found, found is None or _is_change(found, draft, known.titles)

        return plan_rows(rows, how, "username", plan_row)

    async def save(self, box: Box, plan: Plan, *, rehearsal: bool) -> None:
        """Save the contacts."""
        await box.store.save_contacts(plan.drafts, rehearsal=rehearsal)

    async def remove(self, box: Box, key: str, account: Account | None) -> str:
        """Drop the contact of an id or user name."""
        contacts = list((await self._known(box, account)).by_id.values())
        contact = find_entry(contacts, key, lambda one: one.username, lambda one: one.id)
        await box.store.remove_contact(contact.account_id, contact.id)
        return contact.username


def _facts(row: Row, found: Contact | None) -> ContactFacts:
    facts = ContactFacts()
    texts = {name: str(row[name]) for name in _TEXTS if name in row}
    if found is not None and not texts.get("username", "").strip():
        texts.pop("username", None)  # an empty cell does not take a name away
    facts.update(texts)  # type: ignore[typeddict-item]  # its texts by name
    if "status" in row:
        facts["is_active"] = bool(row["status"])
    return facts


def _is_change(found: Contact, draft: ContactDraft, titles: dict[int, str]) -> bool:
    changed = replace(found, **{name: value for name, value in draft.facts.items() if name != "tags"})  # type: ignore[arg-type]
    if changed != found:
        return True
    has = {titles[tag].casefold() for tag in found.tags}
    return draft.tag_titles is not None and {title.casefold() for title in draft.tag_titles} != has


LIST = ContactList()
