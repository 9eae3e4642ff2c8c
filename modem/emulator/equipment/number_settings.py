"""Commands that only keep small numbers: which values each takes and what the factory set.

The test, read and set forms of such a command follow from its line here (`Shelf.numbers`); whoever acts on a value asks
`values`. What a host set is kept in `Settings.numbers`, so that ATZ and AT&F restore it like everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modem.emulator.equipment.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberSetting:
    """One command: its name, the values of each parameter, and the factory's choice."""

    name: str
    allowed: tuple[tuple[int, ...], ...]
    default: tuple[int, ...]

    def values(self, settings: Settings) -> tuple[int, ...]:
        """Return the values in force."""
        return settings.numbers.get(self.name, self.default)


_SWITCH: Final = ((0, 1),)
_OFF: Final = (0,)

# Calls (3GPP TS 27.007 6.11, 7.6, 7.8, 7.17, 6.20).
CRING: Final = NumberSetting(name="+CRC", allowed=_SWITCH, default=_OFF)
CALLER_LINE: Final = NumberSetting(name="+CLIP", allowed=_SWITCH, default=_OFF)
CONNECTED_LINE: Final = NumberSetting(name="+COLP", allowed=_SWITCH, default=_OFF)
SERVICE_NOTES: Final = NumberSetting(name="+CSSN", allowed=((0, 1), (0, 1)), default=(0, 0))
HANGUP_CONTROL: Final = NumberSetting(name="+CVHU", allowed=_SWITCH, default=_OFF)

# Indicators, clock, bearers (27.007 8.10, 8.41, 8.42, 10.1.19; 27.005 has no word on +CGSMS, 27.007 10.1.21 has).
INDICATOR_REPORTS: Final = NumberSetting(
    name="+CMER", allowed=((0, 3), (0,), (0,), (0, 1), (0, 1)), default=(0, 0, 0, 0, 0)
)
ZONE_UPDATE: Final = NumberSetting(name="+CTZU", allowed=((0, 1, 3),), default=_OFF)
ZONE_REPORT: Final = NumberSetting(name="+CTZR", allowed=((0, 1, 2),), default=_OFF)
PACKET_EVENTS: Final = NumberSetting(name="+CGEREP", allowed=((0, 1, 2), (0, 1)), default=(0, 0))
MESSAGE_BEARER: Final = NumberSetting(name="+CGSMS", allowed=((0, 1, 2, 3),), default=(3,))
SIDE_OF_NETWORK: Final = NumberSetting(name="+WS46", allowed=((12, 22, 25, 28, 29),), default=(25,))
OPERATION_MODE: Final = NumberSetting(name="+CEMODE", allowed=((0, 1, 2, 3),), default=(2,))
OPERATOR_LIST: Final = NumberSetting(name="+CPLS", allowed=((0, 1, 2),), default=_OFF)

# The line (V.250 6.2.10 to 6.2.12): 0 in +IPR is "find out", the only value a line without a real UART can mean.
FLOW_CONTROL: Final = NumberSetting(name="+IFC", allowed=((0, 1, 2), (0, 1, 2)), default=(2, 2))
CHARACTER_FRAME: Final = NumberSetting(name="+ICF", allowed=((1, 2, 3, 4, 5, 6), (0, 1, 2, 3)), default=(3, 3))
LINE_RATE: Final = NumberSetting(
    name="+IPR",
    allowed=((0, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600),),
    default=_OFF,
)
