"""Modems that keep their word and outlive the gateway, and the network behind them that knows what was taken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from gateway.core.span import SpanHealth
from gateway.core.types import AttemptId
from gateway.core.ussd import UssdReply
from gateway.dispatch.radio import (
    Accepted,
    Identity,
    LateAnswer,
    Lost,
    NoAnswer,
    NoLateAnswer,
    NotReady,
    RadioEvent,
    Ready,
    Received,
    Refused,
    StoredAt,
    SubmitResult,
)
from modem.pdu import Submit, decode_submit, report_on
from tests.gateway.model.truth import Told, Try

PATIENCE_S: Final = 15.0
REBOOT_S: Final = 5.0
REPORT_S: Final = 4.0


class Manner(Enum):
    """How a modem deals with one submit."""

    GOOD = "taken, and said so at once"
    LATE = "taken, and said so when nobody waited any more"
    SILENT = "taken, and never said so"
    DEAF = "not taken, and nothing said"
    BUSY = "refused for now by the network"
    REFUSED = "refused for good by the network"
    NO_PROMPT = "refused before the prompt"
    LOST_BEFORE = "unplugged before Ctrl-Z"
    LOST_BEHIND = "taken, and unplugged before it said so"


_REFUSALS: Final = {
    Manner.BUSY: Refused(kind="cms", code=42, text="congestion", is_local=False),
    Manner.REFUSED: Refused(kind="cms", code=1, text="unassigned number", is_local=False),
    Manner.NO_PROMPT: Refused(kind="cms", code=302, text="not allowed", is_local=True),
}


class Reporting(Enum):
    """What the network says of what arrived, and when."""

    SOON = "soon"
    BEFORE = "before the modem's own answer"
    TWICE = "twice"
    TRYING = "first that it still tries"
    FAILED = "that it could not be brought"
    SLOW = "when what had no answer was sent again, and the next segment is under way"
    LATE = "after a while"
    NEVER = "never"


@dataclass
class Network:
    """Knows every message by its recipient, and what it took of it."""

    messages: dict[str, Told] = field(default_factory=dict)
    reporting: Reporting = Reporting.SOON
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    count: int = 0

    def begin(self, submit: Submit, sim: str) -> Try:
        """A modem has the segment, and may or may not send it."""
        message = self.messages[submit.destination.text]
        segment = submit.concat.seq - 1 if submit.concat else 0
        self.count += 1
        one = Try(AttemptId(self.count), message.id, segment, sim, 0)
        message.tries.append(one)
        return one


class Modem:
    """A modem with its SIM. `radio` is the gateway's hand on it, None while there is no process."""

    def __init__(self, index: int, network: Network) -> None:
        self.identity = Identity(imei=f"imei{index}", imsi=f"imsi{index}", iccid=f"iccid{index}")
        self.plan: deque[Manner] = deque()
        self.radio: HonestRadio | None = None
        self.owes_answer_at: float | None = None
        """When it will say what nobody waits for now, perhaps to another process; until then it takes no command."""
        self.is_transmitting = False
        self._answer: Accepted | None = None
        self._paying: asyncio.TimerHandle | None = None
        self._reports: list[bytes] = []
        self._mr = 254
        self._network = network

    def take(self, submit: Submit, one: Try) -> int:
        """The network takes the segment; gives its TP-MR."""
        self._mr = (self._mr + 1) % 256
        one.is_taken, one.mr = True, self._mr
        self._report(submit, one, self._network.reporting)
        return self._mr

    def owe(self, answer: Accepted, at: float) -> None:
        """It will answer at `at`, whoever listens then."""
        self.forget_answer()
        self._answer, self.owes_answer_at = answer, at
        self._paying = asyncio.get_running_loop().call_at(at, self._pay)

    def _pay(self) -> None:
        answer, self._answer, self.owes_answer_at = self._answer, None, None
        if self.radio is not None and answer is not None:
            self.radio.hear_late(answer)

    def forget_answer(self) -> None:
        """It lost its power, or nobody may hear it any more."""
        self._answer = self.owes_answer_at = None
        if self._paying is not None:
            self._paying.cancel()

    def _report(self, submit: Submit, one: Try, how: Reporting) -> None:
        status = {Reporting.FAILED: 0x43}.get(how, 0)
        taken = self._network.wall()
        final = report_on(submit, mr=one.mr, scts=taken, discharged=taken, status=status)
        loop = asyncio.get_running_loop()

        def bring(status_report: bytes, told: int) -> None:
            one.told.append(told)
            self._reports.append(status_report)
            self.bring_reports()

        if how is Reporting.NEVER:
            return
        if how is Reporting.TRYING:
            trying = report_on(submit, mr=one.mr, scts=taken, discharged=taken, status=0x20)
            loop.call_later(REPORT_S, bring, trying.encode(), 0x20)
        delay_s = {
            Reporting.BEFORE: 0.0,
            Reporting.SLOW: 55.0,
            Reporting.LATE: 1200.0,
            Reporting.TRYING: 60.0,
        }.get(how, REPORT_S)
        for _ in range(2 if how is Reporting.TWICE else 1):
            loop.call_later(delay_s, bring, final.encode(), status)

    def bring_reports(self) -> None:
        """Give what was reported to the gateway; it waits in the network while there is none to take it."""
        while self._reports and self.radio is not None and self.radio.is_ready:
            self.radio.tell(Received(tpdu=self._reports.pop(0), smsc="", stored=None))

    def unplug(self) -> None:
        """Lose power and port, and be back after a while."""
        self.forget_answer()
        if self.radio is not None:
            self.radio.lose_port()
        asyncio.get_running_loop().call_later(REBOOT_S, self._plug)

    def _plug(self) -> None:
        if self.radio is not None:
            self.radio.get_ready()


