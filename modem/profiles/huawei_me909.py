"""Huawei's modules: ME909u, ME909s, MU609, MU709.

Sources: ModemManager 1.25 src/plugins/huawei and src/tests/test-modem-helpers.c (MU609: +CPMS=? without brackets);
the MU509 manual; Gammu 1.42 atgen.c. The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import Boot, Personality, Profile, Refusal, Repeated, UsbDevice

PROFILE: Final = Profile(
    name="huawei-me909",
    manufacturer=r"huawei",
    model=r"^M[EU]\d",
    usb=(
        # ME909u, ME909s, MU709: usb_modeswitch-data 20191128. Which port is which, the interface protocol tells.
        UsbDevice(vendor="12d1", product="1573|15c1|1c25", quiet_s=5.0),
    ),
    # oFono drivers/atmodem/sms.c: mode 1 for Huawei.
    cnmi_mode=(1, 2),
    iccid_commands=("AT^ICCID?", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"^SYSSTART"}),
    sim_urcs=frozenset({"^SIMST"}),
    ready_urcs=frozenset({"^SRVST"}),
    boot_s=40.0,
    personality=Personality(
        manufacturer="Huawei Technologies Co., Ltd.",
        model="ME909u-521",
        revision="12.636.12.01.00",
        memories=(("SM", "ME", "MT"), ("SM", "ME", "MT"), ("SM", "ME", "MT")),
        first_index=0,
        empty_slot="",
        memory_full_urc='^SMMEMFULL:"{memory}"',  # MU509 manual 6.21
        is_ussd_packed=True,  # chan_dongle at_command.c: packed septets both ways
        unknown_command="COMMAND NOT SUPPORT",
        boot=Boot(
            at_s=6.0,
            lines=((6.0, "^SYSSTART"), (8.0, "^SIMST:1"), (12.0, "^SRVST:2"), (12.0, '^HCSQ:"LTE",46,41,131,26')),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM|CSCA\?)", result="+CME ERROR: 14", until_s=8.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI)[?=].*", result="+CMS ERROR: 314", until_s=10.0),
            ),
        ),
        repeated=(
            Repeated(
                line='^HCSQ:"LTE",46,41,131,26', every_s=30.0, first_s=42.0, stopped_by="^CURC=0", started_by="^CURC=1"
            ),
        ),
        refusals=(Refusal(commands=r"\+(CMGF|CMEE|CSMS|CREG|CGREG|CMMS)=[^,]*,.*", result="TOO MANY PARAMETERS"),),
        spellings=(
            (r'^\+CPMS: \("SM","ME","MT"\),.*$', '+CPMS: "ME","MT","SM"'),
            (r'^(\+C[GE]?REG: .*)"0*([0-9A-F]+)","0*([0-9A-F]+)"', r"\1\2,\3"),
        ),
        answers={
            "^CURC=": (),
            "^PORTSEL=": (),
            "^GETPORTMODE": ("^GETPORTMODE:TYPE:WCDMA:huawei,PCUI:1,MDM:2,NDIS:3,DIAG:4",),
            "^SYSINFO": ("^SYSINFO:2,3,0,17,1,,0",),
            "^SYSINFOEX": ('^SYSINFOEX:2,3,0,1,,6,"LTE",101,"LTE"',),
            "^SYSCFGEX?": ('^SYSCFGEX:"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF',),
            "^SYSCFGEX=?": (
                '^SYSCFGEX:("00","01","02","03"),((3fffffff,"All Bands")),(0-3),(0-4),((7fffffffffffffff,"All Bands"))',
            ),
            "^SYSCFGEX=": (),
            "^CPIN?": ("^CPIN:{pin_state},,{puk_tries},{pin_tries},{puk_tries},{pin_tries}",),
            "^ICCID?": ("^ICCID:{iccid_swapped}",),
            "^HCSQ?": ('^HCSQ:"LTE",46,41,131,26',),
            "^HCSQ=": (),
            "^RFSWITCH?": ("^RFSWITCH:1,1",),
            "^CVOICE?": ("^CVOICE:0,8000,16,20",),
            "^SETPORT=": (),
            "^DDSETEX=": (),
            "^NDISDUP=": (),
        },
        missing=frozenset({"+CCID", "+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"^RESET"}),
    ),
)
