"""Telit's modules on Intel chips: HE910, UE910, UL865, UE866.

Sources: HE910/UE910/UL865/UE866 Series AT Commands Reference Guide; oFono plugins/he910.c, plugins/udevng.c and
drivers/atmodem/sms.c (an acknowledgement with a PDU is broken on Infineon's). The seconds of the boot are of the usual
size, not measured; such a module says nothing at a start until #QSS is switched on.
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
    name="telit-he910",
    manufacturer=r"telit",
    model=r"^(H[EN]|U[EL])\d{3}",
    usb=(
        # Several ttyACM, the first takes commands: oFono plugins/udevng.c.
        UsbDevice(vendor="1bc7", product="0021", roles=port_roles("00:at")),
    ),
    iccid_commands=("AT#CCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"#QSS"}),
    boot_s=30.0,
    # Its manual: no other command before the result of +CMGS.
    is_probe_allowed=False,
    init_commands=("AT#QSS=2",),
    # oFono drivers/atmodem/sim.c: what is left for the code that the SIM waits for.
    pin_tries=(PinTries(command="AT#PCT", pattern=r"^#PCT: ?(?P<pin>\d+)"), *STANDARD_PIN_TRIES),
    reset_commands=("AT#REBOOT", "AT+CFUN=1,1"),
    temperature_c=Reading(command="AT#TEMPMON=1", pattern=r"^#TEMPMEAS: ?-?\d,(-?\d+)"),  # its manual, #TEMPMON
    voltage_v=Reading(command="AT#CBC", pattern=r"^#CBC: ?\d+,(\d+)", unit=0.01),  # its manual, #CBC: hundredths
    personality=Personality(
        manufacturer="Telit",
        model="HE910",
        revision="12.00.025",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=5.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=8.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=10.0),
            ),
        ),
        answers={
            "I": ("332",),
            "#CGMI": ("#CGMI: Telit",),
            "#CGMM": ("#CGMM: HE910",),
            "#CGMR": ("#CGMR: 12.00.025",),
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
