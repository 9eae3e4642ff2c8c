"""u-blox modules for GSM and UMTS: SARA-U2, LISA-U2, SARA-G3.

Sources: u-blox AT Commands Manual UBX-13002752 and SARA-R4 AT commands manual UBX-17003787 (+CNMI=?, +CCID);
ModemManager 1.25 src/plugins/ublox (+UPINCNT, +URAT, +UBANDSEL, the unsolicited lines). The seconds of the boot are of
the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import ANY_PRODUCT, Boot, Personality, Profile, Refusal, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="ublox-sara-u2",
    manufacturer=r"u-?blox",
    model=r"^(SARA-[UG]|LISA-U)",
    usb=(
        # A maker of modems, and of receivers.
        UsbDevice(vendor="1546", product=ANY_PRODUCT),
        # LISA-U2, SARA-U2, in two layouts: ModemManager 1.25 src/plugins/ublox.
        UsbDevice(
            vendor="1546", product="1102", roles=port_roles("00:at 02:at2 04:at2 06:other 08:diag 0a:diag 0c:other")
        ),
        UsbDevice(vendor="1546", product="1104", roles=port_roles("00:at 02:other 04:diag 06:other")),
        # ModemManager 1.25 src/plugins/ublox.
        UsbDevice(vendor="1546", product="01a[5-9]", not_a_modem="This is a satellite receiver, not a modem."),
    ),
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"+AT", "GREETING"}),
    sim_urcs=frozenset({"+UUSIMSTAT"}),
    ready_urcs=frozenset({"+PBREADY"}),
    boot_s=30.0,
    personality=Personality(
        manufacturer="u-blox",
        model="SARA-U201",
        revision="23.60",
        cnmi=((0, 1, 2), (0, 1, 2, 3), (0, 1, 2, 3), (0, 1, 2), (0, 1)),  # UBX-17003787 9.8
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=5.0,
            lines=((5.0, "+AT: READY"), (7.0, "+UUSIMSTAT: 6"), (11.0, "+PBREADY")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=7.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=9.0),
            ),
        ),
        spellings=((r"^\+CNMI: (.*),\(0,1\)$", r"+CNMI: \1,(0-1)"),),  # UBX-17003787 9.8
        answers={
            "I": ("SARA-U201-03S-00",),
            "I0": ("SARA-U201-03S-00",),
            "+UPINCNT": ("+UPINCNT: {pin_tries},{pin_tries},{puk_tries},{puk_tries}",),
            "+URAT?": ("+URAT: 1,2",),
            "+URAT=?": ("+URAT: (0-2),(0,2)",),
            "+URAT=": (),
            "+UBANDSEL?": ("+UBANDSEL: 850,900,1800,1900,2100",),
            "+UBANDSEL=?": ("+UBANDSEL: (0,850,900,1800,1900,2100)",),
            "+UBANDSEL=": (),
            "+UCALLSTAT=": (),
            "+UCALLSTAT?": ("+UCALLSTAT: 0",),
            "+UDTMFD=?": ("+UDTMFD: (0-2)",),
            "+UDTMFD=": (),
            "+UDCONF=?": ("+UDCONF: 0-255",),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID", "+CEREG"}),
        restarts=frozenset({"+CFUN=15", "+CFUN=16"}),
        switches_off={"+CPWROFF": ""},
    ),
)
