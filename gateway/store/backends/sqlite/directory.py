"""The calls of the store that belong to the directory, each one transaction or one read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from gateway.store.backends.sqlite import contacts, lists
from gateway.store.backends.sqlite.database import Database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.directory import (
        Contact,
        ContactId,
        Newsletter,
        NewsletterId,
        OwnNumber,
        PoolId,
        SenderPool,
        Tag,
        TagId,
        Template,
        TemplateId,
    )
    from gateway.core.types import AccountId, EpochMs, Port
    from gateway.store.backends.sqlite.transaction import Transaction, Work
    from gateway.store.directory import ContactDraft, ContactPage, ContactQuery

T = TypeVar("T")


class _RehearsedError(Exception):
    """A work that was only to be tried went well: its transaction is undone."""


class DirectoryDatabase(Database):
    """Keeps the contract of `gateway.store.directory.DirectoryStore`; the calls are described there."""

    async def _save(self, work: Work[list[T]], *, rehearsal: bool) -> list[T]:
        if not rehearsal:
            return await self.write(work)

        def tried(tx: Transaction) -> list[T]:
            work(tx)
            raise _RehearsedError

        try:
            return await self.write(tried)
        except _RehearsedError:
            return []

    async def secret(self, name: str) -> bytes:
        """Give a key of this box."""
        return await self.write(lambda tx: lists.secret(tx, name))

    async def tags(self, account_id: AccountId) -> list[Tag]:
        """Give the tags of an account by id."""
        return await self.read(lambda connection: contacts.read_tags(connection, account_id))

    async def save_tag(self, account_id: AccountId, title: str) -> Tag:
        """Give the tag of this title, made when there is none."""
        return await self.write(lambda tx: contacts.save_tag(tx, account_id, title))

    async def save_tags(self, tags: Sequence[Tag], *, rehearsal: bool = False) -> list[TagId]:
        """Add, find or rename tags, all or none."""
        return await self._save(lambda tx: contacts.save_tags(tx, tags), rehearsal=rehearsal)

    async def remove_tag(self, account_id: AccountId, tag_id: TagId) -> bool:
        """Drop a tag."""
        return await self.write(lambda tx: contacts.remove_tag(tx, account_id, tag_id))

    async def contacts(self, query: ContactQuery) -> ContactPage:
        """Give contacts of an account."""
        return await self.read_slowly(lambda connection: contacts.read_page(connection, query))

    async def contacts_by_id(self, account_id: AccountId, ids: Sequence[ContactId]) -> list[Contact]:
        """Give contacts of an account in the order asked."""
        return await self.read(lambda connection: contacts.read_by_id(connection, account_id, ids))

    async def contacts_tagged(self, account_id: AccountId, tag_ids: Sequence[TagId]) -> list[Contact]:
        """Give the contacts of an account with any of the tags."""
        return await self.read_slowly(lambda connection: contacts.read_tagged(connection, account_id, tag_ids))

    async def save_contacts(self, drafts: Sequence[ContactDraft], *, rehearsal: bool = False) -> list[ContactId]:
        """Store contacts, all or none."""
        return await self._save(lambda tx: contacts.save_contacts(tx, drafts), rehearsal=rehearsal)

    async def remove_contact(self, account_id: AccountId, contact_id: ContactId) -> bool:
        """Drop a contact."""
        return await self.write(lambda tx: contacts.remove_contact(tx, account_id, contact_id))

    async def templates(self) -> list[Template]:
        """Give all templates by id."""
        return await self.read(lists.read_templates)

    async def save_templates(self, templates: Sequence[Template], *, rehearsal: bool = False) -> list[TemplateId]:
        """Add or replace templates."""
        return await self._save(lambda tx: lists.save_templates(tx, templates), rehearsal=rehearsal)

    async def remove_template(self, template_id: TemplateId) -> bool:
        """Drop a template."""
        return await self.write(lambda tx: lists.remove(tx, lists.REMOVE_TEMPLATE, template_id))

    async def pools(self) -> list[SenderPool]:
        """Give all sender names by id."""
        return await self.read(lists.read_pools)

    async def save_pools(self, pools: Sequence[SenderPool], *, rehearsal: bool = False) -> list[PoolId]:
        """Add or replace sender names."""
        return await self._save(lambda tx: lists.save_pools(tx, pools), rehearsal=rehearsal)

    async def remove_pool(self, pool_id: PoolId) -> bool:
        """Drop a sender name."""
        return await self.write(lambda tx: lists.remove(tx, lists.REMOVE_POOL, pool_id))

    async def own_numbers(self) -> list[OwnNumber]:
        """Give the numbers of the box by port."""
        return await self.read(lists.read_own_numbers)

    async def save_own_numbers(self, numbers: Sequence[OwnNumber], *, rehearsal: bool = False) -> list[Port]:
        """Set the numbers of these ports."""
        return await self._save(lambda tx: lists.save_own_numbers(tx, numbers), rehearsal=rehearsal)

    async def remove_own_number(self, port: Port) -> bool:
        """Forget the number of a port."""
        return await self.write(lambda tx: lists.remove(tx, lists.REMOVE_OWN_NUMBER, port))

    async def newsletters(self, ids: Sequence[NewsletterId]) -> list[Newsletter]:
        """Give newsletters by id."""
        return await self.read(lambda connection: lists.read_newsletters(connection, ids))

    async def newsletters_of(self, account_id: AccountId | None) -> list[Newsletter]:
        """Give the newsletters of an account, newest first."""
        return await self.read(lambda connection: lists.read_newsletters_of(connection, account_id))

    async def cancel_newsletter(self, newsletter_id: NewsletterId, now: EpochMs) -> int:
        """Withdraw those of its messages that no span has."""
        return await self.write(lambda tx: lists.cancel_newsletter(tx, newsletter_id, now))
