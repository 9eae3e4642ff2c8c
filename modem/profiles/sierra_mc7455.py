"""Sierra Wireless cards on Qualcomm chips: MC73xx, MC74xx, EM73xx, EM74xx, EM75xx.

Sources: ModemManager 1.25 src/plugins/sierra; Gammu 1.42 atgen.c. They say nothing at a start.
"""

from __future__ import annotations

from typing import Final

from modem.profile import (
    ANY_PRODUCT,
    STANDARD_PIN_TRIES,
    STORAGE_MODE,
    Boot,
    Personality,
    PinTries,
    Profile,
    Reading,
    Refusal,
    UsbDevice,
    port_roles,
)

PROFILE: Final = Profile(
    name="sierra-mc7455",
    manufacturer=r"sierra",
    model=r"^([ME][CM]7|EM9|RC7)\d",
    usb=(
        # A maker of modems.
        UsbDevice(vendor="1199", product=ANY_PRODUCT),
        # MC74xx, EM7455, EM7565, RC7611: ModemManager 1.25 src/plugins/sierra.
        UsbDevice(vendor="1199", product="9071|9079|9091|68c0", roles=port_roles("00:diag 02:gps 03:at")),
        # usb_modeswitch-data 20191128.
        UsbDevice(vendor="1199", product="0fff", not_a_modem=STORAGE_MODE),
    ),
    iccid_commands=("AT+CRSM=176,12258,0,0,10", "AT!ICCID?"),
    boot_s=40.0,
    # ModemManager 1.25 src/plugins/sierra: +CPINC: <PIN>,<PIN2>,<PUK>,<PUK2>.
    pin_tries=(PinTries(command="AT+CPINC?", pattern=r"^\+CPINC: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    # !RESET needs no password (ModemManager 1.25 src/plugins/sierra); what needs one is unlocked by AT!ENTERCND.
    reset_commands=("AT!RESET", "AT+CFUN=1,1"),
    temperature_c=Reading(command="AT!PCTEMP?", pattern=r"^Temperature: ?(-?\d+(?:\.\d+)?)"),
    personality=Personality(
        manufacturer="Sierra Wireless, Incorporated",
        model="MC7455",
        revision="SWI9X30C_02.24.05.06 r7040 CARMD-EV-FRMWR2 2017/05/19 06:23:09",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
        flash_slots=255,  # usual on Qualcomm-based modules
        first_index=0,
        empty_slot="+CMS ERROR: 320",
        boot=Boot(
            at_s=10.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=13.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=13.0),
            ),
        ),
        spellings=(
            (r"^\+CNMI: \(0-2\),\(0-3\),\(0,2\),\(0-2\),\(0,1\)$", "+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)"),
        ),
        answers={
            "+CPINC?": ("+CPINC: {pin_tries},{pin_tries},{puk_tries},{puk_tries}",),
            "!PCTEMP?": ("Temp state: Normal", "Temperature: 31.00 C"),
            "!ENTERCND=A710": (),
            "!ENTERCND=": ("Incorrect Password",),
            "!GSTATUS?": (
                "!GSTATUS: ",
                "Current Time:  120\t\tTemperature: 31",
                "System mode:   LTE        \tPS state:    Attached",
                "EMM state:     Registered     \tNormal Service",
            ),
            "!USBCOMP?": (
                "Config Index: 1",
                "Config Type:  1 (Generic)",
                "Interface bitmask: 0000050D (diag,nmea,modem)",
            ),
            "!SELRAT?": ("!SELRAT: 00, Automatic",),
            "!ICCID?": ("!ICCID: {iccid}",),
        },
        missing=frozenset({"+CCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"!RESET"}),
    ),
)
