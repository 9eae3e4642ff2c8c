"""How the phone behind a number behaves, and how the service centre reports on messages to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import Final

from modem.emulator.network.chance import Delay, Window, check_range


class RecipientForm(Enum):
    """How a report writes the recipient's number (TP-RA)."""

    AS_DIALLED = "as_dialled"
    INTERNATIONAL = "international"
    NATIONAL = "national"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reorder:
    """Hold back until there are `count`, or the first has waited `within_s`; then let go the last first.

    With `is_random` they go in an order left to chance.
    """

    count: int = 2
    within_s: float = 10.0
    is_random: bool = False

    def __post_init__(self) -> None:
        check_range("count", self.count, 2, 1000)
        check_range("within_s", self.within_s, 0, inf)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reports:
    """The status reports on messages to one recipient.

    `is_sent`: false for a network that never reports. `delay`: from the event to the report; None: the network's.
    `temporary`: TP-STs in turn, one with each try that fails, those left just before the final report.
    `status`: TP-ST of the final report whatever happened, None for the truth. `copies`: how often each is sent.
    `lead_s`: when not None, the report goes out at once and the answer to the submit only `lead_s` after it.
    `reorder`: hold reports back and turn them round. `mr_offset`: added to TP-MR modulo 256, for a report that names
    another message. `recipient_form`: how TP-RA is written. `smsc`: the service centre they come from, None: the usual.
    """

    is_sent: bool = True
    delay: Delay | None = None
    temporary: tuple[int, ...] = ()
    status: int | None = None
    copies: int = 1
    lead_s: float | None = None
    reorder: Reorder | None = None
    mr_offset: int = 0
    recipient_form: RecipientForm = RecipientForm.AS_DIALLED
    smsc: str | None = None

    def __post_init__(self) -> None:
        for status in self.temporary:
            check_range("temporary", status, 0, 255)
        if self.status is not None:
            check_range("status", self.status, 0, 255)
        check_range("copies", self.copies, 1, 1000)
        if self.lead_s is not None:
            check_range("lead_s", self.lead_s, 0, inf)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """One recipient's behaviour; without anything said every message is delivered at once and reported.

    `transit`: from the service centre's yes to the first try. `absences`: when the phone cannot be reached.
    `failing`: the share (0 to under 1) of tries that fail by chance and are repeated by schedule.
    `refusal`: the TP-ST with which the phone refuses every message, 0x40 and over (0x43 "not obtainable"), None: it
    takes them. `copies`: how often each message is delivered. `reorder`: hold messages back and turn them round.
    `takes_calls_after_s`: when it takes a voice call, None: never.
    """

    transit: Delay = field(default_factory=Delay)
    absences: tuple[Window, ...] = ()
    failing: float = 0.0
    refusal: int | None = None
    copies: int = 1
    reorder: Reorder | None = None
    reports: Reports = field(default_factory=Reports)
    takes_calls_after_s: float | None = None

    def __post_init__(self) -> None:
        if self.takes_calls_after_s is not None:
            check_range("takes_calls_after_s", self.takes_calls_after_s, 0, inf)
        if self.refusal is not None:
            check_range("refusal", self.refusal, 0x40, 0xFF)
        check_range("failing", self.failing, 0, 0.99)
        check_range("copies", self.copies, 1, 1000)

    def absent_until_s(self, at_s: float) -> float | None:
        """Return when the absence that is on at `at_s` ends; None when the phone can be reached."""
        return max((window.until_s for window in self.absences if window.holds(at_s)), default=None)


PLAIN: Final = Recipient()
