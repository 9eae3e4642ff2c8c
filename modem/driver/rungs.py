"""The rungs of the recovery ladder, as a table: mild ones first, each with what it needs, costs and cures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from modem.driver.symptoms import Symptom


class Rung(Enum):
    """One recovery step, named for people."""

    ESCAPE = "ESC and AT"
    REOPEN = "close the port and open it again"
    RADIO = "radio off and on"
    REBOOT = "restart of the modem by command"
    OTHER_PORT = "restart of the modem by command on its other port"
    USB_RESET = "reset of its USB port"
    REAUTHORISE = "USB device refused and allowed again"
    POWER_CYCLE = "power off and on"
    HUB_RESET = "reset of the whole USB hub"


class Need(Enum):
    """What a rung cannot do without."""

    NOTHING = "nothing"
    RESET_COMMAND = "a reset command in the modem's profile"
    OTHER_PORT = "a second AT port of the same modem, and a reset command"
    POWER_CONTROL = "something that may reset USB devices or switch their power, for this modem"


@dataclass(frozen=True, kw_only=True, slots=True)
class RungFacts:
    """One line of the table.

    `cost_s` is how long the modem is away at least; `wait_s` the pause between the step and the first look, `verify_s`
    how long the symptom may still be seen behind it before the step has failed. `is_on_line`: it is done by AT
    commands over the open port. `is_reset`: it counts against the hourly cap. `is_gentle`: it takes no answer away, so
    it may be done while a submit may still be answered.
    """

    rung: Rung
    need: Need
    cost_s: float
    wait_s: float
    verify_s: float
    is_on_line: bool
    is_reset: bool
    cures: frozenset[Symptom]
    is_gentle: bool = False


_DEAF: Final = frozenset({Symptom.SILENT})
# Lists are tried for nothing; each submit that is not answered may be a message sent twice, so that stuck submits are
# not for steps that a modem which answers AT hardly notices.
_LIST: Final = frozenset({Symptom.LIST_STUCK})
_STUCK: Final = frozenset({Symptom.SUBMIT_STUCK, Symptom.LIST_STUCK})
_AIR: Final = frozenset({Symptom.NO_SIGNAL, Symptom.NO_NETWORK, Symptom.SEARCHING, Symptom.SENDS_FAIL})
_SIM: Final = frozenset({Symptom.SIM_FAILS})
_PORT: Final = frozenset({Symptom.PORT_FAILS, Symptom.PORT_ABSENT})
_ALL: Final = _DEAF | _STUCK | _AIR | _SIM | _PORT

# With these the device stays on the bus: a port that goes meanwhile was pulled, or its modem died.
KEEPS_PORT: Final = frozenset({Rung.ESCAPE, Rung.REOPEN, Rung.RADIO})

# Waits and verifications: a restarted USB modem is on the bus again after 5 to 30 s and answers a while later; a radio
# toggle takes 5 to 30 s; power stays off 5 to 10 s, or the capacitors keep the modem alive.
LADDER: Final[tuple[RungFacts, ...]] = (
    RungFacts(
        rung=Rung.ESCAPE, need=Need.NOTHING, cost_s=1, wait_s=0, verify_s=3, is_on_line=True, is_reset=False,
        cures=_DEAF | _LIST,
    ),
    RungFacts(
        rung=Rung.REOPEN, need=Need.NOTHING, cost_s=1, wait_s=0, verify_s=5, is_on_line=False, is_reset=False,
        is_gentle=True, cures=_DEAF | _LIST,
    ),
    RungFacts(
        rung=Rung.RADIO, need=Need.NOTHING, cost_s=20, wait_s=5, verify_s=60, is_on_line=True, is_reset=True,
        cures=_AIR | _STUCK | _SIM,
    ),
    RungFacts(
        rung=Rung.REBOOT, need=Need.RESET_COMMAND, cost_s=30, wait_s=3, verify_s=60, is_on_line=True, is_reset=True,
        cures=_DEAF | _STUCK | _AIR | _SIM,
    ),
    RungFacts(
        rung=Rung.OTHER_PORT, need=Need.OTHER_PORT, cost_s=30, wait_s=3, verify_s=60, is_on_line=False, is_reset=True,
        cures=_DEAF | _STUCK | {Symptom.PORT_FAILS},
    ),
    RungFacts(
        rung=Rung.USB_RESET, need=Need.POWER_CONTROL, cost_s=30, wait_s=3, verify_s=60, is_on_line=False,
        is_reset=True, cures=_ALL - {Symptom.PORT_ABSENT},
    ),
    RungFacts(
        rung=Rung.REAUTHORISE, need=Need.POWER_CONTROL, cost_s=30, wait_s=3, verify_s=60, is_on_line=False,
        is_reset=True, cures=_ALL,
    ),
    RungFacts(
        rung=Rung.POWER_CYCLE, need=Need.POWER_CONTROL, cost_s=45, wait_s=3, verify_s=90, is_on_line=False,
        is_reset=True, cures=_ALL,
    ),
    RungFacts(
        rung=Rung.HUB_RESET, need=Need.POWER_CONTROL, cost_s=60, wait_s=3, verify_s=90, is_on_line=False,
        is_reset=True, cures=_DEAF | _PORT,
    ),
)  # fmt: skip
