"""Telit's modules: HE910, LE910, LE910C, ME910.

Sources: LE910C and ME910G1 AT Commands Reference Guides (prompt after each CR, +CDSI: "SR",n, a missed +CNMA sets mt
and ds to 0, "wait for +CMGS or +CMS ERROR before any other command", #CGMR and #CGSN with echo of the name);
ModemManager 1.25 src/plugins/telit. The seconds of the boot are of the usual size, not measured; such a module says
nothing at a start until #QSS is switched on.
"""

from __future__ import annotations

from typing import Final

from modem.profile import ANY_PRODUCT, Boot, Personality, Profile, Refusal, UsbDevice, port_roles

PROFILE: Final = Profile(
    name="telit-le910",
    manufacturer=r"telit",
    model=r"^[GHLMU][ECT]\d{3}",
    usb=(
        # A maker of modems.
        UsbDevice(vendor="1bc7", product=ANY_PRODUCT),
        # LE910C1, without and with MBIM: ModemManager 1.25 src/plugins/telit, as all of these.
        UsbDevice(vendor="1bc7", product="1201", roles=port_roles("00:diag 03:gps 04:at 05:at2 06:other")),
        UsbDevice(vendor="1bc7", product="1204", roles=port_roles("00:diag 04:gps 05:at 06:at2 07:other")),
        # LE910C1-EUX.
        UsbDevice(vendor="1bc7", product="103[13]", roles=port_roles("00:diag 01:at 02:at2")),
        # LE922, LM9x0, FN980, without and with MBIM. They start slowly.
        UsbDevice(vendor="1bc7", product="10[45]0", roles=port_roles("00:diag 03:other 04:at 05:at2 06:other")),
        UsbDevice(vendor="1bc7", product="10[45]1", roles=port_roles("00:diag 04:other 05:at 06:at2 07:other")),
        # LN920, FN990.
        UsbDevice(vendor="1bc7", product="10[67]0", roles=port_roles("00:diag 03:gps 04:at 05:at2 06:other")),
        UsbDevice(vendor="1bc7", product="10[67]1", roles=port_roles("00:diag 04:gps 05:at 06:at2 07:other")),
        # HE910: oFono plugins/udevng.c.
        UsbDevice(vendor="1bc7", product="0021", roles=port_roles("00:at")),
        # ME910C1, MEx10G1.
        UsbDevice(vendor="1bc7", product="1101|110a", roles=port_roles("00:diag 01:at 02:at2")),
        # LE910S1, LE910Q1.
        UsbDevice(vendor="1bc7", product="701[01]", roles=port_roles("02:other 03:at2 04:at")),
        UsbDevice(vendor="1bc7", product="702[01]", roles=port_roles("02:at2 04:other 06:at")),
        # UC864, CC864.
        UsbDevice(vendor="1bc7", product="1003|1006", roles=port_roles("00:at 02:at2")),
        UsbDevice(vendor="1bc7", product="100[45]", roles=port_roles("00:at 02:gps 03:at2")),
        # DE910, CE910.
        UsbDevice(vendor="1bc7", product="1010", roles=port_roles("01:gps 02:at2 03:at")),
        UsbDevice(vendor="1bc7", product="1011", roles=port_roles("01:at")),
    ),
    iccid_commands=("AT#CCID", "AT+CCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"#QSS"}),
    boot_s=40.0,
    # Its manual: no other command before the result of +CMGS.
    is_probe_allowed=False,
    personality=Personality(
        manufacturer="Telit",
        model="LE910-EUG",
        revision="17.00.523",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
        empty_slot="+CMS ERROR: 321",
        boot=Boot(
            at_s=6.0,
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CCID|CRSM=.*|CNUM)", result="+CME ERROR: 14", until_s=9.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI|CSCA)[?=].*", result="+CMS ERROR: 314", until_s=12.0),
            ),
        ),
        answers={
            "#CGMI": ("#CGMI: Telit",),
            "#CGMM": ("#CGMM: LE910-EUG",),
            "#CGMR": ("#CGMR: 17.00.523",),
            "#CGSN": ("#CGSN: {imei}",),
            "#CIMI": ("#CIMI: {imsi}",),
            "#CCID": ("#CCID: {iccid}",),
            "#BND=?": ("#BND: (0-5),(0-6),(1-524287)",),
            "#BND?": ("#BND: 5,0,524",),
            "#BND=": (),
            "#PSNT?": ("#PSNT: 0,4",),
            "#QSS=?": ("#QSS: (0-2)",),
            "#QSS?": ("#QSS: 0,1",),
            "#QSS=": (),
            "#PCT": ("#PCT: {pin_tries}",),
            "#SMSMODE?": ("#SMSMODE: 0",),
            "#SMSMODE=?": ("#SMSMODE: (0,1)",),
            "#SMSMODE=": (),
            "$GPSP=?": ("$GPSP: (0,1)",),
            "$GPSP?": ("$GPSP: 0",),
            "+SERVICE?": ("+SERVICE: 0,0",),
        },
        missing=frozenset({"+ICCID", "+QCCID", "+CICCID"}),
        restarts=frozenset({"#REBOOT"}),
        switches_off={"#SHDN": ""},
    ),
)
