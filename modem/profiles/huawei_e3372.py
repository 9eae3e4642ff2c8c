"""Huawei's LTE sticks with stick firmware: E3372, E3272, E3276, E3531, E8372, K5150, MS2372.

With HiLink firmware the same sticks are network cards without any AT port. Sources: gammu/gammu#327, #486 and #517
(E3531, E3372: no announcement, whatever +CNMI promises); E3372 guides (ports by AT^SETPORT, AT^RESET); oFono
drivers/atmodem/sms.c; ModemManager 1.25 src/plugins/huawei. The seconds of the boot are of the usual size (such a
stick needs 5 to 20), not measured.
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
    Repeated,
    UsbDevice,
)

PROFILE: Final = Profile(
    name="huawei-e3372",
    manufacturer=r"huawei",
    model=r"^(E3[23]7\d|E327|E3531|E8372|K5\d{3}|MS2372)",
    usb=(
        # usb_modeswitch-data 20191128 and ModemManager 1.25: what 12d1:14fe, 15cd and their like become. Which port is
        # which, the interface protocol tells.
        UsbDevice(vendor="12d1", product="155e|156[bc]|15b[13]|1c1e|1c2[68]", quiet_s=5.0),
    ),
    # oFono drivers/atmodem/sms.c: Huawei advertise 2 and misbehave.
    cnmi_mode=(1, 2),
    # gammu/gammu#327, #486, #517: what users of these sticks ended with.
    cnmi_fallbacks=("1,1,0,1,0", "2,1,0,2,0", "1,2,0,0,0", "2,0,0,2,1"),
    is_announcing_surely=False,
    iccid_commands=("AT^ICCID?", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"^SYSSTART"}),
    sim_urcs=frozenset({"^SIMST"}),
    ready_urcs=frozenset({"^SRVST"}),
    boot_s=40.0,
    # Gammu atgen.c: no ^RSSI and ^HCSQ every few seconds; unsolicited lines to the command port.
    init_commands=("AT^CURC=0", "AT^PORTSEL=1"),
    # oFono drivers/atmodem/sim.c: ^CPIN: <state>,<tries of that>,<PUK>,<PIN>,<PUK2>,<PIN2>.
    pin_tries=(
        PinTries(command="AT^CPIN?", pattern=r"^\^CPIN: ?[^,]*,[^,]*,\d+,(?P<pin>\d+)"),
        *STANDARD_PIN_TRIES,
    ),
    reset_commands=("AT^RESET", "AT+CFUN=1,1"),
    # As on Huawei's modules: tenths of a degree, 65535 for a sensor that it has not.
    temperature_c=Reading(command="AT^CHIPTEMP?", pattern=r"^\^CHIPTEMP: ?(?:(?:65535|255),)*(-?\d{1,4})\b", unit=0.1),
    is_ussd_packed=True,  # chan_dongle at_command.c: packed septets both ways
    personality=Personality(
        manufacturer="huawei",
        model="E3372",
        revision="21.180.01.00.00",
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        flash_slots=50,
        first_index=0,
        empty_slot="",
        memory_full_urc='^SMMEMFULL:"{memory}"',
        is_ussd_packed=True,
        unknown_command="COMMAND NOT SUPPORT",
        boot=Boot(
            at_s=5.0,
            lines=((5.0, "^SIMST:1"), (10.0, "^SRVST:2"), (10.0, '^HCSQ:"LTE",46,41,131,26')),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM|CSCA\?)", result="+CME ERROR: 14", until_s=7.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI)[?=].*", result="+CMS ERROR: 314", until_s=8.0),
            ),
        ),
        repeated=(
            Repeated(line="^RSSI:24", every_s=20.0, first_s=14.0, stopped_by="^CURC=0", started_by="^CURC=1"),
            Repeated(
                line='^HCSQ:"LTE",46,41,131,26', every_s=30.0, first_s=20.0, stopped_by="^CURC=0", started_by="^CURC=1"
            ),
        ),
        spellings=((r'^(\+C[GE]?REG: .*)"0*([0-9A-F]+)","0*([0-9A-F]+)"', r"\1\2,\3"),),
        answers={
            "I": (
                "Manufacturer: huawei",
                "Model: E3372",
                "Revision: 21.180.01.00.00",
                "IMEI: {imei}",
                "+GCAP: +CGSM,+DS,+ES",
            ),
            "^CURC=": (),
            "^PORTSEL=": (),
            "^U2DIAG=": (),
            "^SETPORT=?": (
                "^SETPORT:1: 3G MODEM",
                "^SETPORT:2: 3G PCUI",
                "^SETPORT:3: 3G DIAG",
                "^SETPORT:5: 3G GPS",
                "^SETPORT:10: 4G MODEM",
                "^SETPORT:12: 4G PCUI",
                "^SETPORT:13: 4G DIAG",
                "^SETPORT:14: 4G GPS",
                "^SETPORT:16: NCM",
                "^SETPORT:A1: CDROM",
                "^SETPORT:A2: SD",
            ),
            "^SETPORT?": ("^SETPORT:FF;10,12,16",),
            "^SETPORT=": (),
            "^CPIN?": ("^CPIN:{pin_state},,{puk_tries},{pin_tries},{puk_tries},{pin_tries}",),
            "^ICCID?": ("^ICCID:{iccid_swapped}",),
            "^CHIPTEMP?": ("^CHIPTEMP:65535,65535,348,65535,65535",),
            "^HCSQ?": ('^HCSQ:"LTE",46,41,131,26',),
            "^SYSINFOEX": ('^SYSINFOEX:2,3,0,1,,6,"LTE",101,"LTE"',),
        },
        missing=frozenset({"+CCID", "+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"^RESET"}),
    ),
)
