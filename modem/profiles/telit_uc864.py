"""Telit's older modules: GM862, GE863, GE864, GE865, GL865, GE910 (GSM), UC864 (UMTS), CC864, CE910, DE910.

Sources: GM862 and UC864 AT Commands Reference Guides (+CNMI: a missed +CNMA sets mt and ds to 0; prompt after each CR;
#PCT; #QSS); ModemManager 1.25 src/plugins/telit (ports). The seconds of the boot are of the usual size, not measured.
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
    name="telit-uc864",
    manufacturer=r"telit",
    model=r"^(G[CELM]|UC|C[CE]|DE)\d{3}",
    usb=(
        # UC864-E, CC864-SINGLE; UC864-G, CC864-DUAL; DE910; CE910: ModemManager 1.25 src/plugins/telit.
        UsbDevice(vendor="1bc7", product="1003|1006", roles=port_roles("00:at 02:at2")),
        UsbDevice(vendor="1bc7", product="100[45]", roles=port_roles("00:at 02:gps 03:at2")),
        UsbDevice(vendor="1bc7", product="1010", roles=port_roles("01:gps 02:at2 03:at")),
        UsbDevice(vendor="1bc7", product="1011", roles=port_roles("01:at")),
    ),
    iccid_commands=("AT#CCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"#QSS"}),
    boot_s=30.0,
    is_probe_allowed=False,
    init_commands=("AT#QSS=2",),
    # oFono drivers/atmodem/sim.c: what is left for the code that the SIM waits for.
    pin_tries=(PinTries(command="AT#PCT", pattern=r"^#PCT: ?(?P<pin>\d+)"), *STANDARD_PIN_TRIES),
    reset_commands=("AT#REBOOT", "AT+CFUN=1,1"),
    temperature_c=Reading(command="AT#TEMPMON=1", pattern=r"^#TEMPMEAS: ?-?\d,(-?\d+)"),  # its manual, #TEMPMON
    voltage_v=Reading(command="AT#CBC", pattern=r"^#CBC: ?\d+,(\d+)", unit=0.01),  # its manual, #CBC: hundredths
    personality=Personality(
        manufacturer="Telit",
        model="GE864-QUAD",
        revision="10.00.036",
        memories=(("SM", "ME"), ("SM",), ("SM",)),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=3.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=5.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=7.0),
            ),
        ),
        answers={
            "I": ("GE864-QUAD",),
            "#CGMI": ("#CGMI: Telit",),
            "#CGMM": ("#CGMM: GE864-QUAD",),
            "#CGMR": ("#CGMR: 10.00.036",),
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
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID", "+CEREG"}),
        restarts=frozenset({"#REBOOT"}),
        switches_off={"#SHDN": ""},
    ),
)
