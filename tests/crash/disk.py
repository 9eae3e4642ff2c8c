"""A disk that loses its power: what is left of files whose last writes were not synced.

Theory of operation. A file is an inode: what is on the platter, and changes in order that only the cache knows. A sync
of the file takes the changes that were complete when it began to the platter. Names are changes of their folder, and
want a sync of the folder. In a power cut any part of what was not synced may have been written or not: nothing, the
first changes only, or some sectors of each, torn anywhere. Sectors that were not written keep what they had, which is
what SQLite believes of disks (powersafe overwrite), and no more than that.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

SECTOR_OCTETS: Final = 512


class Fate(Enum):
    """What a power cut leaves of the changes of one file that were not synced."""

    NOTHING = auto()
    THE_FIRST = auto()
    SOME_SECTORS = auto()
    ALL = auto()


@dataclass(frozen=True, slots=True)
class Write:
    """Octets at a place."""

    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A new length."""

    length: int


Change = Write | Truncate


@dataclass(slots=True)
class _Inode:
    platter: bytes
    cached: list[Change] = field(default_factory=list)

    @property
    def length(self) -> int:
        """How long it looks to programs."""
        return len(_applied(self.platter, self.cached))


class Disk:
    """The files of one folder, by name. It begins with `files`, all of them on the platter."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._inodes = {name: _Inode(octets) for name, octets in files.items()}
        self._names = dict(self._inodes)
        """As the platter has them."""
        self._renamings: list[tuple[str, _Inode | None]] = []

    # -- what programs do ---------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Tell whether programs see such a file."""
        return name in self._inodes

    def length(self, name: str) -> int:
        """Give how long a file looks to programs."""
        return self._inodes[name].length

    def create(self, name: str) -> None:
        """Make an empty file."""
        self._name(name, _Inode(b""))

    def change(self, name: str, change: Change) -> None:
        """Write or truncate, in the cache."""
        self._inodes[name].cached.append(change)

    def remove(self, name: str) -> None:
        """Take a name away."""
        self._name(name, None)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, and whatever had that is gone."""
        inode = self._inodes[old]
        self._name(old, None)
        self._name(new, inode)

    def begin_sync(self, name: str) -> tuple[str, int]:
        """Begin to sync a file; `end_sync` wants what it gives."""
        return name, len(self._inodes[name].cached)

    def end_sync(self, begun: tuple[str, int]) -> None:
        """What was in the cache when the sync began is on the platter."""
        name, count = begun
        inode = self._inodes[name]
        inode.platter = _applied(inode.platter, inode.cached[:count])
        del inode.cached[:count]

    def begin_folder_sync(self) -> int:
        """Begin to sync the folder."""
        return len(self._renamings)

    def end_folder_sync(self, begun: int) -> None:
        """The names of that moment are on the platter."""
        self._names = self._named(begun)
        del self._renamings[:begun]

    def _name(self, name: str, inode: _Inode | None) -> None:
        self._renamings.append((name, inode))
        _rename(self._inodes, name, inode)

    # -- what is there ------------------------------------------------------------------------------

    def seen(self) -> dict[str, bytes]:
        """Give the files as programs see them."""
        return {name: _applied(inode.platter, inode.cached) for name, inode in self._inodes.items()}

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        """Give the files that a power cut leaves."""
        names = self._named(chance.choice((0, chance.randint(0, len(self._renamings)), len(self._renamings))))
        return {name: _left(inode, chance) for name, inode in names.items()}

    def _named(self, count: int) -> dict[str, _Inode]:
        names = dict(self._names)
        for name, inode in self._renamings[:count]:
            _rename(names, name, inode)
        return names


def _rename(names: dict[str, _Inode], name: str, inode: _Inode | None) -> None:
    if inode is None:
        names.pop(name, None)
    else:
        names[name] = inode


def _left(inode: _Inode, chance: random.Random) -> bytes:
    match chance.choices(list(Fate), weights=(35, 25, 35, 5))[0]:
        case Fate.NOTHING:
            return inode.platter
        case Fate.THE_FIRST:
            return _applied(inode.platter, inode.cached[: chance.randint(0, len(inode.cached))])
        case Fate.SOME_SECTORS:
            return _applied(inode.platter, [part for change in inode.cached for part in _sectors(change)
                                            if chance.random() < 0.5])  # fmt: skip
        case Fate.ALL:
            return _applied(inode.platter, inode.cached)


def _sectors(change: Change) -> list[Change]:
    """Split a write where sectors of the disk begin."""
    if isinstance(change, Truncate):
        return [change]
    parts: list[Change] = []
    at, end = change.offset, change.offset + len(change.data)
    while at < end:
        until = min(end, (at // SECTOR_OCTETS + 1) * SECTOR_OCTETS)
        parts.append(Write(at, change.data[at - change.offset : until - change.offset]))
        at = until
    return parts


def _applied(octets: bytes, changes: list[Change]) -> bytes:
    if not changes:
        return octets
    image = bytearray(octets)
    for change in changes:
        if isinstance(change, Truncate):
            del image[change.length :]
            image.extend(bytes(change.length - len(image)))
        else:
            image.extend(bytes(max(0, change.offset - len(image))))
            image[change.offset : change.offset + len(change.data)] = change.data
    return bytes(image)
