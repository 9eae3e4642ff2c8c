"""What a host can set on one AT line and loses with a reset."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from modem.pdu import Absolute, Relative

ONE_DAY: Final = Relative(octet=167)


class Charset(Enum):
    """<chset> of +CSCS (3GPP TS 27.007 5.5)."""

    GSM = "GSM"
    IRA = "IRA"
    UCS2 = "UCS2"


class UssdPresentation(Enum):
    """<n> of +CUSD (3GPP TS 27.007 7.15); 2 is no state, it ends the session."""

    HIDDEN = 0
    SHOWN = 1


@dataclass(slots=True, kw_only=True)
class TextParameters:
    """+CSMP: what a text mode message cannot say (3GPP TS 27.005 3.3.3)."""

    first_octet: int = 17
    validity: Relative | Absolute = ONE_DAY
    pid: int = 0
    dcs: int = 0


@dataclass(slots=True, kw_only=True)
class Indications:
    """+CNMI: what becomes of an arriving message (3GPP TS 27.005 3.4.1)."""

    mode: int = 0
    deliver: int = 0
    broadcast: int = 0
    report: int = 0
    buffer: int = 0


@dataclass(slots=True, kw_only=True)
class BroadcastFilter:
    """+CSCB: which cell broadcasts are taken, as lists of ranges (3GPP TS 27.005 3.3.4)."""

    identifiers: tuple[range, ...] = ()
    codings: tuple[range, ...] = ()


@dataclass(slots=True, kw_only=True)
class Settings:
    """One profile; the defaults are the factory's, as AT&F restores them."""

    is_echo: bool = True
    is_verbose: bool = True
    is_quiet: bool = False
    error_level: int = 0
    is_text_mode: bool = False
    charset: Charset = Charset.GSM
    is_header_shown: bool = False
    text: TextParameters = field(default_factory=TextParameters)
    service: int = 0
    more_messages: int = 0
    indications: Indications = field(default_factory=Indications)
    read_memory: str = "SM"
    write_memory: str = "SM"
    receive_memory: str = "SM"
    registration_reports: dict[str, int] = field(default_factory=dict)
    operator_format: int = 0
    ussd: UssdPresentation = UssdPresentation.HIDDEN
    broadcasts: BroadcastFilter = field(default_factory=BroadcastFilter)
    phonebook: str = "SM"
    # Numbers of the indicators that +CIND switched off.
    muted_indicators: frozenset[int] = frozenset()
    registers: dict[str, int] = field(default_factory=dict)
    # By the name of the command, what differs from the factory's choice; see `number_settings.py`.
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)
