"""Fibocom's modules: L850, L860 (Intel chips), FM101, FM150, FM160, NL668 (Qualcomm), MA510, L610 (Unisoc).

Sources: ModemManager 1.25 src/plugins/fibocom (ports) and src/plugins/xmm; oFono drivers/atmodem/sim.c (+XPINCNT of
Intel's). The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import (
    ANY_PRODUCT,
    STANDARD_PIN_TRIES,
    Boot,
    Personality,
    PinTries,
    Profile,
    Refusal,
    UsbDevice,
    port_roles,
)

PROFILE: Final = Profile(
    name="fibocom-l8",
    manufacturer=r"fibocom",
    model=r"L8[56]0|L610|FM\d{3}|NL\d{3}|MA510",
    usb=(
        # A maker of modems.
        UsbDevice(vendor="2cb7", product=ANY_PRODUCT),
        # FM150; NL668; FM101 with MBIM and with ADB; FM135; MA510 in two layouts; L850: ModemManager 1.25
        # src/plugins/fibocom, as all of these.
        UsbDevice(vendor="2cb7", product="0104", roles=port_roles("00:diag 01:at 02:at2 03:other")),
        UsbDevice(vendor="2cb7", product="01a0", roles=port_roles("02:at 03:at2 04:diag")),
        UsbDevice(vendor="2cb7", product="01a2", roles=port_roles("02:at 03:at2 04:diag 05:diag")),
        UsbDevice(vendor="2cb7", product="01a4", roles=port_roles("02:diag 03:at 04:diag 05:diag 06:diag")),
        UsbDevice(vendor="2cb7", product="0115", roles=port_roles("02:diag 03:at 04:diag 05:diag")),
        UsbDevice(vendor="2cb7", product="0106", roles=port_roles("00:diag 01:at 02:at2")),
        UsbDevice(vendor="2cb7", product="010a", roles=port_roles("00:at 01:at2")),
        UsbDevice(vendor="2cb7", product="0007", roles=port_roles("02:at 04:diag 06:at2")),
        # L610 under Unisoc's number, in two layouts.
        UsbDevice(
            vendor="1782", product="4d10", roles=port_roles("00:at 01:other 02:other 03:diag 04:diag 05:at2 06:at2")
        ),
        UsbDevice(
            vendor="1782", product="4d11", roles=port_roles("02:at 03:other 04:other 05:diag 06:diag 07:at2 08:at2")
        ),
    ),
    iccid_commands=("AT+CCID", "AT+ICCID", "AT+CRSM=176,12258,0,0,10"),
    boot_s=40.0,
    # oFono drivers/atmodem/sim.c, Intel's: <PIN>,<PIN2>,<PUK>,<PUK2>.
    pin_tries=(PinTries(command="AT+XPINCNT", pattern=r"^\+XPINCNT: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    personality=Personality(
        manufacturer="Fibocom Wireless Inc.",
        model="L850-GL",
        revision="18500.5001.00.02.24.12",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=8.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=11.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=13.0),
            ),
        ),
        answers={
            "I": (
                "Manufacturer: Fibocom Wireless Inc.",
                "Model: L850-GL",
                "Revision: 18500.5001.00.02.24.12",
                "IMEI: {imei}",
            ),
            "+XPINCNT": ("+XPINCNT: {pin_tries},{pin_tries},{puk_tries},{puk_tries}",),
        },
        missing=frozenset({"+QCCID", "+CICCID"}),
        switches_off={"+CPWROFF": ""},
    ),
)
