"""Quectel's LTE modules on Qualcomm chips: EC20, EC21, EC25, EG25, EG91, EG95, EG06, EG12, EM05, EM12, EM060K.

Sources: EC25&EC21 AT Commands Manual (+CMGS up to 120 s); IchthysMaranatha/asterisk-chan-quectel#75 (where stored
reports go); ModemManager 1.25 src/plugins/quectel; RoEdAl/asterisk-chan-quectel. The seconds of the boot are of the
usual size, not measured.
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
    name="quectel-ec25",
    manufacturer=r"quectel",
    # Those on chips of other makers behave otherwise: quectel-ec200.
    model=r"^E[CGM](?!200|100Y|600|80\d|91[25])\d",
    usb=(
        # A maker of modems.
        UsbDevice(vendor="2c7c", product=ANY_PRODUCT),
        # EC21, EC25 and EG25, EG91, EG95, EG06, EG12: ModemManager 1.25 src/plugins/quectel.
        UsbDevice(vendor="2c7c", product="012[15]|019[15]|0306|0512", roles=port_roles("00:diag 01:gps 02:at 03:at2")),
        # EC20 under Qualcomm's number: oFono plugins/udevng.c.
        UsbDevice(vendor="05c6", product="9215|9090", roles=port_roles("00:diag 01:gps 02:at 03:at2")),
        # EM060K with MBIM.
        UsbDevice(vendor="2c7c", product="0128", roles=port_roles("03:diag 04:gps 05:at")),
    ),
    # Stored ones cannot be read: asterisk-chan-quectel#75.
    cnmi_report=(1,),
    cnmi_fallbacks=("2,1,0,1,0", "2,1,0,0,0"),
    iccid_commands=("AT+QCCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"RDY"}),
    sim_urcs=frozenset({"+CPIN", "+QUSIM"}),
    ready_urcs=frozenset({"+QIND"}),
    boot_s=40.0,
    # Another program may have sent the unsolicited lines to one of the other ports, and the modem remembers that.
    # EC2x&EG9x&EG2x-G AT Commands Manual V2.0, +QURCCFG; older firmware has no "all" and refuses it.
    init_commands=('AT+QURCCFG="urcport","all"',),
    # oFono drivers/atmodem/sim.c: +QPINC: "SC",<PIN>,<PUK> for the SIM.
    pin_tries=(
        PinTries(command="AT+QPINC?", pattern=r'^\+QPINC: ?"SC",(?P<pin>\d+),'),
        *STANDARD_PIN_TRIES,
    ),
    temperature_c=Reading(command="AT+QTEMP"),  # its manual, +QTEMP: <baseband>,<oscillator>,<amplifier>
    personality=Personality(
        manufacturer="Quectel",
        model="EC25",
        revision="EC25EFAR06A03M4G",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
        flash_slots=255,  # usual on Qualcomm-based modules
        first_index=0,
        empty_slot="",
        boot=Boot(
            at_s=10.0,
            lines=(
                (10.0, "RDY"),
                (11.0, "+CFUN: 1"),
                (12.0, "+CPIN: {pin_state}"),
                (12.0, "+QUSIM: 1"),
                (14.0, "+QIND: SMS DONE"),
                (16.0, "+QIND: PB DONE"),
            ),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|Q?CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=12.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 302", until_s=14.0),
            ),
        ),
        # The report is in SR and announced as slot 0 of SM, where +CMGR finds nothing (asterisk-chan-quectel#75).
        spellings=((r'^\+CDSI: "SR",\d+$', '+CDSI: "SM",0'),),
        answers={
            "+QTEMP": ("+QTEMP: 33,31,30",),
            "I": ("Quectel", "EC25", "Revision: EC25EFAR06A03M4G"),
            "+QCCID": ("+QCCID: {iccid}",),
            "+QINISTAT": ("+QINISTAT: 7",),
            "+QPINC?": ('+QPINC: "SC",{pin_tries},{puk_tries}', '+QPINC: "P2",{pin_tries},{puk_tries}'),
            "+QCFG=ims": ('+QCFG: "ims",1,1',),
            "+QCFG=": (),
            "+QINDCFG=": (),
            "+QURCCFG=urcport": ('+QURCCFG: "urcport","usbat"',),
            "+QURCCFG=": (),
            "+QNWINFO": ('+QNWINFO: "FDD LTE","00101","LTE BAND 3",1300',),
            "+QENG=servingcell": (
                '+QENG: "servingcell","NOCONN","LTE","FDD",001,01,10B3,5,1300,3,5,5,A1,-94,-10,-62,14,28',
            ),
            "+QPCMV?": ("+QPCMV: 0,0",),
            "+QPCMV=": (),
            "+QSIMDET?": ("+QSIMDET: 0,0",),
            "^DSCI=": (),
        },
        missing=frozenset({"+CCID", "+ICCID", "+CICCID"}),
        switches_off={"+QPOWD": "POWERED DOWN", "+QPOWD=1": "POWERED DOWN", "+QPOWD=0": ""},
    ),
)
