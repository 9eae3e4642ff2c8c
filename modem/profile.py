"""Contract of the files in `profiles/`: what is known of a modem model, as data that driver and emulator read.

A file in `profiles/`
1. MUST define `PROFILE = Profile(...)`, named as the file with - for _;
2. MUST say by `manufacturer` and `model` which modems it is for, and for no modem of another file (only `generic` is
   for none); its own personality is one of them;
3. MUST name, beside each value that departs from the standard, the manual, thread or program that says so;
4. MAY leave out whatever is as the standard has it; the defaults are that;
5. MUST NOT import another file of the folder.

Nobody asks for a vendor's name: what differs is a field here. The folder is walked, so a new file is all that a new
model needs; `tests/modem/profiles/test_conformance.py` finds it by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


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


@dataclass(frozen=True, kw_only=True, slots=True)
class UsbDevice:
    """Which serial port of a USB device is for what, for one or more product ids of one vendor.

    `roles` has two kinds of keys: "02" is bInterfaceNumber (udev: ID_USB_INTERFACE_NUM), "ff/01/02" is class, subclass
    and protocol of the interface; the second kind goes first. Interfaces that are not named are of unknown use.
    """

    # idVendor, four hexadecimal digits in small letters, and a regular expression for the whole idProduct.
    vendor: str
    product: str
    roles: Mapping[str, PortRole] = field(default_factory=lambda: MappingProxyType({}))
    # Why this device has no AT port at all and is left alone, in words for a person; "" for a modem.
    not_a_modem: str = ""
    # How long after its ports have appeared nothing may be written to them.
    quiet_s: float = 3.0


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
    # +CMGS came: how long OK may stay behind it. Real modems are late by seconds, or never send it.
    final_timeout_s: float = 2.0
    # Restart the modem: the first that it does not refuse is enough.
    reset_commands: tuple[str, ...] = ("AT+CFUN=1,1",)
    # Leave the air, and come back: the first pair whose first command is not refused. 27.007 8.2 and 7.3.
    radio_toggles: tuple[tuple[str, str], ...] = (("AT+CFUN=4", "AT+CFUN=1"), ("AT+COPS=2", "AT+COPS=0"))
    # Asks how warm the modem is, "" where it does not tell; the first number of the answer, in `temperature_unit_c`.
    temperature_command: str = ""
    temperature_unit_c: float = 1.0
    # Whether USSD texts are packed septets in hexadecimal, both ways, while +CSCS is "GSM"; elsewhere they are text.
    is_ussd_packed: bool = False
    # Whether a bare AT may be asked while a submit is unanswered: a modem that would abort the submit says False.
    is_probe_allowed: bool = True

    personality: Personality = field(default_factory=Personality)

    def is_for(self, manufacturer: str, model: str) -> bool:
        """Tell whether a modem with these answers to +CGMI and +CGMM is the one described."""
        wanted = ((self.manufacturer, manufacturer), (self.model, model))
        return all(pattern and re.search(pattern, text, re.IGNORECASE) for pattern, text in wanted)
