"""Reads fields off octets and says which field was short, and where."""

from __future__ import annotations

from modem.errors import DecodeError


class Reader:
    """A position in octets; `path` is the first part of the field names in errors."""

    def __init__(self, octets: bytes, path: str) -> None:
        self.octets = octets
        self.path = path
        self.offset = 0

    @property
    def left(self) -> int:
        """How many octets are left."""
        return len(self.octets) - self.offset

    def octet(self, field: str) -> int:
        """Return the next octet. Raises DecodeError at the end."""
        if self.offset >= len(self.octets):
            raise self.error(field, "the octets end here")
        value = self.octets[self.offset]
        self.offset += 1
        return value

    def take(self, count: int, field: str) -> bytes:
        """Return the next `count` octets. Raises DecodeError when there are fewer."""
        end = self.offset + count
        if end > len(self.octets):
            raise self.error(field, f"needs {count} octets, {self.left} are left")
        value = self.octets[self.offset : end]
        self.offset = end
        return value

    def error(self, field: str, reason: str, *, offset: int | None = None) -> DecodeError:
        """Return the error for `field`, at `offset` or else at the current position."""
        return DecodeError(f"{self.path}.{field}", self.offset if offset is None else offset, reason)
