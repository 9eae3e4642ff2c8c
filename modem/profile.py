"""What is known of a modem model: a record of data that driver and emulator read; nobody asks for a vendor's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    # Vendor commands with an answer that never changes, as typed behind AT, e.g. {"^CURC=0": ()}.
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    # Commands of the common set that the model does not know.
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """One model, or a family that behaves alike. The defaults are what 27.005 and 27.007 promise of any modem.

    A +CNMI value is made of the first number of each preference that the modem advertises; when it advertises nothing
    usable, or refuses what it advertised, `cnmi_fallbacks` are tried in order.
    """

    name: str

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
    # Whether a bare AT may be asked while a submit is unanswered: a modem that would abort the submit says False.
    is_probe_allowed: bool = True

    personality: Personality = field(default_factory=Personality)
