"""Who may call: accounts, their roles and permissions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from gateway.core.types import AccountId, Port


class Permission(StrEnum):
    """One thing an account may do."""

    SEND = "send"
    READ = "read"
    INBOUND = "inbound"
    SEE_ALL = "see_all"
    CONFIG = "config"
    DIRECTORY = "directory"
    USSD = "ussd"
    OPERATE = "operate"
    ACCOUNTS = "accounts"


class Role(StrEnum):
    """A preset of permissions."""

    ADMIN = "admin"
    OPERATOR = "operator"
    SENDER = "sender"
    VIEWER = "viewer"


class Readiness(StrEnum):
    """What some vendors ask of a customer before they send for him; in the order in which they ask."""

    EMAIL_VERIFIED = "email_verified"
    MOBILE_VERIFIED = "mobile_verified"
    PASSPORT_UPLOADED = "passport_uploaded"
    PASSPORT_APPROVED = "passport_approved"
    CONTRACT_SIGNED = "contract_signed"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.OPERATOR: frozenset(Permission) - {Permission.ACCOUNTS},
    Role.SENDER: frozenset(
        {Permission.SEND, Permission.READ, Permission.INBOUND, Permission.CONFIG, Permission.DIRECTORY}
    ),
    Role.VIEWER: frozenset({Permission.READ, Permission.INBOUND}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A caller as the store knows it, without secrets.

    `spans` None means all; `dialects` None means all; `credit` in segments, None is unlimited;
    `rate_per_s` and `queue_limit` 0 mean no limit; `timezone` None means the box's. `default_sender` is
    the sender name used when a caller names none. `unready` holds the flags that an administrator has cleared.
    `token_generation` counts how often the account's permanent token was withdrawn.
    """

    id: AccountId
    name: str
    email: str = ""
    role: Role = Role.SENDER
    enabled: bool = True
    spans: frozenset[Port] | None = None
    dialects: frozenset[str] | None = None
    timezone: str | None = None
    rate_per_s: int = 0
    queue_limit: int = 0
    credit: int | None = None
    default_sender: str = ""
    unready: frozenset[Readiness] = frozenset()
    token_generation: int = 0

    def may(self, permission: Permission) -> bool:
        """Whether the account's role holds `permission`."""
        return permission in ROLE_PERMISSIONS[self.role]

    def may_use(self, port: Port) -> bool:
        """Whether the span `port` exists for this account."""
        return self.spans is None or port in self.spans


class AccountChanges(TypedDict, total=False):
    """What may be changed of an account, each as in `Account`; what is left out stays."""

    role: Role
    spans: frozenset[Port] | None
    dialects: frozenset[str] | None
    timezone: str | None
    rate_per_s: int
    queue_limit: int
    credit: int | None
    default_sender: str
    unready: frozenset[Readiness]
