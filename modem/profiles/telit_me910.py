"""Telit's modules for LTE-M and NB-IoT: ME910C1, ML865C1, ME310G1, ME910G1, NE310H2.

Sources: ME910C1 and ME910G1 AT Commands Reference Guides (#QSS, #PCT, #CBC, "wait for +CMGS or +CMS ERROR before any
other command"); ModemManager 1.25 src/plugins/telit. The seconds of the boot are of the usual size, not measured; such
a module says nothing at a start until #QSS is switched on.
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
    name="telit-me910",
    manufacturer=r"telit",
    model=r"^(M[EL]|N[EL])\d{3}",
    usb=(
        # ME910C1, MEx10G1: ModemManager 1.25 src/plugins/telit.
        UsbDevice(vendor="1bc7", product="1101|110a", roles=port_roles("00:diag 01:at 02:at2")),
    ),
    iccid_commands=("AT#CCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"#QSS"}),
    boot_s=40.0,
    is_probe_allowed=False,
    init_commands=("AT#QSS=2",),
    # Over NB-IoT each of the waits of TS 24.011 and TS 24.301 10.2 is longer: 180 s where others have 120.
    submit_timeout_s=180.0,
    # oFono drivers/atmodem/sim.c: what is left for the code that the SIM waits for.
    pin_tries=(PinTries(command="AT#PCT", pattern=r"^#PCT: ?(?P<pin>\d+)"), *STANDARD_PIN_TRIES),
    reset_commands=("AT#REBOOT", "AT+CFUN=1,1"),
    temperature_c=Reading(command="AT#TEMPMON=1", pattern=r"^#TEMPMEAS: ?-?\d,(-?\d+)"),  # its manual, #TEMPMON
    voltage_v=Reading(command="AT#CBC", pattern=r"^#CBC: ?\d+,(\d+)", unit=0.01),  # its manual, #CBC: hundredths
    personality=Personality(
        manufacturer="Telit",
        model="ME910C1-E2",
        revision="30.00.709",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=7.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=10.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=12.0),
            ),
        ),
        answers={
            "I": ("332",),
            "#CGMI": ("#CGMI: Telit",),
            "#CGMM": ("#CGMM: ME910C1-E2",),
            "#CGMR": ("#CGMR: 30.00.709",),
            "#CGSN": ("#CGSN: {imei}",),
            "#CIMI": ("#CIMI: {imsi}",),
            "#CCID": ("#CCID: {iccid}",),
            "#CBC": ("#CBC: 0,381",),
            "#TEMPMON=1": ("#TEMPMEAS: 0,27",),
            "#PCT": ("#PCT: {pin_tries}",),
            "#QSS=?": ("#QSS: (0-2)",),
            "#QSS?": ("#QSS: 0,1",),
            "#QSS=": (),
            "#WS46?": ("#WS46: 2",),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"#REBOOT"}),
        switches_off={"#SHDN": ""},
    ),
)
