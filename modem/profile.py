"""Contract of the files in `profiles/`: what is known of a modem model, as data that driver and emulator read.

A file in `profiles/`
1. MUST define `PROFILE = Profile(...)`, named as the file with - for _;
2. MUST say by `manufacturer` and `model` which modems it is for, and for no modem of another file (only `generic` is
   for none); its own personality is one of them;
3. MUST name, beside each value that departs from the standard, the manual, thread or program that says so;
4. MAY leave out whatever is as the standard has it; the defaults are that;
5. MUST NOT import another file of the folder;
6. MUST have a dialogue in `tests/modem/transcripts`, written from its sources, to which driver and emulator keep.

Nobody asks for a vendor's name: what differs is a field here. The folder is walked, so a new file is all that a new
model needs; `tests/modem/profiles/test_conformance.py` finds it by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# As `UsbDevice.product`: whatever the maker makes.
ANY_PRODUCT: Final = "...."
# As `UsbDevice.not_a_modem`: a modem that shows its driver disc first.
STORAGE_MODE: Final = (
    "This modem shows itself as a disc with its own drivers. Install usb_modeswitch (Debian: apt-get install "
    "usb-modeswitch), then unplug it and plug it in again: it comes back as a modem."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Commands that a model refuses, always or while it starts.

    `commands` is a regular expression for the whole command as typed behind AT, without blanks and quotation marks.
    """

    commands: str
    # The final result, e.g. "ERROR", "+CMS ERROR: 302" or words of the model.
    result: str
    # Seconds from power-up; None for good.
    until_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """An unsolicited line that comes again and again."""

    line: str
    every_s: float
    # Seconds from power-up to the first one, and to the end; None for no end.
    first_s: float
    until_s: float | None = None
    # Commands, as typed behind AT, that stop it and start it again; "" for none.
    stopped_by: str = ""
    started_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Boot:
    """What a model does between power-up and being ready for everything, in seconds from power-up."""

    # When AT is answered.
    at_s: float = 0.5
    # What it says meanwhile, and when; {pin_state} and the other names of `answers` are filled in.
    lines: tuple[tuple[float, str], ...] = ()
    # What it refuses meanwhile: a card that has not started, a message service that is not ready.
    refusals: tuple[Refusal, ...] = ()

    @property
    def length_s(self) -> float:
        """How long it takes until the model is ready for everything."""
        ends = [refusal.until_s or 0.0 for refusal in self.refusals]
        return max(self.at_s, *(at_s for at_s, _ in self.lines), *ends, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Personality:
    """How a model shows itself on its AT port. The emulator plays it; the driver asks instead and does not read it.

    The defaults are those that every traced program accepted.
    """

    manufacturer: str = "gsm-gateway"
    model: str = "Emulated modem"
    revision: str = "EM01.00"
    # What +GCAP lists; V.250 6.1.9.
    capabilities: str = "+CGSM,+DS,+ES"

    # The five lists of +CNMI=?; 27.005 3.4.1.
    cnmi: tuple[tuple[int, ...], ...] = ((0, 1, 2), (0, 1, 2, 3), (0, 2), (0, 1, 2), (0, 1))
    # Whether routed messages and reports (mt 2 and 3, ds 1) are refused until +CSMS=1.
    routes_in_phase_2_only: bool = False
    # The three lists of +CPMS=?: memories to read, to write and to receive into; 27.005 3.2.2.
    memories: tuple[tuple[str, ...], ...] = (("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME"))
    # Slots of the modem's own flash; those of the SIM belong to the card.
    flash_slots: int = 50
    # Number of the first slot of every memory: 0 on Qualcomm-based models.
    first_index: int = 1
    # The answer of +CMGR to an empty slot: an information response, "" for a bare OK, or a +CMS ERROR.
    empty_slot: str = "+CMS ERROR: 321"
    # Whether octets beyond the length that +CMGS announced are dropped; elsewhere they are +CMS ERROR: 304.
    truncates_long_pdus: bool = False
    # Whether USSD texts are packed septets in hexadecimal while +CSCS is "GSM".
    is_ussd_packed: bool = False
    # Said when a message was refused because the memory was full; "{memory}" becomes its +CPMS name.
    memory_full_urc: str = ""
    # The final result of a command that the model does not know; "" for what +CMEE makes of +CME ERROR: 4.
    unknown_command: str = ""
    # Vendor commands with an answer that never changes, as typed behind AT without quotation marks, e.g.
    # {"^CURC=0": ()}; a key that ends in "=" answers every set form. In an answer, {imei} becomes that of the machine,
    # and {imsi}, {iccid}, {iccid_swapped} (digits as in the file, ETSI TS 102 221 13.2), {pin_state}, {pin_tries} and
    # {puk_tries} those of its card.
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    # Commands that mean the same as one of the common set, both as typed behind AT: {"+CMGDA=6": "+CMGD=1,4"}.
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    # Commands of the common set that the model does not know.
    missing: frozenset[str] = frozenset()

    boot: Boot = field(default_factory=Boot)
    repeated: tuple[Repeated, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    # How lines are written otherwise than in the standard, unsolicited ones and errors too: a regular expression, and
    # what becomes of its first match in a line (`re.sub`). All are tried, in order.
    spellings: tuple[tuple[str, str], ...] = ()
    # Commands, as typed behind AT, that start the modem again.
    restarts: frozenset[str] = frozenset()
    # Commands that switch it off, and the line it says then.
    switches_off: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    # Commands whose answer ends without a final result.
    unfinished: frozenset[str] = frozenset()


class PortRole(Enum):
    """What one serial port of a USB device is for."""

    # Takes commands and says the unsolicited lines: the one that we want.
    AT = "at"
    # Takes commands too; often the port that data calls use, and another way in when the first one hangs.
    AT2 = "at2"
    # These three are never written to.
    DIAG = "diag"
    GPS = "gps"
    AUDIO = "audio"
    # Not for commands, for whatever it is.
    OTHER = "other"


def port_roles(table: str) -> Mapping[str, PortRole]:
    """Return `UsbDevice.roles` from a table in one line, ValueError for a word that is no role.

    >>> port_roles("00:diag 02:at")
    mappingproxy({'00': <PortRole.DIAG: 'diag'>, '02': <PortRole.AT: 'at'>})
    """
    entries = (entry.rsplit(":", 1) for entry in table.split())
    return MappingProxyType({key: PortRole(role) for key, role in entries})


@dataclass(frozen=True, kw_only=True, slots=True)
class UsbDevice:
    """Which serial port of a USB device is for what, for one or more product ids of one vendor.

    `roles` has three kinds of keys: "02" is bInterfaceNumber (udev: ID_USB_INTERFACE_NUM), "ff/01/02" is class,
    subclass and protocol of the interface, and "02,ff/ff/ff" is both. `role_of` asks for both, then the protocol, then
    the number. Interfaces that are not named are of unknown use.
    """

    # idVendor, four hexadecimal digits in small letters, and a regular expression for the whole idProduct: alternatives
    # of four signs, each a digit, a class of digits or a dot. "...." is every product of a maker of nothing but modems;
    # entries that name products go before it.
    vendor: str
    product: str
    roles: Mapping[str, PortRole] = field(default_factory=lambda: MappingProxyType({}))
    # Why this device has no AT port at all and is left alone, and what to do, in words for a person; "" for a modem.
    not_a_modem: str = ""
    # How long after its ports have appeared nothing may be written to them.
    quiet_s: float = 3.0

    @property
    def is_whole_vendor(self) -> bool:
        """Tell whether this entry is for whatever its maker makes."""
        return self.product == ANY_PRODUCT

    def is_for(self, vendor: str, product: str) -> bool:
        """Tell whether a device with this idVendor and idProduct, in capitals or not, is described here."""
        return vendor.lower() == self.vendor and re.fullmatch(self.product, product.lower()) is not None

    def role_of(self, interface: str, kind: str = "") -> PortRole | None:
        """Return what the port is for, None when that is not known.

        `interface` is bInterfaceNumber as udev has it ("02"), `kind` class, subclass and protocol ("ff/02/02").
        """
        keys = (f"{interface},{kind}", kind, interface)
        return next((self.roles[key] for key in map(str.lower, keys) if key in self.roles), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A number that a model tells when it is asked.

    `pattern` is searched in each line of the answer; its first group, times `unit`, is the number.
    """

    command: str
    pattern: str = r":.*?(-?\d+(?:\.\d+)?)"
    unit: float = 1.0

    def read(self, lines: Iterable[str]) -> float | None:
        """Return the first number that the answer tells, None when it tells none."""
        found = next(filter(None, (re.search(self.pattern, line) for line in lines)), None)
        return None if found is None else float(found[1]) * self.unit


# A SIM gives three tries of its PIN (3GPP TS 31.101 9.5.1); +CPINR may say otherwise.
ALL_TRIES: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class TriesLeft:
    """How many tries of the PIN are left, of how many."""

    left: int
    most: int = ALL_TRIES


@dataclass(frozen=True, kw_only=True, slots=True)
class PinTries:
    """How a model tells how often the PIN of its SIM may still be tried. Asking spends no try.

    `pattern` is searched in each line of the answer to `command`; its group `pin` is the number, to the given base, and
    its group `most`, where it has one, how many there ever were. A match without `pin` says that none is left. Some
    commands count for whatever the SIM waits for: ask only while +CPIN? says SIM PIN.
    """

    command: str
    pattern: str
    base: int = 10

    def read(self, lines: Iterable[str]) -> TriesLeft | None:
        """Return how many tries are left, None when the answer does not tell.

        >>> PinTries(command="AT+UPINCNT", pattern=r"\\+UPINCNT: (?P<pin>\\d+),").read(["+UPINCNT: 3,3,10,10"])
        TriesLeft(left=3, most=3)
        """
        found = next(filter(None, (re.search(self.pattern, line) for line in lines)), None)
        if found is None:
            return None
        most = found.groupdict().get("most")
        left = int(found["pin"], self.base) if found["pin"] is not None else 0
        return TriesLeft(left=left, most=int(most) if most else ALL_TRIES)


# 27.007 8.65, and the card itself: VERIFY PIN without a PIN (TS 102 221 11.1.9: 63Cx for x tries left, 6983 for none).
STANDARD_PIN_TRIES: Final = (
    PinTries(command='AT+CPINR="SIM PIN"', pattern=r'^\+CPINR: ?"?SIM PIN"?,(?P<pin>\d+)(?:,(?P<most>\d+))?'),
    PinTries(command='AT+CSIM=10,"0020000100"', pattern=r'^\+CSIM: ?4,"?(?:63[Cc](?P<pin>[\dA-Fa-f])|6983)', base=16),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """One model, or a family that behaves alike. The defaults are what 27.005 and 27.007 promise of any modem.

    A +CNMI value is made of the first number of each preference that the modem advertises; when it advertises nothing
    usable, or refuses what it advertised, `cnmi_fallbacks` are tried in order.
    """

    name: str

    # Regular expressions for what +CGMI and +CGMM say, found anywhere in it, in capitals or not; "" matches no model.
    manufacturer: str = ""
    model: str = ""
    # The USB devices that modems of this profile are, where the ids are known.
    usb: tuple[UsbDevice, ...] = ()

    cnmi_mode: tuple[int, ...] = (2, 1, 3)
    # Stored first: what waits in a memory survives our crash. 27.005 3.4.1.
    cnmi_deliver: tuple[int, ...] = (1, 2)
    # Routed first: reports that were stored can not be read back on many LTE modules.
    cnmi_report: tuple[int, ...] = (1, 2)
    cnmi_buffer: tuple[int, ...] = (0, 1)
    cnmi_fallbacks: tuple[str, ...] = (
        "2,1,0,1,0", "1,1,0,1,0", "2,1,0,2,0", "2,1,0,1,1", "1,1,0,2,0", "2,2,0,1,0", "1,2,0,1,0", "2,2,0,2,0",
        "2,1,0,0,0", "2,1", "1,1",
    )  # fmt: skip

    # Given once at each start-up, before anything else is set; a model that refuses one goes on without it. They switch
    # off what is noise for us, and have unsolicited lines come to the port we are at.
    init_commands: tuple[str, ...] = ()

    # Whether a model that took <mt>=1 says +CMTI for every message; where not, messages are looked for more often.
    is_announcing_surely: bool = True

    # Tried in order until one answer tells the tries of the PIN.
    pin_tries: tuple[PinTries, ...] = STANDARD_PIN_TRIES

    # Tried in order until one answer holds an ICCID; the last is the SIM file itself, 27.007 8.18 and TS 31.102 4.2.
    iccid_commands: tuple[str, ...] = ("AT+CCID", "AT+ICCID", "AT+QCCID", "AT^ICCID?", "AT+CRSM=176,12258,0,0,10")

    # Names of URCs that tell of a restart: everything that was set is lost.
    restart_urcs: frozenset[str] = frozenset()
    # Names of URCs that tell that the SIM was (re)started while the modem went on.
    sim_urcs: frozenset[str] = frozenset()
    # Names of URCs that end the wait for a SIM that is still busy.
    ready_urcs: frozenset[str] = frozenset()

    # How long the modem may stay silent after power-up before it is given up.
    boot_s: float = 20.0
    # How long a SIM may answer "busy" after the modem itself answers.
    sim_busy_s: float = 60.0
    prompt_timeout_s: float = 10.0
    # From Ctrl-Z to the final result, where the network takes longer than the owner of the modem would wait.
    submit_timeout_s: float = 0.0
    # +CMGS came: how long OK may stay behind it. Real modems are late by seconds, or never send it.
    final_timeout_s: float = 2.0
    # Restart the modem: the first that it does not refuse is enough.
    reset_commands: tuple[str, ...] = ("AT+CFUN=1,1",)
    # Leave the air, and come back: the first pair whose first command is not refused. 27.007 8.2 and 7.3.
    radio_toggles: tuple[tuple[str, str], ...] = (("AT+CFUN=4", "AT+CFUN=1"), ("AT+COPS=2", "AT+COPS=0"))
    # How warm it is, in degrees Celsius, and its supply in volts; None where it has no command of its own for it (the
    # voltage is then looked for in +CBC).
    temperature_c: Reading | None = None
    voltage_v: Reading | None = None
    # Whether USSD texts are packed septets in hexadecimal, both ways, while +CSCS is "GSM"; elsewhere they are text.
    is_ussd_packed: bool = False
    # Whether a bare AT may be asked while a submit is unanswered: a modem that would abort the submit says False.
    is_probe_allowed: bool = True

    personality: Personality = field(default_factory=Personality)

    def is_for(self, manufacturer: str, model: str) -> bool:
        """Tell whether a modem with these answers to +CGMI and +CGMM is the one described."""
        wanted = ((self.manufacturer, manufacturer), (self.model, model))
        return all(pattern and re.search(pattern, text, re.IGNORECASE) for pattern, text in wanted)
