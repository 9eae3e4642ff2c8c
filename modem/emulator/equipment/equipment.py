"""The mobile equipment behind an AT line: card, memories, settings and radio, with no dialogue of its own."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from modem.at.device import Device
from modem.emulator.card.phonebook import Phonebook
from modem.emulator.card.sim import Wanted
from modem.emulator.equipment.context import Context
from modem.emulator.equipment.local_time import LocalTime
from modem.emulator.equipment.memories import Memories
from modem.emulator.equipment.settings import Settings
from modem.emulator.radio import (
    Attached,
    CellIdentity,
    Detached,
    MemoryFreed,
    RadioEvent,
    Registration,
)

if TYPE_CHECKING:
    from modem.emulator.card.sim import Sim
    from modem.emulator.card.storage import Storage
    from modem.emulator.equipment.call import Call
    from modem.emulator.equipment.memories import Memory
    from modem.emulator.numbering import Identity
    from modem.profile import Personality

FLASH_CONTACTS: Final = 100
CALL_LIST: Final = 10


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
        # The machine's time of what it does now, in seconds of any steady clock.
        self.now = 0.0
        self.memories = Memories(personality.flash_slots, personality.first_index)
        self.flash_contacts = Phonebook("ME", FLASH_CONTACTS)
        self.call_lists = {name: Phonebook(name, CALL_LIST) for name in ("DC", "MC", "RC")}
        self.saved = Settings()
        self.settings = Settings()
        self.functionality = Functionality.MINIMUM
        self.registration = Registration.NONE
        self.is_searching = False
        self.card_busy_until = 0.0
        self._bars: list[Registration] = []
        self.insert(sim)
        self.operator = "Emulated"
        self.operator_code = "00101"
        self.cell = CellIdentity()
        self.signal_quality = 21
        self.bit_error_rate = 0
        # +COPS=1 chose the network; +COPS=2 left it.
        self.is_operator_chosen = self.is_operator_left = False
        self.call: Call | None = None
        self.is_ussd_open = False
        self.is_packet_attached = True
        self.station_class = "A"
        # Modules come with one defined; ModemManager 1.20 dies of a Cinterion without any.
        self.contexts: dict[int, Context] = {1: Context()}
        self.local_time = LocalTime()
        self.shown_indicators: tuple[int, ...] | None = None
        self.is_reboot_due = False
        # Routed messages: at most one waits for +CNMA when phase 2+ is on; a buffer holds them in +CNMI mode 0.
        self.acknowledge_by: float | None = None
        self.buffered_urcs: deque[str] = deque()
        # When +CMMS=1 falls back to 0 because no further message followed.
        self.link_until: float | None = None
        self._radio_events: deque[RadioEvent] = deque()

    # -- card and settings ----------------------------------------------------

    def insert(self, sim: Sim) -> None:
        """Put a card in where none is; a modem that is on starts it and looks for its network."""
        self.sim = sim
        self.is_card_present = True
        self.memories.use_card(sim)
        self.search_network()

    def eject(self) -> None:
        """Take the card out, with the service."""
        self.is_card_present = False
        self.sim.lose_power()
        self.leave_network()

    @property
    def is_card_busy(self) -> bool:
        """Whether the card is still starting."""
        return self.now < self.card_busy_until

    @property
    def is_card_open(self) -> bool:
        """Whether the card is there and waits for nothing."""
        return self.is_card_present and not self.sim.pin.is_dead and self.sim.wanted is Wanted.NOTHING

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
        self.sim.lose_power()
        self.is_reboot_due = False
        self.is_packet_attached = True
        self.is_operator_chosen = self.is_operator_left = False
        self.shown_indicators = None
        self.acknowledge_by = self.link_until = None
        self.buffered_urcs.clear()

    # -- radio ----------------------------------------------------------------

    def tell(self, event: RadioEvent) -> None:
        """Pass an event to the network."""
        self._radio_events.append(event)

    @property
    def has_radio_events(self) -> bool:
        """Whether the network has not heard everything yet."""
        return bool(self._radio_events)

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
        """Ask for service, unless it is there, the radio is off or the card is locked."""
        is_wanted = self.functionality is Functionality.FULL and not self.is_operator_left
        if self._bars:
            if is_wanted:
                self.register(self._bars[-1])
            return
        if is_wanted and self.is_card_open and not self.is_searching:
            self.is_searching = True
            self.register(Registration.SEARCHING)
            self.tell(Attached())

    def leave_network(self) -> None:
        """Give up service until `search_network`."""
        if self.is_searching:
            self.is_searching = False
            self.register(Registration.NONE)
            self.call = None
            self.is_ussd_open = False
            self.contexts = {cid: replace(context, is_active=False) for cid, context in self.contexts.items()}
            self.tell(Detached())
        elif self._bars:
            self.register(Registration.NONE)

    def bar_service(self, registration: Registration) -> None:
        """Keep the modem from its network, whatever the host tries; +CREG says `registration` meanwhile."""
        self._bars.append(registration)
        self.leave_network()
        self.search_network()

    def unbar_service(self, registration: Registration) -> None:
        """Undo one `bar_service`."""
        self._bars.remove(registration)
        self.search_network()

    def register(self, registration: Registration, cell: CellIdentity | None = None) -> None:
        """Take a registration state and report it on the lines that asked for it, a new cell only where cells are."""
        is_moved = cell is not None and cell != self.cell
        is_changed = registration is not self.registration
        self.registration = registration
        self.cell = cell or self.cell
        for name, mode in self.settings.registration_reports.items():
            if (mode and is_changed) or (mode > 1 and is_moved):
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

    @property
    def flash(self) -> Storage:
        """The modem's own message memory."""
        return self.memories.flash

    def memory(self, name: str) -> Memory:
        """Return a message memory by its +CPMS name; an unknown name is refused with +CMS ERROR: 302."""
        return self.memories.get(name)

    @property
    def read_memory(self) -> Memory:
        """The memory that +CMGR, +CMGL and +CMGD mean."""
        return self.memory(self.settings.read_memory)

    @property
    def write_memory(self) -> Memory:
        """The memory that +CMGW and +CMSS mean."""
        return self.memory(self.settings.write_memory)

    @property
    def receive_memory(self) -> Memory:
        """The memory that arriving messages go to."""
        return self.memory(self.settings.receive_memory)

    def refuse_message(self) -> None:
        """Note that the network keeps a message because the memory was full."""
        self.memories.is_message_refused = True

    def free(self, memory: Memory, index: int) -> bool:
        """Empty a slot, and tell the network when it keeps messages for us; return whether a message was there."""
        is_removed = memory.remove(index)
        if is_removed and self.memories.is_message_refused:
            self.memories.is_message_refused = False
            self.tell(MemoryFreed())
        return is_removed
