"""u-blox modules for LTE-M and NB-IoT: SARA-R4, SARA-N4, SARA-N2, SARA-N3, SARA-R5.

Sources: SARA-R4 AT commands manual UBX-17003787 (+CNMI=?, +CCID, +UMNOPROF chooses the operator and with it the way of
messages; +CFUN=15; +CMMS ends by itself after 5 s); ModemManager 1.25 src/plugins/ublox (+UPINCNT) and src/tests/test-
modem-helpers.c (+CREG with 6 and 7, "SMS only"). The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Refusal, UsbDevice

PROFILE: Final = Profile(
    name="ublox-sara-r4",
    manufacturer=r"u-?blox",
    model=r"^SARA-[RN]",
    usb=(
        # Under Qualcomm's number; which port is which is not known.
        UsbDevice(vendor="05c6", product="90b2"),
    ),
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"+AT", "GREETING"}),
    sim_urcs=frozenset({"+UUSIMSTAT"}),
    ready_urcs=frozenset({"+PBREADY"}),
    boot_s=40.0,
    # Over NB-IoT each of the waits of TS 24.011 and TS 24.301 10.2 is longer: 180 s where others have 120.
    submit_timeout_s=180.0,
    # oFono drivers/atmodem/sim.c, ModemManager 1.25 src/plugins/ublox: <PIN>,<PIN2>,<PUK>,<PUK2>.
    pin_tries=(PinTries(command="AT+UPINCNT", pattern=r"^\+UPINCNT: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    reset_commands=("AT+CFUN=15", "AT+CFUN=16", "AT+CFUN=1,1"),  # its manual, +CFUN: 15 resets module and SIM
    personality=Personality(
        manufacturer="u-blox",
        model="SARA-R410M-02B",
        revision="L0.0.00.00.05.06",
        cnmi=((0, 1, 2), (0, 1, 2, 3), (0, 1, 2, 3), (0, 1, 2), (0, 1)),  # UBX-17003787 9.8
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=6.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=8.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=10.0),
            ),
        ),
        spellings=(
            # Circuit switched service is there for messages only (27.007 7.2: 6 at home, 7 roaming).
            (r"^\+CREG: (\d,)?1(?=,|$)", r"+CREG: \g<1>6"),
            (r"^\+CREG: (\d,)?5(?=,|$)", r"+CREG: \g<1>7"),
        ),
        answers={
            "I": ("SARA-R410M-02B-00",),
            "I0": ("SARA-R410M-02B-00",),
            "+UPINCNT": ("+UPINCNT: {pin_tries},{pin_tries},{puk_tries},{puk_tries}",),
            "+URAT?": ("+URAT: 5,3",),
            "+URAT=": (),
            "+UBANDSEL=": (),
            "+UMNOPROF?": ("+UMNOPROF: 0",),
            "+UMNOPROF=": (),
            "+UCALLSTAT=": (),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"+CFUN=15"}),
        switches_off={"+CPWROFF": ""},
    ),
)
