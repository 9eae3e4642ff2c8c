"""Quectel's LTE modules on Qualcomm chips: EC20, EC21, EC25, EG25, EG91, EG95.

Sources: EC25&EC21 AT Commands Manual (+CMGS up to 120 s); IchthysMaranatha/asterisk-chan-quectel#75 (where stored
reports go); ModemManager 1.25 src/plugins/quectel; RoEdAl/asterisk-chan-quectel. The seconds of the boot are of the
usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import ANY_PRODUCT, Boot, Personality, Profile, Refusal, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="quectel-ec25",
    manufacturer=r"quectel",
    model=r"^E[CGM]\d",
    usb=(
        # A maker of modems.
        UsbDevice(vendor="2c7c", product=ANY_PRODUCT),
        # EC21, EC25 and EG25, EG91, EG95, EG06, EG12: ModemManager 1.25 src/plugins/quectel.
        UsbDevice(vendor="2c7c", product="012[15]|019[15]|0306|0512", roles=port_roles("00:diag 01:gps 02:at 03:at2")),
        # EC20 under Qualcomm's number: oFono plugins/udevng.c.
        UsbDevice(vendor="05c6", product="9215|9090", roles=port_roles("00:diag 01:gps 02:at 03:at2")),
        # BG96, RM500Q, RM520N.
        UsbDevice(vendor="2c7c", product="0296|080[01]", roles=port_roles("00:diag 01:gps 02:at 03:at2")),
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
