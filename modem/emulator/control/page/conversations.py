"""The virtual phones as a person sees them: conversations of one phone with one number, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from modem.emulator.network import Network
    from modem.emulator.network.handset import Handset, ShownMessage, WrittenMessage

Message = TypeVar("Message")

# What the page shows; everything is at /handsets.
MOST_CONVERSATIONS: Final = 100
MOST_MESSAGES: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Bubble:
    """One message: `is_own` when it was written on the phone."""

    is_own: bool
    text: str | None
    data: str
    at: datetime
    segments: int

    @property
    def preview(self) -> str:
        """The beginning, as the list shows it."""
        return self.text if self.text is not None else f"data {self.data}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A phone and the number it talks with; `last` is the newest message."""

    phone: str
    other: str
    last: Bubble

    @property
    def address(self) -> str:
        """Where the page shows it."""
        return page_address(self.phone, self.other)


def page_address(phone: str, other: str) -> str:
    """Return the address of the page with a conversation open."""
    return "/?" + urlencode({"phone": phone, "with": other})


class Conversations:
    """The conversations of a network; phones that did not change are not looked at again."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._known: dict[str, tuple[int, list[Conversation]]] = {}

    def newest(self) -> list[Conversation]:
        """Return the newest conversations, the one with the latest message first."""
        found: list[Conversation] = []
        for number, handset in self._network.handsets.items():
            count, conversations = self._known.get(number, (-1, []))
            if count != handset.change_count:
                conversations = _of(handset)
                self._known[number] = (handset.change_count, conversations)
            found += conversations
        found.sort(key=lambda conversation: conversation.last.at, reverse=True)
        return found[:MOST_CONVERSATIONS]

    def thread(self, phone: str, other: str) -> list[Bubble]:
        """Return the newest messages between a phone and a number, oldest first."""
        handset = self._network.handset(phone)
        if handset is None:
            return []
        return [bubble for name, bubble in _bubbles(handset) if name == other]


def _of(handset: Handset) -> list[Conversation]:
    newest = dict(_bubbles(handset))
    return [Conversation(phone=handset.number, other=other, last=last) for other, last in newest.items()]


def _bubbles(handset: Handset) -> list[tuple[str, Bubble]]:
    """Return the newest messages with the number at the other end, oldest first."""
    shown = [(message.sender, _shown(message)) for message in _last(handset.messages)]
    written = [(message.recipient, _written(message)) for message in _last(handset.written)]
    return sorted(shown + written, key=lambda entry: entry[1].at)[-MOST_MESSAGES:]


def _last(messages: Sequence[Message]) -> Iterator[Message]:
    return islice(reversed(messages), MOST_MESSAGES)


def _shown(message: ShownMessage) -> Bubble:
    return Bubble(
        is_own=False, text=message.text, data=message.data.hex(" "), at=message.at, segments=message.segment_count
    )


def _written(message: WrittenMessage) -> Bubble:
    return Bubble(is_own=True, text=message.text, data="", at=message.at, segments=message.segment_count)
