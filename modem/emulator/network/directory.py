"""Who has which number: emulated SIMs, people with a behaviour of their own, and everybody else's handset."""

from __future__ import annotations

from modem.emulator.network.handset import Handset
from modem.emulator.network.mailbox import Mailbox
from modem.emulator.network.recipient import PLAIN, Recipient
from modem.emulator.numbering import dialled_forms


class Directory:
    """Mailboxes by every way a number is dialled; handsets by the number they were first written to."""

    def __init__(self) -> None:
        self.handsets: dict[str, Handset] = {}
        self.default = PLAIN
        self._mailboxes: dict[str, Mailbox] = {}

    def find(self, dialled: str) -> Mailbox | None:
        """Return the mailbox behind a number; None for a person of whom nothing special is known."""
        mailbox = self._mailboxes.get(dialled)
        if mailbox is None and self.default is not PLAIN:
            return self.open(dialled)
        return mailbox

    def open(self, number: str) -> Mailbox:
        """Return the mailbox of a number, a new one when there was none."""
        mailbox = self._mailboxes.get(number)
        if mailbox is None:
            mailbox = Mailbox(number=number, recipient=self.default)
            # A name or a short code has no other form.
            for form in dialled_forms(number) if number.startswith("+") else (number,):
                self._mailboxes[form] = mailbox
        return mailbox

    def seat(self, number: str) -> Mailbox:
        """Return the mailbox for an emulated SIM: what everybody does by default it does not."""
        mailbox = self.open(number)
        if not mailbox.is_own:
            mailbox.recipient = PLAIN
        return mailbox

    def behave(self, number: str, recipient: Recipient) -> None:
        """Give the phone behind a number a behaviour."""
        mailbox = self.open(number)
        mailbox.recipient, mailbox.is_own = recipient, True

    def behave_by_default(self, recipient: Recipient) -> None:
        """Give a behaviour to everybody who has none of their own and no emulated SIM."""
        for mailbox in self._mailboxes.values():
            if mailbox.subscriber is None and not mailbox.is_own:
                mailbox.recipient = recipient
        self.default = recipient

    def recipient(self, number: str) -> Recipient:
        """Return the behaviour of the phone behind a number."""
        mailbox = self._mailboxes.get(number)
        return self.default if mailbox is None else mailbox.recipient

    def phone(self, number: str) -> Handset:
        """Return the handset with a number, a new one when there was none."""
        handset = self.handsets.get(number)
        if handset is None:
            handset = self.handsets[number] = Handset(number)
        return handset
