"""u-blox modules for LTE: LARA-R2, TOBY-R2, SARA-R4, SARA-N4.

Sources: SARA-R4 AT commands manual UBX-17003787 (+CNMI=?, +CCID, +UMNOPROF); ModemManager 1.25 src/plugins/ublox and
src/tests/test-modem-helpers.c (+CREG with 6 and 7, "SMS only"). The seconds of the boot are of the usual size, not
measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import Boot, Personality, Profile, Refusal, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="ublox-lara",
    manufacturer=r"u-?blox",
    model=r"^(LARA|TOBY|SARA-[RN])",
    usb=(
        # TOBY-R2, LARA-R2: ModemManager 1.25 src/plugins/ublox, as all of these.
        UsbDevice(
            vendor="1546", product="1107|110a", roles=port_roles("00:at 02:at2 04:at2 06:other 08:other 0a:diag")
        ),
        # TOBY-L200: 20 s before the first command.
        UsbDevice(vendor="1546", product="114[136]", quiet_s=20.0),
        # TOBY-L4: 20 s before the first command.
        UsbDevice(vendor="1546", product="1010", roles=port_roles("02:other 04:diag 06:at 08:other"), quiet_s=20.0),
        # LARA-R6 and SARA-R4 under Qualcomm's number; which port of the latter is which is not known.
        UsbDevice(vendor="05c6", product="908b", roles=port_roles("00:diag 01:at 02:at2 03:other")),
        UsbDevice(vendor="05c6", product="90b2"),
    ),
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"+AT", "GREETING"}),
    sim_urcs=frozenset({"+UUSIMSTAT"}),
    ready_urcs=frozenset({"+PBREADY"}),
    boot_s=40.0,
    personality=Personality(
        manufacturer="u-blox",
        model="LARA-R211",
        revision="30.31",
        cnmi=((0, 1, 2), (0, 1, 2, 3), (0, 1, 2, 3), (0, 1, 2), (0, 1)),  # UBX-17003787 9.8
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=8.0,
            lines=((8.0, "+AT: READY"), (10.0, "+UUSIMSTAT: 6"), (14.0, "+PBREADY")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=10.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=12.0),
            ),
        ),
        spellings=(
            (r"^\+CNMI: (.*),\(0,1\)$", r"+CNMI: \1,(0-1)"),
            # Circuit switched service is there for messages only (27.007 7.2: 6 at home, 7 roaming).
            (r"^\+CREG: (\d,)?1(?=,|$)", r"+CREG: \g<1>6"),
            (r"^\+CREG: (\d,)?5(?=,|$)", r"+CREG: \g<1>7"),
        ),
        answers={
            "I": ("LARA-R211-02B-00",),
            "I0": ("LARA-R211-02B-00",),
            "+UPINCNT": ("+UPINCNT: {pin_tries},{pin_tries},{puk_tries},{puk_tries}",),
            "+URAT?": ("+URAT: 5,3",),
            "+URAT=?": ("+URAT: (0,3,5),(0,3)",),
            "+URAT=": (),
            "+UBANDSEL?": ("+UBANDSEL: 800,900,1800,2600",),
            "+UBANDSEL=": (),
            "+UCALLSTAT=": (),
            "+UCALLSTAT?": ("+UCALLSTAT: 0",),
            "+UDTMFD=?": ("+UDTMFD: (0-2)",),
            "+UMNOPROF?": ("+UMNOPROF: 0",),
            "+UMNOPROF=": (),
            "+UDCONF=?": ("+UDCONF: 0-255",),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"+CFUN=15", "+CFUN=16"}),
        switches_off={"+CPWROFF": ""},
    ),
)
