"""The service centre: takes submits, holds messages, forwards them as soon as that is possible, and reports.

Theory of operation. What is for a number waits in its mailbox. A handset takes everything at once. A SIM gets one
thing at a time (3GPP TS 24.011); the next follows when it acknowledged. After a try that failed the mailbox rests until
the retry schedule, the phone's return or RP-SMMA wakes it. What outlives its validity is dropped and reported as such.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Final

from modem.emulator.network import reporting
from modem.emulator.network.admission import Admission
from modem.emulator.network.centre import Centre, is_single_shot
from modem.emulator.network.chance import Delay
from modem.emulator.network.held import Held, Receipt
from modem.emulator.network.mailbox import REPLACE_PIDS, Mailbox
from modem.emulator.network.recipient import PLAIN
from modem.emulator.network.withholding import let_go
from modem.emulator.radio import Arriving, Delivery
from modem.errors import DecodeError
from modem.pdu import Deliver, decode_incoming, deliver_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from modem.emulator.network.common import Common
    from modem.emulator.network.directory import Directory
    from modem.emulator.network.subscriber import Subscriber
    from modem.emulator.radio import Transmission
    from modem.pdu import Submit

_SOONEST_S: Final = 0.001
_LOOK_AGAIN_S: Final = 1.0

Reply = Callable[[int | None, float], None]
"""Called with the cause, None for yes, and the time; never called when the answer is lost."""


class ServiceCentre:
    """The only one of its network."""

    def __init__(self, common: Common, centre: Centre, directory: Directory) -> None:
        self.admission = Admission(common, centre)
        self.centre = centre
        self._common = common
        self._directory = directory

    def change(self, centre: Centre) -> None:
        """Give it other rules; what it holds keeps its dates."""
        self.centre = self.admission.centre = centre

    # -- from a SIM -----------------------------------------------------------

    def take(self, sender: Subscriber, sent: Transmission, now: float, reply: Reply) -> None:
        """Take a submit, answer it, and forward it when the answer lets it go on."""
        submit = sent.submit
        destination = submit.destination.text
        mailbox = self._directory.find(destination)
        answer = self.admission.decide(sender, sent, mailbox, now)
        self._common.ledger.append(
            self._common.at_s(now),
            submit,
            imsi=sender.imsi,
            originator=sender.number,
            destination=destination,
            cause=answer.cause,
            is_taken=answer.goes_on,
            is_answered=answer.is_heard,
        )
        lead_s = None
        if answer.goes_on:
            sender.credit.pay()
            if submit.request_report and mailbox is not None:
                lead_s = mailbox.recipient.reports.lead_s
        if lead_s is not None:
            self._forward_submit(sender, submit, destination, mailbox, now)
        if answer.is_heard:
            delay_s = answer.late_s + (lead_s or 0.0)
            if delay_s:
                self._common.agenda.after(delay_s, now, lambda at: reply(answer.cause, at))
            else:
                reply(answer.cause, now)
        if answer.goes_on and lead_s is None:
            self._forward_submit(sender, submit, destination, mailbox, now)

    def acknowledge(self, subscriber: Subscriber, cause: int | None, now: float) -> None:
        """Take a SIM's answer to what it was offered; without an offer nothing happens."""
        mailbox = subscriber.mailbox
        if not mailbox.is_offering:
            return
        mailbox.is_offering = False
        held = mailbox.queue.first
        self._log(held, subscriber.imsi, mailbox.number, now, cause)
        if cause is not None:
            self._fail(mailbox, now, inf)
            return
        mailbox.tries = 0
        held.copies -= 1
        if not held.copies:
            mailbox.queue.remove(held)
        self._delivered(mailbox, held, now)
        self._try(mailbox, now)

    # -- from anybody ---------------------------------------------------------

    def forward(self, destination: str, message: Deliver | bytes, originator: str, now: float, *, smsc: str) -> None:
        """Forward what did not come from a SIM."""
        expires = now + self.centre.validity_s
        held = Held(message=message, originator=originator, smsc=smsc, expires=expires)
        self._forward(destination, self._directory.find(destination), held, now)

    def wake(self, mailbox: Mailbox, now: float) -> None:
        """Try at once: the phone is back, or has room again."""
        mailbox.tries = 0
        mailbox.retry_at = None
        self._try(mailbox, now)

    def lose(self, mailbox: Mailbox) -> None:
        """Note that a SIM went away without an acknowledgement: what it was offered waits."""
        mailbox.is_offering = False
        self._wait(mailbox, mailbox.queue)

    # -- forwarding -----------------------------------------------------------

    def _forward_submit(
        self, sender: Subscriber, submit: Submit, destination: str, mailbox: Mailbox | None, now: float
    ) -> None:
        taken_at = self._common.wall(now)
        held = Held(
            message=deliver_from(submit, sender.address, taken_at),
            originator=sender.number,
            smsc=self.centre.number,
            expires=now + self.centre.lifetime_s(submit.validity, taken_at),
            receipt=Receipt(sender=sender, submit=submit, taken_at=taken_at),
        )
        self._forward(destination, mailbox, held, now)

    def _forward(self, destination: str, mailbox: Mailbox | None, held: Held, now: float) -> None:
        if mailbox is None:
            self._show(destination, held, now)
            self._delivered(None, held, now)
            return
        recipient = mailbox.recipient
        if recipient is PLAIN:
            self._enqueue(mailbox, held, now)
            return
        held.copies = recipient.copies

        def come_in(at: float) -> None:
            release = partial(self._enqueue, mailbox)
            let_go(self._common, mailbox.withheld, held, recipient.reorder, at, release=release)

        self._common.agenda.after(recipient.transit.draw(self._common.chance), now, come_in)

    def _enqueue(self, mailbox: Mailbox, held: Held, now: float) -> None:
        message = held.message
        if isinstance(message, Deliver) and message.pid in REPLACE_PIDS:
            self._replace(mailbox, message.pid, held.originator, now)
        mailbox.queue.append(held)
        if mailbox.is_offering:
            return
        if mailbox.retry_at is None and (mailbox.subscriber is None or mailbox.subscriber.is_reachable):
            self._try(mailbox, now)
        else:
            self._missed(mailbox, [held], now)

    def _replace(self, mailbox: Mailbox, pid: int, originator: str, now: float) -> None:
        """Drop what a message of a replace type replaces while both are here (3GPP TS 23.040 9.2.3.9)."""
        old = mailbox.replaced(pid, originator)
        if old is not None:
            mailbox.queue.remove(old)
            self._discharge(mailbox, old, reporting.REPLACED, now)

    def _try(self, mailbox: Mailbox, now: float) -> None:
        """Deliver what can be delivered, unless a SIM has not answered the last."""
        if mailbox.is_offering or not mailbox.queue:
            return
        self._drop_expired_head(mailbox, now)
        if mailbox.recipient is not PLAIN:
            absent_until_s = mailbox.recipient.absent_until_s(self._common.at_s(now))
            if absent_until_s is not None:
                self._fail(mailbox, now, now + absent_until_s - self._common.at_s(now))
                return
            share = mailbox.recipient.failing
            if share and self._common.chance.random() < share:
                self._fail(mailbox, now, inf)
                return
            self._refuse(mailbox, now)
        if mailbox.subscriber is not None:
            self._offer(mailbox, mailbox.subscriber, now)
            return
        while mailbox.queue:
            held = mailbox.queue.first
            mailbox.queue.remove(held)
            for _ in range(held.copies):
                self._show(mailbox.number, held, now)
            self._delivered(mailbox, held, now)

    def _drop_expired_head(self, mailbox: Mailbox, now: float) -> None:
        while mailbox.queue and (held := mailbox.queue.first).expires <= now:
            mailbox.queue.remove(held)
            self._discharge(mailbox, held, reporting.EXPIRED, now)

    def _refuse(self, mailbox: Mailbox, now: float) -> None:
        """Let a phone refuse every message; reports on its own submits it takes."""
        status = mailbox.recipient.refusal
        if status is None:
            return
        for held in [held for held in mailbox.queue if isinstance(held.message, Deliver)]:
            mailbox.queue.remove(held)
            self._discharge(mailbox, held, status, now)

    def _show(self, number: str, held: Held, now: float) -> None:
        """Deliver to a handset; octets that are no TPDU show nothing."""
        handset = self._directory.phone(number)
        if isinstance(held.message, Deliver):
            handset.receive(held.message, self._common.wall(now))
        self._log(held, None, number, now, None)

    def _offer(self, mailbox: Mailbox, subscriber: Subscriber, now: float) -> None:
        if not mailbox.queue or not subscriber.is_reachable:
            self._wait(mailbox, mailbox.queue)
            return
        held = mailbox.queue.first
        mailbox.is_offering = True
        mailbox.answer_by = now + self.centre.acknowledge_within_s
        self._watch(mailbox)
        self._common.events.append(Arriving(imsi=subscriber.imsi, delivery=_delivery(held)))

    def _watch(self, mailbox: Mailbox) -> None:
        """Keep one task for each mailbox, however many offers come and go before it is due."""
        if not mailbox.is_watched:
            mailbox.is_watched = True
            self._common.agenda.at(mailbox.answer_by, lambda at: self._look(mailbox, at))

    def _look(self, mailbox: Mailbox, now: float) -> None:
        """Give up an offer that was not acknowledged (TR1N, 3GPP TS 24.011 10)."""
        mailbox.is_watched = False
        if not mailbox.is_offering:
            return
        if mailbox.answer_by > now:
            self._watch(mailbox)
            return
        mailbox.is_offering = False
        self._fail(mailbox, now, inf)

    # -- failing --------------------------------------------------------------

    def _fail(self, mailbox: Mailbox, now: float, back_at: float) -> None:
        """Rest until the next try: by schedule, or when the phone is back."""
        mailbox.tries += 1
        retry_at = min(back_at, now + self.centre.retry_s(mailbox.tries))
        # The end of an absence, rounded, may be this very moment: time has to go on.
        retry_at = mailbox.retry_at = max(retry_at, now + _SOONEST_S)

        def again(at: float) -> None:
            if mailbox.retry_at == retry_at:
                mailbox.retry_at = None
                self._try(mailbox, at)

        self._common.agenda.at(retry_at, again)
        self._missed(mailbox, list(mailbox.queue), now)

    def _missed(self, mailbox: Mailbox, missed: Sequence[Held], now: float) -> None:
        """Report a failed try of messages that go on waiting, and end those that were to be tried only once."""
        for held in missed:
            receipt = held.receipt
            if receipt is None:
                continue
            if is_single_shot(receipt.submit.validity):
                mailbox.queue.remove(held)
                self._discharge(mailbox, held, reporting.GIVEN_UP, now)
            else:
                reports = mailbox.recipient.reports
                self._report(mailbox, receipt, reporting.next_temporary(reports, receipt), now)
        self._wait(mailbox, missed)

    def _wait(self, mailbox: Mailbox, waiting: Iterable[Held]) -> None:
        """See to it that what waits does not outlive its validity."""
        mailbox.queue.time(waiting)
        due = mailbox.queue.next_expiry()
        if due is not None and due < mailbox.expiry_at:
            mailbox.expiry_at = due
            self._common.agenda.at(due, lambda at: self._expire(mailbox, at, due))

    def _expire(self, mailbox: Mailbox, now: float, due: float) -> None:
        if mailbox.expiry_at != due:
            return
        mailbox.expiry_at = inf
        for held in mailbox.queue.take_expired(now, look_again_s=_LOOK_AGAIN_S, kept=mailbox.on_air):
            self._discharge(mailbox, held, reporting.EXPIRED, now)
        self._wait(mailbox, ())

    # -- reporting ------------------------------------------------------------

    def _delivered(self, mailbox: Mailbox | None, held: Held, now: float) -> None:
        if not held.is_delivered:
            held.is_delivered = True
            self._discharge(mailbox, held, reporting.DELIVERED, now)

    def _discharge(self, mailbox: Mailbox | None, held: Held, status: int, now: float) -> None:
        """End a message. One that was delivered before it had to go is no failure."""
        receipt = held.receipt
        if receipt is None or not receipt.submit.request_report:
            return
        if status == reporting.DELIVERED or not held.is_delivered:
            reports = PLAIN.reports if mailbox is None else mailbox.recipient.reports
            self._report(mailbox, receipt, reporting.final(reports, receipt, status), now)

    def _report(self, mailbox: Mailbox | None, receipt: Receipt, statuses: Sequence[int], now: float) -> None:
        """Send the sender of a message one report for each status, when the delay is over."""
        reports = PLAIN.reports if mailbox is None else mailbox.recipient.reports
        if not statuses or not receipt.submit.request_report or not reports.is_sent:
            return
        delay = Delay() if reports.lead_s is not None else (reports.delay or self.centre.report_delay)
        number = None if mailbox is None else mailbox.number
        discharged = self._common.wall(now)

        def send(at: float) -> None:
            box = receipt.sender.mailbox
            for status in statuses:
                expires = at + self.centre.validity_s
                report = reporting.written(
                    reports,
                    receipt,
                    status,
                    number=number,
                    discharged=discharged,
                    smsc=self.centre.number,
                    expires=expires,
                )
                release = partial(self._enqueue, box)
                let_go(self._common, box.withheld_reports, report, reports.reorder, at, release=release)

        self._common.agenda.after(delay.draw(self._common.chance), now, send)

    def _log(self, held: Held, imsi: str | None, destination: str, now: float, cause: int | None) -> None:
        self._common.ledger.append(
            self._common.at_s(now),
            held.message,
            imsi=imsi,
            originator=held.originator,
            destination=destination,
            cause=cause,
            is_taken=cause is None,
        )


def _delivery(held: Held) -> Delivery:
    if not isinstance(held.message, bytes):
        return Delivery(tpdu=held.message.encode(), message=held.message, smsc=held.smsc)
    try:
        message = decode_incoming(held.message)
    except DecodeError:
        message = None
    return Delivery(tpdu=held.message, message=message, smsc=held.smsc)
