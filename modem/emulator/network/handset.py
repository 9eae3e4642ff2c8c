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


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenMessage:
    """One message that was written on the phone; `text` is None for data."""

    recipient: str
    text: str | None
    at: datetime
    segment_count: int


class Handset:
    """One phone with a number that no emulated SIM has."""

    def __init__(self, number: str) -> None:
        self.number = number
        # Joined only when somebody looks: most phones of a load test are never looked at.
        self.written: deque[WrittenMessage] = deque(maxlen=MAX_MESSAGES)
        # Counts what comes and goes, so that who watches a thousand phones sees which have changed.
        self.change_count = 0
        self._unseen: deque[tuple[Deliver, datetime]] = deque(maxlen=MAX_MESSAGES)
        self._messages: deque[ShownMessage] = deque(maxlen=MAX_MESSAGES)
        self._replaceable: dict[tuple[str, int], ShownMessage] = {}
        self._reassembly = Reassembly()

    def receive(self, message: Deliver, at: datetime) -> None:
        """Take one segment."""
        self.change_count += 1
        self._unseen.append((message, at))

    def write(self, message: WrittenMessage) -> None:
        """Keep what was written on it."""
        self.change_count += 1
        self.written.append(message)

    @property
    def messages(self) -> Sequence[ShownMessage]:
        """The complete messages, oldest first."""
        while self._unseen:
            message, at = self._unseen.popleft()
            # A message of type 0 is acknowledged and discarded (3GPP TS 23.040 9.2.3.9).
            shown = None if message.is_silent else self._show(message, at)
            if shown is not None:
                self._put(shown, message.replace_type)
        return self._messages

    def _put(self, shown: ShownMessage, replace_type: int | None) -> None:
        """Put a message on the screen, in place of an earlier one of the same sender and replace type."""
        if replace_type is not None:
            old = self._replaceable.get((shown.sender, replace_type))
            self._replaceable[shown.sender, replace_type] = shown
            for place, message in enumerate(self._messages):
                if message is old:
                    self._messages[place] = shown
                    return
        self._messages.append(shown)

    def _show(self, message: Deliver, at: datetime) -> ShownMessage | None:
        sender = message.originator.text
        part = part_of(message, sim=self.number)
        if part is None:
            return ShownMessage(sender=sender, text=message.text, data=message.data, at=at, segment_count=1)
        whole = self._reassembly.add(part, at.timestamp())
        if whole is None:
            return None
        return ShownMessage(sender=sender, text=whole.text, data=whole.data, at=at, segment_count=len(whole.messages))
