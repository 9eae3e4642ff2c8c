"""Huawei's sticks of the Qualcomm years: E17x, E155x, E1750, E1752, E173, E303, E353, E3131, E3531.

Sources: traces in gammu/gammu#126 and #138 (E1752), gammu/wammu#44 (E173); the MU509 manual; ModemManager 1.25
src/plugins/huawei and its src/tests/test-modem-helpers.c; Gammu 1.42 atgen.c; chan_dongle at_command.c and
at_response.c. The seconds of the boot are of the usual size (such a stick needs 5 to 20), not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import (
    ANY_PRODUCT,
    STORAGE_MODE,
    Boot,
    Personality,
    Profile,
    Refusal,
    Repeated,
    UsbDevice,
    port_roles,
)

PROFILE: Final = Profile(
    name="huawei-e173",
    manufacturer=r"huawei",
    model=r"^(E1[5-9]|E2[0-9]|E3[013]|E35|K3[57])",
    usb=(
        # Huawei tells it by interface protocol: 1 modem, 2 commands (PCUI), 3 diagnosis, 5 and 6 GPS, and
        # from 10 on the same for LTE (the answer of AT^SETPORT=?; ModemManager 1.25 src/plugins/huawei: 1, 2, 5, 14).
        UsbDevice(
            vendor="12d1",
            product=ANY_PRODUCT,
            roles=port_roles(
                "ff/01/01:at2 ff/01/02:at ff/01/03:diag ff/01/05:gps ff/01/06:gps ff/01/10:at2 ff/01/12:at "
                "ff/01/13:diag ff/01/14:gps ff/02/01:at2 ff/02/02:at ff/02/03:diag ff/02/05:gps ff/02/06:gps "
                "ff/02/10:at2 ff/02/12:at ff/02/13:diag ff/02/14:gps ff/06/14:gps"
            ),
            quiet_s=5.0,
        ),
        # Older sticks tell by number: chan_dongle pdiscovery.c.
        UsbDevice(
            vendor="12d1", product="1001|1003", roles=port_roles("01,ff/ff/ff:audio 02,ff/ff/ff:at"), quiet_s=5.0
        ),
        UsbDevice(
            vendor="12d1", product="1436|14ac", roles=port_roles("03,ff/ff/ff:audio 04,ff/ff/ff:at"), quiet_s=5.0
        ),
        UsbDevice(
            vendor="12d1", product="140c|1506", roles=port_roles("02,ff/ff/ff:audio 03,ff/ff/ff:at"), quiet_s=5.0
        ),
        # ModemManager and usb_modeswitch: HiLink firmware.
        UsbDevice(
            vendor="12d1",
            product="14db|14dc",
            not_a_modem=(
                "This stick has HiLink firmware: it is a network card with a web page of its own and has no AT port. "
                "Put stick firmware on it, or take another model."
            ),
        ),
        # usb_modeswitch-data 20191128: ids that it switches to another one.
        UsbDevice(
            vendor="12d1",
            product=(
                "1446|1449|14ad|14b5|14b7|14ba|14c[1345]|14d1|14fe|1505|151a|1520|1521|1526|1553|1557|155b|"
                "156a|157[cd]|1597|15c[adef]|15d[02]|15e[7ce]|1c0b|1c1b|1c24|1f0[1-9]|1f0a|1f11|1f1[5-9]|"
                "1f1[b-e]"
            ),
            not_a_modem=STORAGE_MODE,
        ),
    ),
    # oFono drivers/atmodem/sms.c: Qualcomm-based Huawei advertise 2 and misbehave.
    cnmi_mode=(1, 2),
    cnmi_fallbacks=("1,1,0,1,0", "2,1,0,2,0", "2,1,0,1,0", "1,2,0,0,0", "2,0,0,2,1"),
    iccid_commands=("AT^ICCID?", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"^SYSSTART"}),
    sim_urcs=frozenset({"^SIMST"}),
    ready_urcs=frozenset({"^SRVST"}),
    boot_s=30.0,
    personality=Personality(
        manufacturer="huawei",
        model="E173",
        revision="11.126.85.00.00",  # gammu/wammu#44
        memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        flash_slots=23,  # gammu/gammu#126: +CPMS: 0,23
        first_index=0,  # gammu/gammu#126: +CMGL: 0,...
        empty_slot="",
        memory_full_urc='^SMMEMFULL:"{memory}"',  # MU509 manual 6.21
        is_ussd_packed=True,  # chan_dongle at_command.c: packed septets both ways
        unknown_command="COMMAND NOT SUPPORT",  # Gammu atgen.c, chan_dongle at_response.c
        boot=Boot(
            at_s=3.0,
            lines=((3.0, "^SIMST:1"), (8.0, "^SRVST:2"), (8.0, "^MODE:5,4")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM|CSCA\?)", result="+CME ERROR: 14", until_s=6.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI)[?=].*", result="+CMS ERROR: 314", until_s=6.0),
            ),
        ),
        repeated=(
            # gammu/gammu#138: ^BOOT every 20 s; AT^CURC=0 stops all of them (Gammu atgen.c).
            Repeated(
                line="^BOOT:35323129,0,0,0,26", every_s=20.0, first_s=20.0, stopped_by="^CURC=0", started_by="^CURC=1"
            ),
            Repeated(line="^RSSI:18", every_s=30.0, first_s=12.0, stopped_by="^CURC=0", started_by="^CURC=1"),
        ),
        refusals=(Refusal(commands=r"\+(CMGF|CMEE|CSMS|CREG|CGREG|CMMS)=[^,]*,.*", result="TOO MANY PARAMETERS"),),
        spellings=(
            # ModemManager's tests of +CREG: 2,1,8BE3,2BAF without quotation marks, and no technology.
            (r'^(\+C[G]?REG: .*)"0*([0-9A-F]+)","0*([0-9A-F]+)"(,\d+)?$', r"\1\2,\3"),
            (r"^\+CNMI: \(0-2\),\(0-3\),\(0,2\),\(0-2\),\(0,1\)$", "+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)"),
            (r"^\+CSCS: \(.*\)$", '+CSCS: ("IRA","UCS2","GSM")'),
        ),
        answers={
            "^CURC=": (),
            "^CURC?": ("^CURC: 1",),
            "^PORTSEL=": (),
            "^U2DIAG=": (),
            "^CVOICE?": ("^CVOICE:0,8000,16,20",),
            "^CVOICE=?": ("^CVOICE:(0,1)",),
            "^SYSINFO": ("^SYSINFO:2,3,0,5,1,,4",),
            "^SYSCFG?": ("^SYSCFG:2,0,3FFFFFFF,1,2",),
            "^SYSCFG=?": (
                '^SYSCFG:(2,13,14,16),(0-3),((400000,"WCDMA2100"),(280380,"GSM850/GSM900/GSM1800/GSM1900")),(0-2),(0-4)',
            ),
            "^SYSCFG=": (),
            "^CPIN?": ("^CPIN:{pin_state},,{puk_tries},{pin_tries},{puk_tries},{pin_tries}",),
            "^ICCID?": ("^ICCID:{iccid_swapped}",),
            "^RFSWITCH?": ("^RFSWITCH:1,1",),
            "^GETPORTMODE": ("^GETPORTMODE:TYPE:WCDMA:Qualcomm,MDM:0,NDIS:1,DIAG:2,PCUI:3",),
            "^DDSETEX=": (),
        },
        missing=frozenset({"+CCID", "+ICCID", "+QCCID", "+CICCID", "+CEREG"}),
        restarts=frozenset({"^RESET"}),
    ),
)
