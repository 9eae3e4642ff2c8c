"""What the box keeps in lists: contacts with tags, templates, sender names, newsletters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType, TypedDict

if TYPE_CHECKING:
    from gateway.core.types import AccountId, EpochMs, Port

ContactId = NewType("ContactId", int)
TagId = NewType("TagId", int)
TemplateId = NewType("TemplateId", int)
PoolId = NewType("PoolId", int)
NewsletterId = NewType("NewsletterId", int)
"""All positive, below 2^31, never used twice."""

ID_LIMIT = 2**31


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """A person the account writes to; an ISP calls them subscribers. The id is the same in both views.

    `phone` is as written, "" for none; `tags` are ids in ascending order. An inactive contact can still be
    written to: the flag is the customer's own note.
    """

    id: ContactId
    account_id: AccountId
    username: str
    fullname: str = ""
    email: str = ""
    phone: str = ""
    is_active: bool = True
    created_at: EpochMs
    tags: tuple[TagId, ...] = ()


class ContactFacts(TypedDict, total=False):
    """What may be said of a contact, each as in `Contact`; what is left out stays, or has its default."""

    username: str
    fullname: str
    email: str
    phone: str
    is_active: bool
    tags: tuple[TagId, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """A word that contacts of an account are grouped by; unique there without case."""

    id: TagId
    account_id: AccountId
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A text with placeholders (see `core.template`); `accounts` None means that all may use it."""

    id: TemplateId
    name: str
    text: str
    approved: bool = False
    accounts: frozenset[AccountId] | None = None

    def belongs_to(self, account_id: AccountId) -> bool:
        """Whether it exists for the account."""
        return self.accounts is None or account_id in self.accounts


@dataclass(frozen=True, kw_only=True, slots=True)
class SenderPool:
    """A sender name: a SIM cannot send under a name, so the name stands for spans, in the order of their ports."""

    id: PoolId
    name: str
    spans: tuple[Port, ...]
    approved: bool = False
    accounts: frozenset[AccountId] | None = None

    def belongs_to(self, account_id: AccountId) -> bool:
        """Whether it exists for the account."""
        return self.accounts is None or account_id in self.accounts


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnNumber:
    """The phone number of the SIM in a span; the same number cannot be in two."""

    port: Port
    number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Newsletter:
    """One text to all contacts of some tags; its messages are ordinary ones. `send_at` None: at once."""

    id: NewsletterId
    account_id: AccountId
    title: str
    text: str
    created_at: EpochMs
    send_at: EpochMs | None = None
