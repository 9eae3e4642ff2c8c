"""Messages as they are accepted, stored and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.core.inbound import PLAIN_TEXT, Nature, caption
from gateway.core.options import NO_OPTIONS, Options

if TYPE_CHECKING:
    from gateway.core.directory import NewsletterId
    from gateway.core.options import DataPorts
    from gateway.core.status import Status
    from gateway.core.types import AccountId, AttemptId, EpochMs, MessageId, Port


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMessage:
    """One message to one recipient, ready to be stored.

    `recipient` is the number as it goes on the air, `recipient_given` as the caller wrote it.
    `spans` are the ports that may send it, in the caller's order; empty means any.
    `port` is the span chosen at acceptance, a preference; None while none is chosen.
    A message with a `send_at` after `accepted_at` is held until then, `held_cause` says why; with a window it is when
    that opens, and `not_before` what the caller asked for. `is_urgent` goes before
    all that is not on the spans it may take. `is_credit_late` has the credit checked when it is due. `sim_slot`,
    `sender` and `callback_url` are as the caller named them. `options` is None for most. `route_why` says why it was
    this span, or these, in one line; it is empty for the one with the shortest wait.
    """

    account_id: AccountId
    dialect: str
    recipient: str
    recipient_given: str
    text: str
    segment_count: int
    concat_ref: int
    spans: tuple[Port, ...]
    port: Port | None
    accepted_at: EpochMs
    valid_until: EpochMs
    client_ref: str = ""
    request_report: bool = True
    send_at: EpochMs | None = None
    is_urgent: bool = False
    is_credit_late: bool = False
    sim_slot: int = 0
    sender: str = ""
    callback_url: str = ""
    route_why: str = ""
    options: Options | None = None
    not_before: EpochMs | None = None
    held_cause: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is like most: to be sent now and as soon as it is its turn, with nothing to be shown again."""
        return (
            self.send_at is None
            and self.options is None
            and not self.is_urgent
            and not self.sim_slot
            and not self.sender
            and not self.callback_url
            and not self.route_why
        )

    @property
    def is_scheduled(self) -> bool:
        """Whether it is to be held at first."""
        return self.send_at is not None and self.send_at > self.accepted_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """An outbound message as it stands.

    `cause` is a sentence for people, empty while all is well; `report_status` is the TP-ST that
    decided a delivered, undelivered or expired message. `sent_at` is when the network took the
    last segment. `changed_at` is when the status became what it is, `failure_code` the modem's error that a
    failed message ended with ("" for another cause), `was_tried` whether a span has taken it at least once.
    `may_be_out` is whether one of its segments was queued again without knowing whether it had gone out.
    `cancel_asked_at` is when its withdrawal was asked for while a span had it. `replayed_as` is the message that
    repeats it. The rest is as in `NewMessage`; `text` of one with data is a line that says so.
    """

    id: MessageId
    account_id: AccountId
    dialect: str
    recipient: str
    recipient_given: str
    text: str
    segment_count: int
    status: Status
    cause: str
    port: Port | None
    sim_imsi: str
    client_ref: str
    accepted_at: EpochMs
    sent_at: EpochMs | None
    settled_at: EpochMs | None
    report_status: int | None
    changed_at: EpochMs
    failure_code: str = ""
    was_tried: bool = False
    send_at: EpochMs | None = None
    is_urgent: bool = False
    sim_slot: int = 0
    sender: str = ""
    callback_url: str = ""
    newsletter_id: NewsletterId | None = None
    route_why: str = ""
    spans: tuple[Port, ...] = ()
    request_report: bool = True
    valid_until: EpochMs | None = None
    may_be_out: bool = False
    options: Options = NO_OPTIONS
    cancel_asked_at: EpochMs | None = None
    replayed_as: MessageId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Inbound:
    """A message that one of our SIMs received.

    `scts` is the service centre's time stamp, None when it was unreadable. `is_complete` is False
    when segments never came. `data` holds what is no text, else None. `replaced_by` is the message that
    took its place, as on a phone.
    """

    id: MessageId
    port: Port
    sim: str
    sim_imsi: str
    sender: str
    text: str
    data: bytes | None
    smsc: str
    scts: EpochMs | None
    received_at: EpochMs
    is_complete: bool
    nature: Nature = PLAIN_TEXT
    replaced_by: MessageId | None = None

    @property
    def shown_text(self) -> str:
        """The text, or a line that says what it is: for every dialect that can show texts only."""
        return self.text if self.data is None else caption(self.nature, len(self.data))


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """A segment that a span has claimed; its attempt is already on disk.

    `segment` counts from 0; `spans` are the ports that may send the message, empty for any; `excluded` those that are
    kept from it for a while; `tries` counts the attempts of this segment, this one included. `is_possible_duplicate`
    marks a message that may have gone out before. `is_flash`, `data` and `data_ports` are as in `core.options.Options`.
    """

    attempt_id: AttemptId
    message_id: MessageId
    segment: int
    segment_count: int
    spans: tuple[Port, ...]
    recipient: str
    text: str
    concat_ref: int
    request_report: bool
    tries: int
    valid_until: EpochMs
    is_possible_duplicate: bool
    excluded: tuple[Port, ...] = ()
    is_flash: bool = False
    data: bytes | None = None
    data_ports: DataPorts | None = None
