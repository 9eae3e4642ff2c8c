"""SIMCom's modules for LTE-M and NB-IoT: SIM7000, SIM7020, SIM7070, SIM7080, SIM7090.

Sources: SIM7070_SIM7080_SIM7090 Series AT Command Manual V1.04 (+CREBOOT, +SPIC, +CMNB); botletics/SIM7000-LTE-
Shield#103 and Xinyuan-LilyGO/LilyGO-T-SIM7000G#140 (+CMS ERROR: 500 without service); ModemManager 1.25
src/plugins/simtech. The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import STANDARD_PIN_TRIES, Boot, Personality, PinTries, Profile, Refusal, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="sim7000",
    manufacturer=r"simcom",
    model=r"SIM70\d\d",
    usb=(
        # SIM7000 shares 9001 with SIM7600; SIM7070, SIM7080, SIM7090 in two layouts: ModemManager 1.25
        # src/plugins/simtech.
        UsbDevice(vendor="1e0e", product="9205", roles=port_roles("00:diag 01:gps 02:at 03:at2")),
        UsbDevice(vendor="1e0e", product="9206", roles=port_roles("00:diag 01:gps 02:at 03:other 04:other 05:at2")),
    ),
    # oFono drivers/atmodem/sms.c: SIMCom advertises 2 and misbehaves.
    cnmi_mode=(1, 2),
    iccid_commands=("AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"RDY"}),
    sim_urcs=frozenset({"+CPIN"}),
    ready_urcs=frozenset({"SMS Ready"}),
    boot_s=40.0,
    # Over NB-IoT each of the waits of TS 24.011 and TS 24.301 10.2 is longer: 180 s where others have 120.
    submit_timeout_s=180.0,
    # oFono drivers/atmodem/sim.c: +SPIC: <PIN>,<PUK>,<PIN2>,<PUK2>.
    pin_tries=(PinTries(command="AT+SPIC", pattern=r"^\+SPIC: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    # SIM7070 and later; SIM7000 refuses it and takes the other.
    reset_commands=("AT+CREBOOT", "AT+CFUN=1,1"),
    personality=Personality(
        manufacturer="SIMCOM INCORPORATED",
        model="SIMCOM_SIM7080G",
        revision="Revision:1351B05SIM7080G",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="",
        boot=Boot(
            at_s=3.0,
            lines=((3.0, "RDY"), (4.0, "+CFUN: 1"), (6.0, "+CPIN: {pin_state}"), (9.0, "SMS Ready")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=6.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 302", until_s=9.0),
            ),
        ),
        spellings=(
            (r"^\+CCID: (\d+)$", r"\1"),
            (r"^\+CREG: (\d,)?[15](,.*)?$", r"+CREG: \g<1>2"),
            # botletics/SIM7000-LTE-Shield#103: without service it is an unknown error.
            (r"^\+CMS ERROR: 331$", "+CMS ERROR: 500"),
        ),
        answers={
            "I": ("SIM7080G R1951.05",),
            "+CNMP?": ("+CNMP: 38",),
            "+CNMP=": (),
            "+CMNB?": ("+CMNB: 3",),
            "+CMNB=": (),
            "+CPSI?": ("+CPSI: LTE CAT-M1,Online,001-01,0x00A1,4275,0,EUTRAN-BAND20,6400,3,3,-11,-94,-66,11",),
            "+SPIC": ("+SPIC: {pin_tries},{puk_tries},{pin_tries},{puk_tries}",),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"+CREBOOT"}),
        switches_off={"+CPOWD=1": "NORMAL POWER DOWN"},
        unfinished=frozenset({"+CPOWD=1"}),
    ),
)
