"""The mobile equipment behind an AT line: card, memories, settings and radio, with no dialogue of its own."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from modem.at.device import Device
from modem.emulator.radio import (
    Attached,
    CellIdentity,
    Detached,
    MemoryFreed,
    RadioEvent,
    Registration,
    Ringing,
    UssdAnswered,
)
from modem.emulator.refusal import Cms, CmsError
from modem.emulator.settings import Settings
from modem.emulator.storage import Storage

if TYPE_CHECKING:
    from modem.emulator.numbering import Identity
    from modem.emulator.sim import Sim
    from modem.profile import Personality

ACCESS_TECHNOLOGY: Final = 7  # E-UTRAN


class Functionality(IntEnum):
    """<fun> of +CFUN (3GPP TS 27.007 8.2)."""

    MINIMUM = 0
    FULL = 1
    RADIO_OFF = 4


class Equipment:
    """State of one modem; command handlers read and change it, the machine runs it."""

    def __init__(self, identity: Identity, sim: Sim, personality: Personality) -> None:
        self.identity = identity
        self.personality = personality
        self.device = Device()
        self.flash = Storage("ME", personality.flash_slots)
        self.insert(sim)
        self.saved = Settings()
        self.settings = Settings()
        self.functionality = Functionality.MINIMUM
        self.registration = Registration.NONE
        self.is_searching = False
        self.operator = "Emulated"
        self.operator_code = "00101"
        self.cell = CellIdentity()
        self.signal_quality = 21
        self.bit_error_rate = 0
        # The last ring of a call that nobody took or ended, and the newest word of the USSD session.
        self.ring: Ringing | None = None
        self.ussd_answer: UssdAnswered | None = None
        self.is_reboot_due = False
        # Routed messages: at most one waits for +CNMA when phase 2+ is on; a buffer holds them in +CNMI mode 0.
        self.acknowledge_by: float | None = None
        self.buffered_urcs: deque[str] = deque()
        self._radio_events: deque[RadioEvent] = deque()
        self._is_message_refused = False

    # -- card and settings ----------------------------------------------------

    def insert(self, sim: Sim) -> None:
        """Put a card in; how its slots are numbered is the modem's matter."""
        self.sim = sim
        for memory in (self.flash, sim.messages, sim.reports):
            memory.first_index = self.personality.first_index

    def apply(self, settings: Settings) -> None:
        """Make a copy of `settings` the ones in force."""
        self.settings = deepcopy(settings)
        self.device.is_echo = settings.is_echo
        self.device.is_verbose = settings.is_verbose
        self.device.is_quiet = settings.is_quiet

    def lose_power(self) -> None:
        """Forget what is not on the card or in the flash."""
        self.settings.registration_reports.clear()
        self.switch(Functionality.MINIMUM)
        self.device.reset()
        self.apply(self.saved)
        self.is_reboot_due = False
        self.acknowledge_by = None
        self.buffered_urcs.clear()

    # -- radio ----------------------------------------------------------------

    def tell(self, event: RadioEvent) -> None:
        """Pass an event to the network."""
        self._radio_events.append(event)

    def next_radio_event(self) -> RadioEvent | None:
        """Return what the network has to know, oldest first, or None."""
        return self._radio_events.popleft() if self._radio_events else None

    def switch(self, functionality: Functionality) -> None:
        """Change +CFUN; the radio goes on or off with it."""
        was_on, is_on = self.functionality is Functionality.FULL, functionality is Functionality.FULL
        self.functionality = functionality
        if is_on and not was_on:
            self.search_network()
        elif was_on and not is_on:
            self.leave_network()

    def search_network(self) -> None:
        """Ask for service, unless it is there or the radio is off."""
        if self.functionality is Functionality.FULL and not self.is_searching:
            self.is_searching = True
            self.register(Registration.SEARCHING)
            self.tell(Attached())

    def leave_network(self) -> None:
        """Give up service until `search_network`."""
        if self.is_searching:
            self.is_searching = False
            self.register(Registration.NONE)
            self.tell(Detached())

    def register(self, registration: Registration) -> None:
        """Take a registration state and report it on the lines that asked for it."""
        if registration is self.registration:
            return
        self.registration = registration
        for name, mode in self.settings.registration_reports.items():
            if mode:
                self.device.send_urc(f"{name}: {self.registration_text(mode)}")

    def registration_text(self, mode: int) -> str:
        """Return the state as in +CREG, with the cell when `mode` is 2 and there is one."""
        stat = self.registration.value
        if mode < 2 or not self.is_registered:
            return str(stat)
        return f'{stat},"{self.cell.location_area}","{self.cell.cell_id}",{self.cell.technology.value}'

    @property
    def is_registered(self) -> bool:
        """Whether the network gives service."""
        return self.registration.has_service

    # -- memories -------------------------------------------------------------

    def memory(self, name: str) -> Storage:
        """Return a message memory by its +CPMS name; an unknown name is refused with +CMS ERROR: 302."""
        for memory in (self.sim.messages, self.flash, self.sim.reports):
            if memory.name == name:
                return memory
        raise CmsError(Cms.NOT_ALLOWED)

    def refuse_message(self) -> None:
        """Note that the network keeps a message because the memory was full."""
        self._is_message_refused = True

    def free(self, memory: Storage, index: int) -> bool:
        """Empty a slot, and tell the network when it keeps messages for us; return whether a message was there."""
        is_removed = memory.remove(index)
        if is_removed and self._is_message_refused:
            self._is_message_refused = False
            self.tell(MemoryFreed())
        return is_removed
