"""Any modem that follows 3GPP TS 27.005 and TS 27.007, with the boot lines of all families.

A line that only one family sends does no harm in the profile of all: no other modem sends it.
Sources of the lines: SIM800, SIM7600, EC25, u-blox SARA and Cinterion EHS6 manuals; ModemManager 1.25 src/plugins.
"""

from __future__ import annotations

from typing import Final

from modem.profile import ANY_PRODUCT, STANDARD_PIN_TRIES, STORAGE_MODE, PinTries, Profile, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="generic",
    usb=(
        # Dell DW5821e, DW5829e: ModemManager 1.25 src/plugins, as all of these.
        UsbDevice(vendor="413c", product="81d7|81e0", roles=port_roles("02:at 03:at2 04:gps 05:diag")),
        # Foxconn T77W968.
        UsbDevice(vendor="0489", product="e0b[45]", roles=port_roles("02:at 03:at2 04:gps 05:diag")),
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
    # Of a model that nobody knows every maker's question is asked; a wrong one is refused, and spends no try.
    pin_tries=(
        *STANDARD_PIN_TRIES,
        PinTries(command="AT^CPIN?", pattern=r"^\^CPIN: ?[^,]*,[^,]*,\d+,(?P<pin>\d+)"),
        PinTries(command="AT+QPINC?", pattern=r'^\+QPINC: ?"SC",(?P<pin>\d+),'),
        PinTries(command="AT+UPINCNT", pattern=r"^\+UPINCNT: ?(?P<pin>\d+),"),
        PinTries(command="AT+CPINC?", pattern=r"^\+CPINC: ?(?P<pin>\d+),"),
        PinTries(command="AT^SPIC", pattern=r"^\^SPIC: ?(?P<pin>\d+)"),
        PinTries(command="AT#PCT", pattern=r"^#PCT: ?(?P<pin>\d+)"),
        PinTries(command="AT+SPIC", pattern=r"^\+SPIC: ?(?P<pin>\d+),"),
        PinTries(command="AT+XPINCNT", pattern=r"^\+XPINCNT: ?(?P<pin>\d+),"),
    ),
    restart_urcs=frozenset({"RDY", "+AT", "*ATREADY", "^SYSSTART", "^SYSSTART AIRPLANE MODE", "GREETING"}),
    sim_urcs=frozenset({"+CPIN"}),
    ready_urcs=frozenset({"Call Ready", "SMS Ready", "SMS DONE", "PB DONE", "+PBREADY", "+QIND", "#QSS", "+ZEND"}),
)
