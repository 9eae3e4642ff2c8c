"""u-blox modules for LTE with a slow start: TOBY-L2, MPCI-L2, TOBY-L4.

Sources: u-blox AT Commands Manual UBX-13002752 and TOBY-L4 AT commands manual UBX-16024839 (+READY); ModemManager 1.25
src/plugins/ublox (20 s before the first command; +UPINCNT). The seconds of the boot are those 20 s; what comes after
is of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Refusal, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="ublox-toby-l",
    manufacturer=r"u-?blox",
    model=r"^(TOBY|MPCI)-L",
    usb=(
        # TOBY-L200: ModemManager 1.25 src/plugins/ublox; which port is which is not told there.
        UsbDevice(vendor="1546", product="114[136]", quiet_s=20.0),
        # TOBY-L4: the same.
        UsbDevice(vendor="1546", product="1010", roles=port_roles("02:other 04:diag 06:at 08:other"), quiet_s=20.0),
    ),
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"+AT", "+READY", "GREETING"}),
    sim_urcs=frozenset({"+UUSIMSTAT"}),
    ready_urcs=frozenset({"+PBREADY"}),
    boot_s=60.0,
    # oFono drivers/atmodem/sim.c, ModemManager 1.25 src/plugins/ublox: <PIN>,<PIN2>,<PUK>,<PUK2>.
    pin_tries=(PinTries(command="AT+UPINCNT", pattern=r"^\+UPINCNT: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    reset_commands=("AT+CFUN=16", "AT+CFUN=1,1"),  # its manual, +CFUN: 16 resets module and SIM
    personality=Personality(
        manufacturer="u-blox",
        model="TOBY-L4006",
        revision="40.20",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=20.0,
            lines=((20.0, "+READY"), (22.0, "+UUSIMSTAT: 6"), (25.0, "+PBREADY")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=22.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=24.0),
            ),
        ),
        answers={
            "I": ("TOBY-L4006-50A-00",),
            "I0": ("TOBY-L4006-50A-00",),
            "+UPINCNT": ("+UPINCNT: {pin_tries},{pin_tries},{puk_tries},{puk_tries}",),
            "+URAT?": ("+URAT: 5,3",),
            "+URAT=": (),
            "+UBANDSEL=": (),
            "+UMNOPROF?": ("+UMNOPROF: 0",),
            "+UMNOPROF=": (),
            "+UCALLSTAT=": (),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"+CFUN=16"}),
        switches_off={"+CPWROFF": ""},
    ),
)
