"""Siemens' and Cinterion's small GSM modules: MC39i, MC45, MC52i, MC55, MC55i, TC63i.

Sources: gammu/gammu#565 (MC55i: bfr must be 1); MC55 AT Command Set 04.00 (+CNMI=?, ^SMGO, ^SPIC, ^SBV); smstools3
src/smsd.c (+CMGR: 0,,0 for an empty slot). The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Reading, Refusal

PROFILE: Final = Profile(
    name="siemens-mc55",
    manufacturer=r"siemens|cinterion",
    model=r"^(MC(39|45|52|55|56)|TC63)",
    # gammu/gammu#565: the last parameter must be 1.
    cnmi_buffer=(1, 0),
    cnmi_fallbacks=("2,1,0,0,1", "2,1,0,2,1", "3,2,0,1,1"),
    iccid_commands=("AT^SCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"^SYSSTART"}),
    # Its manual, ^SMGO: without it nothing tells that the memory is full.
    init_commands=("AT^SMGO=1",),
    # oFono drivers/atmodem/sim.c: what is left for the code that the SIM waits for.
    pin_tries=(PinTries(command="AT^SPIC", pattern=r"^\^SPIC: ?(?P<pin>\d+)"), *STANDARD_PIN_TRIES),
    # oFono plugins/gemalto.c: ^SCTM: <setting>,<state>,<degrees>, ^SBV: <millivolts>.
    temperature_c=Reading(command="AT^SCTM?", pattern=r"^\^SCTM: ?\d,-?\d,(-?\d+)"),
    voltage_v=Reading(command="AT^SBV", unit=0.001),
    personality=Personality(
        manufacturer="Cinterion",
        model="MC55i",
        revision="REVISION 01.201",
        cnmi=((0, 1, 2, 3), (0, 1, 2, 3), (0, 2, 3), (0, 1, 2), (1,)),
        memories=(("SM", "ME", "MT"), ("SM", "ME", "MT"), ("SM", "MT")),
        flash_slots=25,
        empty_slot="+CMGR: 0,,0",
        memory_full_urc="^SMGO: 2",
        boot=Boot(
            at_s=2.0,
            lines=((2.0, "^SYSSTART"),),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=5.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=7.0),
            ),
        ),
        # Settings of the LTE modules only; a question about them is a mistake here.
        refusals=(Refusal(commands=r"\^SCFG=MEopMode/Prov.*", result="+CME ERROR: 21"),),
        answers={
            "I": ("Cinterion", "MC55i", "REVISION 01.201"),
            "^SPIC": ("^SPIC: {pin_tries}",),
            "^SCTM?": ("^SCTM: 0,0,31",),
            "^SBV": ("^SBV: 3812",),
            "^SCID": ("^SCID: {iccid}",),
            "^SMGO?": ("^SMGO: 1,0",),
            "^SMGO=": (),
            "^SCKS?": ("^SCKS: 0,1",),
            "^SCKS=": (),
            "^SCFG=": (),
            "^SSMSS=": (),
            "^SMSO": ("^SMSO: MS OFF",),
        },
        missing=frozenset({"+CCID", "+ICCID", "+QCCID", "+CICCID", "+CEREG"}),
        switches_off={"^SMSO": "^SHUTDOWN"},
    ),
)
