"""Refusals that only the HTTP side knows; those of the desk are in `gateway.errors`.

RequestError
    UnknownPathError            nobody owns the path below the dialect's prefix
    WrongMethodError            the path is known, the method is not
    OversizeError               the body is larger than http.body_limit_octets
    InternalError               our fault; logged with the request id
    InvalidFieldError
        MalformedError          the body cannot be parsed
        UndecodableError        the octets of a field are no text in its charset
    BadCredentialsError
        BadTokenError           the credential was a token, not a name and a password
"""

from __future__ import annotations

from gateway.errors import BadCredentialsError, InvalidFieldError, RequestError


class UnknownPathError(RequestError):
    """The path below the dialect's prefix leads to no call."""


class WrongMethodError(RequestError):
    """The call exists, but not with this method; `allowed` says with which."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__(f"use {' or '.join(sorted(allowed))}")
        self.allowed = allowed


class OversizeError(RequestError):
    """The body is too large, as announced, as received or after decompression."""


class InternalError(RequestError):
    """An unexpected error of ours; the log has it under the request id."""


class MalformedError(InvalidFieldError):
    """The body as a whole cannot be parsed: the field is always `body`."""

    def __init__(self, reason: str) -> None:
        super().__init__("body", reason)


class UndecodableError(InvalidFieldError):
    """The octets of a field of a form are no text in the charset of the body."""

    def __init__(self, field: str, charset: str) -> None:
        super().__init__(field, f"not {charset}")


class BadTokenError(BadCredentialsError):
    """The token is unknown, expired or revoked."""
