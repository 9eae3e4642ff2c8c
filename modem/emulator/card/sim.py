"""A SIM: who the subscriber is, and what stays with the card when it moves to another modem."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from modem.emulator.card.locks import Secret
from modem.emulator.card.number import type_of
from modem.emulator.card.phonebook import Contact, Phonebook
from modem.emulator.card.storage import Storage

if TYPE_CHECKING:
    from modem.emulator.numbering import Identity

SIM_CAPACITY: Final = 30
REPORT_CAPACITY: Final = 20
PHONEBOOK_CAPACITY: Final = 100
FIXED_CAPACITY: Final = 10
OWN_NUMBER_CAPACITY: Final = 4
OPERATOR_NAME: Final = "Emulated"
PIN: Final = "1234"
PUK: Final = "12345678"
PIN2: Final = "5678"
PUK2: Final = "87654321"


class Wanted(Enum):
    """What the card waits for, as +CPIN? names it (3GPP TS 27.007 8.3)."""

    NOTHING = "READY"
    PIN = "SIM PIN"
    PUK = "SIM PUK"


class Sim:
    """One card. `last_mr` is the TP-MR of its last submit, kept in EF-SMSS (3GPP TS 31.102 4.2.9)."""

    def __init__(
        self,
        identity: Identity,
        *,
        smsc: str,
        last_mr: int = 255,
        capacity: int = SIM_CAPACITY,
        pin: str = PIN,
        is_pin_asked: bool = False,
    ) -> None:
        self.imsi = identity.imsi
        self.iccid = identity.iccid
        self.number = identity.number
        self.smsc = smsc
        self.last_mr = last_mr
        self.operator_name = OPERATOR_NAME
        self.messages = Storage("SM", capacity)
        self.reports = Storage("SR", REPORT_CAPACITY)
        self.contacts = Phonebook("SM", PHONEBOOK_CAPACITY)
        self.fixed_numbers = Phonebook("FD", FIXED_CAPACITY)
        self.own_numbers = Phonebook("ON", OWN_NUMBER_CAPACITY)
        self.own_numbers.put(Contact(number=self.number, number_type=type_of(self.number), name=""))
        self.pin = Secret(pin, PUK)
        self.pin2 = Secret(PIN2, PUK2)
        self.is_pin_asked = is_pin_asked
        self.is_pin_verified = False
        # What the subscriber ordered of the network: a second call may wait.
        self.has_call_waiting = False

    @property
    def wanted(self) -> Wanted:
        """What has to be entered before the card can be used."""
        if self.pin.is_blocked:
            return Wanted.PUK
        return Wanted.PIN if self.is_pin_asked and not self.is_pin_verified else Wanted.NOTHING

    def enter_pin(self, code: str) -> bool:
        """Try a PIN; return whether the card is open now."""
        self.is_pin_verified = self.pin.verify(code)
        return self.is_pin_verified

    def enter_puk(self, unblock_code: str, new_pin: str) -> bool:
        """Try a PUK that sets a new PIN; return whether the card is open now. It asks for its PIN from then on."""
        if not self.pin.unblock(unblock_code, new_pin):
            return False
        self.is_pin_asked = self.is_pin_verified = True
        return True

    def lose_power(self) -> None:
        """Forget that the PIN was entered."""
        self.is_pin_verified = False
