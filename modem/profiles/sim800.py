"""SIMCom's GSM modules: SIM800 and its relatives SIM808, SIM868.

Sources: SIM800 Series AT Command Manual V1.09 (lines of a start, +CNMI without stored reports, +CPOWD);
Seeed-Studio/GPRS_SIM900#39 (nothing about messages works before "SMS Ready"). The seconds of the boot are of the usual
size, not measured; "RDY" comes only when the line has a fixed speed (+IPR), which a USB bridge has.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Reading, Refusal

PROFILE: Final = Profile(
    name="sim800",
    manufacturer=r"simcom",
    model=r"SIM8\d\d(?!\d)",
    # oFono drivers/atmodem/sms.c: SIMCom advertises 2 and misbehaves.
    cnmi_mode=(1, 2),
    cnmi_report=(1,),
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    # A second RDY in operation tells that the supply broke down under a burst of 2 A.
    restart_urcs=frozenset({"RDY"}),
    sim_urcs=frozenset({"+CPIN"}),
    ready_urcs=frozenset({"Call Ready", "SMS Ready"}),
    sim_busy_s=60.0,
    # oFono drivers/atmodem/sim.c: +SPIC: <PIN>,<PUK>,<PIN2>,<PUK2>.
    pin_tries=(PinTries(command="AT+SPIC", pattern=r"^\+SPIC: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    temperature_c=Reading(command="AT+CMTE?", pattern=r"^\+CMTE: ?\d,(-?\d+(?:\.\d+)?)"),  # its manual, +CMTE
    personality=Personality(
        manufacturer="SIMCOM_Ltd",
        model="SIMCOM_SIM800L",
        revision="Revision:1418B05SIM800L24",
        cnmi=((0, 1, 2, 3), (0, 1, 2, 3), (0, 2), (0, 1), (0, 1)),  # its manual: <ds> is 0 or 1
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="",
        boot=Boot(
            at_s=2.0,
            lines=(
                (2.0, "RDY"),
                (3.0, "+CFUN: 1"),
                (3.5, "+CPIN: {pin_state}"),
                (8.0, "Call Ready"),
                (9.0, "SMS Ready"),
            ),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID\??|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=3.5),
                Refusal(
                    commands=r"\+(CMG[RLDSWF]|CMSS|CPMS|CNMI|CSCA|CSMP|CSMS)\??(=.*)?", result="ERROR", until_s=9.0
                ),
            ),
        ),
        spellings=(
            (r"^\+CCID: (\d+)$", r"\1"),  # its manual: the bare number
            # An alpha field that is always there, and empty.
            (r"^(\+CMG[RL]: (?:\d+,)?\d),,(\d+)", r'\1,"",\2'),
        ),
        answers={
            "+CMTE?": ("+CMTE: 0,28.50",),
            "I": ("SIM800 R14.18",),
            "+CLTS=": (),
            "+CLTS?": ("+CLTS: 0",),
            "+CIURC=": (),
            "+CIURC?": ("+CIURC: 1",),
            "+CSMINS?": ("+CSMINS: 0,1",),
            "+CSPN?": ('+CSPN: "Emulated",0',),
            "+DDET=": (),
            "+EXUNSOL=": (),
            "+SPIC": ("+SPIC: {pin_tries},{puk_tries},{pin_tries},{puk_tries}",),
        },
        # Flags of +CMGDA in PDU mode are numbers, in text mode words.
        aliases={"+CMGDA=6": "+CMGD=1,4", "+CMGDA=DEL ALL": "+CMGD=1,4", "+CMGDA=DEL READ": "+CMGD=1,1"},
        missing=frozenset({"+CEREG", "+ICCID", "+QCCID", "+CICCID"}),
        switches_off={"+CPOWD=1": "NORMAL POWER DOWN", "+CPOWD=0": ""},
        unfinished=frozenset({"+CPOWD=1"}),
    ),
)
