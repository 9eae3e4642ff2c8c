"""Quectel's modules for LTE-M and NB-IoT: BG96, BG95, BG77, BG600.

Sources: BG96 AT Commands Manual V2.3 and BG95&BG77 AT Commands Manual V2.0 (+QPINC, +QTEMP, +QURCCFG, +QPOWD); logs of
a start with APP RDY; ModemManager 1.25 src/plugins/quectel. The seconds of the boot are of the usual size, not
measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import (
    STANDARD_PIN_TRIES,
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
    name="quectel-bg96",
    manufacturer=r"quectel",
    model=r"^BG\d",
    usb=(
        # BG96: ModemManager 1.25 src/plugins/quectel; BG95: Linux drivers/usb/serial/option.c, the layout of which is
        # not told there.
        UsbDevice(vendor="2c7c", product="0296", roles=port_roles("00:diag 01:gps 02:at 03:at2")),
        UsbDevice(vendor="2c7c", product="0700"),
    ),
    # As on Quectel's other Qualcomm modules stored reports cannot be read: asterisk-chan-quectel#75.
    cnmi_report=(1,),
    cnmi_fallbacks=("2,1,0,1,0", "2,1,0,0,0"),
    iccid_commands=("AT+QCCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"RDY", "APP RDY"}),
    sim_urcs=frozenset({"+CPIN", "+QUSIM"}),
    ready_urcs=frozenset({"+QIND"}),
    boot_s=40.0,
    # Its manual, +QURCCFG; older firmware has no "all" and refuses it.
    init_commands=('AT+QURCCFG="urcport","all"',),
    # Over NB-IoT each of the waits of TS 24.011 and TS 24.301 10.2 is longer: 180 s where others have 120.
    submit_timeout_s=180.0,
    # oFono drivers/atmodem/sim.c: +QPINC: "SC",<PIN>,<PUK> for the SIM.
    pin_tries=(PinTries(command="AT+QPINC?", pattern=r'^\+QPINC: ?"SC",(?P<pin>\d+),'), *STANDARD_PIN_TRIES),
    temperature_c=Reading(command="AT+QTEMP"),  # its manual, +QTEMP
    personality=Personality(
        manufacturer="Quectel",
        model="BG96",
        revision="BG96MAR04A02M1G",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        first_index=0,
        empty_slot="",
        boot=Boot(
            at_s=5.0,
            lines=(
                (5.0, "RDY"),
                (5.5, "+CFUN: 1"),
                (6.0, "APP RDY"),
                (7.0, "+CPIN: {pin_state}"),
                (7.0, "+QUSIM: 1"),
                (8.0, "+QIND: SMS DONE"),
            ),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|Q?CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=7.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 302", until_s=8.0),
            ),
        ),
        answers={
            "I": ("Quectel", "BG96", "Revision: BG96MAR04A02M1G"),
            "+QCCID": ("+QCCID: {iccid}",),
            "+QTEMP": ("+QTEMP: 29,27,31",),
            "+QPINC?": ('+QPINC: "SC",{pin_tries},{puk_tries}', '+QPINC: "P2",{pin_tries},{puk_tries}'),
            "+QURCCFG=": (),
            "+QINDCFG=": (),
            "+QCFG=": (),
            "+QNWINFO": ('+QNWINFO: "CAT-M1","00101","LTE BAND 20",6400',),
        },
        missing=frozenset({"+ICCID", "+CICCID"}),
        switches_off={"+QPOWD": "POWERED DOWN", "+QPOWD=1": "POWERED DOWN", "+QPOWD=0": ""},
    ),
)
