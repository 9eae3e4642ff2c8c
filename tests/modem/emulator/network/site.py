"""A network with modems that do no more than answer, and a clock that only the test moves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from modem.emulator.network import Network
from modem.emulator.numbering import identity
from modem.emulator.radio import Acknowledged, Answered, Arriving, Attached, Detached, Transmission
from modem.pdu import Address, Deliver, StatusReport, Submit, plan, submits

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from modem.emulator.radio import Delivery, NetworkEvent, RadioEvent
    from modem.pdu import Validity

EPOCH = datetime(2024, 5, 1, 12, tzinfo=UTC)
PERSON = "+491711234567"
IDENTITIES = [identity(index) for index in range(8)]

Event = TypeVar("Event")
Acknowledge = Acknowledged | None


def taken(_delivery: Delivery) -> Acknowledge:
    return Acknowledged()


class Site:
    """`count` modems that are switched on; each acknowledges what arrives as `acknowledge` says, None: not at all."""

    def __init__(self, count: int = 1, **options: Any) -> None:
        self.now = 0.0
        self.network = Network(epoch=EPOCH, **options)
        self.acknowledge: Callable[[Delivery], Acknowledge] = taken
        self.heard: list[tuple[float, NetworkEvent]] = []
        self._last_mr = [255] * count
        for index in range(count):
            self.network.subscribe(imsi(index), number(index))
            self.tell(Attached(), index)
        self.heard.clear()

    def tell(self, event: RadioEvent, index: int = 0) -> None:
        """Let a modem say something."""
        self.network.handle_event(imsi(index), event, self.now)
        self.settle()

    def settle(self) -> None:
        """Hear everything that the network has to say, and answer."""
        while (event := self.network.next_event()) is not None:
            self.heard.append((self.now, event))
            if isinstance(event, Arriving) and (answer := self.acknowledge(event.delivery)) is not None:
                self.network.handle_event(event.imsi, answer, self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass, with everything that is due on the way."""
        end = self.now + seconds
        while (due := self.network.next_timer()) is not None and due <= end:
            self.now = due
            self.network.handle_timer(self.now)
            self.settle()
        self.now = end

    def submit(
        self,
        text: str = "hello",
        to: str = PERSON,
        index: int = 0,
        *,
        report: bool = False,
        validity: Validity | None = None,
        keeps_link: bool = False,
        smsc: str = "+33639980000",
        **fields: Any,
    ) -> Submit:
        """Send a message of one segment with the next TP-MR; return it as it went out."""
        self._last_mr[index] = (self._last_mr[index] + 1) % 256
        (segment,) = submits(plan(text), Address.parse(to), concat_ref=0, request_report=report, validity=validity)
        values = {name: getattr(segment, name) for name in ("destination", "dcs", "header", "body")}
        values |= {"request_report": report, "validity": validity, "mr": self._last_mr[index]}
        submit = Submit(**(values | fields))
        self.tell(Transmission(tpdu=submit.encode(), submit=submit, smsc=smsc, keeps_link=keeps_link), index)
        return submit

    def detach(self, index: int = 0) -> None:
        """Switch a modem off."""
        self.tell(Detached(), index)

    def attach(self, index: int = 0) -> None:
        """Switch a modem on."""
        self.tell(Attached(), index)

    # -- what happened ----------------------------------------------------------

    def all_heard(self, kind: type[Event], index: int | None = None) -> list[Event]:
        """Return the events of one kind that came for a modem, or for all, in order."""
        return [
            event for _, event in self.heard if isinstance(event, kind) and (index is None or event.imsi == imsi(index))
        ]

    def answers(self, index: int = 0) -> list[int | None]:
        """Return the causes of the answers to a modem's submits, None for yes."""
        return [event.cause for event in self.all_heard(Answered, index)]

    def times(self, kind: type[NetworkEvent]) -> list[float]:
        """Return when the events of one kind came."""
        return [at for at, event in self.heard if isinstance(event, kind)]

    def texts(self, index: int = 0) -> list[str | None]:
        """Return the texts that were offered to a modem."""
        deliveries = (event.delivery.message for event in self.all_heard(Arriving, index))
        return [message.text for message in deliveries if isinstance(message, Deliver)]

    def reports(self, index: int = 0) -> list[StatusReport]:
        """Return the status reports that were offered to a modem."""
        deliveries = (event.delivery.message for event in self.all_heard(Arriving, index))
        return [message for message in deliveries if isinstance(message, StatusReport)]

    def statuses(self, index: int = 0) -> list[int]:
        """Return the TP-STs that were reported to a modem."""
        return [report.status for report in self.reports(index)]

    def shown(self, who: str = PERSON) -> list[str | None]:
        """Return the texts on a handset."""
        handset = self.network.handset(who)
        return [message.text for message in handset.messages] if handset else []


def imsi(index: int = 0) -> str:
    return IDENTITIES[index].imsi


def number(index: int = 0) -> str:
    return IDENTITIES[index].number
