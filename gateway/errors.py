"""Errors of the gateway, one tree.

GatewayError
    ConfigError                 the settings are wrong; lists every mistake
    StoreError                  the database cannot be used
        SchemaTooNewError       written by a newer version of this program
        StoreBusyError          another process holds it
        StoreUnavailableError   it cannot be written until somebody acts: disk full, locked, read-only
    RequestError                the caller's fault, or a refusal the caller must see
        InvalidFieldError       a field is missing or wrong
            InvalidEntriesError     entries of a list are wrong; lists every mistake
            ConflictError           the field is right, but does not go together with what is there already
        BadCredentialsError     unknown, wrong or disabled
        NotAllowedError         permission missing, or a span not of this account
            RuleRefusalError        a rule of the box takes no such message
        NoCreditError           the account's credit does not cover the request
        SlowDownError           too many requests or failed logins
        QueueFullError          the queue has no room
        NoSpanError             the account has no span that could ever send it
"""

from __future__ import annotations


class GatewayError(Exception):
    """Something in the gateway went wrong."""


class ConfigError(GatewayError):
    """The settings are wrong; `mistakes` holds one line each: file, key and reason."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class StoreError(GatewayError):
    """The database cannot be used."""


class SchemaTooNewError(StoreError):
    """The database was written by a newer version of this program."""


class StoreBusyError(StoreError):
    """Another process holds the database."""


class StoreUnavailableError(StoreError):
    """The database cannot be written until somebody acts: the text says what to do, `brief` what is wrong."""

    def __init__(self, text: str, brief: str = "the store cannot write") -> None:
        super().__init__(text)
        self.brief = brief


class RequestError(GatewayError):
    """A request that is refused; every dialect has its own words for each kind."""


class InvalidFieldError(RequestError):
    """A field is missing or wrong: `field` in the words of the caller's API, `reason` in plain words."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class InvalidEntriesError(InvalidFieldError):
    """Entries of a list are wrong; `mistakes` holds index (from 0), field and reason of each.

    `field` and `reason` are those of the first.
    """

    def __init__(self, mistakes: list[tuple[int, str, str]]) -> None:
        super().__init__(*mistakes[0][1:])
        self.mistakes = mistakes


class ConflictError(InvalidFieldError):
    """A field is right by itself but does not go together with what is there already: another try will not help."""


class BadCredentialsError(RequestError):
    """Unknown name, wrong password or token, disabled account: never said which."""


class NotAllowedError(RequestError):
    """The account lacks a permission (`port` is None), which `permission` names, or may not use the span `port`."""

    def __init__(self, port: int | None = None, *, permission: str = "") -> None:
        super().__init__("not allowed" if port is None else f"port {port} not allowed")
        self.port = port
        self.permission = permission


class RuleRefusalError(NotAllowedError):
    """A rule of the box takes no such message; `rule` and `reason` say which and why."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__()
        self.rule = rule
        self.reason = reason


class NoCreditError(RequestError):
    """The account's credit does not cover the request."""


class SlowDownError(RequestError):
    """Too many requests or failed logins; `retry_after_s` says when to come back."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"retry after {retry_after_s} s")
        self.retry_after_s = retry_after_s


class QueueFullError(RequestError):
    """The queue of the box or of the account has no room; `retry_after_s` says when to come back."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"retry after {retry_after_s} s")
        self.retry_after_s = retry_after_s


class NoSpanError(RequestError):
    """The account has no span that is enabled."""
