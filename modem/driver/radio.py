"""Registration and signal of one modem, from answers and from URCs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.responses import Registration, read_operator, read_registration, read_signal_dbm, read_technology
from modem.at.values import value_of
from modem.driver.events import RegistrationChanged, SignalChanged

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.at.host import Urc
    from modem.driver.link import Link

# Circuit-switched and LTE; either can carry messages. +CGREG (packet) alone cannot in 2G and is not asked.
_SOURCES: Final = ("+CREG", "+CEREG")
_OPERATOR_TIMEOUT_S: Final = 10.0


class Radio:
    """What is known of the air; changes are told by `on_change`."""

    def __init__(self, *, on_change: Callable[[RegistrationChanged | SignalChanged], None]) -> None:
        self._on_change = on_change
        self._by_source: dict[str, Registration] = {}
        self._operator_asked_for: Registration | None = None
        self.registration: Registration | None = None
        # There was no network since somebody set this to False: the SIM may be another one.
        self.was_away = False
        self.signal_dbm: int | None = None
        self.operator: str | None = None
        self.technology: str | None = None

    @property
    def is_registered(self) -> bool:
        """Whether messages can go out; a modem that tells nothing about it is believed to be registered."""
        return self.registration is None or self.registration.is_registered

    @property
    def reason(self) -> str:
        """The registration in plain words."""
        return self.registration.text if self.registration is not None else "registration not told by the modem"

    def take(self, urc: Urc) -> bool:
        """Take a URC; return whether it was about registration."""
        if urc.name not in _SOURCES:
            return False
        self._note(urc.name, read_registration(urc.line, is_answer=False))
        self._conclude()
        return True

    async def ask(self, link: Link) -> None:
        """Ask registration, the operator's name when the registration is a new one, and signal."""
        for source in _SOURCES:
            answer = await link.ask(f"AT{source}?")
            for line in answer.lines if answer is not None and answer.is_ok else ():
                if value_of(line, source) is not None:
                    self._note(source, read_registration(line, is_answer=True))
            if source in self._by_source and self._by_source[source].is_registered:
                break  # one network that takes us is enough
        self._conclude()
        if self.is_registered and (self.operator is None or self._operator_asked_for is not self.registration):
            self._operator_asked_for = self.registration
            answer = await link.ask("AT+COPS?", timeout_s=_OPERATOR_TIMEOUT_S)
            lines = answer.lines if answer is not None and answer.is_ok else ()
            self.operator = next(filter(None, map(read_operator, lines)), None)
            self.technology = next(filter(None, map(read_technology, lines)), None)
        answer = await link.ask("AT+CSQ")
        for line in answer.lines if answer is not None and answer.is_ok else ():
            if value_of(line, "+CSQ") is not None:
                self._set_signal(read_signal_dbm(line))

    def forget(self) -> None:
        """Know nothing: the modem starts anew."""
        self._by_source.clear()
        self.operator = self.technology = None
        self._conclude()
        self._set_signal(None)

    def _note(self, source: str, registration: Registration | None) -> None:
        if registration is not None:
            self._by_source[source] = registration

    def _conclude(self) -> None:
        """Take the best of both: many LTE modems say `+CREG: 0,2` for ever while `+CEREG: 0,1` is true."""
        known = [self._by_source[source] for source in _SOURCES if source in self._by_source]
        best = next((registration for registration in known if registration.is_registered), None)
        registration = best if best is not None else next(iter(known), None)
        if registration is not self.registration:
            self.registration = registration
            self.was_away = self.was_away or not self.is_registered
            self._on_change(RegistrationChanged(registration=registration))

    def _set_signal(self, dbm: int | None) -> None:
        if dbm != self.signal_dbm:
            self.signal_dbm = dbm
            self._on_change(SignalChanged(dbm=dbm))
