"""Telit's modules for LTE and 5G on Qualcomm chips: LE910, LE910C, LE922, LE940, LM940, LM960, LN920, FN980, FN990.

Sources: LE910C and ME910G1 AT Commands Reference Guides (prompt after each CR, +CDSI: "SR",n, a missed +CNMA sets mt
and ds to 0, "wait for +CMGS or +CMS ERROR before any other command", #CGMR and #CGSN with echo of the name);
ModemManager 1.25 src/plugins/telit. The seconds of the boot are of the usual size, not measured; such a module says
nothing at a start until #QSS is switched on.
"""

from __future__ import annotations

from typing import Final

from modem.profile import (
    ANY_PRODUCT,
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
    name="telit-le910",
    manufacturer=r"telit",
    model=r"^(L[EMNT]|F[EN])\d{3}(?![SRQ]1)",
    usb=(
        # A maker of modems.
        UsbDevice(vendor="1bc7", product=ANY_PRODUCT),
        # LE910C1, without and with MBIM: ModemManager 1.25 src/plugins/telit, as all of these.
        UsbDevice(vendor="1bc7", product="1201", roles=port_roles("00:diag 03:gps 04:at 05:at2 06:other")),
        UsbDevice(vendor="1bc7", product="1204", roles=port_roles("00:diag 04:gps 05:at 06:at2 07:other")),
        # LE910C1-EUX.
        UsbDevice(vendor="1bc7", product="103[13]", roles=port_roles("00:diag 01:at 02:at2")),
        # LE922, LM9x0, FN980, without and with MBIM. They start slowly.
        UsbDevice(vendor="1bc7", product="10[45]0", roles=port_roles("00:diag 03:other 04:at 05:at2 06:other")),
        UsbDevice(vendor="1bc7", product="10[45]1", roles=port_roles("00:diag 04:other 05:at 06:at2 07:other")),
        # LN920, FN990.
        UsbDevice(vendor="1bc7", product="10[67]0", roles=port_roles("00:diag 03:gps 04:at 05:at2 06:other")),
        UsbDevice(vendor="1bc7", product="10[67]1", roles=port_roles("00:diag 04:gps 05:at 06:at2 07:other")),
        # FN920C04, FE910C04, FN912C04 in many layouts; FE990B40, FN990B40.
        UsbDevice(vendor="1bc7", product="10a0|10c0|3000", roles=port_roles("01:gps 02:at 03:diag")),
        UsbDevice(vendor="1bc7", product="10a2|10c2", roles=port_roles("02:gps 03:at 04:diag")),
        UsbDevice(vendor="1bc7", product="10a4|10c4", roles=port_roles("01:at 02:at2 03:diag")),
        UsbDevice(vendor="1bc7", product="10a7|10c6", roles=port_roles("02:at 03:at2 04:diag")),
        UsbDevice(vendor="1bc7", product="10a9|10c8|3001", roles=port_roles("01:at 02:diag")),
        UsbDevice(vendor="1bc7", product="10aa|10c9", roles=port_roles("02:at 03:diag")),
        UsbDevice(vendor="1bc7", product="10b0|10d0", roles=port_roles("01:gps 02:at 03:at2 04:other 05:diag")),
        UsbDevice(vendor="1bc7", product="10b1|10d1", roles=port_roles("02:gps 03:at 04:at2 05:other 06:diag")),
    ),
    iccid_commands=("AT#CCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"#QSS"}),
    boot_s=40.0,
    # Its manual: no other command before the result of +CMGS.
    is_probe_allowed=False,
    # Its manual: the module says #QSS: 3 when messages can be used.
    init_commands=("AT#QSS=2",),
    # oFono drivers/atmodem/sim.c: what is left for the code that the SIM waits for.
    pin_tries=(PinTries(command="AT#PCT", pattern=r"^#PCT: ?(?P<pin>\d+)"), *STANDARD_PIN_TRIES),
    reset_commands=("AT#REBOOT", "AT+CFUN=1,1"),
    temperature_c=Reading(command="AT#TEMPMON=1", pattern=r"^#TEMPMEAS: ?-?\d,(-?\d+)"),  # its manual, #TEMPMON
    voltage_v=Reading(command="AT#CBC", pattern=r"^#CBC: ?\d+,(\d+)", unit=0.01),  # its manual, #CBC: hundredths
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
            "#TEMPMON=1": ("#TEMPMEAS: 0,27",),
            "#CBC": ("#CBC: 0,381",),
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
    ),
)
