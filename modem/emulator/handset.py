"""A virtual phone: takes segments and shows messages as a person would see them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modem.pdu import Reassembly, part_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from modem.pdu import Deliver

MAX_MESSAGES: Final = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownMessage:
    """One message on the screen; `text` is None for data, `at` is when its last segment came."""

    sender: str
    text: str | None
    data: bytes
    at: datetime
    segment_count: int


class Handset:
    """One phone with a number that no emulated SIM has."""

    def __init__(self, number: str) -> None:
        self.number = number
        # Joined only when somebody looks: most phones of a load test are never looked at.
        self._unseen: deque[tuple[Deliver, datetime]] = deque(maxlen=MAX_MESSAGES)
        self._messages: deque[ShownMessage] = deque(maxlen=MAX_MESSAGES)
        self._reassembly = Reassembly()

    def receive(self, message: Deliver, at: datetime) -> None:
        """Take one segment."""
        self._unseen.append((message, at))

    @property
    def messages(self) -> Sequence[ShownMessage]:
        """The complete messages, oldest first."""
        while self._unseen:
            shown = self._show(*self._unseen.popleft())
            if shown is not None:
                self._messages.append(shown)
        return self._messages

    def _show(self, message: Deliver, at: datetime) -> ShownMessage | None:
        sender = message.originator.text
        part = part_of(message, sim=self.number)
        if part is None:
            return ShownMessage(sender=sender, text=message.text, data=message.data, at=at, segment_count=1)
        whole = self._reassembly.add(part, at.timestamp())
        if whole is None:
            return None
        return ShownMessage(sender=sender, text=whole.text, data=whole.data, at=at, segment_count=len(whole.messages))
