"""SIMCom's LTE modules: SIM7100, SIM7500, SIM7600.

Sources: SIM7500_SIM7600 Series AT Command Manual V1.07 (indexes start with zero); boot lines and +CREG that stays at
0,2 while +CEREG is 0,1: Xinyuan-LilyGO/LilyGo-Modem-Series#79 and #138; oFono drivers/atmodem/sms.c (mode 1);
ModemManager 1.25 src/plugins/simtech. The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import (
    ANY_PRODUCT,
    STANDARD_PIN_TRIES,
    STORAGE_MODE,
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
    name="sim7600",
    manufacturer=r"simcom",
    model=r"SIM7[1-6]\d\d",
    usb=(
        # A maker of modems.
        UsbDevice(vendor="1e0e", product=ANY_PRODUCT),
        # SIM7000, SIM7100, SIM7500, SIM7600: ModemManager 1.25 src/plugins/simtech, as all of these.
        UsbDevice(vendor="1e0e", product="9001", roles=port_roles("00:diag 01:gps 02:at 03:at2 04:audio")),
        # Prolink PH-300, SCT UM300, A-Link 3GU.
        UsbDevice(vendor="1e0e", product="9100|9200", roles=port_roles("01:at2 03:at")),
        UsbDevice(vendor="1e0e", product="cefe", roles=port_roles("00:at2 01:at2 02:at")),
        # Under Qualcomm's number: oFono plugins/udevng.c; which port is which is not known.
        UsbDevice(vendor="05c6", product="9000"),
        # usb_modeswitch-data 20191128.
        UsbDevice(vendor="1e0e", product="f000", not_a_modem=STORAGE_MODE),
    ),
    cnmi_mode=(1, 2),
    iccid_commands=("AT+CICCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"RDY"}),
    sim_urcs=frozenset({"+CPIN"}),
    ready_urcs=frozenset({"SMS DONE", "PB DONE"}),
    boot_s=40.0,
    # oFono drivers/atmodem/sim.c: +SPIC: <PIN>,<PUK>,<PIN2>,<PUK2>.
    pin_tries=(PinTries(command="AT+SPIC", pattern=r"^\+SPIC: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    reset_commands=("AT+CRESET", "AT+CFUN=1,1"),  # its manual, +CRESET
    temperature_c=Reading(command="AT+CPMUTEMP"),  # its manual, +CPMUTEMP
    personality=Personality(
        manufacturer="SIMCOM INCORPORATED",
        model="SIMCOM_SIM7600E-H",
        revision="LE20B04SIM7600M22",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
        first_index=0,  # its manual, +CMGR: "start with zero"
        empty_slot="",
        boot=Boot(
            at_s=8.0,
            lines=((8.0, "RDY"), (10.0, "+CPIN: {pin_state}"), (13.0, "SMS DONE"), (15.0, "PB DONE")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CICCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=10.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 302", until_s=13.0),
            ),
        ),
        spellings=(
            # Registered on LTE only: circuit switched service is searched for ever.
            (r"^\+CREG: (\d,)?[15](,.*)?$", r"+CREG: \g<1>2"),
            # botletics/SIM7000-LTE-Shield#103: without service it is an unknown error.
            (r"^\+CMS ERROR: 331$", "+CMS ERROR: 500"),
            (r"^\+CNMI: \(0-2\),\(0-3\),\(0,2\),\(0-2\),\(0,1\)$", "+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)"),
        ),
        answers={
            "+CPMUTEMP": ("+CPMUTEMP: 29",),
            "+CGMR": ("+CGMR: LE20B04SIM7600M22",),
            "+CICCID": ("+ICCID: {iccid}",),
            "+CNSMOD=?": ("+CNSMOD: (0,1)",),
            "+CNSMOD?": ("+CNSMOD: 0,8",),
            "+CNSMOD=": (),
            "+AUTOCSQ=?": ("+AUTOCSQ: (0,1),(0,1)",),
            "+AUTOCSQ=": (),
            "+CNMP?": ("+CNMP: 2",),
            "+CNMP=?": ("+CNMP: (2,13,14,19,22,38,39,48,51,54,60)",),
            "+CNMP=": (),
            "+CNAOP?": ("+CNAOP: 0",),
            "+CPSI?": ("+CPSI: LTE,Online,001-01,0x00A1,4275,0,EUTRAN-BAND3,1300,5,5,-94,-850,-545,15",),
            "+CPCMREG=?": ("+CPCMREG: (0,1)",),
            "+CPCMREG?": ("+CPCMREG: 0",),
            "+CLTS=": (),
            "+CSPN?": ('+CSPN: "Emulated",0',),
            "+SPIC": ("+SPIC: {pin_tries},{puk_tries},{pin_tries},{puk_tries}",),
        },
        aliases={"+CMGDA=6": "+CMGD=0,4", "+CMGDA=DEL ALL": "+CMGD=0,4"},
        missing=frozenset({"+CCID", "+ICCID", "+QCCID"}),
        restarts=frozenset({"+CRESET", "+CFUN=6"}),
        switches_off={"+CPOF": ""},
    ),
)
