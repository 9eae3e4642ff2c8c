"""Telit's modules: HE910, LE910, LE910C, ME910.

Sources: LE910C and ME910G1 AT Commands Reference Guides (prompt after each CR, +CDSI: "SR",n, a missed +CNMA sets mt
and ds to 0, "wait for +CMGS or +CMS ERROR before any other command", #CGMR and #CGSN with echo of the name);
ModemManager 1.25 src/plugins/telit. The seconds of the boot are of the usual size, not measured; such a module says
nothing at a start until #QSS is switched on.
"""

from __future__ import annotations

from typing import Final

from modem.profile import Boot, Personality, Profile, Refusal

PROFILE: Final = Profile(
    name="telit-le910",
    manufacturer=r"telit",
    model=r"^[GHLMU][ECT]\d{3}",
    iccid_commands=("AT#CCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"#QSS"}),
    boot_s=40.0,
    # Its manual: no other command before the result of +CMGS.
    is_probe_allowed=False,
    personality=Personality(
        manufacturer="Telit",
        model="LE910-EUG",
        revision="17.00.523",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=6.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=9.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=12.0),
            ),
        ),
        answers={
            "#CGMI": ("#CGMI: Telit",),
            "#CGMM": ("#CGMM: LE910-EUG",),
            "#CGMR": ("#CGMR: 17.00.523",),
            "#CGSN": ("#CGSN: {imei}",),
            "#CIMI": ("#CIMI: {imsi}",),
            "#CCID": ("#CCID: {iccid}",),
            "#BND=?": ("#BND: (0-5),(0-6),(1-524287)",),
            "#BND?": ("#BND: 5,0,524",),
            "#BND=": (),
            "#PSNT?": ("#PSNT: 0,4",),
            "#QSS=?": ("#QSS: (0-2)",),
            "#QSS?": ("#QSS: 0,1",),
            "#QSS=": (),
            "#PCT": ("#PCT: {pin_tries}",),
            "#SMSMODE?": ("#SMSMODE: 0",),
            "#SMSMODE=?": ("#SMSMODE: (0,1)",),
            "#SMSMODE=": (),
            "$GPSP=?": ("$GPSP: (0,1)",),
            "$GPSP?": ("$GPSP: 0",),
            "+SERVICE?": ("+SERVICE: 0,0",),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"#REBOOT"}),
        switches_off={"#SHDN": ""},
        repeats_prompt=True,
    ),
)
