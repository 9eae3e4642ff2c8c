"""Where the pool has its ports from: what it needs of a finder, and the plain one for ports that a person has named."""

from __future__ import annotations

import asyncio
import glob
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPort:
    """A port with a modem behind it.

    `url` is its stable name, `slot` where the modem is plugged ("" where that is not known), `other_port` another way
    into the same modem when the first one hangs.
    """

    url: str
    slot: str = ""
    other_port: str | None = None


def in_order(url: str) -> tuple[tuple[bool, int, str], ...]:
    """Give what sorts ports as people count them.

    >>> sorted(["modem10", "modem9", "socket://10.0.0.7:4001"], key=in_order)
    ['modem9', 'modem10', 'socket://10.0.0.7:4001']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", url)
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


class PortSource(Protocol):
    """Finds ports."""

    def watch(self) -> AsyncGenerator[FoundPort, None]:
        """Give each port as it is found, until cancelled.

        One may come again: as it was, which means nothing, or with other facts. None is taken back: a port that is
        gone may be there again, and its radio says meanwhile that it is not.
        """
        ...


class NamedPorts:
    """The ports that the settings name: URLs and paths as they are, globs looked at again and again."""

    def __init__(self, patterns: Sequence[str], *, rescan_s: float) -> None:
        self._patterns = list(patterns)
        self._rescan_s = rescan_s

    async def watch(self) -> AsyncGenerator[FoundPort, None]:
        """Give every port each time the globs are looked at."""
        while True:
            for url in await asyncio.to_thread(find_ports, self._patterns):
                yield FoundPort(url=url)
            await asyncio.sleep(self._rescan_s)


def is_glob(pattern: str) -> bool:
    """Tell a glob from a name."""
    return "://" not in pattern and glob.has_magic(pattern)


def find_ports(patterns: Sequence[str]) -> list[str]:
    """Give the ports that exist now, URLs as they are, globs expanded; two names of one device count once."""
    found: dict[str, str] = {}
    for pattern in patterns:
        names = sorted(glob.glob(pattern)) if is_glob(pattern) else [pattern]  # noqa: PTH207 (absolute)
        for name in names:
            found.setdefault(name if "://" in name else os.path.realpath(name), name)
    return list(found.values())
