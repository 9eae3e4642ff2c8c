"""Siemens' first GSM terminals and modules: TC35, TC35i, TC37, MC35, MC35i, SL45.

Sources: TC35 AT Command Set 04.00 (up to 35 s for another memory, +CNMI=?, ^SPIC, ^SMSO); Kannel
doc/examples/modems.conf (+CNMI of TC35 and SL45); gammu/gammu#97 (MC35i); smstools3 src/smsd.c (+CMGR: 0,,0 for an
empty slot). They are behind a serial line, often one without a fixed speed. The seconds of the boot are of the usual
size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Refusal

PROFILE: Final = Profile(
    name="siemens-tc35",
    manufacturer=r"siemens|cinterion",
    model=r"^(TC3[57]|MC35|SL45)",
    # gammu/gammu#1207 on its relative MC75i: the last parameter must be 1.
    cnmi_buffer=(1, 0),
    # Kannel: 3,2,0,1,1 for TC35, 1,2,2,2,1 for SL45.
    cnmi_fallbacks=("2,1,0,2,1", "2,1,0,0,1", "3,2,0,1,1", "1,2,2,2,1"),
    iccid_commands=("AT^SCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"^SYSSTART"}),
    init_commands=("AT^SMGO=1",),
    # oFono drivers/atmodem/sim.c: what is left for the code that the SIM waits for.
    pin_tries=(PinTries(command="AT^SPIC", pattern=r"^\^SPIC: ?(?P<pin>\d+)"), *STANDARD_PIN_TRIES),
    personality=Personality(
        manufacturer="SIEMENS",
        model="TC35i",
        revision="REVISION 03.01",
        cnmi=((0, 1, 2, 3), (0, 1, 2, 3), (0, 2, 3), (0, 1, 2), (1,)),
        memories=(("SM", "ME", "MT"), ("SM", "ME", "MT"), ("SM", "MT")),
        flash_slots=25,
        empty_slot="+CMGR: 0,,0",
        memory_full_urc="^SMGO: 2",
        boot=Boot(
            at_s=3.0,
            lines=((3.0, "^SYSSTART"),),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=6.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=9.0),
            ),
        ),
        # Settings of the LTE modules only; a question about them is a mistake here.
        refusals=(Refusal(commands=r"\^SCFG=MEopMode/Prov.*", result="+CME ERROR: 21"),),
        answers={
            "I": ("SIEMENS", "TC35i", "REVISION 03.01"),
            "^SPIC": ("^SPIC: {pin_tries}",),
            "^SCID": ("^SCID: {iccid}",),
            "^SMGO?": ("^SMGO: 1,0",),
            "^SMGO=": (),
            "^SSMSS=": (),
            "^SMSO": ("^SMSO: MS OFF",),
        },
        missing=frozenset({"+CCID", "+ICCID", "+QCCID", "+CICCID", "+CEREG"}),
        switches_off={"^SMSO": "^SHUTDOWN"},
    ),
)
