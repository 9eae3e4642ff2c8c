"""Whether the service centre takes a submit, and if not, why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.emulator.network.answer import (
    DUPLICATE_REJECTED,
    SC_BUSY,
    VALIDITY_FORMAT_NOT_SUPPORTED,
    YES,
    Answer,
    RuleBook,
)

if TYPE_CHECKING:
    from modem.emulator.network.centre import Centre
    from modem.emulator.network.common import Common
    from modem.emulator.network.mailbox import Mailbox
    from modem.emulator.network.subscriber import Subscriber
    from modem.emulator.radio import Transmission
    from modem.pdu import Submit


class Admission:
    """The checks of one service centre: what was asked for, the SIM's money, then what the centre can do."""

    def __init__(self, common: Common, centre: Centre) -> None:
        self.rules = RuleBook()
        self.centre = centre
        self._common = common

    def decide(self, sender: Subscriber, sent: Transmission, mailbox: Mailbox | None, now: float) -> Answer:
        """Return the answer to a submit for `mailbox`, None for a person of whom nothing special is known."""
        submit, centre = sent.submit, self.centre
        recipient = submit.destination.text if mailbox is None else mailbox.number
        ruled = self.rules.decide(sender.imsi, recipient, self._common.at_s(now), self._common.chance)
        if ruled is not None:
            return ruled
        if centre.wrong_number_cause is not None and sent.smsc.lstrip("+") != centre.number.lstrip("+"):
            return Answer(cause=centre.wrong_number_cause)
        if (refused := sender.credit.refusal(now)) is not None:
            return refused
        if centre.refuses(submit.validity):
            return Answer(cause=VALIDITY_FORMAT_NOT_SUPPORTED)
        cause = None if mailbox is None else self._held_cause(sender, submit, mailbox)
        return YES if cause is None else Answer(cause=cause)

    def _held_cause(self, sender: Subscriber, submit: Submit, mailbox: Mailbox) -> int | None:
        """Return the TP-FCS for a submit that what is held already keeps out; None when it may come in."""
        if submit.reject_duplicates and mailbox.duplicate(submit, sender):
            return DUPLICATE_REJECTED
        return SC_BUSY if len(mailbox.queue) >= self.centre.capacity else None
