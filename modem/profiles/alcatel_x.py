"""Alcatel's (TCT's) sticks: X060, X200, X220, X230, L100.

Sources: ModemManager 1.25 src/plugins/longcheer and src/plugins/x22x (ports); oFono drivers/atmodem/sim.c (+PNNM;
+CPIN? is asked again after the PIN). They are Qualcomm's inside. The seconds of the boot are of the usual size, not
measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import (
    STANDARD_PIN_TRIES,
    STORAGE_MODE,
    Boot,
    Personality,
    PinTries,
    Profile,
    Refusal,
    UsbDevice,
    port_roles,
)

PROFILE: Final = Profile(
    name="alcatel-x",
    manufacturer=r"alcatel|TCT|T ?& ?A Mobile",
    model=r"X0\d\d|X[12]\d\d|L100",
    usb=(
        # ModemManager 1.25 src/plugins/longcheer and src/plugins/x22x.
        UsbDevice(vendor="1bbb", product="0000", roles=port_roles("00:at2 01:at2 02:at2 03:at")),
        UsbDevice(vendor="1bbb", product="0017", roles=port_roles("00:at2 01:at2 02:at2 03:at2 05:at")),
        UsbDevice(vendor="1bbb", product="00b7", roles=port_roles("00:at2 01:gps 02:audio 03:at2 04:at")),
        # usb_modeswitch-data 20191128.
        UsbDevice(vendor="1bbb", product="f000|f017|f052|00ca|011f", not_a_modem=STORAGE_MODE),
    ),
    # oFono drivers/atmodem/sms.c: sticks on Qualcomm chips advertise 2 and misbehave.
    cnmi_mode=(1, 2),
    iccid_commands=("AT+CRSM=176,12258,0,0,10", "AT+CCID"),
    boot_s=30.0,
    # oFono drivers/atmodem/sim.c: <PIN>,<PUK>.
    pin_tries=(PinTries(command="AT+PNNM?", pattern=r"^\+PNNM: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    personality=Personality(
        manufacturer="Alcatel",
        model="X220",
        revision="0S4",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        first_index=0,
        empty_slot="+CMS ERROR: 500",
        boot=Boot(
            at_s=4.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=6.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 500", until_s=8.0),
            ),
        ),
        answers={
            "I": ("Manufacturer: Alcatel", "Model: X220", "Revision: 0S4", "IMEI: {imei}"),
            "+PNNM?": ("+PNNM: {pin_tries},{puk_tries}",),
        },
        missing=frozenset({"+CCID", "+ICCID", "+QCCID", "+CICCID"}),
    ),
)
