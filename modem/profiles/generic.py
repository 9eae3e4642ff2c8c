"""Any modem that follows 3GPP TS 27.005 and TS 27.007, with the boot lines of all families.

A line that only one family sends does no harm in the profile of all: no other modem sends it.
Sources of the lines: SIM800, SIM7600, EC25, u-blox SARA and Cinterion EHS6 manuals; ModemManager 1.25 src/plugins.
"""

from __future__ import annotations

from typing import Final

from modem.profile import Profile

PROFILE: Final = Profile(
    name="generic",
    restart_urcs=frozenset({"RDY", "+AT", "*ATREADY", "^SYSSTART", "^SYSSTART AIRPLANE MODE", "GREETING"}),
    sim_urcs=frozenset({"+CPIN"}),
    ready_urcs=frozenset({"Call Ready", "SMS Ready", "SMS DONE", "PB DONE", "+PBREADY", "+QIND", "#QSS", "+ZEND"}),
)
