"""Quectel's GSM modules: M10, M35, M66, M95, MC60.

Sources: M95 AT Commands Manual; Gammu 1.42 and ModemManager 1.25 src/plugins/quectel. The seconds of the boot are of
the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Refusal

PROFILE: Final = Profile(
    name="quectel-m95",
    manufacturer=r"quectel",
    model=r"\bM\d\d\b|_M\d\d|\bMC60",
    iccid_commands=("AT+QCCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"RDY"}),
    sim_urcs=frozenset({"+CPIN"}),
    ready_urcs=frozenset({"Call Ready", "SMS Ready"}),
    # oFono drivers/atmodem/sim.c: +QPINC: "SC",<PIN>,<PUK> for the SIM.
    pin_tries=(
        PinTries(command='AT+QPINC="SC"', pattern=r'^\+QPINC: ?"SC",(?P<pin>\d+),'),
        *STANDARD_PIN_TRIES,
    ),
    personality=Personality(
        manufacturer="Quectel_Ltd",
        model="Quectel_M95",
        revision="Revision: M95FAR02A08",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="",
        boot=Boot(
            at_s=2.0,
            lines=((2.0, "RDY"), (2.5, "+CFUN: 1"), (3.0, "+CPIN: {pin_state}"), (8.0, "Call Ready")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|Q?CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=3.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 302", until_s=8.0),
            ),
        ),
        spellings=((r"^\+QCCID: (\d+)$", r"\1"), (r"^\+CCID: (\d+)$", r'+CCID: "\1"')),
        answers={
            "I": ("Quectel_Ltd", "Quectel_M95", "Revision: M95FAR02A08"),
            "+QCCID": ("+QCCID: {iccid}",),
            "+QINISTAT": ("+QINISTAT: 3",),
            "+QSIMDET?": ("+QSIMDET: 0,0,0",),
            "+QPINC=SC": ('+QPINC: "SC",{pin_tries},{puk_tries}',),
            "+QPINC=P2": ('+QPINC: "P2",{pin_tries},{puk_tries}',),
            "+QINDCFG=": (),
            "+QURCCFG=": (),
            "+QENG?": ("+QENG: 0",),
        },
        missing=frozenset({"+CEREG", "+ICCID", "+CICCID"}),
        switches_off={"+QPOWD=1": "NORMAL POWER DOWN", "+QPOWD=0": ""},
        unfinished=frozenset({"+QPOWD=1"}),
    ),
)
