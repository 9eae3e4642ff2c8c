"""What one browser shows, and the pieces of it that changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from modem.emulator.control.answers import modem_state
from modem.emulator.control.page.conversations import Conversations
from modem.emulator.radio import UNKNOWN_SIGNAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import jinja2
    from aiohttp import web

    from modem.emulator.rack.rack import Rack

MODEMS_A_PAGE: Final = 24
_MOST_RSSI: Final = 31
_BARS: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a person looks at: one conversation or none, and modems from number `first` on."""

    phone: str = ""
    other: str = ""
    first: int = 0

    @classmethod
    def of(cls, request: web.Request) -> Choice:
        """Return what an address asks for; what makes no sense is the beginning."""
        query = request.query
        first = query.get("modems", "0")
        number = int(first) if first.isascii() and first.isdigit() and len(first) < 6 else 0
        return cls(phone=query.get("phone", ""), other=query.get("with", ""), first=number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of the page: what stands inside the element with the id `target`."""

    target: str
    html: str


class View:
    """The page of one browser; `pieces` gives what is not as it was when asked last."""

    def __init__(self, rack: Rack, choice: Choice, environment: jinja2.Environment) -> None:
        self._rack = rack
        self._choice = choice
        self._templates = environment
        self._conversations = Conversations(rack.network)
        self._shown: dict[str, str] = {}

    @property
    def numbers(self) -> range:
        """The modems that are shown."""
        first = self._choice.first
        return range(first, min(first + MODEMS_A_PAGE, len(self._rack.machines)))

    def page(self) -> dict[str, Any]:
        """Return what the template of the whole page needs."""
        count = len(self._rack.machines)
        first = self._choice.first
        return {
            "choice": self._choice,
            "modems": [self._modem(index) for index in self.numbers],
            "count": count,
            "earlier": max(0, first - MODEMS_A_PAGE) if first else None,
            "later": first + MODEMS_A_PAGE if first + MODEMS_A_PAGE < count else None,
            "own_numbers": [machine.equipment.sim.number for machine in self._rack.machines[:1000]],
            "parts": {piece.target: piece.html for piece in self._common()},
        }

    def pieces(self, touched: Iterable[int] | None) -> list[Piece]:
        """Return what changed; `touched` are the modems that may have, None: any."""
        numbers = self.numbers if touched is None else sorted(set(self.numbers) & set(touched))
        pieces = [*self._common(), *(self._card(number) for number in numbers)]
        changed = [piece for piece in pieces if self._shown.get(piece.target) != piece.html]
        self._shown.update({piece.target: piece.html for piece in changed})
        return changed

    def _common(self) -> Iterator[Piece]:
        choice, conversations = self._choice, self._conversations.newest()
        yield self._piece("conversations", conversations=conversations, choice=choice)
        if choice.phone:
            yield self._piece("thread", bubbles=self._conversations.thread(choice.phone, choice.other))
        ledger = self._rack.network.ledger
        yield self._piece("counts", modems=len(self._rack.machines), entries=ledger.count)

    def _card(self, index: int) -> Piece:
        piece = self._piece("modem", modem=self._modem(index))
        return Piece(target=f"modem-{index}", html=piece.html)

    def _modem(self, index: int) -> dict[str, Any]:
        state = modem_state(self._rack, index)
        rssi = state.signal.rssi
        is_deaf = rssi == UNKNOWN_SIGNAL or not state.is_plugged
        bars = 0 if is_deaf else min(_BARS, 1 + rssi * _BARS // (_MOST_RSSI + 1))
        words = "registered" if state.registration == "home" else state.registration.replace("_", " ")
        return {"state": state, "bars": bars, "registration": words}

    def _piece(self, name: str, **values: object) -> Piece:
        return Piece(target=name, html=self._templates.get_template(f"{name}.html").render(values))
