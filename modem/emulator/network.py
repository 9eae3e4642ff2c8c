"""The virtual mobile network: subscribers, a service centre that stores and forwards, and the phones of other people.

Theory of operation. A submit is `radio_time_s` on the air; then the service centre answers the sender and forwards the
message: to the emulated SIM that has the number, else to a handset, which exists as soon as somebody writes to it. A
SIM gets one thing at a time from its queue; what it refuses, or misses while it is off, waits until it frees memory or
comes back. A status report follows `report_delay_s` after the delivery. Time is an argument; what is left to chance
comes from `seed`, so equal calls give equal ledgers.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, assert_never

from modem.emulator.handset import Handset
from modem.emulator.ledger import Ledger
from modem.emulator.numbering import SMSC_NUMBER, dialled_forms
from modem.emulator.radio import (
    Acknowledged,
    Answered,
    Arriving,
    Attached,
    CallAnswered,
    CallCleared,
    CallEnded,
    Clearing,
    Delivery,
    Detached,
    Dialled,
    MemoryFreed,
    NetworkEvent,
    RadioEvent,
    Registered,
    Registration,
    Transmission,
    UssdAnswered,
    UssdCancelled,
    UssdRequest,
    UssdStatus,
)
from modem.errors import EncodeError
from modem.pdu import Address, StatusReport, deliver_from, plan, report_on, submits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from modem.pdu import Deliver, Submit

RETRY_S: Final = 30.0
DELIVERED: Final = 0x00  # TP-ST "received by the SME", 3GPP TS 23.040 9.2.3.15

Task = Callable[[float], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Receipt:
    """What a report will need: who sent the submit, and when the service centre took it."""

    sender: Subscriber
    submit: Submit
    taken_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waiting:
    """One thing in a SIM's queue."""

    message: Deliver | StatusReport
    originator: str
    receipt: _Receipt | None


@dataclass(slots=True, kw_only=True, eq=False)
class Subscriber:
    """An emulated SIM as the network knows it."""

    imsi: str
    number: str
    address: Address
    is_attached: bool = False
    is_receiving: bool = False
    attachments: int = 0
    queue: deque[_Waiting] = field(default_factory=deque)


