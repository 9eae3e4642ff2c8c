"""Octets that are garbled, lost, doubled or never sent by anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from modem.emulator.fault import Cure, Direction, Fault, Write, option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from modem.emulator.fault import Act


@dataclass(frozen=True, kw_only=True, slots=True)
class Garbage(Fault):
    """The host reads octets that mean nothing (plug bounce, a line left open)."""

    name: ClassVar[str] = "garbage"

    count: int = option("how many", default=32, unit="octets", least=1, most=65536)
    is_nul: bool = option("whether they are all NUL", default=False)

    def acts(self, chance: Random, /) -> Sequence[Act]:
        """Write them."""
        return (Write(octets=bytes(self.count) if self.is_nul else chance.randbytes(self.count)),)


@dataclass(frozen=True, kw_only=True, slots=True)
class Noise(Fault):
    """Octets on the wire are lost, doubled, changed, or have NULs between them."""

    name: ClassVar[str] = "noise"
    is_lasting: ClassVar[bool] = True

    direction: Direction = option("which way", default=Direction.TO_HOST)
    lost: float = option("share of octets that are lost", default=0.0, least=0, most=1)
    doubled: float = option("share of octets that come twice", default=0.0, least=0, most=1)
    changed: float = option("share of octets of which one bit changes", default=0.01, least=0, most=1)
    nuls: float = option("share of octets that have a NUL before them", default=0.0, least=0, most=1)

    def garble(self, octets: bytes, direction: Direction, chance: Random, /) -> bytes:
        """Spoil octets."""
        if self.direction not in (direction, Direction.BOTH):
            return octets
        arrived = bytearray()
        for octet in octets:
            if chance.random() < self.nuls:
                arrived.append(0)
            if chance.random() < self.lost:
                continue
            copy = octet ^ (1 << chance.randrange(8)) if chance.random() < self.changed else octet
            arrived += bytes((copy,)) * (2 if chance.random() < self.doubled else 1)
        return bytes(arrived)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongBaud(Fault):
    """Host and modem use different speeds: all octets are garbled both ways until the port is opened anew."""

    name: ClassVar[str] = "wrong_baud"
    is_lasting: ClassVar[bool] = True
    cured_by: ClassVar[Cure] = Cure.REOPEN

    def garble(self, octets: bytes, _direction: Direction, chance: Random, /) -> bytes:
        """Make of each octet what a sampler at the wrong speed sees: high bits, and often none at all."""
        return bytes(0x80 | chance.randrange(128) for _ in octets if chance.random() < 0.5)
