"""What happens on one open port: start-up, service, start-up again when the modem restarts, until the port is lost.

URCs are taken in the loop's callback and only noted there; the one task of the session does what they ask for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final

import structlog

from modem.at.urc import is_memory_full
from modem.driver.events import ModemState
from modem.driver.ladder import Wait
from modem.driver.link import Link, ModemSilentError
from modem.driver.listening import Owed
from modem.driver.sim import Sim, SimError
from modem.driver.startup import Started, Startup, is_in_pdu_mode, read_cnmi
from modem.driver.symptoms import Evidence, Symptom
from modem.errors import CommandError, ModemTimeoutError, PortGivenUpError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.at.host import Urc
    from modem.at.responses import Slot
    from modem.driver.events import ModemEvent
    from modem.driver.health import Sampler
    from modem.driver.inbox import Inbox
    from modem.driver.model import Model
    from modem.driver.options import ModemOptions
    from modem.driver.radio import Radio
    from modem.driver.recovery import Recovery
    from modem.driver.status import Status
    from modem.driver.submit import Durations

log = structlog.get_logger(__name__)

_RETRY_STARTUP_S: Final = 5.0
# Without +CNMI nothing announces a message, so they are looked for as often as Gammu's daemon does.
_SWEEP_UNANNOUNCED_S: Final = 15.0
# A modem may find the network without a word: while it has none, it is asked this often.
_POLL_UNREGISTERED_S: Final = 3.0
# How often a modem that refused some of the start-up is asked again: not every one says when its boot is over.
_COMPLETIONS: Final = 3
_MAX_ANNOUNCED: Final = 1000


class Session:
    """One open port."""

    def __init__(
        self,
        url: str,
        *,
        options: ModemOptions,
        known: Model,
        status: Status,
        radio: Radio,
        inbox: Inbox,
        durations: Durations,
        recovery: Recovery,
        sampler: Sampler,
        on_polled: Callable[[], None],
        is_line_wanted: Callable[[], bool],
        on_urc: Callable[[Urc], bool],
        emit: Callable[[ModemEvent], None],
    ) -> None:
        self._started: Started | None = None
        self.was_awake = False
        self.link = Link(
            name=url,
            on_urc=self._take_urc,
            # Without an identity: said to the process before us, for a submit that nobody asks about any more.
            on_late_result=lambda line: self.owed.take(line, is_wanted=self._status.identity is not None),
            on_prompt=lambda: self.owed.take_prompt(),  # noqa: PLW0108 - it is made after the link
        )
        self.owed = Owed(self.link, emit=emit)
        self._url = url
        self._options = options
        self._known = known
        self._status = status
        self._radio = radio
        self._inbox = inbox
        self._durations = durations
        self._recovery = recovery
        self._sampler = sampler
        self._on_polled = on_polled
        self._is_line_wanted = is_line_wanted
        self._on_urc = on_urc
        self._emit = emit
        self._announced: deque[Slot] = deque(maxlen=_MAX_ANNOUNCED)
        # Set while the modem is believed to be as it was set up; submits wait for it.
        self.trusted = asyncio.Event()
        self.trusted.set()
        # Set by callbacks, waited for by the task.
        self._something_happened = asyncio.Event()
        self._sim_is_ready = asyncio.Event()
        self._has_restarted = False
        self._is_look_due = self._is_sweep_due = False
        # A start-up that fails as before is no news every few seconds.
        self._is_retrying = False
        self._completions_left = 0

    async def run(self) -> None:
        """Serve the modem; ends only by an error of link or port, or by being cancelled."""
        while True:
            if not self._is_retrying:
                standing = self._recovery.standing
                self._status.not_ready(ModemState.STARTING, standing or "starting up", needs_person=bool(standing))
            self._radio.forget()
            try:
                await self._hear_out()
                started = await self._start_up()
                if not self._has_restarted:
                    self._begin(started)
                    await self._serve(started)
                self.started = None
            except SimError as error:
                self._status.identity = error.identity
                symptom = self._recovery.note_sim(is_failing=error.is_failing)
                await self._recover_or_retry(symptom, error.reason, needs_person=not error.is_failing)
            except ModemSilentError as error:
                await self._recover_or_retry(Symptom.SILENT, str(error))
            except (CommandError, ModemTimeoutError) as error:
                await self._recover_or_retry(None, str(error))

    @property
    def started(self) -> Started | None:
        """What the start-up found out; None while one is under way or due, and then no submit may be given."""
        return self._started

    @started.setter
    def started(self, started: Started | None) -> None:
        self._started = started
        self.trusted.set()  # whoever waits shall see

    def end(self, reason: str) -> None:
        """Note that the port is lost, and the modem not as it was: nothing will be heard of old submits any more."""
        self.started = None
        self.owed.end(reason)

    def judge(self) -> None:
        """Decide between ready and not ready by registration, once start-up is through."""
        if self.started is None:
            return
        blocked_by = self._recovery.blocked_by
        if blocked_by is None and self._radio.is_registered and not self._radio.was_away:
            self._status.ready(self._radio.reason)
        else:
            standing = blocked_by or self._recovery.standing
            reason = standing or ("the SIM is read again" if self._radio.is_registered else self._radio.reason)
            self._status.not_ready(ModemState.NOT_READY, reason, needs_person=standing is not None)

    def note_silence(self) -> None:
        """A submit found that AT is not answered any more: no other one may be given to the modem."""
        if self.started is not None:
            self.started = None
            self._status.not_ready(ModemState.NOT_READY, "the modem does not answer AT")
            self._something_happened.set()

    def doubt(self) -> None:
        """A submit was not answered: let none follow before it is known whether the modem is still in PDU mode.

        It may have restarted, and in text mode the PDU would go out as a text.
        """
        if self.started is not None:
            self.trusted.clear()
        self.look()

    def look(self) -> None:
        """See soon what is wrong."""
        self._is_look_due = True
        self._something_happened.set()

    # -- the task ------------------------------------------------------------------------------------------------

    async def _hear_out(self) -> None:
        """Let what is owed come first: nothing may be done meanwhile that could take it away."""
        if self.owed.is_due:
            self._status.not_ready(ModemState.STARTING, "listening for the result of an earlier submit")
            await self.owed.hear_out(at_most_until=self._recovery.verified_by)

    def _startup(self) -> Startup:
        return Startup(self.link, model=self._known, options=self._options, ready=self._sim_is_ready)

    async def _start_up(self) -> Started:
        startup = self._startup()
        await startup.wake(self._recovery.patience_s(self._known.profile.boot_s))
        self.was_awake = True
        self._recovery.prove(Evidence.AWAKE)
        # Boot lines up to here belong to the start that this dialogue is for.
        self._has_restarted = False
        return await startup.run()

    async def _recover_or_retry(self, symptom: Symptom | None, reason: str, *, needs_person: bool = False) -> None:
        """Do a recovery step if one is due, or wait a moment before the next start-up."""
        self.started = None
        if symptom is not None:
            self._is_retrying = False
            if await self._recover(symptom):
                return
            standing = self._recovery.standing
            reason, needs_person = standing or reason, needs_person or standing is not None
        self._is_retrying = True
        self._status.not_ready(ModemState.NOT_READY, reason, needs_person=needs_person)
        await self._wait(_RETRY_STARTUP_S)

    async def _recover(self, symptom: Symptom) -> bool:
        """Do a recovery step if one is due; return whether it was, so that a start-up is.

        Raises PortGivenUpError when the step wants the port closed.
        """
        decision = self._recovery.decide(symptom, owed_until=self.owed.until)
        if isinstance(decision, Wait):
            return False
        facts = decision.facts
        self.started = None
        self._status.not_ready(ModemState.NOT_READY, f"{symptom.value}; trying: {facts.rung.value}")
        if not facts.is_on_line:
            self._recovery.put_off(facts, symptom)
            raise PortGivenUpError(self._url, symptom.value)
        await self._recovery.climb(facts, symptom, self.link)
        return True

    def _begin(self, started: Started) -> None:
        iccid = started.identity.iccid
        is_same_sim = iccid is not None and iccid == self._status.last_iccid
        is_swapped = iccid is not None and self._status.last_iccid is not None and not is_same_sim
        self._status.identity, self._status.last_iccid = started.identity, iccid
        if not is_same_sim:
            self._durations.forget()
            if is_swapped:
                self._recovery.release()
        self._inbox.start(started, is_same_sim=is_same_sim)
        self._sampler.restart()
        self._recovery.meet(f"{started.identity.manufacturer} {started.identity.model}".strip())
        self._recovery.prove(Evidence.STARTED)
        self.started = started
        self._is_retrying = False
        self._completions_left = _COMPLETIONS
        if (lacking := started.lacking) is not None:
            log.warning(lacking, action="lacking", port=self._url)

    async def _serve(self, started: Started) -> None:
        """Ask, read and sweep until the modem needs another start-up."""
        loop = asyncio.get_running_loop()
        self._radio.was_away = False
        await self._radio.ask(self.link)
        self.judge()
        if await self._look():
            return
        polled_at = sweep_at = loop.time()
        is_first_sweep = True
        while not self._has_restarted:
            if self.started is None:
                raise ModemSilentError("the modem does not answer AT")
            await self._check_sim(started)
            await self._read_announced()
            if self._is_sweep_due or loop.time() >= sweep_at:
                if not is_first_sweep:
                    started = await self._complete(started)
                is_first_sweep = False
                await self._sweep()
                longest_s = self._options.sweep_interval_s
                sweep_at = loop.time() + (longest_s if started.is_announcing else min(longest_s, _SWEEP_UNANNOUNCED_S))
            if self._is_look_due or loop.time() >= self._poll_due(polled_at):
                self._is_look_due = False
                await self._poll(started)
                polled_at = loop.time()
                if not self._has_restarted and await self._look():
                    return
            if not self._announced and not self._has_restarted:
                await self._wait(min(self._poll_due(polled_at), sweep_at) - loop.time())
        log.info("modem restarted", action="restarted", port=self._url)

    async def _read_announced(self) -> None:
        """Read the messages that were announced; one that is not where the modem said is looked for everywhere."""
        while self._announced:
            if not await self._inbox.read(self.link, self._announced.popleft()):
                self._is_sweep_due = True

    async def _sweep(self) -> None:
        self._is_sweep_due = False  # before it: what is said meanwhile may be about a memory already looked through
        await self._inbox.sweep(self.link)
        if self._inbox.is_in_text_mode:
            self._restart("the modem is in text mode")

    def _poll_due(self, polled_at: float) -> float:
        due = polled_at + self._poll_interval_s
        # The poll that finds the time of a symptom or a recovery step over must not come long after it.
        look_at = self._recovery.look_again_at
        return min(due, look_at) if look_at > polled_at else due

    async def _look(self) -> bool:
        """Do a recovery step if what is seen now wants one; return whether it did."""
        symptom = self._recovery.see(self._radio.registration, self._radio.signal_dbm)
        is_done = symptom is not None and await self._recover(symptom)
        if not is_done:
            self.judge()
        return is_done

    async def _complete(self, started: Started) -> Started:
        """Set what the modem refused to set while it started; return what is set now."""
        if started.is_complete or not self._completions_left:
            return started
        self._completions_left -= 1
        started = await self._startup().complete(started)
        if not self._has_restarted:
            self._started = started
            self._inbox.start(started, is_same_sim=True)
        return started

    @property
    def _poll_interval_s(self) -> float:
        longest_s = self._options.poll_interval_s
        return longest_s if self._radio.is_registered else min(longest_s, _POLL_UNREGISTERED_S)

    async def _check_sim(self, started: Started) -> None:
        """See that the SIM is as it was, while the network is away and once it is back."""
        sim = Sim(self.link, profile=self._known.profile, ready=self._sim_is_ready)
        if self._radio.was_away and not await sim.is_as_it_was(self._radio, started.identity):
            self._restart("the SIM is not what it was")
        self.judge()

    async def _poll(self, started: Started) -> None:
        if not self.trusted.is_set() and not await is_in_pdu_mode(self.link):
            self._restart("the modem lost its settings")
            return
        await self._radio.ask(self.link)
        await self._check_sim(started)
        if started.cnmi is not None and (now := await read_cnmi(self.link)) is not None and now != started.cnmi:
            # A reset without a word, or a missed acknowledgement (27.005 3.4.4): nothing is announced any more.
            self._restart("the modem lost its settings")
        elif not self._has_restarted:
            self.trusted.set()
            await self._sample()

    async def _sample(self) -> None:
        if await self._sampler.sample(self.link, is_wanted=self._is_line_wanted) and self._inbox.is_behind:
            self._sweep_soon()
        self._on_polled()

    async def _wait(self, seconds: float) -> None:
        """Wait until something happens, `seconds` at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._something_happened.wait()
        self._something_happened.clear()

    # -- what the modem says unasked -----------------------------------------------------------------------------

    def _take_urc(self, urc: Urc) -> None:
        if self._on_urc(urc):
            return
        if self._radio.take(urc):
            self._something_happened.set()
            return
        slot = self._inbox.route(urc, is_old=not self.was_awake)
        if self._inbox.is_in_text_mode and self.started is not None:
            self._restart("the modem is in text mode")
        elif slot is not None:
            self._announced.append(slot)
            self._something_happened.set()
        elif is_memory_full(urc.line, urc.name):
            self._sweep_soon()
        else:
            self._take_start(urc)

    def _take_start(self, urc: Urc) -> None:
        """Take a line that a modem says while it, or its SIM, starts."""
        if urc.name in self._known.profile.restart_urcs:
            self._restart(f"the modem restarted ({urc.name})")
            self.link.interrupt("the modem restarted")
        elif urc.name in self._known.profile.sim_urcs:
            self._sim_is_ready.set()
            if self.started is not None:
                self._restart("the SIM restarted")
            else:
                self._something_happened.set()
        elif urc.name in self._known.profile.ready_urcs:
            self._sim_is_ready.set()
            if self.started is not None and not self.started.is_complete:
                self._restart("the SIM has become ready")

    def _sweep_soon(self) -> None:
        self._is_sweep_due = True
        self._something_happened.set()

    def _restart(self, reason: str) -> None:
        self._has_restarted = True
        if self.started is not None:
            self.started = None
            self._status.not_ready(ModemState.STARTING, reason)
        self._something_happened.set()
