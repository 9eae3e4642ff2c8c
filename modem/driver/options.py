"""What the owner of a modem may choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modem.driver.ladder import Limits
from modem.driver.pins import MemoryPinLedger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modem.driver.pins import PinLedger, PinSource


@dataclass(frozen=True, kw_only=True, slots=True)
class SimOptions:
    """Choices for one SIM."""

    # Asked only when the SIM wants its PIN; the PIN is tried once, by the rule of `pins`.
    pin: PinSource | None = None
    # In international form; None leaves the service centre that the SIM knows.
    smsc: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModemOptions:
    """Choices for one modem and its SIMs; times in seconds."""

    baudrate: int = 115200
    # From Ctrl-Z to the final result. Quectel allows 120 s, and TS 24.011 (TR1M, TC1*) lets a modem wait 45 s and more.
    submit_timeout_s: float = 120.0
    # How long the result of a submit may stay out before a bare AT asks whether it will come at all.
    patience_s: float = 15.0
    # From Ctrl-Z until a modem that is silent to AT all this time is believed to hang, and not to be busy with the
    # submit: only then it may be restarted. TS 24.011 lets it wait for the network for 45 s (TR1M).
    hung_after_s: float = 60.0
    # By ICCID. A SIM that does not tell its ICCID before its PIN gets none: it may be another SIM.
    sims: Mapping[str, SimOptions] = field(default_factory=dict)
    # Where tries of PINs are on record, for all modems: a SIM takes its counter along.
    pin_ledger: PinLedger = field(default_factory=MemoryPinLedger)
    # How soon a port that is missing or busy is tried again.
    reopen_interval_s: float = 0.5
    # How often registration and signal are asked, besides the URCs.
    poll_interval_s: float = 30.0
    # How often all memories are looked through for messages that were not announced.
    sweep_interval_s: float = 300.0
    # Whether calls that come in are refused at once: nobody answers them, and some modems send nothing while they ring.
    hang_up_calls: bool = True
    # How far the driver goes to bring a modem back, and how often.
    recovery: Limits = field(default_factory=Limits)
    # A second AT port of the same modem: one that does not answer may still be restarted there.
    other_port: str | None = None

    # Where what is read from the port is kept until it has been acted upon: a killed process takes nothing along.
    input_file: Path | None = None

    @property
    def owed_s(self) -> float:
        """How long behind its Ctrl-Z a submit may still be answered by a modem that does not answer AT."""
        return min(self.hung_after_s, self.submit_timeout_s)

    def sim(self, iccid: str | None) -> SimOptions:
        """Return the choices for the SIM in the modem."""
        return self.sims.get(iccid or "", SimOptions())
