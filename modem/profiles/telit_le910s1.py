"""Telit's LTE Cat 1 modules on ASR and Qualcomm's small chips: LE910S1, LE910R1, LE910Q1, and ELS63 by Telit.

Sources: LE910S1 AT Commands Reference Guide (#QSS, #PCT, #CBC); ModemManager 1.25 src/plugins/telit (ports; the port
in between writes traces and is no QCDM). The seconds of the boot are of the usual size, not measured.
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
    name="telit-le910s1",
    manufacturer=r"telit",
    model=r"^(LE910[SRQ]1|ELS63)",
    usb=(
        # ModemManager 1.25 src/plugins/telit, with RNDIS and with ECM.
        UsbDevice(vendor="1bc7", product="701[01]", roles=port_roles("02:diag 03:at2 04:at")),
        UsbDevice(vendor="1bc7", product="702[01]", roles=port_roles("02:at2 04:diag 06:at")),
    ),
    iccid_commands=("AT#CCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"#QSS"}),
    boot_s=40.0,
    is_probe_allowed=False,
    init_commands=("AT#QSS=2",),
    # oFono drivers/atmodem/sim.c: what is left for the code that the SIM waits for.
    pin_tries=(PinTries(command="AT#PCT", pattern=r"^#PCT: ?(?P<pin>\d+)"), *STANDARD_PIN_TRIES),
    reset_commands=("AT#REBOOT", "AT+CFUN=1,1"),
    temperature_c=Reading(command="AT#TEMPMON=1", pattern=r"^#TEMPMEAS: ?-?\d,(-?\d+)"),  # its manual, #TEMPMON
    voltage_v=Reading(command="AT#CBC", pattern=r"^#CBC: ?\d+,(\d+)", unit=0.01),  # its manual, #CBC: hundredths
    personality=Personality(
        manufacturer="Telit",
        model="LE910S1-ELG",
        revision="M0F.000006",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=6.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=9.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=11.0),
            ),
        ),
        answers={
            "I": ("332",),
            "#CGMI": ("#CGMI: Telit",),
            "#CGMM": ("#CGMM: LE910S1-ELG",),
            "#CGMR": ("#CGMR: M0F.000006",),
            "#CGSN": ("#CGSN: {imei}",),
            "#CIMI": ("#CIMI: {imsi}",),
            "#CCID": ("#CCID: {iccid}",),
            "#CBC": ("#CBC: 0,381",),
            "#TEMPMON=1": ("#TEMPMEAS: 0,27",),
            "#PCT": ("#PCT: {pin_tries}",),
            "#QSS=?": ("#QSS: (0-2)",),
            "#QSS?": ("#QSS: 0,1",),
            "#QSS=": (),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"#REBOOT"}),
        switches_off={"#SHDN": ""},
    ),
)
