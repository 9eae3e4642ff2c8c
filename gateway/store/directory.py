"""What every store must do for the lists of the directory; the duties of `gateway.store.backend` hold here too.

Names, titles, user names and e-mails are compared without case. Calls that save raise InvalidEntriesError with
every entry and field whose value is taken, and save nothing then; with `rehearsal` they save nothing either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.directory import (
        Contact,
        ContactFacts,
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


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactDraft:
    """A contact to be stored: a new one, or changes of one that is there.

    Which one: `id` when it is given, made with that id if nobody has it and `may_add`; else with `is_by_phone`
    the oldest of the account with this `phone_key`, and a new one when there is none. `facts` change what they
    name; `more_tags` are added; `tag_titles` replace its tags, made when there is none of a title. `phone_key`
    is `core.number.match_key` of the number in `facts`, None for none. A new one without a user name is `sub<id>`.
    """

    account_id: AccountId
    now: EpochMs
    facts: ContactFacts
    id: ContactId | None = None
    may_add: bool = True
    is_by_phone: bool = False
    phone_key: str | None = None
    more_tags: tuple[TagId, ...] = ()
    tag_titles: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactQuery:
    """Which contacts of an account, by id: those that fit everything that is given.

    `search` is a part of user name, full name, e-mail or phone, without case. A `limit` below 0 is none.
    """

    account_id: AccountId
    id: ContactId | None = None
    search: str = ""
    is_active: bool | None = None
    tag: TagId | None = None
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactPage:
    """Contacts, and how many fit before paging."""

    rows: Sequence[Contact]
    total: int


class DirectoryStore(Protocol):
    """The contract; see the module's text."""

    async def secret(self, name: str) -> bytes:
        """Give a key of this box, 32 octets, made when it is first asked for."""
        ...

    # tags
    async def tags(self, account_id: AccountId) -> list[Tag]:
        """Give the tags of an account by id."""
        ...

    async def save_tag(self, account_id: AccountId, title: str) -> Tag:
        """Give the tag of this title, made when there is none."""
        ...

    async def save_tags(self, tags: Sequence[Tag], *, rehearsal: bool = False) -> list[TagId]:
        """Add those with the id 0 (or find them by title) and rename or add those with another, all or none."""
        ...

    async def remove_tag(self, account_id: AccountId, tag_id: TagId) -> bool:
        """Drop a tag, contacts stay; False when the account has none of this id."""
        ...

    # contacts
    async def contacts(self, query: ContactQuery) -> ContactPage:
        """Give contacts of an account."""
        ...

    async def contacts_by_id(self, account_id: AccountId, ids: Sequence[ContactId]) -> list[Contact]:
        """Give contacts of an account in the order asked; missing ones are left out."""
        ...

    async def contacts_tagged(self, account_id: AccountId, tag_ids: Sequence[TagId]) -> list[Contact]:
        """Give the contacts of an account with any of the tags, by id."""
        ...

    async def save_contacts(self, drafts: Sequence[ContactDraft], *, rehearsal: bool = False) -> list[ContactId]:
        """Store contacts, all or none; ids in the same order."""
        ...

    async def remove_contact(self, account_id: AccountId, contact_id: ContactId) -> bool:
        """Drop a contact; False when the account has none of this id."""
        ...

    # templates and sender names
    async def templates(self) -> list[Template]:
        """Give all templates by id."""
        ...

    async def save_templates(self, templates: Sequence[Template], *, rehearsal: bool = False) -> list[TemplateId]:
        """Add those with the id 0 and replace or add those with another, all or none."""
        ...

    async def remove_template(self, template_id: TemplateId) -> bool:
        """Drop a template; False when there is none."""
        ...

    async def pools(self) -> list[SenderPool]:
        """Give all sender names by id."""
        ...

    async def save_pools(self, pools: Sequence[SenderPool], *, rehearsal: bool = False) -> list[PoolId]:
        """Add those with the id 0 and replace or add those with another, all or none."""
        ...

    async def remove_pool(self, pool_id: PoolId) -> bool:
        """Drop a sender name; False when there is none."""
        ...

    # own numbers
    async def own_numbers(self) -> list[OwnNumber]:
        """Give the numbers of the box by port."""
        ...

    async def save_own_numbers(self, numbers: Sequence[OwnNumber], *, rehearsal: bool = False) -> list[Port]:
        """Set the numbers of these ports, all or none."""
        ...

    async def remove_own_number(self, port: Port) -> bool:
        """Forget the number of a port; False when it has none."""
        ...

    # newsletters
    async def newsletters(self, ids: Sequence[NewsletterId]) -> list[Newsletter]:
        """Give newsletters by id; missing ones are left out."""
        ...

    async def newsletters_of(self, account_id: AccountId | None) -> list[Newsletter]:
        """Give the newsletters of an account (None: of all), newest first."""
        ...

    async def cancel_newsletter(self, newsletter_id: NewsletterId, now: EpochMs) -> int:
        """Withdraw those of its messages that no span has; gives how many."""
        ...
