"""One modem, kept open and ready: opens its port, hands it to a session, and begins again when it is lost.

Submits run in their callers' tasks and share the line with the session's one task, one command at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

import structlog

from modem.driver.burst import Burst
from modem.driver.events import (
    Accepted,
    Health,
    HealthChanged,
    Lost,
    ModemState,
    NoAnswer,
    NotReady,
    RegistrationChanged,
)
from modem.driver.health import Sampler, SendRecord, SendRecords, Storage, health_of, is_trouble
from modem.driver.inbox import Inbox
from modem.driver.kept_input import Ear
from modem.driver.link import ModemSilentError
from modem.driver.model import Model
from modem.driver.options import ModemOptions
from modem.driver.outside import Outside
from modem.driver.port import open_port
from modem.driver.radio import Radio
from modem.driver.recovery import Recovery
from modem.driver.session import Session
from modem.driver.status import Status, in_words, why_ended
from modem.driver.submit import Durations, submit
from modem.driver.ussd import DEFAULT_TIMEOUT_S, UssdFailed
from modem.errors import (
    PortBusyError,
    PortError,
    PortGivenUpError,
    PortLostError,
    PortTooEarlyError,
)
from modem.profiles.generic import PROFILE as GENERIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.at.responses import Registration
    from modem.driver.events import Identity, ModemEvent, SignalChanged, StoredAt, SubmitResult
    from modem.driver.ladder import Experience
    from modem.driver.link import Link
    from modem.driver.place import Place
    from modem.driver.recovery import PowerControl
    from modem.driver.ussd import UssdResult
    from modem.profile import Profile


log = structlog.get_logger(__name__)


class Modem:
    """One modem behind `url`. Events go to `on_event`, in the loop and in order; it must not block or raise.

    What the modem says it is chooses its profile on the shelf, at every start-up. `hint` is the profile that its USB
    ids suggest, in force until the modem has answered; `profile` is for modems that no file of the shelf is for.
    `experience` is shared by modems that may learn from each other how to bring a hung one back; `power` may reset the
    modem's USB device or switch its power, where something has the rights to. `place` names the device to open, where
    `url` is a name that stays the same; without it `url` is opened itself.
    """

    def __init__(
        self,
        url: str,
        *,
        on_event: Callable[[ModemEvent], None],
        options: ModemOptions | None = None,
        profile: Profile = GENERIC,
        hint: Profile | None = None,
        listen_first_s: float = 0.0,
        experience: Experience | None = None,
        power: PowerControl | None = None,
        place: Place | None = None,
    ) -> None:
        self.url = url
        self._place = place
        self._owner = on_event
        self._options = options or ModemOptions()
        self._known = Model(fallback=profile, hint=hint)
        self._listen_first_s = listen_first_s
        self._owed_until = -inf
        self._status = Status(url, emit=self._emit)
        self._radio = Radio(on_change=self._take_radio)
        self._recovery = Recovery(
            url,
            options=self._options,
            known=self._known,
            emit=on_event,
            experience=experience,
            power=power,
            on_step=lambda: self._record.start_afresh(),  # noqa: PLW0108 - of the SIM that is in by then
        )
        self._storage = Storage(on_alarm=on_event)
        self._sampler = Sampler(known=self._known, storage=self._storage)
        self._inbox = Inbox(on_inbound=on_event, on_list=self._recovery.note_list, storage=self._storage)
        self._records = SendRecords()
        self._told_health = Health()
        self._durations = Durations()
        self._burst = Burst()
        self._outside = Outside(
            name=url, emit=on_event, link=self._started_link, hang_up_calls=self._options.hang_up_calls
        )
        self._session: Session | None = None
        self._work: asyncio.Task[None] | None = None
        self._is_closing = False
        self._submits = 0
        self._no_submit = asyncio.Event()
        self._no_submit.set()

    @property
    def identity(self) -> Identity | None:
        """Modem and SIM as of the last start-up over this port, None before it and after a loss."""
        return self._status.identity

    @property
    def profile(self) -> Profile:
        """The profile in force: what the modem said it is, or the hint while it has not said anything."""
        return self._known.profile

    @property
    def state(self) -> ModemState:
        """Where the modem is between unplugged and able to send."""
        return self._status.state

    @property
    def state_reason(self) -> str:
        """Why, in plain words."""
        return self._status.reason

    @property
    def is_ready(self) -> bool:
        """Whether a submit can go out now: AT answers, the SIM is ready, the network has us."""
        return self._status.state is ModemState.READY

    @property
    def registration(self) -> Registration | None:
        """The registration, None when unknown."""
        return self._radio.registration

    @property
    def signal_dbm(self) -> int | None:
        """Signal strength in dBm, None when unknown."""
        return self._radio.signal_dbm

    @property
    def operator(self) -> str | None:
        """The network's name, None when unknown."""
        return self._radio.operator

    @property
    def health(self) -> Health:
        """How modem and SIM were at the last look."""
        return health_of(self._radio, self._sampler, self._record)

    def release(self) -> None:
        """A person did something about it: try again what was given up, at once."""
        self._recovery.release()
        if self._session is not None:
            self._session.look()

    async def run(self) -> None:
        """Keep the modem open until cancelled or closed; raises nothing for faults of modem or port."""
        if self._is_closing:
            return
        structlog.contextvars.bind_contextvars(port=self.url)
        self._work = asyncio.create_task(self._keep_open(), name=f"modem {self.url}")
        try:
            await asyncio.shield(self._work)
        except asyncio.CancelledError:
            if not self._work.cancelled():
                self._work.cancel()
                await asyncio.gather(self._work, return_exceptions=True)
            if not self._is_closing:
                raise

    async def close(self, *, limit_s: float = 0.0) -> None:
        """Take no more submits, wait up to `limit_s` for one in flight, then let go of the port."""
        self._is_closing = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._no_submit.wait()
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def submit(
        self, tpdu: bytes, *, is_more_coming: bool = False, on_air: Callable[[], None] | None = None
    ) -> SubmitResult:
        """Send one SMS-SUBMIT TPDU (without SMSC field) and return what became of it.

        `is_more_coming` says that another one follows at once: where it helps the radio link is kept. `on_air` is
        called just before the PDU and Ctrl-Z are written: from there on it may go out.
        """
        session = self._session
        if session is not None:
            await session.trusted.wait()
        started = session.started if session is not None else None
        if session is None or started is None or self._is_closing:
            reason = "the modem is being closed" if self._is_closing else self.state_reason
            return NoAnswer(reason=reason, is_sent=False, is_modem_free=False)
        self._submits += 1
        self._no_submit.clear()
        try:
            await self._burst.prepare(session.link, started, self._radio.technology, is_more_coming=is_more_coming)
            result = await submit(
                session.link,
                tpdu,
                on_air=on_air,
                options=self._known.patient(self._options),
                profile=self._known.profile,
                durations=self._durations,
                is_set_up=lambda: session.started is not None,
            )
            self._burst.note_end()
            self._note_result(session, result)
            return result
        finally:
            self._submits -= 1
            if not self._submits:
                self._no_submit.set()

    async def ussd(self, text: str, *, is_answer: bool = False, timeout_s: float = DEFAULT_TIMEOUT_S) -> UssdResult:
        """Send a USSD code, or the answer to what the network asked, and return what comes back; one at a time.

        Submits go on meanwhile. A dialogue that is open is cancelled before a new code.
        """
        link = self._started_link()
        if link is None or self._is_closing:
            return UssdFailed(reason=self.state_reason)
        return await self._outside.ussd.ask(
            link, text, is_answer=is_answer, is_packed=self._known.profile.is_ussd_packed, timeout_s=timeout_s
        )

    async def cancel_ussd(self) -> None:
        """End the USSD dialogue, and the waiting for its answer."""
        if (link := self._started_link()) is not None:
            await self._outside.ussd.cancel(link)

    async def delete(self, stored: StoredAt) -> bool:
        """Delete one slot of one memory; return whether it is empty now, False while the modem is not in service."""
        link = self._started_link()
        if link is not None:
            with contextlib.suppress(PortLostError, ModemSilentError):
                return await self._inbox.delete(link, stored)
        return False

    async def acknowledge(self) -> bool:
        """Acknowledge a routed message or report where it is asked for; False when the network may bring it again."""
        link = self._started_link()
        if link is not None:
            with contextlib.suppress(PortLostError, ModemSilentError):
                return await self._inbox.acknowledge(link)
        return False

    @property
    def _record(self) -> SendRecord:
        """How the submits of the SIM in the modem ended."""
        return self._records.of(self._status.last_iccid or "")

    def _tell_health(self) -> None:
        health = self.health
        was, self._told_health = self._told_health, health
        if replace(was, counters=health.counters) != health:
            self._emit(HealthChanged(health=health))

    def _note_result(self, session: Session, result: SubmitResult) -> None:
        is_unsent = isinstance(result, NoAnswer) and not result.is_sent
        if session.link.is_silent or (isinstance(result, NoAnswer) and result.may_answer_s > 0):
            session.note_silence()
            if is_unsent:
                return
        record = self._record
        record.add(result)
        self._recovery.note_sends_failing(record.is_failing)
        if record.is_failing or is_trouble(result):
            session.look()  # what says little often means that the network is gone: know it before the next one
        if not isinstance(result, NoAnswer):
            self._recovery.note_submit(is_ended=True, is_accepted=isinstance(result, Accepted))
        elif session is self._session and session.started is not None:
            self._recovery.note_submit(is_ended=False, is_accepted=False)
            session.doubt()

    def _emit(self, event: ModemEvent) -> None:
        """Tell the owner; what went on with the network by way of this start-up is over when another one begins."""
        if isinstance(event, Lost) or (isinstance(event, NotReady) and event.state is ModemState.STARTING):
            self._outside.forget(event.reason)
        self._owner(event)

    def _started_link(self) -> Link | None:
        session = self._session
        return session.link if session is not None and session.started is not None else None

    def _take_radio(self, event: RegistrationChanged | SignalChanged) -> None:
        self._emit(event)
        if isinstance(event, RegistrationChanged):
            log.debug("registration", action="registration", port=self.url, state=self._radio.reason)
            if self._session is not None:
                self._session.judge()

    # -- the loop over ports -------------------------------------------------------------------------------------

    async def _keep_open(self) -> None:
        try:
            while True:
                try:
                    await self._use_port()
                except PortError as error:
                    standing = self._recovery.standing
                    self._status.not_ready(ModemState.CLOSED, standing or in_words(error), needs_person=bool(standing))
                    if not isinstance(error, PortBusyError | PortTooEarlyError):
                        self._recovery.note_absent()
                await self._recovery.between_ports()
                await asyncio.sleep(self._options.reopen_interval_s)
        finally:
            self._status.not_ready(ModemState.CLOSED, "closed by us")

    async def _use_port(self) -> None:
        """Open the port and use it until it is lost or the modem falls silent; PortError when it does not open."""
        device = self.url if self._place is None else self._place.device()
        lost: asyncio.Future[PortLostError] = asyncio.get_running_loop().create_future()
        session = Session(
            self.url,
            options=self._options,
            known=self._known,
            status=self._status,
            radio=self._radio,
            inbox=self._inbox,
            durations=self._durations,
            recovery=self._recovery,
            sampler=self._sampler,
            on_polled=self._tell_health,
            is_line_wanted=lambda: self._submits > 0,
            on_urc=self._outside.take,
            emit=self._emit,
        )

        def on_lost(error: PortLostError) -> None:
            session.link.fail(error)
            ear.end()
            if not lost.done():
                lost.set_result(error)
                # At once: an owner that only looks at `is_ready` must not give it one more message.
                self._recovery.note_life(was_awake=session.was_awake)
                session.end(error.reason)
                self._status.lost(error.reason)

        ear = Ear(session.link, self._options.input_file)
        port = await open_port(
            device,
            baudrate=self._options.baudrate,
            on_data=ear.hear,
            on_lost=on_lost,
            # Reports that are said only once may wait in it, after a crash or a step of ours also a submit's answer.
            keep_input=True,
            read=ear.read,
        )
        log.debug("port opened", action="port_opened", port=self.url)
        session.link.attach(port)
        self._session = session
        # Only once: after a loss the modem has restarted, and owes nothing.
        listen_first_s, self._listen_first_s = self._listen_first_s, 0.0
        owed_until, self._owed_until = self._owed_until, -inf
        if listen_first_s > 0:
            owed_s = max(listen_first_s, self._known.patient(self._options).owed_s)
            owed_until = asyncio.get_running_loop().time() + owed_s
        session.owed.begin(listen_first_s=listen_first_s, until=owed_until)
        serving = asyncio.create_task(session.run(), name=f"session {self.url}")
        ear.begin()
        waiting: set[asyncio.Future[Any]] = {serving, lost}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if not lost.done():
                reason = why_ended(serving)
                if isinstance(serving.exception(), PortGivenUpError):
                    # First: what comes in from here on is to wait for the next port.
                    await port.close()
                    self._owed_until = session.owed.hand_over()
                session.end(reason)
                self._status.lost(reason)
        finally:
            lost.cancel()  # from here on it is we who let go of it
            self._session = None
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            session.link.fail(PortLostError(self.url, "closed by us"))
            await port.close()
