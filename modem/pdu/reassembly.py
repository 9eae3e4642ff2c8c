"""Joins the segments of longer messages (3GPP TS 23.040 9.2.3.24.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from modem.pdu.dcs import Alphabet
from modem.pdu.userdata import decode_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from modem.pdu.address import Address
    from modem.pdu.deliver import Deliver
    from modem.pdu.tpdu_base import Tpdu

DEFAULT_TIMEOUT_S: Final = 24 * 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class PartKey:
    """What the parts of one message have in common."""

    sim: str
    """Which SIM received it."""
    originator: Address
    ref: int
    total: int
    bits: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One segment of a longer message."""

    key: PartKey
    seq: int
    message: Deliver


@dataclass(frozen=True, kw_only=True, slots=True)
class Complete:
    """All segments of a message, in order."""

    key: PartKey
    messages: tuple[Deliver, ...]

    @property
    def text(self) -> str | None:
        """The whole text; None for 8-bit data."""
        return join(self.messages)

    @property
    def data(self) -> bytes:
        """The bodies, one behind the other."""
        return b"".join(message.data for message in self.messages)


@dataclass(frozen=True, kw_only=True, slots=True)
class Incomplete:
    """The segments that did arrive, in order, of a message whose time is over."""

    key: PartKey
    messages: tuple[Deliver, ...]
    missing: tuple[int, ...]
    """The `seq` of the segments that did not arrive."""


def part_of(message: Deliver, *, sim: str) -> Part | None:
    """Return which part of a longer message this is; None when it is a message of its own."""
    concat = message.concat
    if concat is None:
        return None
    key = PartKey(sim=sim, originator=message.originator, ref=concat.ref, total=concat.total, bits=concat.bits)
    return Part(key=key, seq=concat.seq, message=message)


def join(messages: Iterable[Tpdu]) -> str | None:
    """Return the text of messages that are given in the order of their segments; None for 8-bit data.

    Neighbours of one alphabet are joined before they are decoded, so that an escape or surrogate
    pair which the sender cut in two is whole again.
    """
    pieces: list[str] = []
    for _, group in groupby(messages, key=_alphabet_of):
        run = list(group)
        text = decode_body(run[0].coding, run[0].header, _joined(run), is_start=not pieces)
        if text is None:
            return None
        pieces.append(text)
    return "".join(pieces)


class Reassembly:
    """Waits for the missing parts of messages; time is given in seconds by the caller."""

    def __init__(self, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._waiting: dict[PartKey, _Gathering] = {}

    def add(self, part: Part, now: float) -> Complete | None:
        """Return the message when `part` completes it. A part that comes again replaces the first."""
        gathering = self._waiting.setdefault(part.key, _Gathering(since=now))
        gathering.messages[part.seq] = part.message
        if len(gathering.messages) < part.key.total:
            return None
        del self._waiting[part.key]
        return Complete(key=part.key, messages=gathering.in_order())

    def expire(self, now: float) -> list[Incomplete]:
        """Return and forget the messages whose first part came the timeout or longer ago."""
        expired = [key for key, gathering in self._waiting.items() if now - gathering.since >= self._timeout_s]
        return [_incomplete(key, self._waiting.pop(key)) for key in expired]


@dataclass(kw_only=True, slots=True)
class _Gathering:
    since: float
    messages: dict[int, Deliver] = field(default_factory=dict)

    def in_order(self) -> tuple[Deliver, ...]:
        return tuple(message for _, message in sorted(self.messages.items()))


def _incomplete(key: PartKey, gathering: _Gathering) -> Incomplete:
    missing = tuple(seq for seq in range(1, key.total + 1) if seq not in gathering.messages)
    return Incomplete(key=key, messages=gathering.in_order(), missing=missing)


def _alphabet_of(message: Tpdu) -> tuple[object, ...]:
    coding, header = message.coding, message.header
    tables = (header.single_shift, header.locking_shift) if header else (None, None)
    return coding.alphabet, coding.is_compressed, *tables


def _joined(messages: Sequence[Tpdu]) -> bytes:
    if messages[0].coding.alphabet is Alphabet.UCS2:
        return b"".join(message.body[: len(message.body) & ~1] for message in messages)
    return b"".join(message.body for message in messages)
