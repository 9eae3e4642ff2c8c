"""The modem driver as dispatch wants it: its values and events in dispatch's words."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

import structlog

from gateway.core.history import Cure
from gateway.core.span import Memory, NetworkStanding, SpanHealth, SpanState
from gateway.core.ussd import UssdReply
from gateway.dispatch import radio
from gateway.modem_pins import PinFile
from modem.driver import (
    Experience,
    GivenUp,
    Registration,
    Released,
    Rung,
    StepBegun,
    StepEnded,
    Symptom,
    UsbPower,
    UssdFailed,
    events,
)
from modem.driver.modem import Modem
from modem.driver.options import ModemOptions, SimOptions
from modem.errors import DecodeError
from modem.pdu import parse_pdu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gateway.config.settings import Settings, SimSettings
    from gateway.modem_ports import ModemPorts
    from modem.driver import PowerControl, UssdResult
    from modem.driver.pins import PinLedger
    from modem.driver.place import Place

log = structlog.get_logger(__name__)


class ModemRadio:
    """A Radio (`gateway.dispatch.radio`) made of a `modem.driver.Modem`."""

    def __init__(
        self,
        url: str,
        *,
        options: ModemOptions,
        listen_first_s: float,
        on_event: Callable[[radio.RadioEvent], None],
        close_timeout_s: float,
        experience: Experience | None = None,
        power: PowerControl | None = None,
        place: Place | None = None,
    ) -> None:
        self.url = url
        self._on_event = on_event
        self._close_timeout_s = close_timeout_s
        self._modem = Modem(
            url,
            options=options,
            listen_first_s=listen_first_s,
            on_event=self._translate,
            experience=experience,
            power=power,
            place=place,
        )

    @property
    def is_ready(self) -> bool:
        """Whether it can send now."""
        return self._modem.is_ready

    @property
    def health(self) -> SpanHealth:
        """Give how modem and SIM were at the last look."""
        return _health(self._modem.health, self._modem.identity)

    def release(self) -> None:
        """Try again what was given up."""
        self._modem.release()

    async def run(self) -> None:
        """Open the port and keep it until cancelled or closed."""
        await self._modem.run()

    async def submit(self, tpdu: bytes, *, is_more_coming: bool, on_air: Callable[[], None]) -> radio.SubmitResult:
        """Send one segment."""
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        match await self._modem.submit(tpdu, is_more_coming=is_more_coming, on_air=on_air):
            case events.Accepted(mr=mr):
                return radio.Accepted(mr=mr)
            case events.Refused(kind=kind, code=code, text=text, is_local=is_local):
                waited_s = loop.time() - began_at
                return radio.Refused(kind=kind, code=code, text=text, is_local=is_local, waited_s=waited_s)
            case events.NoAnswer(reason=reason, is_sent=is_sent, may_answer_s=may_answer_s):
                return radio.NoAnswer(reason=reason, is_sent=is_sent, may_answer_s=may_answer_s)

    async def delete(self, stored: radio.StoredAt) -> bool:
        """Delete one slot; tell whether it is empty now."""
        return await self._modem.delete(events.StoredAt(memory=stored.memory, index=stored.index))

    async def acknowledge(self) -> bool:
        """Acknowledge a routed TPDU where the modem waits for it; False when the network may bring it again."""
        return await self._modem.acknowledge()

    async def ussd(self, text: str, *, is_answer: bool, timeout_s: float) -> UssdReply:
        """Send a USSD code, or the answer to what the network asked."""
        return _ussd_reply(await self._modem.ussd(text, is_answer=is_answer, timeout_s=timeout_s))

    async def cancel_ussd(self) -> None:
        """End the USSD dialogue."""
        await self._modem.cancel_ussd()

    async def close(self) -> None:
        """Let a submit under way end, then let the port go."""
        await self._modem.close(limit_s=self._close_timeout_s)

    def _translate(self, event: events.ModemEvent) -> None:
        match event:
            case events.Ready(identity=identity):
                self._on_event(radio.Ready(identity=_identity(identity)))
            case events.NotReady():
                self._on_event(_not_ready(event, self._modem.identity))
            case events.Lost(reason=reason):
                self._on_event(radio.Lost(reason=reason))
            case events.Inbound():
                self._inbound(event)
            case events.LateAnswer() | events.NoLateAnswer():
                self._on_event(_late(event))
            case events.SignalChanged(dbm=dbm):
                self._on_event(radio.SignalChanged(dbm=dbm, operator=self._modem.operator or ""))
            case events.RegistrationChanged() | events.HealthChanged():
                pass  # Ready, NotReady and SignalChanged say what spans show of it
            case events.UssdSaid() | events.IncomingCall():
                self._on_event(_from_outside(event))
            case StepBegun() | StepEnded() | GivenUp() | Released() | events.StorageAlarm():
                self._on_event(_trouble(event))
            case _:
                assert_never(event)

    def _inbound(self, event: events.Inbound) -> None:
        stored = None if event.stored is None else radio.StoredAt(memory=event.stored.memory, index=event.stored.index)
        try:
            line = parse_pdu(event.pdu, length=event.length)
        except DecodeError as error:
            log.warning("line from the modem is no PDU", action="inbound", path=self.url, reason=str(error))
            # Kept as it is, as data: nothing that a SIM held is thrown away unread.
            self._on_event(radio.Received(tpdu=event.pdu.encode(), smsc="", stored=stored))
            return
        smsc = "" if line.smsc is None else line.smsc.text
        self._on_event(radio.Received(tpdu=line.tpdu, smsc=smsc, stored=stored))


_STATES = {
    events.ModemState.CLOSED: SpanState.MISSING,
    events.ModemState.STARTING: SpanState.STARTING,
    events.ModemState.NOT_READY: SpanState.NOT_READY,
}


def _not_ready(event: events.NotReady, known: events.Identity | None) -> radio.NotReady:
    state = SpanState.NEEDS_PERSON if event.needs_person else _STATES[event.state]
    return radio.NotReady(reason=event.reason, identity=None if known is None else _identity(known), state=state)


def _health(health: events.Health, known: events.Identity | None) -> SpanHealth:
    identity = radio.Identity() if known is None else _identity(known)
    return SpanHealth(
        model=identity.model,
        imei=identity.imei,
        registration="" if health.registration is None else health.registration.text,
        standing=_standing(health.registration),
        technology=health.technology or "",
        temperature_c=health.temperature_c,
        voltage_v=health.voltage_v,
        memories=tuple(Memory(name=name, used=one.used, total=one.total) for name, one in health.memories.items()),
        accepted=health.counters.accepted,
        refused=health.counters.refused,
        unanswered=health.counters.unanswered,
        failure_rate=health.failure_rate,
        usual_failure_rate=health.usual_failure_rate,
        is_worse=health.is_worse,
    )


_NOT_REGISTERED = {
    Registration.SEARCHING: NetworkStanding.SEARCHING,
    Registration.DENIED: NetworkStanding.DENIED,
}
_ROAMING = frozenset({Registration.ROAMING, Registration.SMS_ONLY_ROAMING, Registration.NO_FALLBACK_ROAMING})


def _standing(registration: Registration | None) -> NetworkStanding:
    if registration is None:
        return NetworkStanding.UNTOLD
    if not registration.is_registered:
        return _NOT_REGISTERED.get(registration, NetworkStanding.NONE)
    return NetworkStanding.ROAMING if registration in _ROAMING else NetworkStanding.HOME


def _late(event: events.LateAnswer | events.NoLateAnswer) -> radio.LateAnswer | radio.NoLateAnswer:
    if isinstance(event, events.NoLateAnswer):
        return radio.NoLateAnswer(is_unsent=event.is_unsent)
    return radio.LateAnswer(result=_late_result(event))


def _from_outside(event: events.UssdSaid | events.IncomingCall) -> radio.UssdSaid | radio.IncomingCall:
    if isinstance(event, events.UssdSaid):
        return radio.UssdSaid(reply=_ussd_reply(event.reply))
    return radio.IncomingCall(number=event.number or "")


def _late_result(late: events.LateAnswer) -> radio.Accepted | radio.Refused:
    if late.refused is None:
        return radio.Accepted(mr=late.mr)
    # It took longer than anybody waited for it.
    no = late.refused
    return radio.Refused(kind=no.kind, code=no.code, text=no.text, is_local=False, waited_s=math.inf)


def _trouble(event: StepBegun | StepEnded | GivenUp | Released | events.StorageAlarm) -> radio.Trouble:
    match event:
        case events.StorageAlarm(memory=memory, level=level, is_over=is_over):
            return radio.StorageAlarm(memory=memory, used=level.used, total=level.total, is_over=is_over)
        case StepBegun(rung=rung, symptom=symptom):
            return radio.RecoveryStep(step=rung.value, symptom=symptom.value, is_cured=None)
        case StepEnded(rung=rung, symptom=symptom, is_cured=is_cured):
            return radio.RecoveryStep(step=rung.value, symptom=symptom.value, is_cured=is_cured)
        case GivenUp(symptom=symptom, tried=tried):
            return radio.NeedsPerson(symptom=symptom.value, tried=tuple(rung.value for rung in tried))
        case Released(symptom=symptom):
            return radio.NeedsNobody(symptom=symptom.value)


def _ussd_reply(result: UssdResult) -> UssdReply:
    match result:
        case UssdFailed(reason=reason):
            return UssdReply(result=None, text=reason)
        case _:
            return UssdReply(result=result.status.value, text=result.text or "")


def _identity(identity: events.Identity) -> radio.Identity:
    return radio.Identity(
        imei=identity.imei or "",
        imsi=identity.imsi or "",
        iccid=identity.iccid or "",
        model=" ".join(filter(None, (identity.manufacturer, identity.model))),
    )


class RadioMaker:
    """Makes the radio of a port (a `radio.RadioFactory`); all radios share what was learnt, and the USB helper.

    `ports` knows where a port is plugged, and the second port of its modem. Tries of PINs are on record in `ledger`.
    `remember` is told of each cure that is learnt or, with an empty step, forgotten.
    """

    def __init__(
        self, settings: Settings, ports: ModemPorts, ledger: PinLedger, *, remember: Callable[[Cure], None]
    ) -> None:
        self._ports = ports
        self._options = replace(modem_options(settings), pin_ledger=ledger)
        self._close_timeout_s = settings.dispatch.stop_timeout_s
        self._remember = remember
        self._experience = Experience(on_change=self._on_learnt)
        # By URL; a seat that was closed is followed by another radio on the same one.
        self._radios: dict[str, ModemRadio] = {}
        self._power = UsbPower(in_service=lambda: [url for url, one in self._radios.items() if one.is_ready])

    def begin_with(self, cures: Iterable[Cure]) -> None:
        """Take over what earlier processes learnt; what this version has no word for is left out."""
        for cure in cures:
            if cure.symptom in Symptom.__members__ and cure.step in Rung.__members__:
                self._experience.begin_with(cure.model, Symptom[cure.symptom], Rung[cure.step])

    def __call__(self, url: str, listen_first_s: float, on_event: Callable[[radio.RadioEvent], None]) -> radio.Radio:
        """Make the radio of a port."""
        made = self._radios[url] = ModemRadio(
            url,
            options=replace(
                self._options, other_port=self._ports.other_port(url), input_file=self._ports.input_file(url)
            ),
            listen_first_s=listen_first_s,
            on_event=on_event,
            close_timeout_s=self._close_timeout_s,
            experience=self._experience,
            power=self._power,
            place=self._ports.place(url),
        )
        return made

    def _on_learnt(self, model: str, symptom: Symptom, rung: Rung | None) -> None:
        self._remember(Cure(model=model, symptom=symptom.name, step="" if rung is None else rung.name))


def modem_options(settings: Settings) -> ModemOptions:
    """Give the driver's options that follow from the settings."""
    return ModemOptions(
        baudrate=settings.modems.baudrate,
        submit_timeout_s=settings.dispatch.submit_timeout_s,
        patience_s=settings.dispatch.patience_s,
        hung_after_s=settings.dispatch.hung_after_s,
        sims={sim.iccid: _sim_options(sim) for sim in settings.modems.sim},
        hang_up_calls=settings.modems.hang_up_calls,
    )


def _sim_options(sim: SimSettings) -> SimOptions:
    # The file is read when the SIM asks: a missing one is the trouble of this SIM alone, and may be mended meanwhile.
    return SimOptions(pin=None if sim.pin_file is None else PinFile(sim.pin_file), smsc=sim.smsc or None)
