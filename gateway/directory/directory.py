"""What HTTP APIs may ask of the lists, with the account that asks.

An account sees its own contacts and tags, and the templates and sender names that are for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from gateway.core.account import Permission
from gateway.core.directory import ID_LIMIT, Contact, ContactFacts, ContactId, TagId
from gateway.core.number import match_key
from gateway.directory.checks import checked_facts, checked_text
from gateway.errors import InvalidFieldError, NoSpanError, NotAllowedError
from gateway.store.directory import ContactDraft, ContactPage, ContactQuery

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from gateway.clock import Clock
    from gateway.core.account import Account
    from gateway.core.directory import SenderPool, Tag, Template
    from gateway.core.number import Number
    from gateway.core.types import AccountId, Port
    from gateway.store.directory import DirectoryStore

T = TypeVar("T")
Entry = TypeVar("Entry", "Template", "SenderPool")


class Directory:
    """The lists of the box. Writing needs the permission `directory`, reading `read`; NotAllowedError otherwise."""

    def __init__(self, store: DirectoryStore, *, clock: Clock, read_number: Callable[[str], Number | None]) -> None:
        """Take the store, and what reads a phone number with the box's default region."""
        self._store = store
        self._clock = clock
        self.read_number = read_number
        self._templates = _Remembered(self._read_templates)
        self._pools = _Remembered(self._read_pools)
        self._numbers = _Remembered(self._read_own_numbers)

    # --- tags -------------------------------------------------------------------------------------

    async def tags(self, account: Account) -> list[Tag]:
        """Give the account's tags by id."""
        _require(account, Permission.READ)
        return await self._store.tags(account.id)

    async def save_tag(self, account: Account, title: str) -> Tag:
        """Give the tag of this title, made when there is none; without case."""
        _require(account, Permission.DIRECTORY)
        return await self._store.save_tag(account.id, checked_text("title", title.strip(), is_required=True))

    async def unknown_tag(self, account: Account, ids: Iterable[TagId]) -> TagId | None:
        """Give the first of `ids` that is no tag of the account, None when all are."""
        known = {tag.id for tag in await self._store.tags(account.id)}
        return next((one for one in ids if one not in known), None)

    # --- contacts ---------------------------------------------------------------------------------

    async def contacts(
        self,
        account: Account,
        *,
        contact_id: int | None = None,
        search: str = "",
        is_active: bool | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> ContactPage:
        """Give the account's contacts by id: those that fit, and how many fit before paging."""
        _require(account, Permission.READ)
        if not _is_id(contact_id) or "\x00" in search:
            return ContactPage(rows=(), total=0)
        query = ContactQuery(
            account_id=account.id,
            id=None if contact_id is None else ContactId(contact_id),
            search=search.encode("utf-8", "replace").decode(),
            is_active=is_active,
            offset=min(offset, ID_LIMIT),
            limit=limit,
        )
        return await self._store.contacts(query)

    async def contact(self, account: Account, contact_id: int) -> Contact | None:
        """Give one of the account's contacts, None when it has none of this id."""
        found = await self.contacts_by_id(account, [contact_id])
        return found[0] if found else None

    async def contacts_by_id(self, account: Account, ids: Sequence[int]) -> list[Contact]:
        """Give those of the account's contacts in the order asked; missing ones are left out.

        Whoever may send to them may look them up: this needs `read` or `send`.
        """
        if not account.may(Permission.SEND):
            _require(account, Permission.READ)
        return await self._store.contacts_by_id(account.id, [ContactId(one) for one in ids if _is_id(one)])

    async def contacts_tagged(self, account: Account, tag_ids: Sequence[TagId]) -> list[Contact]:
        """Give the account's contacts with any of the tags, by id."""
        return await self._store.contacts_tagged(account.id, tag_ids)

    async def add_contact(self, account: Account, facts: ContactFacts) -> Contact:
        """Make a contact; InvalidFieldError names what is wrong or taken."""
        return await self._save(account, self._draft(account, facts))

    async def change_contact(self, account: Account, contact_id: int, facts: ContactFacts) -> Contact | None:
        """Change what `facts` name of a contact, None when the account has none of this id."""
        _require(account, Permission.DIRECTORY)
        if not _is_id(contact_id) or not await self._store.contacts_by_id(account.id, [ContactId(contact_id)]):
            return None
        return await self._save(account, self._draft(account, facts, contact_id=ContactId(contact_id)))

    async def save_contact_of_phone(
        self, account: Account, facts: ContactFacts, more_tags: Sequence[TagId] = ()
    ) -> Contact:
        """Make a contact of a phone number, or change the oldest one that has it; `more_tags` are added."""
        return await self._save(account, self._draft(account, facts, more_tags=more_tags, is_by_phone=True))

    async def remove_contact(self, account: Account, contact_id: int) -> bool:
        """Drop a contact; False when the account has none of this id. Messages to it stay."""
        _require(account, Permission.DIRECTORY)
        return _is_id(contact_id) and await self._store.remove_contact(account.id, ContactId(contact_id))

    def number_of(self, contact: Contact) -> Number | None:
        """Give a contact's number, None when it has none or what stands there is none (see `Contact.phone`)."""
        return self.read_number(contact.phone) if contact.phone else None

    def _draft(
        self,
        account: Account,
        facts: ContactFacts,
        *,
        contact_id: ContactId | None = None,
        more_tags: Sequence[TagId] = (),
        is_by_phone: bool = False,
    ) -> ContactDraft:
        _require(account, Permission.DIRECTORY)
        return draft_of(
            account.id,
            facts,
            self.read_number,
            ContactDraft(
                account_id=account.id,
                now=self._clock.now_ms(),
                facts={},
                id=contact_id,
                may_add=False,
                is_by_phone=is_by_phone,
                more_tags=tuple(more_tags),
            ),
        )

    async def _save(self, account: Account, draft: ContactDraft) -> Contact:
        saved = await self._store.save_contacts([draft])
        (contact,) = await self._store.contacts_by_id(account.id, saved)
        return contact

    # --- templates and sender names ---------------------------------------------------------------

    async def templates(self, account: Account) -> list[Template]:
        """Give the templates that are for the account by id, those that wait for approval too."""
        return (await self._templates.read()).of(account.id)

    async def find_template(self, account: Account, name: int | str) -> Template | None:
        """Give an approved template of the account by its id (also as text) or by its name, None if there is none."""
        return (await self._templates.read()).find(account.id, name)

    async def pools(self, account: Account) -> list[SenderPool]:
        """Give the sender names that are for the account by id, those that wait for approval too."""
        return (await self._pools.read()).of(account.id)

    async def find_pool(self, account: Account, name: int | str, *, is_name: bool = False) -> SenderPool | None:
        """Give an approved sender name of the account by its id (also as text) or by its name, None if none.

        With `is_name` digits are a name too.
        """
        return (await self._pools.read()).find(account.id, name, is_name=is_name)

    def spans_of(self, account: Account, pool: SenderPool) -> tuple[Port, ...]:
        """Give the spans of a sender name that the account may use; NoSpanError when none is left.

        Never (): as `Submission.spans` that would mean any span.
        """
        spans = tuple(port for port in pool.spans if account.may_use(port))
        if not spans:
            raise NoSpanError
        return spans

    async def _read_templates(self) -> _Named[Template]:
        return _Named(await self._store.templates())

    async def _read_pools(self) -> _Named[SenderPool]:
        return _Named(await self._store.pools())

    # --- own numbers ------------------------------------------------------------------------------

    async def own_numbers(self, account: Account) -> Mapping[Port, str]:
        """Give the phone numbers of the account's spans by port, those that are set."""
        numbers = await self._numbers.read()
        if account.spans is None:
            return numbers
        return {port: numbers[port] for port in sorted(account.spans) if port in numbers}

    async def _read_own_numbers(self) -> dict[Port, str]:
        return {one.port: one.number for one in await self._store.own_numbers()}

    async def port_of(self, account: Account, number: str) -> Port | None:
        """Give the account's span that has this phone number, with or without a plus; None when none has."""
        key = match_key(number)
        for port, own in (await self.own_numbers(account)).items():
            if match_key(own) == key:
                return port
        return None

    def forget(self) -> None:
        """Templates, sender names or own numbers have changed in the store: read them anew."""
        for remembered in (self._templates, self._pools, self._numbers):
            remembered.forget()


class _Named(Generic[Entry]):
    """Entries by id, found by id or name without a walk through all of them."""

    def __init__(self, rows: Sequence[Entry]) -> None:
        self._rows: Sequence[Entry] = rows
        self._by_id: dict[int, Entry] = {one.id: one for one in rows}
        self._by_name: dict[str, list[Entry]] = {}
        for one in rows:
            self._by_name.setdefault(one.name.casefold(), []).append(one)

    def of(self, account_id: AccountId) -> list[Entry]:
        """Give those that are for the account, those that wait for approval too."""
        return [one for one in self._rows if one.belongs_to(account_id)]

    def find(self, account_id: AccountId, name: int | str, *, is_name: bool = False) -> Entry | None:
        """Give the approved one that is for the account, of several the first by id; None if there is none.

        With `is_name` digits are a name only.
        """
        word = str(name).strip()
        found: list[Entry] = list(self._by_name.get(word.casefold(), ()))
        if not is_name and word.isascii() and word.isdecimal() and int(word[:12]) in self._by_id:
            found.append(self._by_id[int(word[:12])])
        fitting = [one for one in found if one.approved and one.belongs_to(account_id)]
        return min(fitting, key=lambda one: one.id, default=None)


class _Remembered(Generic[T]):
    """A short list of the store, read once until it is forgotten."""

    def __init__(self, read: Callable[[], Awaitable[T]]) -> None:
        self._read = read
        self._rows: T | None = None
        self._generation = 0

    async def read(self) -> T:
        """Give the rows; what was read while they changed is not remembered."""
        if self._rows is not None:
            return self._rows
        generation = self._generation
        rows = await self._read()
        if generation == self._generation:
            self._rows = rows
        return rows

    def forget(self) -> None:
        """Read them anew the next time."""
        self._rows = None
        self._generation += 1


def draft_of(
    account_id: AccountId,
    facts: ContactFacts,
    read_number: Callable[[str], Number | None],
    draft: ContactDraft,
) -> ContactDraft:
    """Give `draft` with `facts`, checked; InvalidFieldError names the first that is wrong."""
    checked = checked_facts(facts)
    phone = checked.get("phone", "")
    number = read_number(phone) if phone else None
    if phone and number is None:
        raise InvalidFieldError("phone", "not a phone number")
    return ContactDraft(
        account_id=account_id,
        now=draft.now,
        facts=checked,
        id=draft.id,
        may_add=draft.may_add,
        is_by_phone=draft.is_by_phone,
        phone_key=None if number is None else match_key(number.normalised),
        more_tags=draft.more_tags,
        tag_titles=draft.tag_titles,
    )


def _is_id(contact_id: int | None) -> bool:
    return contact_id is None or 0 < contact_id < ID_LIMIT


def _require(account: Account, permission: Permission) -> None:
    if not account.may(permission):
        raise NotAllowedError(permission=permission.value)
