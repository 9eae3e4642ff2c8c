"""u-blox modules for LTE Cat 1 on Qualcomm chips: LARA-R6, LARA-L6.

Sources: LARA-R6 / LARA-L6 AT commands manual UBX-21046719 (+CFUN=16, +UPINCNT, +CCID); ModemManager 1.25
src/plugins/ublox (ports, under Qualcomm's number). The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Refusal, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="ublox-lara-r6",
    manufacturer=r"u-?blox",
    model=r"^LARA-[RL]6",
    usb=(
        # LARA-R6001, LARA-R6001D: ModemManager 1.25 src/plugins/ublox.
        UsbDevice(vendor="05c6", product="908b", roles=port_roles("00:diag 01:at 02:at2 03:other")),
    ),
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"+AT", "GREETING"}),
    sim_urcs=frozenset({"+UUSIMSTAT"}),
    ready_urcs=frozenset({"+PBREADY"}),
    boot_s=40.0,
    # oFono drivers/atmodem/sim.c, ModemManager 1.25 src/plugins/ublox: <PIN>,<PIN2>,<PUK>,<PUK2>.
    pin_tries=(PinTries(command="AT+UPINCNT", pattern=r"^\+UPINCNT: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    reset_commands=("AT+CFUN=16", "AT+CFUN=1,1"),  # its manual, +CFUN: 16 resets module and SIM
    personality=Personality(
        manufacturer="u-blox",
        model="LARA-R6001",
        revision="00.13",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=8.0,
            lines=((8.0, "+AT: READY"), (10.0, "+UUSIMSTAT: 6"), (13.0, "+PBREADY")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=10.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=12.0),
            ),
        ),
        answers={
            "I": ("LARA-R6001-00B-00",),
            "I0": ("LARA-R6001-00B-00",),
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
