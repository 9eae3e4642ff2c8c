"""Cinterion's modules of the EHSx, BGSx, ELSx and PLSx series (Gemalto, Thales, Telit).

Sources: Cinterion EHS6 AT Command Set 03.001 (start lines, 12.12 +CNMI, ^SMGO, ^SMSO, ^SPIC); ModemManager 1.25
src/plugins/cinterion and its tests (^SCFG, ^SIND, ^SLCC, ^SMONG). The modem says ^SMGO without having been asked by
AT^SMGO=1. The seconds of the boot are of the usual size, not measured.
"""

from __future__ import annotations

from typing import Final

from modem.profile import ANY_PRODUCT, Boot, Personality, Profile, Refusal, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="cinterion-ehs6",
    manufacturer=r"cinterion|gemalto|thales",
    model=r"^(EHS|BGS|ELS|PLS|PHS|PDS|EXS)\d",
    usb=(
        # A maker of modems.
        UsbDevice(vendor="1e2d", product=ANY_PRODUCT),
        # PHS8: ModemManager 1.25 src/plugins/cinterion, as all of these but the last.
        UsbDevice(vendor="1e2d", product="0053", roles=port_roles("01:gps")),
        # PLS8.
        UsbDevice(vendor="1e2d", product="0061", roles=port_roles("00:at2 02:at 04:gps 06:other 08:other")),
        # PLS62, without and with MBIM.
        UsbDevice(vendor="1e2d", product="005[bd]", roles=port_roles("00:at 02:at2 04:gps 06:other 08:diag")),
        # PLS63, PLS83.
        UsbDevice(vendor="1e2d", product="0069|006f", roles=port_roles("00:at 02:at2 04:gps 06:diag")),
        # MV31, MV32.
        UsbDevice(vendor="1e2d", product="00b3|00f1", roles=port_roles("02:at 04:gps")),
    ),
    # Its manual, 12.12: reports are routed in phase 2+ only.
    cnmi_report=(2, 1),
    cnmi_fallbacks=("2,1,0,2,1", "2,1,0,0,1"),
    iccid_commands=("AT^SCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    restart_urcs=frozenset({"^SYSSTART", "^SYSSTART AIRPLANE MODE"}),
    ready_urcs=frozenset({"+PBREADY"}),
    boot_s=30.0,
    personality=Personality(
        manufacturer="Cinterion",
        model="EHS6",
        revision="REVISION 03.001",
        cnmi=((0, 1, 2), (0, 1, 2, 3), (0, 1, 2, 3), (0, 1, 2), (0, 1)),  # its manual, 12.12
        routes_in_phase_2_only=True,  # its manual, 12.12
        memories=(("SM", "ME", "MT"), ("SM", "ME", "MT"), ("SM", "ME", "MT")),
        empty_slot="+CMS ERROR: 321",
        memory_full_urc="^SMGO: 2",  # EHS6 manual, ^SMGO: 2 says that messages wait at the service centre
        boot=Boot(
            at_s=4.0,
            lines=((4.0, "^SYSSTART"), (9.0, "+PBREADY")),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=6.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=8.0),
            ),
        ),
        # Settings of the LTE modules only; a question about them is a mistake here.
        refusals=(Refusal(commands=r"\^SCFG=MEopMode/Prov.*", result="+CME ERROR: 21"),),
        answers={
            "I": ("Cinterion", "EHS6", "REVISION 03.001"),
            "^SCFG?": (
                '^SCFG: "Radio/Band","511"',
                '^SCFG: "MEopMode/Airplane","off"',
                '^SCFG: "URC/DstIfc","app"',
                '^SCFG: "Tcp/WithURCs","on"',
            ),
            "^SCFG=?": ('^SCFG: "Radio/Band",("1-511")', '^SCFG: "URC/DstIfc",("mdm","app")'),
            "^SCFG=URC/DstIfc": ('^SCFG: "URC/DstIfc","app"',),
            "^SCFG=": (),
            "^SIND=?": ("^SIND: (battchg,(0-5)),(signal,(0-99)),(service,(0,1)),(psinfo,(0-16)),(simstatus,(0-5))",),
            "^SIND=": (),
            "^SLCC=?": ("^SLCC: (0,1)",),
            "^SLCC=": (),
            "^SMGO=?": ("^SMGO: (0,1),(0-2)",),
            "^SMGO?": ("^SMGO: 1,0",),
            "^SMGO=": (),
            "^SMONG": (
                "GPRS Monitor",
                "BCCH  G  PBCCH  PAT MCC  MNC  NOM  TA      RAC                               # Cell #",
                "0073  1  -      -   001   01  2    00 01",
            ),
            "^SPIC=SC": ("^SPIC: {pin_tries}",),
            "^SPIC=SC,1": ("^SPIC: {puk_tries}",),
            "^SPIC=PN": ("^SPIC: 0",),
            "^SPIC=PN,1": ("^SPIC: 0",),
            "^SPIC=PS": ("^SPIC: 0",),
            "^SPIC=PS,1": ("^SPIC: 0",),
            "^SPIC=P2": ("^SPIC: {pin_tries}",),
            "^SPIC=P2,1": ("^SPIC: {puk_tries}",),
            "^SCKS=": (),
            "^SCKS?": ("^SCKS: 0,1",),
            "^SCID": ("^SCID: {iccid}",),
            "^SSMSS?": ("^SSMSS: 0",),
            "^SSMSS=": (),
            "^SMSO": ("^SMSO: MS OFF",),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID", "+CEREG"}),
        switches_off={"^SMSO": "^SHUTDOWN"},
    ),
)
