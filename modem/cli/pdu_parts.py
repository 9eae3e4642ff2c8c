"""Joins the segments among decoded PDUs to messages; also of submits, and also when some are missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modem.cli.describe import address_of
from modem.pdu import StatusReport, join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modem.cli.describe import Tpdu
    from modem.pdu import Address, Concat


@dataclass(kw_only=True, slots=True)
class Joined:
    """A message of several segments, of which some or all were seen."""

    path: str
    address: Address
    concat: Concat
    """Of its first segment seen; reference, total and bits are those of all."""
    segments: dict[int, Tpdu] = field(default_factory=dict)
    """By their `seq`."""

    @property
    def missing(self) -> list[int]:
        """The `seq` of those that were not seen."""
        return [seq for seq in range(1, self.concat.total + 1) if seq not in self.segments]

    @property
    def text(self) -> str | None:
        """The text of the segments that are there; None for 8-bit data."""
        return join(self._in_order)

    @property
    def data(self) -> bytes:
        """The bodies of the segments that are there."""
        return b"".join(segment.data for segment in self._in_order)

    @property
    def _in_order(self) -> list[Tpdu]:
        return [segment for _, segment in sorted(self.segments.items())]


def joined(tpdus: Iterable[Tpdu]) -> list[Joined]:
    """Return the messages of several segments, in the order of their first ones.

    A segment that comes again is one; another text under a number that was seen begins a new message, since
    references come round again.
    """
    messages: list[Joined] = []
    for tpdu in tpdus:
        concat = tpdu.concat
        if concat is None or isinstance(tpdu, StatusReport):
            continue
        message = next((each for each in reversed(messages) if _belongs(tpdu, concat, each)), None)
        if message is None:
            message = Joined(path=tpdu.path, address=address_of(tpdu), concat=concat)
            messages.append(message)
        message.segments[concat.seq] = tpdu
    return messages


def _belongs(tpdu: Tpdu, concat: Concat, message: Joined) -> bool:
    first = message.concat
    if (concat.ref, concat.total, concat.bits) != (first.ref, first.total, first.bits):
        return False
    if (tpdu.path, address_of(tpdu)) != (message.path, message.address):
        return False
    seen = message.segments.get(concat.seq)
    return seen is None or seen.body == tpdu.body
