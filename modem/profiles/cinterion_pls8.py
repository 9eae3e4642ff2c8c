"""Cinterion's modules for LTE and 5G: PLS8, PLS62, PLS63, PLS83, ELS31, ELS61, ELS81, EXS62, MV31, MV32.

Sources: Cinterion PLS8 and ELS61 AT Command Sets (^SYSSTART, ^SCID, ^SMGO, ^SCFG="MEopMode/Prov/Cfg"); ModemManager
1.25 src/plugins/cinterion. The modem says ^SMGO here without having been asked by AT^SMGO=1. The seconds of the boot
are of the usual size, not measured.
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
    name="cinterion-pls8",
    manufacturer=r"cinterion|gemalto|thales",
    model=r"^(PLS|ELS|EXS|TX62|MV3)\d?",
    usb=(
        # PLS8: ModemManager 1.25 src/plugins/cinterion, as all of these but the last.
        UsbDevice(vendor="1e2d", product="0061", roles=port_roles("00:at2 02:at 04:gps 06:other 08:other")),
        # PLS62, without and with MBIM.
        UsbDevice(vendor="1e2d", product="005[bd]", roles=port_roles("00:at 02:at2 04:gps 06:other 08:diag")),
        # PLS63, PLS83.
        UsbDevice(vendor="1e2d", product="0069|006f", roles=port_roles("00:at 02:at2 04:gps 06:diag")),
        # MV31, MV32.
        UsbDevice(vendor="1e2d", product="00b3|00f1", roles=port_roles("02:at 04:gps")),
    ),
    # As on EHS6, its manual 12.12: reports are routed in phase 2+ only.
    cnmi_report=(2, 1),
    cnmi_fallbacks=("2,1,0,2,1", "2,1,0,0,1"),
    iccid_commands=("AT^SCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"^SYSSTART", "^SYSSTART AIRPLANE MODE"}),
    ready_urcs=frozenset({"+PBREADY"}),
    boot_s=40.0,
    # Its manual, ^SMGO: without it nothing tells that the memory is full.
    init_commands=("AT^SMGO=1",),
    # oFono drivers/atmodem/sim.c: what is left for the code that the SIM waits for.
    pin_tries=(PinTries(command="AT^SPIC", pattern=r"^\^SPIC: ?(?P<pin>\d+)"), *STANDARD_PIN_TRIES),
    # oFono plugins/gemalto.c: ^SCTM: <setting>,<state>,<degrees>, ^SBV: <millivolts>.
    temperature_c=Reading(command="AT^SCTM?", pattern=r"^\^SCTM: ?\d,-?\d,(-?\d+)"),
    voltage_v=Reading(command="AT^SBV", unit=0.001),
    personality=Personality(
        manufacturer="Cinterion",
        model="PLS8-E",
        revision="REVISION 03.017",
        cnmi=((0, 1, 2), (0, 1, 2, 3), (0, 1, 2, 3), (0, 1, 2), (0, 1)),
        routes_in_phase_2_only=True,
        memories=(("SM", "ME", "MT"), ("SM", "ME", "MT"), ("SM", "ME", "MT")),
        empty_slot="+CMS ERROR: 321",
        memory_full_urc="^SMGO: 2",
        boot=Boot(
            at_s=8.0,
            lines=((8.0, "^SYSSTART"), (14.0, "+PBREADY")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=10.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=12.0),
            ),
        ),
        answers={
            "I": ("Cinterion", "PLS8-E", "REVISION 03.017"),
            "^SCFG=MEopMode/Prov/Cfg": ('^SCFG: "MEopMode/Prov/Cfg","1"',),
            "^SPIC": ("^SPIC: {pin_tries}",),
            "^SCTM?": ("^SCTM: 0,0,31",),
            "^SBV": ("^SBV: 3812",),
            "^SCID": ("^SCID: {iccid}",),
            "^SMGO?": ("^SMGO: 1,0",),
            "^SMGO=": (),
            "^SCKS?": ("^SCKS: 0,1",),
            "^SCKS=": (),
            "^SCFG=": (),
            "^SSMSS=": (),
            "^SMSO": ("^SMSO: MS OFF",),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        switches_off={"^SMSO": "^SHUTDOWN"},
    ),
)
