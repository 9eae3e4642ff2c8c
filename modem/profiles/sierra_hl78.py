"""Sierra Wireless modules for LTE-M and NB-IoT: HL7800, HL7802, HL7810, HL7812, HL7845; and HL76xx.

Sources: AirPrime HL78xx AT Commands Interface Guide (+KSUP when the start is through, +CPINC, +CCID); ModemManager
1.25 src/plugins/sierra (HL7812). They come from another maker's chips than MC and EM cards and know none of their !
commands. The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Refusal, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="sierra-hl78",
    manufacturer=r"sierra|semtech",
    model=r"^HL7[68]\d\d",
    usb=(
        # HL7812: ModemManager 1.25 src/plugins/sierra.
        UsbDevice(vendor="1199", product="c001", roles=port_roles("00:at 02:at2 04:gps")),
    ),
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"+KSUP"}),
    boot_s=40.0,
    # Over NB-IoT each of the waits of TS 24.011 and TS 24.301 10.2 is longer: 180 s where others have 120.
    submit_timeout_s=180.0,
    # Its guide, +CPINC: <PIN>,<PIN2>,<PUK>,<PUK2>.
    pin_tries=(PinTries(command="AT+CPINC?", pattern=r"^\+CPINC: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    personality=Personality(
        manufacturer="Sierra Wireless",
        model="HL7812",
        revision="HL7812.5.5.15.0",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=8.0,
            lines=((8.0, "+KSUP: 0"),),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=9.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=10.0),
            ),
        ),
        answers={
            "I": ("HL7812",),
            "I9": ("HL7812.5.5.15.0",),
            "+CPINC?": ("+CPINC: {pin_tries},{pin_tries},{puk_tries},{puk_tries}",),
            "+KSREP?": ("+KSREP: 1,0",),
            "+KSREP=": (),
            "+KSRAT?": ("+KSRAT: 1",),
            "+KSRAT=": (),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        switches_off={"+CPOF": ""},
    ),
)
