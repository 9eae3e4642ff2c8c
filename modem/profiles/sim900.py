"""SIMCom's older GSM modules: SIM900, SIM908, SIM968.

Sources: SIM900 AT Command Manual V1.03 (+CNMI=?, +CMTE, +SPIC, +CPOWD); Seeed-Studio/GPRS_SIM900#39 (nothing about
messages works before "Call Ready", and no "SMS Ready" comes); oFono drivers/atmodem/sms.c (mode 1). The seconds of the
boot are of the usual size, not measured; the lines of a start come only when the line has a fixed speed (+IPR).
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Reading, Refusal

PROFILE: Final = Profile(
    name="sim900",
    manufacturer=r"simcom",
    model=r"SIM9\d\d(?!\d)",
    # oFono drivers/atmodem/sms.c: SIMCom advertises 2 and misbehaves.
    cnmi_mode=(1, 2),
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"RDY"}),
    sim_urcs=frozenset({"+CPIN"}),
    ready_urcs=frozenset({"Call Ready"}),
    # botletics and Seeed threads: a module without a fixed speed says nothing, and takes its time after the first AT.
    boot_s=30.0,
    # oFono drivers/atmodem/sim.c: +SPIC: <PIN>,<PUK>,<PIN2>,<PUK2>.
    pin_tries=(PinTries(command="AT+SPIC", pattern=r"^\+SPIC: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    temperature_c=Reading(command="AT+CMTE?", pattern=r"^\+CMTE: ?\d,(-?\d+(?:\.\d+)?)"),  # its manual, +CMTE
    personality=Personality(
        manufacturer="SIMCOM_Ltd",
        model="SIMCOM_SIM900",
        revision="Revision:1137B08SIM900M64_ST",
        cnmi=((0, 1, 2, 3), (0, 1, 2, 3), (0, 2, 3), (0, 1, 2), (0, 1)),  # its manual
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="",
        boot=Boot(
            at_s=2.0,
            lines=((2.0, "RDY"), (2.5, "+CFUN: 1"), (3.5, "+CPIN: {pin_state}"), (10.0, "Call Ready")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID\??|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=3.5),
                Refusal(
                    commands=r"\+(CMG[RLDSWF]|CMSS|CPMS|CNMI|CSCA|CSMP|CSMS)\??(=.*)?", result="ERROR", until_s=10.0
                ),
            ),
        ),
        spellings=(
            (r"^\+CCID: (\d+)$", r"\1"),  # its manual: the bare number
            (r"^(\+CMG[RL]: (?:\d+,)?\d),,(\d+)", r'\1,"",\2'),
        ),
        answers={
            "I": ("SIM900 R11.0",),
            "+CMTE?": ("+CMTE: 0,27.50",),
            "+CLTS=": (),
            "+CIURC=": (),
            "+CSPN?": ('+CSPN: "Emulated",0',),
            "+SPIC": ("+SPIC: {pin_tries},{puk_tries},{pin_tries},{puk_tries}",),
        },
        aliases={"+CMGDA=6": "+CMGD=1,4", "+CMGDA=DEL ALL": "+CMGD=1,4", "+CMGDA=DEL READ": "+CMGD=1,1"},
        missing=frozenset({"+CEREG", "+ICCID", "+QCCID", "+CICCID"}),
        switches_off={"+CPOWD=1": "NORMAL POWER DOWN", "+CPOWD=0": ""},
        unfinished=frozenset({"+CPOWD=1"}),
    ),
)
