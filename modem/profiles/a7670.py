"""SIMCom's LTE Cat 1 modules on ASR chips: A7600E-H, A7602E-H, A7670, A7672, A7608 (A76xx).

Sources: Xinyuan-LilyGO/LilyGo-Modem-Series#79 and #138 and LilyGO-T-A76XX#245 (lines of a start; ATI names the maker
"INCORPORATED"); A76XX Series AT Command Manual V1.09 (+CRESET, +CPMUTEMP, +SPIC, +CICCID); ModemManager 1.25
src/plugins/simtech. The seconds of the boot are of the usual size, not measured.
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
    name="a7670",
    manufacturer=r"simcom|incorporated",
    model=r"A76\d\d",
    usb=(
        # A7600E-H, A7602E-H: ModemManager 1.25 src/plugins/simtech.
        UsbDevice(vendor="1e0e", product="9011", roles=port_roles("02:other 04:at 05:at2")),
    ),
    # oFono drivers/atmodem/sms.c: SIMCom advertises 2 and misbehaves.
    cnmi_mode=(1, 2),
    iccid_commands=("AT+CICCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"RDY", "*ATREADY"}),
    sim_urcs=frozenset({"+CPIN"}),
    ready_urcs=frozenset({"SMS DONE", "PB DONE"}),
    boot_s=40.0,
    # oFono drivers/atmodem/sim.c: +SPIC: <PIN>,<PUK>,<PIN2>,<PUK2>.
    pin_tries=(PinTries(command="AT+SPIC", pattern=r"^\+SPIC: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    reset_commands=("AT+CRESET", "AT+CFUN=1,1"),
    temperature_c=Reading(command="AT+CPMUTEMP"),
    personality=Personality(
        manufacturer="INCORPORATED",  # LilyGO-T-A76XX#245
        model="A7670E-FASE",
        revision="A011B07A7670M7_F",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        first_index=0,
        empty_slot="",
        boot=Boot(
            at_s=6.0,
            lines=((6.0, "*ATREADY: 1"), (8.0, "+CPIN: {pin_state}"), (11.0, "SMS DONE"), (14.0, "PB DONE")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CICCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=8.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 302", until_s=11.0),
            ),
        ),
        spellings=(
            # Registered on LTE only: circuit switched service is searched for ever.
            (r"^\+CREG: (\d,)?[15](,.*)?$", r"+CREG: \g<1>2"),
            (r"^\+CMS ERROR: 331$", "+CMS ERROR: 500"),
        ),
        answers={
            "I": (
                "Manufacturer: INCORPORATED",
                "Model: A7670E-FASE",
                "Revision: A011B07A7670M7_F",
                "IMEI: {imei}",
                "+GCAP: +CGSM,+FCLASS,+DS",
            ),
            "+CGMR": ("+CGMR: A011B07A7670M7_F",),
            "+CICCID": ("+ICCID: {iccid}",),
            "+CPMUTEMP": ("+CPMUTEMP: 33",),
            "+CNMP?": ("+CNMP: 38",),
            "+CNMP=": (),
            "+CPSI?": ("+CPSI: LTE,Online,001-01,0x00A1,4275,0,EUTRAN-BAND3,1300,5,5,-94,-850,-545,15",),
            "+SPIC": ("+SPIC: {pin_tries},{puk_tries},{pin_tries},{puk_tries}",),
        },
        aliases={"+CMGDA=6": "+CMGD=0,4", "+CMGDA=DEL ALL": "+CMGD=0,4"},
        missing=frozenset({"+ICCID", "+QCCID"}),
        restarts=frozenset({"+CRESET"}),
        switches_off={"+CPOF": ""},
    ),
)
