"""ZTE's sticks: MF180, MF190, MF626, MF710 and their like.

Sources: traces in gammu/gammu#119 (MF180), #209 (MF626), #560 (MF710); oFono drivers/atmodem/sms.c (the comma in
+CDS, mode 1); Gammu 1.42 atgen.c (+ZCDRUN, +ZOPRT); ModemManager 1.25 src/plugins/zte (+ZPINPUK, +ZSNT and the
unsolicited lines). The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import Boot, Personality, Profile, Refusal, Repeated

PROFILE: Final = Profile(
    name="zte-mf",
    manufacturer=r"\bZTE\b",
    model=r"^MF\d",
    # oFono: ZTE advertises 2 and misbehaves.
    cnmi_mode=(1, 2),
    iccid_commands=("AT+ZGETICCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"+ZEND"}),
    boot_s=30.0,
    personality=Personality(
        manufacturer="ZTE CORPORATION",  # gammu/gammu#119
        model="MF180",
        revision="BD_W7P673A3F3V1.0.0B04",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),  # +CDSI: "SR",50 in gammu/gammu#209
        flash_slots=100,  # gammu/gammu#209: +CPMS: 0,50,0,50,1,100
        first_index=0,
        empty_slot="+CMS ERROR: 500",
        boot=Boot(
            at_s=4.0,
            lines=(
                (4.0, '+ZDONR: "",0,0,"CS_ONLY","ROAM_OFF"'),
                (5.0, '+ZPASR: "No Service"'),
                (9.0, '+ZDONR: "Emulated",1,1,"CS_PS","ROAM_OFF"'),
                (9.0, '+ZPASR: "UMTS"'),
                (10.0, "+ZEND"),
            ),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM|CSCA\?)", result="+CME ERROR: 14", until_s=8.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI)[?=].*", result="+CMS ERROR: 500", until_s=9.0),
            ),
        ),
        # ModemManager src/plugins/zte: +ZUSIMR:2 comes again and again until the SIM is ready.
        repeated=(Repeated(line="+ZUSIMR:2", every_s=2.0, first_s=4.0, until_s=9.0),),
        spellings=(
            (r"^\+CDS: (\d+)(?=\r|$)", r"+CDS: ,\1"),  # oFono: a comma too many
            (r"^\+CSCS: \(.*\)$", '+CSCS: ("IRA","GSM","UCS2")'),  # gammu/gammu#119
        ),
        answers={
            "+ZPAS?": ('+ZPAS: "UMTS","CS_PS"',),
            "+ZCDRUN=8": ("Close autorun state result(0:FAIL 1:SUCCESS):1",),
            "+ZCDRUN=9": ("Open autorun state result(0:FAIL 1:SUCCESS):1",),
            "+ZOPRT=": (),
            "+ZSNT?": ("+ZSNT: 0,0,0",),
            "+ZSNT=?": ("+ZSNT: (0-2),(0,1),(0-2)",),
            "+ZSNT=": (),
            "+ZPINPUK=?": ("+ZPINPUK: {pin_tries},{puk_tries}",),
            "+ZGETICCID": ("+ZGETICCID: {iccid}",),
        },
        missing=frozenset({"+CCID", "+ICCID", "+QCCID", "+CICCID"}),
    ),
)
