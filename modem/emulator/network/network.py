"""The facade of the virtual network: what modems say goes in, what modems have to be told comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from modem.emulator.network.access import TR1M_S, Access, CellState, Flight
from modem.emulator.network.calls import RING_EVERY_S, RING_S, Switchboard
from modem.emulator.network.cell import Cell
from modem.emulator.network.centre import Centre
from modem.emulator.network.chance import Delay
from modem.emulator.network.common import Common
from modem.emulator.network.coverage import Coverage
from modem.emulator.network.directory import Directory
from modem.emulator.network.handset import WrittenMessage
from modem.emulator.network.letter import Letter
from modem.emulator.network.radio_time import RadioTime
from modem.emulator.network.service_centre import ServiceCentre
from modem.emulator.network.subscriber import Subscriber
from modem.emulator.network.tariff import Credit, Tariff
from modem.emulator.network.ussd import UssdDesk, UssdService
from modem.emulator.radio import (
    Acknowledged,
    Attached,
    CallAnswered,
    CallEnded,
    Detached,
    Dialled,
    MemoryFreed,
    NetworkEvent,
    RadioEvent,
    Registration,
    Transmission,
    UssdCancelled,
    UssdRequest,
)
from modem.errors import BehaviourError, EncodeError
from modem.pdu import Address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from modem.emulator.network.answer import AnswerRule
    from modem.emulator.network.handset import Handset
    from modem.emulator.network.ledger import Ledger
    from modem.emulator.network.recipient import Recipient
    from modem.emulator.network.trace import Signal, Trace
    from modem.pdu import Deliver


class Network:
    """One network; `epoch` is the time of day at `started_s` of the clock that all calls use.

    `radio_time_s` and `report_delay_s` are fixed times for a home cell and a centre that nobody described.
    `answer_within_s` is TR1M: how long a modem waits for a channel, or for the answer behind the radio time, None: for
    ever.
    """

    def __init__(
        self,
        *,
        epoch: datetime,
        started_s: float = 0.0,
        radio_time_s: float = 0.0,
        report_delay_s: float = 0.0,
        seed: int = 0,
        home: Cell | None = None,
        centre: Centre | None = None,
        answer_within_s: float | None = TR1M_S,
    ) -> None:
        common = self._common = Common(epoch=epoch, started_s=started_s, seed=seed)
        self._home = CellState(home or Cell(radio_time=RadioTime(first=Delay(least_s=radio_time_s))))
        self._cells = {self._home.cell.name: self._home}
        self._directory = Directory()
        self._centre = ServiceCentre(
            common, centre or Centre(report_delay=Delay(least_s=report_delay_s)), self._directory
        )
        self._access = Access(common, answer_within_s, self._arrive)
        self._coverage = Coverage(common, self._cells, self._centre)
        self._ussd = UssdDesk(common)
        self._calls = Switchboard(common)
        self._subscribers: dict[str, Subscriber] = {}

    @property
    def ledger(self) -> Ledger:
        """Every TPDU on the air."""
        return self._common.ledger

    @property
    def handsets(self) -> dict[str, Handset]:
        """The phones that somebody wrote to or from, by number."""
        return self._directory.handsets

    # -- how the network behaves ----------------------------------------------

    @property
    def cells(self) -> Sequence[Cell]:
        """The cells, the home cell first."""
        return [state.cell for state in self._cells.values()]

    @property
    def centre(self) -> Centre:
        """The rules of the service centre."""
        return self._centre.centre

    def change_centre(self, centre: Centre) -> None:
        """Give the service centre other rules, for what comes from now on."""
        self._centre.change(centre)

    @property
    def ussd_services(self) -> Sequence[UssdService]:
        """The USSD services on offer."""
        return list(self._ussd.services.values())

    def recipient(self, number: str) -> Recipient:
        """Return how the phone behind a number behaves."""
        return self._directory.recipient(number)

    @property
    def default_recipient(self) -> Recipient:
        """How everybody behaves who has no behaviour of their own."""
        return self._directory.default

    def behave(self, number: str, recipient: Recipient) -> None:
        """Give the phone behind a number a behaviour; it holds for messages that are forwarded from now on."""
        self._directory.behave(number, recipient)

    def behave_by_default(self, recipient: Recipient) -> None:
        """Give a behaviour to everybody who has none of their own and no emulated SIM."""
        self._directory.behave_by_default(recipient)

    def rule(self, rule: AnswerRule) -> None:
        """Let the service centre answer some submits as `rule` says; older rules go first."""
        if rule.recipient is not None:
            # Known by one number, however it will be dialled.
            self._directory.open(rule.recipient)
        self._centre.admission.rules.add(rule)

    def unrule(self, rule: AnswerRule) -> None:
        """Take a rule out of force; nothing happens when it is used up."""
        self._centre.admission.rules.remove(rule)

    @property
    def rules(self) -> Sequence[AnswerRule]:
        """The rules in force, oldest first."""
        return self._centre.admission.rules.rules

    def offer_ussd(self, service: UssdService) -> None:
        """Offer a USSD service, in place of another with the same code."""
        self._ussd.services[service.code] = service

    def add_cell(self, cell: Cell) -> None:
        """Add a cell, or change one of the same name; what is on the air there goes on as it began."""
        self._coverage.add_cell(cell)

    # -- SIMs -----------------------------------------------------------------

    def subscribe(self, imsi: str, number: str) -> None:
        """Make a SIM known; from now on its number is not a handset's. Nothing changes for a SIM that is known."""
        if imsi in self._subscribers:
            return
        mailbox = self._directory.seat(number)
        subscriber = Subscriber(
            imsi=imsi, number=number, address=Address.parse(number), mailbox=mailbox, cell=self._home
        )
        mailbox.subscriber = self._subscribers[imsi] = subscriber

    def knows(self, imsi: str) -> bool:
        """Tell whether a SIM was ever in service here."""
        return imsi in self._subscribers

    def register(self, imsi: str, registration: Registration, now: float) -> None:
        """Give a SIM, from now on, this registration while its radio is on. Ends a trace of it."""
        self._coverage.stop(self._known(imsi), "registration")
        self._coverage.register(self._known(imsi), registration, now)

    def move(self, imsi: str, cell: str, now: float) -> None:
        """Bring a SIM to another cell. Ends a trace of it. Raises BehaviourError for a cell that is not there."""
        self._coverage.stop(self._known(imsi), "cell")
        self._coverage.move(self._known(imsi), cell, now)

    def set_signal(self, imsi: str, signal: Signal, now: float) -> None:
        """Give a SIM a signal. Ends a trace of it."""
        self._coverage.stop(self._known(imsi), "signal")
        self._coverage.set_signal(self._known(imsi), signal, now)

    def trace_registration(self, imsi: str, trace: Trace[Registration], now: float) -> None:
        """Let a SIM's registration change with time, from now on."""
        self._coverage.follow(self._known(imsi), "registration", trace, self._coverage.register, now)

    def trace_cell(self, imsi: str, trace: Trace[str], now: float) -> None:
        """Let a SIM move with time, from now on. Raises BehaviourError for a cell that is not there."""
        self._coverage.check_cells(trace)
        self._coverage.follow(self._known(imsi), "cell", trace, self._coverage.move, now)

    def trace_signal(self, imsi: str, trace: Trace[Signal], now: float) -> None:
        """Let a SIM's signal change with time, from now on."""
        self._coverage.follow(self._known(imsi), "signal", trace, self._coverage.set_signal, now)

    def charge(self, imsi: str, tariff: Tariff) -> None:
        """Put a SIM under a tariff, with its balance and an unused quota."""
        self._known(imsi).credit = Credit(tariff)

    def top_up(self, imsi: str, cents: int) -> None:
        """Add money to a SIM's balance."""
        self._known(imsi).credit.top_up(cents)

    def cell_of(self, imsi: str) -> str:
        """Return the name of the cell that a SIM is in."""
        return self._known(imsi).cell.cell.name

    def balance_cents(self, imsi: str) -> int | None:
        """Return a SIM's balance, None when it has no end."""
        return self._known(imsi).credit.balance_cents

    # -- people ---------------------------------------------------------------

    def handset(self, number: str) -> Handset | None:
        """Return the phone with a number, also when its plus is missing; None when nobody wrote to it yet."""
        return self.handsets.get(number) or self.handsets.get(f"+{number}")

    def write(self, sender: str, recipient: str, text: str, now: float, *, order: Sequence[int] | None = None) -> int:
        """Let a person send `text` from the phone `sender`; return how many segments it took.

        `order` gives the segments, counted from 1, in another order. Raises EncodeError naming
        `sender`, `to`, `text` or `order`.
        """
        count = len(self._segments(Letter(text=text), sender, recipient, now)) if order is not None else 0
        if order is not None and sorted(order) != list(range(1, count + 1)):
            raise EncodeError("order", f"must name each of the {count} segments once")
        return self.post(Letter(text=text, order=None if order is None else tuple(order)), sender, recipient, now)

    def post(self, letter: Letter, sender: str, recipient: str, now: float) -> int:
        """Let somebody send any kind of message; `sender` may be a name. Returns how many segments went out.

        Raises EncodeError naming `sender`, `to` or what cannot be sent.
        """
        segments = self._segments(letter, sender, recipient, now)
        self._directory.phone(sender).write(
            WrittenMessage(
                recipient=recipient,
                text=letter.text if letter.data is None else None,
                at=self._common.wall(now),
                segment_count=len(segments),
            )
        )
        for segment in segments:
            self._centre.forward(recipient, segment, sender, now, smsc=self._centre.centre.number)
        return len(segments)

    def inject(self, recipient: str, tpdu: bytes, now: float, *, smsc: str | None = None) -> None:
        """Let the service centre send octets as they are to a number: any TPDU, or what is none."""
        number = smsc or self._centre.centre.number
        self._centre.forward(recipient, tpdu, number, now, smsc=number)

    def call(
        self, caller: str | None, imsi: str, now: float, *, ring_s: float = RING_S, every_s: float = RING_EVERY_S
    ) -> bool:
        """Let somebody (None: number withheld) call a SIM and hang up after `ring_s`; return whether it rings."""
        return self._calls.ring(self._known(imsi), caller, now, ring_s, every_s)

    def hang_up(self, imsi: str) -> None:
        """Let the other side of a SIM's call hang up; nothing happens without a call."""
        self._calls.hang_up(self._known(imsi))

    def begin_ussd(self, imsi: str, service: UssdService, now: float) -> bool:
        """Begin a USSD session from the network's side; return whether that was possible."""
        return self._ussd.begin(self._known(imsi), service, now)

    # -- the five names (receive_data is handle_event here) ---------------------

    def handle_event(self, imsi: str, event: RadioEvent, now: float) -> None:
        """Take what a modem says."""
        subscriber = self._subscribers[imsi]
        if isinstance(event, Transmission):
            self._access.carry(subscriber, event, now)
        elif isinstance(event, Acknowledged):
            self._centre.acknowledge(subscriber, event.cause, now)
        elif isinstance(event, MemoryFreed):
            self._centre.wake(subscriber.mailbox, now)
        elif isinstance(event, Attached):
            self._coverage.attach(subscriber, now)
        elif isinstance(event, Detached):
            self._coverage.detach(subscriber)
            self._ussd.forget(imsi)
            self._calls.end(subscriber)
        elif isinstance(event, UssdRequest):
            self._ussd.request(subscriber, event.text, now)
        elif isinstance(event, UssdCancelled):
            self._ussd.forget(imsi)
        else:
            self._handle_call(subscriber, event, now)

    def next_event(self) -> NetworkEvent | None:
        """Return what a modem has to be told, oldest first, or None."""
        return self._common.events.popleft() if self._common.events else None

    def wall(self, now: float) -> datetime:
        """Return the time of day, as the network tells it to modems (NITZ, 3GPP TS 22.042)."""
        return self._common.wall(now)

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, or None."""
        return self._common.agenda.next_due()

    def handle_timer(self, now: float) -> None:
        """Do everything that is due, in order."""
        self._common.agenda.work(now)

    # -- inside ---------------------------------------------------------------

    def _handle_call(self, subscriber: Subscriber, event: Dialled | CallAnswered | CallEnded, now: float) -> None:
        if isinstance(event, Dialled):
            mailbox = self._directory.find(event.number)
            callee = mailbox.subscriber if mailbox else None
            taken_after_s = mailbox.recipient.takes_calls_after_s if mailbox else None
            self._calls.dial(subscriber, callee, now, taken_after_s)
        elif isinstance(event, CallAnswered):
            self._calls.answer(subscriber)
        elif isinstance(event, CallEnded):
            self._calls.end(subscriber)
        else:
            assert_never(event)

    def _known(self, imsi: str) -> Subscriber:
        subscriber = self._subscribers.get(imsi)
        if subscriber is None:
            raise BehaviourError("imsi", f"there is no SIM {imsi}")
        return subscriber

    def _segments(self, letter: Letter, sender: str, recipient: str, now: float) -> list[Deliver]:
        originator, destination = _address("sender", sender), _address("to", recipient)
        reference = self._common.chance.randrange(256)
        return letter.delivers(originator, destination, self._common.wall(now), reference)

    def _arrive(self, flight: Flight, now: float) -> None:
        """Hand a submit over: to the service centre, unless the cell it came through is congested."""
        sender, submit = flight.sender, flight.transmission.submit
        cell = sender.cell.cell
        at_s = self._common.at_s(now)
        cause = cell.refusal(at_s, self._common.chance) if cell.congestions else None
        if cause is None:
            self._centre.take(sender, flight.transmission, now, lambda code, at: self._access.answer(flight, code, at))
            return
        destination = submit.destination.text
        self.ledger.append(
            at_s,
            submit,
            imsi=sender.imsi,
            originator=sender.number,
            destination=destination,
            cause=cause,
            is_taken=False,
        )
        self._access.answer(flight, cause, now)


def _address(field_name: str, text: str) -> Address:
    try:
        return Address.parse(text)
    except EncodeError as error:
        raise EncodeError(field_name, error.reason) from None
