"""Wavecom's GSM modems: Q24xx, Fastrack, and MultiTech's with the same core.

Sources: WMO2 AT command manual 2.3 (+CPIN? ends without OK); AT Commands Interface Guide X41 (+WIND, +WOPEN, +CPINC);
oFono drivers/atmodem/sms.c (Q2: +CPMS=? in double brackets, two memories); ModemManager 1.25 src/plugins/wavecom.
The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Refusal

PROFILE: Final = Profile(
    name="wavecom",
    manufacturer=r"wavecom",
    model=r"multiband|^Q24|fastrack",
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"+WIND"}),
    # AT Commands Interface Guide X41, +WOPEN: an application in the modem may answer in its place.
    init_commands=("AT+WOPEN=0",),
    # The same, +CPINC: <PIN>,<PIN2>,<PUK>,<PUK2>.
    pin_tries=(PinTries(command="AT+CPINC", pattern=r"^\+CPINC: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    personality=Personality(
        manufacturer="WAVECOM MODEM",
        model="MULTIBAND  900E  1800",
        revision="657e09gg.Q2406B 1376232 071707 17:07",
        cnmi=((0, 1, 2), (0, 1, 2, 3), (0, 1, 2, 3), (0, 1, 2), (0, 1)),
        memories=(("SM", "BM", "SR"), ("SM",), ("SM",)),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=2.0,
            lines=((2.0, "+WIND: 1"), (2.5, "+WIND: 7"), (5.0, "+WIND: 4")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=3.0),
                # +CME ERROR: 515, "please wait, init in progress" in Wavecom's list of errors.
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CME ERROR: 515", until_s=5.0),
            ),
        ),
        refusals=(Refusal(commands=r"\+CPMS=[^,]*,[^,]*,.*", result="+CMS ERROR: 302"),),
        spellings=(
            (r'^\+CPMS: \("SM","BM","SR"\),\("SM"\),\("SM"\)$', '+CPMS: (("SM","BM","SR"),("SM"))'),
            # Two memories are counted, not three.
            (r"^(\+CPMS: \d+,\d+,\d+,\d+),\d+,\d+$", r"\1"),
            (r'^(\+CPMS: "\w+",\d+,\d+,"\w+",\d+,\d+),"\w+",\d+,\d+$', r"\1"),
            (r"^\+CCID: (\d+)$", r'+CCID: "\1"'),
        ),
        answers={
            "I": ("WAVECOM MODEM", "MULTIBAND  900E  1800"),
            "+WIND?": ("+WIND: 255",),
            "+WIND=": (),
            "+WOPEN?": ("+WOPEN: 0",),
            "+WOPEN=": (),
            "+WGPRS=": (),
            "+WUBS?": ('+WUBS: "0",0',),
            "+WMBS?": ("+WMBS: 5,0",),
            "+CPINC": ("+CPINC: {pin_tries},{pin_tries},{puk_tries},{puk_tries}",),
            "+CCED=0,1": ("+CCED: 001,01,00a1,10b3,32,73,45,,,0,,,0",),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID", "+CEREG"}),
        switches_off={"+CPOF": ""},
        unfinished=frozenset({"+CPIN?"}),
    ),
)
