"""Messages of every kind that somebody else writes to a SIM: texts, flashes, silent ones, pushes, indications."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from modem.errors import EncodeError
from modem.pdu import (
    Dcs,
    Header,
    InformationElement,
    Language,
    Ports,
    Waiting,
    WaitingKind,
    deliver_from,
    plan,
    plan_data,
    submits,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from modem.pdu import Address, Deliver

# TP-PID, 3GPP TS 23.040 9.2.3.9.
SILENT_PID: Final = 0x40
MOST_REPLACE_TYPES: Final = 7
# WAP-259-WDP appendix A: connectionless session service of a push, and the port of the push proxy.
WAP_PUSH_PORTS: Final = Ports(destination=2948, source=9200)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One message; without anything said an ordinary text.

    `data`: 8-bit data instead of the text. `message_class`: 0 shown at once, 1 device, 2 SIM, 3 terminal.
    `pid`: TP-PID. `waiting`: a message waiting indication by TP-DCS. `dcs`: TP-DCS as it is, also a wrong one.
    `languages`: the national tables that may be used. `ports`, `elements`: put in the user data header.
    `concat_ref`, `concat_bits` (8 or 16): for several segments; no reference: one left to chance.
    `order`: which segments are sent, counted from 1, in which order; one may be missing or come twice. None: each once.
    """

    text: str = ""
    data: bytes | None = None
    message_class: int | None = None
    pid: int = 0
    waiting: Waiting | None = None
    dcs: int | None = None
    languages: tuple[Language, ...] = ()
    ports: Ports | None = None
    elements: tuple[InformationElement, ...] = ()
    concat_ref: int | None = None
    concat_bits: int = 8
    order: tuple[int, ...] | None = None

    def delivers(self, originator: Address, destination: Address, scts: datetime, concat_ref: int) -> list[Deliver]:
        """Return its segments in the order of sending; `concat_ref` is used when it names none itself.

        Raises EncodeError naming the field of what cannot be sent.
        """
        if self.data is None:
            outline = plan(self.text, national_tables=self.languages, concat_bits=self.concat_bits, ports=self.ports)
        else:
            outline = plan_data(self.data, concat_bits=self.concat_bits, ports=self.ports)
        ref = concat_ref if self.concat_ref is None else self.concat_ref
        segments = [
            self._finished(deliver_from(submit, originator, scts))
            for submit in submits(outline, destination, concat_ref=ref, message_class=self.message_class)
        ]
        return [segments[number - 1] for number in self._order(len(segments))]

    def _finished(self, deliver: Deliver) -> Deliver:
        dcs = self.dcs
        if dcs is None and self.waiting is not None:
            dcs = Dcs(alphabet=deliver.coding.alphabet, waiting=self.waiting).encode()
        header = deliver.header
        if self.elements:
            header = Header(elements=(*(header.elements if header else ()), *self.elements))
        finished = replace(deliver, pid=self.pid, dcs=deliver.dcs if dcs is None else dcs, header=header)
        finished.encode()  # now is the time to hear that it does not fit
        return finished

    def _order(self, count: int) -> Sequence[int]:
        if self.order is None:
            return range(1, count + 1)
        if not self.order or not all(1 <= number <= count for number in self.order):
            raise EncodeError("order", f"must name segments of 1 to {count}")
        return self.order


def flash(text: str) -> Letter:
    """Return a message of class 0: shown at once, not stored."""
    return Letter(text=text, message_class=0)


def silent() -> Letter:
    """Return a message of type 0: acknowledged, neither shown nor stored."""
    return Letter(pid=SILENT_PID)


def replacement(text: str, number: int) -> Letter:
    """Return a message that replaces an earlier one of the same sender and replace type `number`, 1 to 7."""
    if not 1 <= number <= MOST_REPLACE_TYPES:
        raise EncodeError("number", f"{number} is outside 1..{MOST_REPLACE_TYPES}")
    return Letter(text=text, pid=SILENT_PID + number)


def indication(kind: WaitingKind, *, is_active: bool, text: str = "", is_stored: bool = False) -> Letter:
    """Return a message waiting indication; only one that is stored keeps its text."""
    return Letter(text=text, waiting=Waiting(kind=kind, is_active=is_active, is_stored=is_stored))


def wap_push(url: str, title: str) -> Letter:
    """Return a WAP push that invites to open `url` (without http://): a service indication (WAP-167)."""
    body = b"\x02\x05\x6a\x00\x45\xc6\x0c\x03" + url.encode() + b"\x00\x01\x03" + title.encode() + b"\x00\x01\x01"
    # Transaction 1, push, one octet of headers: application/vnd.wap.sic (WAP-230-WSP 8.2.4.1).
    return Letter(data=b"\x01\x06\x01\xae" + body, ports=WAP_PUSH_PORTS, message_class=1)
