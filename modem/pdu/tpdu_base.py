"""What the TPDUs have in common: user data and one octet fields (3GPP TS 23.040 9.2)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from modem.errors import EncodeError
from modem.pdu.userdata import decode_body

if TYPE_CHECKING:
    from modem.pdu.dcs import Dcs
    from modem.pdu.udh import Concat, Header, Ports


class Tpdu(ABC):
    """A TPDU with user data."""

    __slots__ = ()

    path: ClassVar[str]
    """First part of the field names in errors."""

    header: Header | None
    body: bytes

    @property
    @abstractmethod
    def coding(self) -> Dcs:
        """What TP-DCS says."""

    @property
    def text(self) -> str | None:
        """The text of this segment; None for 8-bit and compressed data."""
        concat = self.concat
        return decode_body(self.coding, self.header, self.body, is_start=concat is None or concat.seq == 1)

    @property
    def data(self) -> bytes:
        """The body as octets; of a GSM 7-bit text one septet per octet."""
        return self.body

    @property
    def concat(self) -> Concat | None:
        """Which segment of a longer message this is."""
        return self.header.concat if self.header else None

    @property
    def ports(self) -> Ports | None:
        """The application ports."""
        return self.header.ports if self.header else None

    def encode(self) -> bytes:
        """Return the octets. Raises EncodeError for a field out of range or over 140 octets of user data."""
        try:
            return self._encode()
        except EncodeError as error:
            raise EncodeError(f"{self.path}.{error.field}", error.reason) from error

    @abstractmethod
    def _encode(self) -> bytes:
        """Return the octets; a field in an error has no path yet."""


def checked_octet(value: int, field: str) -> int:
    """Return `value`. Raises EncodeError when it is not one octet."""
    if not 0 <= value <= 0xFF:
        raise EncodeError(field, f"{value} is outside 0..255")
    return value