class HonestRadio:
    """A `gateway.dispatch.radio.Radio` of one process on a modem."""

    def __init__(
        self, url: str, modem: Modem, network: Network, listen_first_s: float, on_event: Callable[[RadioEvent], None]
    ) -> None:
        self.url = url
        self.is_ready = False
        self._modem = modem
        self._network = network
        self._on_event = on_event
        self._is_dead = False
        self._closed = asyncio.Event()
        modem.radio = self
        if listen_first_s:
            self.tell(NotReady(reason="listening for the answer to an earlier message"))
            self._listening: asyncio.TimerHandle | None = asyncio.get_running_loop().call_later(
                listen_first_s, self._end_listening
            )
        else:
            self._listening = None
            modem.forget_answer()
            self.get_ready()

    @property
    def health(self) -> SpanHealth:
        return SpanHealth()

    def die(self) -> None:
        """The process is gone: nothing reaches it any more."""
        self._is_dead = True
        if self._listening is not None:
            self._listening.cancel()
        if self._modem.radio is self:
            self._modem.radio = None

    def tell(self, event: RadioEvent) -> None:
        if not self._is_dead:
            self._on_event(event)

    def get_ready(self) -> None:
        self.is_ready = True
        self.tell(Ready(identity=self._modem.identity))
        self._modem.bring_reports()

    def hear_late(self, answer: Accepted) -> None:
        """The modem answers what was given up, by this process or by an earlier one."""
        self.tell(LateAnswer(result=answer))
        self._stop_listening()
        if not self.is_ready:
            self.get_ready()

    def lose_port(self) -> None:
        """A modem that comes back answers nothing from before."""
        if self._listening is not None:
            self._stop_listening()
            self.tell(NoLateAnswer(is_unsent=False))
        self.is_ready = False
        self.tell(Lost(reason="unplugged"))

    def _end_listening(self) -> None:
        """Ask AT: a modem that is to answer yet is silent, and is listened to on; one that is free never will."""
        self._listening = None
        if self._modem.owes_answer_at is None:
            self.tell(NoLateAnswer(is_unsent=False))
            self.get_ready()

    def _stop_listening(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None

    def release(self) -> None:
        pass

    async def run(self) -> None:
        await self._closed.wait()

    async def submit(self, tpdu: bytes, *, is_more_coming: bool, on_air: Callable[[], None]) -> SubmitResult:
        modem = self._modem
        if not self.is_ready:
            return NoAnswer(reason="not ready", is_sent=False)
        manner = modem.plan.popleft() if modem.plan else Manner.GOOD
        submit = decode_submit(tpdu)
        await asyncio.sleep(0.1)
        if self._is_dead:
            await asyncio.Event().wait()
        assert modem.owes_answer_at is None, f"a submit for {self.url}, which is to answer another one"
        assert not modem.is_transmitting, f"a submit for {self.url}, which has another one"
        if manner is Manner.NO_PROMPT:
            return _REFUSALS[manner]
        if manner is Manner.LOST_BEFORE:
            modem.unplug()
            return NoAnswer(reason="port lost", is_sent=False)
        one = self._network.begin(submit, modem.identity.sim)
        on_air()
        # From here on it goes its way, whether the process lives to hear of it or not.
        return await asyncio.shield(asyncio.ensure_future(self._transmit(submit, one, manner)))

    async def _transmit(self, submit: Submit, one: Try, manner: Manner) -> SubmitResult:
        modem = self._modem
        modem.is_transmitting = True
        await asyncio.sleep(0.4)
        modem.is_transmitting = False
        if manner in _REFUSALS or manner is Manner.DEAF:
            one.is_taken = False
        else:
            mr = modem.take(submit, one)
        if manner in _REFUSALS:
            if self._is_dead:
                self._network.messages[submit.destination.text].was_unanswered = True
            return _REFUSALS[manner]
        if manner is Manner.GOOD:
            if self._is_dead:
                self._network.messages[submit.destination.text].was_unanswered = True
                modem.owe(Accepted(mr=mr), asyncio.get_running_loop().time() + 0.1)
            return Accepted(mr=mr)
        self._network.messages[submit.destination.text].was_unanswered = True
        if manner is Manner.LOST_BEHIND:
            modem.unplug()
            return NoAnswer(reason="port lost", is_sent=True)
        if manner is Manner.LATE:
            modem.owe(Accepted(mr=mr), asyncio.get_running_loop().time() + PATIENCE_S + 10)
            await asyncio.sleep(PATIENCE_S)
            # It does not answer AT either: nothing more is given to it before it has answered.
            self.is_ready = False
            self.tell(NotReady(reason="the modem does not answer AT"))
            return NoAnswer(reason="silence", is_sent=True, may_answer_s=20)
        await asyncio.sleep(PATIENCE_S)
        return NoAnswer(reason="silence", is_sent=True)

    async def delete(self, stored: StoredAt) -> bool:
        return True

    async def acknowledge(self) -> bool:
        return True

    async def ussd(self, text: str, *, is_answer: bool, timeout_s: float) -> UssdReply:
        return UssdReply(result=None, text="not here")

    async def cancel_ussd(self) -> None:
        pass

    async def close(self) -> None:
        self.die()
        self._closed.set()
