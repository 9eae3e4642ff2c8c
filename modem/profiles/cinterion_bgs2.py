"""Cinterion's GSM modules: BGS2, BG2, BGS5, BGS12.

Sources: Cinterion BGS2 AT Command Set 01.301 (+CNMI=?, ^SCID, ^SMGO, ^SSMSS, ^SMSO); ModemManager 1.25
src/plugins/cinterion. The modem says ^SMGO here without having been asked by AT^SMGO=1. The seconds of the boot are of
the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Reading, Refusal

PROFILE: Final = Profile(
    name="cinterion-bgs2",
    manufacturer=r"cinterion|gemalto|thales",
    model=r"^BG(S|2)",
    # gammu/gammu#1207 on its relatives: the last parameter must be 1. Its manual: reports are routed in phase 2+ only.
    cnmi_report=(2, 1),
    cnmi_buffer=(1, 0),
    cnmi_fallbacks=("2,1,0,2,1", "2,1,0,0,1"),
    iccid_commands=("AT^SCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"^SYSSTART", "^SYSSTART AIRPLANE MODE"}),
    ready_urcs=frozenset({"+PBREADY"}),
    boot_s=30.0,
    # Its manual, ^SMGO: without it nothing tells that the memory is full.
    init_commands=("AT^SMGO=1",),
    # oFono drivers/atmodem/sim.c: what is left for the code that the SIM waits for.
    pin_tries=(PinTries(command="AT^SPIC", pattern=r"^\^SPIC: ?(?P<pin>\d+)"), *STANDARD_PIN_TRIES),
    # oFono plugins/gemalto.c: ^SCTM: <setting>,<state>,<degrees>, ^SBV: <millivolts>.
    temperature_c=Reading(command="AT^SCTM?", pattern=r"^\^SCTM: ?\d,-?\d,(-?\d+)"),
    voltage_v=Reading(command="AT^SBV", unit=0.001),
    personality=Personality(
        manufacturer="Cinterion",
        model="BGS2-W",
        revision="REVISION 01.301",
        cnmi=((0, 1, 2, 3), (0, 1, 2, 3), (0, 2, 3), (0, 1, 2), (1,)),
        routes_in_phase_2_only=True,
        memories=(("SM", "ME", "MT"), ("SM", "ME", "MT"), ("SM", "MT")),
        flash_slots=25,
        empty_slot="+CMS ERROR: 321",
        memory_full_urc="^SMGO: 2",
        boot=Boot(
            at_s=3.0,
            lines=((3.0, "^SYSSTART"), (8.0, "+PBREADY")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=5.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=7.0),
            ),
        ),
        # Settings of the LTE modules only; a question about them is a mistake here.
        refusals=(Refusal(commands=r"\^SCFG=MEopMode/Prov.*", result="+CME ERROR: 21"),),
        answers={
            "I": ("Cinterion", "BGS2-W", "REVISION 01.301"),
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
