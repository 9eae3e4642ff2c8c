"""USSD services: a table of pages behind a code, and the sessions of the SIMs (3GPP TS 22.090)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from modem.emulator.network.chance import Delay, check_range
from modem.emulator.radio import UssdAnswered, UssdStatus
from modem.errors import BehaviourError
from modem.pdu.alphabet import DEFAULT_CODEC

if TYPE_CHECKING:
    from modem.emulator.network.common import Common
    from modem.emulator.network.subscriber import Subscriber

START: Final = "start"
ANYTHING: Final = "*"
# CBS data coding schemes, 3GPP TS 23.038 5: default alphabet, language unspecified; UCS2.
GSM7_DCS: Final = 0x0F
UCS2_DCS: Final = 0x48


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdPage:
    """What the network says and where each answer leads; without choices the session ends with it.

    `{balance}` and `{number}` in the text become those of the SIM. `choices` maps what the user types, or "*" for
    anything else, to the name of a page; an answer that leads nowhere gets the same page again.
    """

    text: str
    choices: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdService:
    """A code such as `*100#` with its pages by name; the page "start" is the first.

    `delay`: until each page comes. `patience_s`: how long the network waits for an answer before it ends the session.
    """

    code: str
    pages: dict[str, UssdPage]
    delay: Delay = field(default_factory=Delay)
    patience_s: float = 60.0

    def __post_init__(self) -> None:
        if START not in self.pages:
            raise BehaviourError("pages", f"there must be one named {START!r}")
        for name, page in self.pages.items():
            for goal in page.choices.values():
                if goal not in self.pages:
                    raise BehaviourError(f"pages.{name}.choices", f"there is no page {goal!r}")
        check_range("patience_s", self.patience_s, 1, 3600)

    def follow(self, page: str, answer: str) -> str:
        """Return the name of the page that an answer to page `page` leads to."""
        choices = self.pages[page].choices
        return choices.get(answer) or choices.get(ANYTHING) or page


BALANCE: Final = UssdService(code="*100#", pages={START: UssdPage(text="Your balance is {balance}.")})
MENU: Final = UssdService(
    code="*101#",
    pages={
        START: UssdPage(text="1 Balance\n2 My number\n0 End", choices={"1": "balance", "2": "number", "0": "end"}),
        "balance": UssdPage(text="Your balance is {balance}.\n9 Back", choices={"9": START}),
        "number": UssdPage(text="Your number is {number}.\n9 Back", choices={"9": START}),
        "end": UssdPage(text="Good bye."),
    },
)


@dataclass(slots=True, kw_only=True, eq=False)
class _Session:
    service: UssdService
    page: str = START
    turn: int = 0


class UssdDesk:
    """The services of a network and the session of each SIM: at most one (3GPP TS 22.090 5)."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self.services: dict[str, UssdService] = {service.code: service for service in (BALANCE, MENU)}
        self._sessions: dict[str, _Session] = {}

    def request(self, subscriber: Subscriber, text: str, now: float) -> None:
        """Take what a user typed: an answer while a session is open, else a code. Without service nobody hears it."""
        session = self._sessions.get(subscriber.imsi)
        if not subscriber.is_reachable:
            self.forget(subscriber.imsi)
            self._say(subscriber, UssdStatus.TIMEOUT, None)
            return
        if session is not None:
            session.page = session.service.follow(session.page, text)
        elif text in self.services:
            session = self._sessions[subscriber.imsi] = _Session(service=self.services[text])
        else:
            self._say(subscriber, UssdStatus.NOT_SUPPORTED, None)
            return
        self._turn(subscriber, session, now)

    def begin(self, subscriber: Subscriber, service: UssdService, now: float) -> bool:
        """Begin a session from the network's side; return whether that was possible."""
        if not subscriber.is_reachable or subscriber.imsi in self._sessions:
            return False
        session = self._sessions[subscriber.imsi] = _Session(service=service)
        self._turn(subscriber, session, now)
        return True

    def forget(self, imsi: str) -> None:
        """Close the session of a SIM without a word."""
        self._sessions.pop(imsi, None)

    def _turn(self, subscriber: Subscriber, session: _Session, now: float) -> None:
        """Show the page of a session, and end it when no answer comes in time."""
        session.turn += 1
        turn = session.turn

        def is_current() -> bool:
            return self._sessions.get(subscriber.imsi) is session and session.turn == turn

        def show(at: float) -> None:
            if not is_current():
                return
            page = session.service.pages[session.page]
            if not subscriber.is_reachable:
                self.forget(subscriber.imsi)
                self._say(subscriber, UssdStatus.TIMEOUT, None)
            elif page.choices:
                self._say(subscriber, UssdStatus.ANSWER_WANTED, page.text)
                self._common.agenda.after(session.service.patience_s, at, give_up)
            else:
                self.forget(subscriber.imsi)
                self._say(subscriber, UssdStatus.DONE, page.text)

        def give_up(_at: float) -> None:
            if is_current():
                self.forget(subscriber.imsi)
                self._say(subscriber, UssdStatus.TERMINATED, None)

        self._common.agenda.after(session.service.delay.draw(self._common.chance), now, show)

    def _say(self, subscriber: Subscriber, status: UssdStatus, text: str | None) -> None:
        dcs = GSM7_DCS
        if text is not None:
            text = text.replace("{balance}", subscriber.balance_text).replace("{number}", subscriber.number)
            dcs = GSM7_DCS if DEFAULT_CODEC.encode(text) is not None else UCS2_DCS
        self._common.events.append(UssdAnswered(imsi=subscriber.imsi, status=status, text=text, dcs=dcs))
