"""One line of a timeline, and the words that it takes from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.core.types import AccountId, EpochMs, Port


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What happened at an instant: its `kind` in a word or two, `text` for people, `facts` for programs (JSON)."""

    at: EpochMs
    kind: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """How spans and accounts are called, what a TP-ST means, and how an instant is written for people."""

    span: Callable[[Port], str]
    account: Callable[[AccountId], str]
    report: Callable[[int], str]
    instant: Callable[[EpochMs], str]


def key_of(entry: Entry) -> str:
    """Give what tells an entry from the others of its message; it stays when more becomes known of the same thing."""
    about = entry.facts.get("callback") or entry.facts.get("attempt") or ""
    return f"{moment(entry.at)} {entry.kind} {about}"


def shortened(entries: list[Entry], most: int) -> list[Entry]:
    """Give no more than `most` (at least 4) entries: some of the first, the last ones, and how many are left out."""
    if len(entries) <= most:
        return entries
    first, last = most // 4, most - most // 4 - 1
    gone = entries[first : len(entries) - last]
    text = f"{len(gone)} entries until {moment(gone[-1].at)}"
    return [*entries[:first], Entry(at=gone[0].at, kind="left out", text=text), *entries[-last:]]


def moment(at: EpochMs | None) -> str | None:
    """Give an instant as programs read it, with milliseconds; None stays None.

    >>> moment(1_711_447_200_250)
    '2024-03-26T10:00:00.250Z'
    """
    if at is None:
        return None
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at % 1000:03}Z"
