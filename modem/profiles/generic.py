"""Any modem that follows 3GPP TS 27.005 and TS 27.007, with the boot lines of all families.

A line that only one family sends does no harm in the profile of all: no other modem sends it.
Sources of the lines: SIM800, SIM7600, EC25, u-blox SARA and Cinterion EHS6 manuals; ModemManager 1.25 src/plugins.
"""

from __future__ import annotations

from typing import Final

from modem.profile import ANY_PRODUCT, STORAGE_MODE, Profile, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="generic",
    usb=(
        # Dell DW5821e, DW5829e: ModemManager 1.25 src/plugins, as all of these.
        UsbDevice(vendor="413c", product="81d7|81e0", roles=port_roles("02:at 03:at2 04:gps 05:diag")),
        # Foxconn T77W968.
        UsbDevice(vendor="0489", product="e0b[45]", roles=port_roles("02:at 03:at2 04:gps 05:diag")),
        # Fibocom, a maker of modems: FM150, NL668, FM101, FM135, MA510, L850; L610 under Unisoc's number.
        UsbDevice(vendor="2cb7", product=ANY_PRODUCT),
        UsbDevice(vendor="2cb7", product="0104", roles=port_roles("00:diag 01:at 02:at2 03:other")),
        UsbDevice(vendor="2cb7", product="01a0", roles=port_roles("02:at 03:at2 04:diag")),
        UsbDevice(vendor="2cb7", product="01a2", roles=port_roles("02:at 03:at2 04:diag 05:diag")),
        UsbDevice(vendor="2cb7", product="01a4", roles=port_roles("02:diag 03:at 04:diag 05:diag 06:diag")),
        UsbDevice(vendor="2cb7", product="0115", roles=port_roles("02:diag 03:at 04:diag 05:diag")),
        UsbDevice(vendor="2cb7", product="0106", roles=port_roles("00:diag 01:at 02:at2")),
        UsbDevice(vendor="2cb7", product="010a", roles=port_roles("00:at 01:at2")),
        UsbDevice(vendor="2cb7", product="0007", roles=port_roles("02:at 04:diag 06:at2")),
        UsbDevice(
            vendor="1782", product="4d10", roles=port_roles("00:at 01:other 02:other 03:diag 04:diag 05:at2 06:at2")
        ),
        UsbDevice(
            vendor="1782", product="4d11", roles=port_roles("02:at 03:other 04:other 05:diag 06:diag 07:at2 08:at2")
        ),
        # Longcheer, a maker of modems.
        UsbDevice(vendor="1c9e", product=ANY_PRODUCT),
        UsbDevice(vendor="1c9e", product="9605|9003", roles=port_roles("00:at2 01:at2 02:at2 03:at")),
        UsbDevice(vendor="1c9e", product="9603|9001|9002|9012|9022", roles=port_roles("00:at2 01:at2 02:at")),
        UsbDevice(vendor="1c9e", product="9000", roles=port_roles("01:at2 03:at")),
        UsbDevice(vendor="1c9e", product="9604|9010|9020", roles=port_roles("00:at2 01:at2 03:at")),
        UsbDevice(vendor="1c9e", product="9004|9005", roles=port_roles("00:at2 01:at")),
        UsbDevice(vendor="1c9e", product="9602", roles=port_roles("00:at 01:at2 02:at2")),
        UsbDevice(vendor="1c9e", product="9606", roles=port_roles("00:at2 01:at2 02:at2 04:at")),
        UsbDevice(vendor="1c9e", product="9607", roles=port_roles("00:at2 01:at2 02:at2 03:at2 04:at")),
        UsbDevice(vendor="1c9e", product="3197", roles=port_roles("00:at 01:at2")),
        UsbDevice(vendor="1c9e", product="6000|606[01]", roles=port_roles("00:at 02:at2")),
        UsbDevice(vendor="1c9e", product="700[12]", roles=port_roles("00:at2 02:at 03:at2")),
        UsbDevice(vendor="1c9e", product="710[12]", roles=port_roles("00:at2 04:at 05:at2")),
        UsbDevice(vendor="1c9e", product="8000", roles=port_roles("00:at2 02:at2 05:at")),
        UsbDevice(vendor="1c9e", product="800[12]", roles=port_roles("00:at2 02:at2 04:at")),
        # usb_modeswitch-data 20191128.
        UsbDevice(
            vendor="1c9e",
            product="1001|3003|9101|9200|9401|9800|98ff|9bfe|9d00|9e00|9e08|f000|f010|f030",
            not_a_modem=STORAGE_MODE,
        ),
        # Alcatel X060, X200, X220 and their like.
        UsbDevice(vendor="1bbb", product="0000", roles=port_roles("00:at2 01:at2 02:at2 03:at")),
        UsbDevice(vendor="1bbb", product="0017", roles=port_roles("00:at2 01:at2 02:at2 03:at2 05:at")),
        UsbDevice(vendor="1bbb", product="00b7", roles=port_roles("00:at2 01:gps 02:audio 03:at2 04:at")),
        # usb_modeswitch-data 20191128.
        UsbDevice(vendor="1bbb", product="f000|f017|f052|00ca|011f", not_a_modem=STORAGE_MODE),
        # GosunCn ME3630; BroadMobi BM818; Haier CE81B; D-Link DWM-222; MediaTek sticks (Alcatel, D-Link DWM-156).
        UsbDevice(vendor="305a", product="1405", roles=port_roles("00:other 01:at 02:at2 05:other")),
        UsbDevice(vendor="2020", product="2060", roles=port_roles("00:diag 01:at 02:at2 03:at2")),
        UsbDevice(vendor="201e", product="10f8", roles=port_roles("03:at")),
        UsbDevice(vendor="2001", product="7e35", roles=port_roles("00:other 01:at 02:at2 03:other")),
        UsbDevice(vendor="0e8d", product="00a[12]", roles=port_roles("00:at 01:at2")),
        UsbDevice(vendor="0e8d", product="00a4", roles=port_roles("00:at 02:at2")),
        UsbDevice(vendor="0e8d", product="00a[57]", roles=port_roles("02:at 03:at2")),
        UsbDevice(vendor="2001", product="7d00", roles=port_roles("00:at 01:at2")),
        UsbDevice(vendor="07d1", product="7e11", roles=port_roles("02:at 03:at2")),
    ),
    restart_urcs=frozenset({"RDY", "+AT", "*ATREADY", "^SYSSTART", "^SYSSTART AIRPLANE MODE", "GREETING"}),
    sim_urcs=frozenset({"+CPIN"}),
    ready_urcs=frozenset({"Call Ready", "SMS Ready", "SMS DONE", "PB DONE", "+PBREADY", "+QIND", "#QSS", "+ZEND"}),
)