class Network:
    """One network; `epoch` is the time of day at `started_s` of the clock that all calls use."""

    def __init__(
        self,
        *,
        epoch: datetime,
        started_s: float = 0.0,
        radio_time_s: float = 0.0,
        report_delay_s: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.radio_time_s = radio_time_s
        self.report_delay_s = report_delay_s
        self.ledger = Ledger()
        self.handsets: dict[str, Handset] = {}
        self._epoch = epoch
        self._started_s = started_s
        self._random = random.Random(seed)  # noqa: S311 - a test network wants repeatable chance, not secrecy
        self._subscribers: dict[str, Subscriber] = {}
        self._by_number: dict[str, Subscriber] = {}
        self._events: deque[NetworkEvent] = deque()
        self._timers: list[tuple[float, int, Task]] = []
        self._timer_count = 0

    # -- subscribers and people ----------------------------------------------

    def subscribe(self, imsi: str, number: str) -> None:
        """Make a SIM known; from now on its number is not a handset's."""
        subscriber = Subscriber(imsi=imsi, number=number, address=Address.parse(number))
        self._subscribers[imsi] = subscriber
        for form in dialled_forms(number):
            self._by_number[form] = subscriber

    def handset(self, number: str) -> Handset | None:
        """Return the phone with a number, also when its plus is missing; None when nobody wrote to it yet."""
        return self.handsets.get(number) or self.handsets.get(f"+{number}")

    def write(self, sender: str, recipient: str, text: str, now: float, *, order: Sequence[int] | None = None) -> int:
        """Let a person send `text` from the phone `sender`; return how many segments it took.

        `order` gives the segments, counted from 1, in another order. Raises EncodeError naming
        `sender`, `to`, `text` or `order`.
        """
        originator, destination = _address("sender", sender), _address("to", recipient)
        outline = plan(text)
        numbers = list(range(1, outline.segment_count + 1))
        if order is not None and sorted(order) != numbers:
            raise EncodeError("order", f"must name each of the {outline.segment_count} segments once")
        reference = self._random.randrange(256)
        segments = submits(outline, destination, concat_ref=reference, request_report=False)
        self._phone(sender)
        at = self.wall(now)
        for number in order or numbers:
            message = deliver_from(segments[number - 1], originator, at)
            self._forward(recipient, message, sender, None, now)
        return outline.segment_count

    # -- the five names (receive_data is handle_event here) --------------------

    def handle_event(self, imsi: str, event: RadioEvent, now: float) -> None:
        """Take what a modem says."""
        subscriber = self._subscribers[imsi]
        if isinstance(event, Transmission):
            self._transmit(subscriber, event, now)
        elif isinstance(event, Acknowledged):
            self._acknowledge(subscriber, event, now)
        elif isinstance(event, MemoryFreed):
            self._offer(subscriber)
        elif isinstance(event, Attached):
            subscriber.is_attached = True
            subscriber.attachments += 1
            self._events.append(Registered(imsi=imsi, registration=Registration.HOME))
            self._offer(subscriber)
        elif isinstance(event, Detached):
            subscriber.is_attached = subscriber.is_receiving = False
        elif isinstance(event, UssdRequest):
            self._events.append(UssdAnswered(imsi=imsi, status=UssdStatus.NOT_SUPPORTED))
        elif isinstance(event, Dialled):
            self._events.append(CallCleared(imsi=imsi, clearing=Clearing.NO_CARRIER))
        elif isinstance(event, UssdCancelled | CallAnswered | CallEnded):
            pass  # this network opens no session and no call that could end
        else:
            assert_never(event)

    def next_event(self) -> NetworkEvent | None:
        """Return what a modem has to be told, oldest first, or None."""
        return self._events.popleft() if self._events else None

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, or None."""
        return self._timers[0][0] if self._timers else None

    def handle_timer(self, now: float) -> None:
        """Do everything that is due, in order."""
        while self._timers and self._timers[0][0] <= now:
            due, _, task = heapq.heappop(self._timers)
            task(due)

    # -- inside ---------------------------------------------------------------

    def _after(self, delay_s: float, now: float, task: Task) -> None:
        if delay_s <= 0:
            task(now)
            return
        self._timer_count += 1
        heapq.heappush(self._timers, (now + delay_s, self._timer_count, task))

    def wall(self, now: float) -> datetime:
        """Return the time of day."""
        return self._epoch + timedelta(seconds=now - self._started_s)

    def _phone(self, number: str) -> Handset:
        handset = self.handsets.get(number)
        if handset is None:
            handset = self.handsets[number] = Handset(number)
        return handset

    def _transmit(self, sender: Subscriber, transmission: Transmission, now: float) -> None:
        attachment = sender.attachments

        def arrive(at: float) -> None:
            # A modem that lost its power on the way never finished sending.
            if sender.is_attached and sender.attachments == attachment:
                self._take(sender, transmission.submit, at)

        self._after(self.radio_time_s, now, arrive)

    def _take(self, sender: Subscriber, submit: Submit, now: float) -> None:
        destination = submit.destination.text
        taken_at = self.wall(now)
        at_s = now - self._started_s
        self.ledger.append(at_s, submit, imsi=sender.imsi, originator=sender.number, destination=destination)
        self._events.append(Answered(imsi=sender.imsi, cause=None))
        receipt = _Receipt(sender=sender, submit=submit, taken_at=taken_at) if submit.request_report else None
        self._forward(destination, deliver_from(submit, sender.address, taken_at), sender.number, receipt, now)

    def _forward(
        self, destination: str, message: Deliver, originator: str, receipt: _Receipt | None, now: float
    ) -> None:
        recipient = self._by_number.get(destination)
        if recipient is not None:
            self._enqueue(recipient, _Waiting(message=message, originator=originator, receipt=receipt))
            return
        self._phone(destination).receive(message, self.wall(now))
        at_s = now - self._started_s
        self.ledger.append(at_s, message, imsi=None, originator=originator, destination=destination)
        if receipt is not None:
            self._report(receipt, now)

    def _report(self, receipt: _Receipt, delivered: float) -> None:
        discharged = self.wall(delivered)

        def send(_at: float) -> None:
            submit = receipt.submit
            report = report_on(submit, mr=submit.mr, scts=receipt.taken_at, discharged=discharged, status=DELIVERED)
            self._enqueue(receipt.sender, _Waiting(message=report, originator=SMSC_NUMBER, receipt=None))

        self._after(self.report_delay_s, delivered, send)

    def _enqueue(self, recipient: Subscriber, waiting: _Waiting) -> None:
        recipient.queue.append(waiting)
        self._offer(recipient)

    def _offer(self, recipient: Subscriber) -> None:
        """Offer the first thing in a queue, unless the SIM is away or has not answered the last."""
        if recipient.queue and recipient.is_attached and not recipient.is_receiving:
            recipient.is_receiving = True
            message = recipient.queue[0].message
            delivery = Delivery(tpdu=message.encode(), message=message, smsc=SMSC_NUMBER)
            self._events.append(Arriving(imsi=recipient.imsi, delivery=delivery))

    def _acknowledge(self, recipient: Subscriber, answer: Acknowledged, now: float) -> None:
        if not recipient.is_receiving:
            return
        recipient.is_receiving = False
        waiting = recipient.queue[0]
        self.ledger.append(
            now - self._started_s,
            waiting.message,
            imsi=recipient.imsi,
            originator=waiting.originator,
            destination=recipient.number,
            cause=answer.cause,
        )
        if answer.cause is not None:
            self._after(RETRY_S, now, lambda _at: self._offer(recipient))
            return
        recipient.queue.popleft()
        if waiting.receipt is not None:
            self._report(waiting.receipt, now)
        self._offer(recipient)


def _address(field_name: str, text: str) -> Address:
    try:
        return Address.parse(text)
    except EncodeError as error:
        raise EncodeError(field_name, error.reason) from None
