"""Quectel's LTE Cat 1 modules on ASR and Unisoc chips: EC200T, EC200S, EC200A, EC200U, EC600, EG912Y, EG915.

Sources: EC200x&EG912Y Series AT Commands Manual V1.1 (+QURCCFG, +QPINC, +QPOWD); Linux drivers/usb/serial/option.c
(the ids; which port is which is not told there). Little else is known of them: what is not here is asked. The seconds
of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Refusal, UsbDevice

PROFILE: Final = Profile(
    name="quectel-ec200",
    manufacturer=r"quectel",
    model=r"^E[CG](200|100Y|600|80\d|91[25])",
    usb=(UsbDevice(vendor="2c7c", product="090[14]|600[1257]|6026"),),
    iccid_commands=("AT+QCCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"RDY"}),
    sim_urcs=frozenset({"+CPIN", "+QUSIM"}),
    ready_urcs=frozenset({"+QIND"}),
    boot_s=40.0,
    init_commands=('AT+QURCCFG="urcport","all"',),
    # oFono drivers/atmodem/sim.c: +QPINC: "SC",<PIN>,<PUK> for the SIM.
    pin_tries=(PinTries(command="AT+QPINC?", pattern=r'^\+QPINC: ?"SC",(?P<pin>\d+),'), *STANDARD_PIN_TRIES),
    personality=Personality(
        manufacturer="Quectel",
        model="EC200T",
        revision="EC200TEUHAR05A01M16",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="",
        boot=Boot(
            at_s=5.0,
            lines=((5.0, "RDY"), (7.0, "+CPIN: {pin_state}"), (9.0, "+QIND: SMS DONE"), (11.0, "+QIND: PB DONE")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|Q?CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=7.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 302", until_s=9.0),
            ),
        ),
        answers={
            "I": ("Quectel", "EC200T", "Revision: EC200TEUHAR05A01M16"),
            "+QCCID": ("+QCCID: {iccid}",),
            "+QPINC?": ('+QPINC: "SC",{pin_tries},{puk_tries}', '+QPINC: "P2",{pin_tries},{puk_tries}'),
            "+QURCCFG=": (),
            "+QINDCFG=": (),
            "+QCFG=": (),
        },
        missing=frozenset({"+ICCID", "+CICCID"}),
        switches_off={"+QPOWD": "POWERED DOWN", "+QPOWD=1": "POWERED DOWN", "+QPOWD=0": ""},
    ),
)
