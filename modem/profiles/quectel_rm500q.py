"""Quectel's 5G modules on Qualcomm chips: RM500Q, RM502Q, RM505Q, RM510Q, RM520N, RG50x, RG52x.

Sources: RG50xQ&RM5xxQ Series AT Commands Manual V1.2 (+QTEMP in lines of name and degrees, +QURCCFG, +QPINC);
ModemManager 1.25 src/plugins/quectel. As on EC25, reports are routed: asterisk-chan-quectel#75. The seconds of the
boot are of the usual size, not measured.
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
    name="quectel-rm500q",
    manufacturer=r"quectel",
    model=r"^R[MG]\d",
    usb=(
        # RM500Q, RM520N: ModemManager 1.25 src/plugins/quectel.
        UsbDevice(vendor="2c7c", product="080[01]", roles=port_roles("00:diag 01:gps 02:at 03:at2")),
    ),
    cnmi_report=(1,),
    cnmi_fallbacks=("2,1,0,1,0", "2,1,0,0,0"),
    iccid_commands=("AT+QCCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"RDY"}),
    sim_urcs=frozenset({"+CPIN", "+QUSIM"}),
    ready_urcs=frozenset({"+QIND"}),
    boot_s=60.0,
    init_commands=('AT+QURCCFG="urcport","all"',),
    # oFono drivers/atmodem/sim.c: +QPINC: "SC",<PIN>,<PUK> for the SIM.
    pin_tries=(PinTries(command="AT+QPINC?", pattern=r'^\+QPINC: ?"SC",(?P<pin>\d+),'), *STANDARD_PIN_TRIES),
    # +QTEMP:"modem-ambient-usr","43" in one of many lines; other firmware has mdm-core-usr or xo-therm-usr. -273 is a
    # sensor that is asleep.
    temperature_c=Reading(
        command="AT+QTEMP",
        pattern=r'"(?:modem-ambient-usr|mdm-core-usr|xo[-_]therm[-_]usr|cpuss-0-usr)","(-?(?!273)\d+)"',
    ),
    personality=Personality(
        manufacturer="Quectel",
        model="RM500Q-GL",
        revision="RM500QGLABR11A06M4G",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
        flash_slots=255,  # usual on Qualcomm-based modules
        first_index=0,
        empty_slot="",
        boot=Boot(
            at_s=15.0,
            lines=((15.0, "RDY"), (17.0, "+CPIN: {pin_state}"), (17.0, "+QUSIM: 1"), (20.0, "+QIND: SMS DONE")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|Q?CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=17.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 302", until_s=20.0),
            ),
        ),
        spellings=((r'^\+CDSI: "SR",\d+$', '+CDSI: "SM",0'),),
        answers={
            "I": ("Quectel", "RM500Q-GL", "Revision: RM500QGLABR11A06M4G"),
            "+QCCID": ("+QCCID: {iccid}",),
            "+QTEMP": (
                '+QTEMP:"modem-lte-sub6-pa1","41"',
                '+QTEMP:"modem-mmw0","-273"',
                '+QTEMP:"cpuss-0-usr","43"',
                '+QTEMP:"modem-ambient-usr","42"',
            ),
            "+QPINC?": ('+QPINC: "SC",{pin_tries},{puk_tries}', '+QPINC: "P2",{pin_tries},{puk_tries}'),
            "+QURCCFG=": (),
            "+QINDCFG=": (),
            "+QCFG=": (),
            "+QNWINFO": ('+QNWINFO: "FDD LTE","00101","LTE BAND 3",1300',),
        },
        missing=frozenset({"+CCID", "+ICCID", "+CICCID"}),
        switches_off={"+QPOWD": "POWERED DOWN", "+QPOWD=1": "POWERED DOWN", "+QPOWD=0": ""},
    ),
)
