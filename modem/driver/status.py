"""The state of one modem, told to its owner when it changes."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import structlog

from modem.driver.events import Lost, ModemState, NotReady, Ready
from modem.errors import ModemError, PortError, PortGivenUpError, PortLostError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from modem.driver.events import Identity, ModemEvent

log = structlog.get_logger(__name__)


class Status:
    """State, the reason for it in plain words, and who is behind the port, None before a start-up told.

    `last_iccid` is the SIM of the last start-up, also after a loss.
    """

    def __init__(self, url: str, *, emit: Callable[[ModemEvent], None]) -> None:
        self._url = url
        self._emit = emit
        self.state = ModemState.CLOSED
        self.reason = "not opened yet"
        self.needs_person = False
        self.identity: Identity | None = None
        self.last_iccid: str | None = None

    def ready(self, reason: str) -> None:
        """The modem can send; told when it could not before."""
        was, self.state, self.reason, self.needs_person = self.state, ModemState.READY, reason, False
        if was is not ModemState.READY and self.identity is not None:
            log.debug(
                "modem ready",
                action="ready",
                port=self._url,
                imei=self.identity.imei,
                model=self.identity.model,
                profile=self.identity.profile,
            )
            self._emit(Ready(identity=self.identity))

    def not_ready(self, state: ModemState, reason: str, *, needs_person: bool = False) -> None:
        """The modem cannot send; told when it could before, or when anything of it is another."""
        is_news = (state, reason, needs_person) != (self.state, self.reason, self.needs_person)
        self.state, self.reason, self.needs_person = state, reason, needs_person
        if is_news:
            log.debug("modem not ready", action="not_ready", port=self._url, reason=reason)
            self._emit(NotReady(reason=reason, state=state, needs_person=needs_person))

    def lost(self, reason: str) -> None:
        """The open port is gone; always told. Behind it there may be another modem next time."""
        self.identity = None
        self.state, self.reason, self.needs_person = ModemState.CLOSED, reason, False
        log.debug("port lost", action="port_lost", port=self._url, reason=reason)
        self._emit(Lost(reason=reason))


def why_ended(serving: asyncio.Task[None]) -> str:
    """Return why a session ended. A mistake of ours is logged and costs this modem a start-up, not its life."""
    error = serving.exception()
    if isinstance(error, PortLostError | PortGivenUpError):
        return error.reason
    if isinstance(error, ModemError):
        return str(error)
    log.error("session failed", action="session_failed", exc_info=error)
    return f"internal error: {error!r}"


def in_words(error: PortError) -> str:
    """Return why a port does not open, for people who look at the modem."""
    if isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.ENOENT:
        return "the port is not there: the modem is unplugged, or the port has another name"
    return error.reason
