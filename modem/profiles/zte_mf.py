"""ZTE's sticks: MF180, MF190, MF626, MF710 and their like.

Sources: traces in gammu/gammu#119 (MF180), #209 (MF626), #560 (MF710); oFono drivers/atmodem/sms.c (the comma in
+CDS, mode 1); Gammu 1.42 atgen.c (+ZCDRUN, +ZOPRT); ModemManager 1.25 src/plugins/zte (+ZPINPUK, +ZSNT and the
unsolicited lines). The seconds of the boot are of the usual size, not measured.
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
    Refusal,
    Repeated,
    UsbDevice,
    port_roles,
)

PROFILE: Final = Profile(
    name="zte-mf",
    manufacturer=r"\bZTE\b",
    model=r"^MF\d",
    usb=(
        # ModemManager 1.25 src/plugins/zte.
        UsbDevice(
            vendor="19d2",
            product=(
                "0021|0031|0037|0039|0042|0052|0057|0058|0061|0063|0066|0078|0082|0104|0106|0108|0122|0123|"
                "1007|1008|1010|1254|1268|2002|2003"
            ),
            roles=port_roles("01:at2 03:at"),
        ),
        UsbDevice(vendor="19d2", product="0016|0017|0018|0019|0117|0156", roles=port_roles("01:at2 02:at")),
        UsbDevice(vendor="19d2", product="0033|0091|0113|0118|0121|0124|0126|0128", roles=port_roles("01:at2 04:at")),
        UsbDevice(vendor="19d2", product="0001|1515", roles=port_roles("00:at 02:at2")),
        UsbDevice(vendor="19d2", product="0002|0012|0024|0025|0055", roles=port_roles("02:at 04:at2")),
        UsbDevice(vendor="19d2", product="000[3-9a]", roles=port_roles("00:at 01:at2")),
        UsbDevice(vendor="19d2", product="0015|0030|0054", roles=port_roles("01:at 03:at2")),
        UsbDevice(vendor="19d2", product="0043", roles=port_roles("02:at2 03:at")),
        UsbDevice(vendor="19d2", product="0048|0049", roles=port_roles("02:at2 04:at")),
        UsbDevice(vendor="19d2", product="0064", roles=port_roles("00:at2 02:at")),
        UsbDevice(vendor="19d2", product="0125", roles=port_roles("01:at2 05:at")),
        # A maker of modems.
        UsbDevice(vendor="19d2", product=ANY_PRODUCT),
        # usb_modeswitch-data 20191128: ids that it switches to another one.
        UsbDevice(
            vendor="19d2",
            product=(
                "0026|0040|0053|0083|0090|0101|0103|0110|0115|0120|0146|0149|0150|0154|0166|0169|0198|0266|"
                "0304|0318|0325|0388|0413|1001|1009|1013|1017|1019|1020|1030|1022|1026|1034|1038|1042|1046|"
                "117[159]|120[17]|121[069]|122[457]|123[2378]|142[01]|151[147]|152[038]|1536|1542|1580|1588|"
                "1595|2000|2004|bccd|ffde|ffe6|fff5|fff6"
            ),
            not_a_modem=STORAGE_MODE,
        ),
    ),
    # oFono: ZTE advertises 2 and misbehaves.
    cnmi_mode=(1, 2),
    iccid_commands=("AT+ZGETICCID", "AT+CRSM=176,12258,0,0,10"),
    ready_urcs=frozenset({"+ZEND"}),
    boot_s=30.0,
    init_commands=("AT+ZOPRT=5",),  # Gammu atgen.c: on the air, should another program have taken it off
    # oFono drivers/atmodem/sim.c: <PIN>,<PUK>.
    pin_tries=(PinTries(command="AT+ZPINPUK=?", pattern=r"^\+ZPINPUK: ?(?P<pin>\d+),"), *STANDARD_PIN_TRIES),
    personality=Personality(
        manufacturer="ZTE CORPORATION",  # gammu/gammu#119
        model="MF180",
        revision="BD_W7P673A3F3V1.0.0B04",
        memories=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),  # +CDSI: "SR",50 in gammu/gammu#209
        flash_slots=100,  # gammu/gammu#209: +CPMS: 0,50,0,50,1,100
        first_index=0,
        empty_slot="+CMS ERROR: 500",
        boot=Boot(
            at_s=4.0,
            lines=(
                (4.0, '+ZDONR: "",0,0,"CS_ONLY","ROAM_OFF"'),
                (5.0, '+ZPASR: "No Service"'),
                (9.0, '+ZDONR: "Emulated",1,1,"CS_PS","ROAM_OFF"'),
                (9.0, '+ZPASR: "UMTS"'),
                (10.0, "+ZEND"),
            ),
            refusals=(
                Refusal(commands=r"\+(CPIN\?|CIMI|CRSM=.*|CNUM|CSCA\?)", result="+CME ERROR: 14", until_s=8.0),
                Refusal(commands=r"\+(CPMS|CMG[RLDSW]|CNMI)[?=].*", result="+CMS ERROR: 500", until_s=9.0),
            ),
        ),
        # ModemManager src/plugins/zte: +ZUSIMR:2 comes again and again until the SIM is ready.
        repeated=(Repeated(line="+ZUSIMR:2", every_s=2.0, first_s=4.0, until_s=9.0),),
        spellings=(
            (r"^\+CDS: (\d+)(?=\r|$)", r"+CDS: ,\1"),  # oFono: a comma too many
            (r"^\+CSCS: \(.*\)$", '+CSCS: ("IRA","GSM","UCS2")'),  # gammu/gammu#119
        ),
        answers={
            "+ZPAS?": ('+ZPAS: "UMTS","CS_PS"',),
            "+ZCDRUN=8": ("Close autorun state result(0:FAIL 1:SUCCESS):1",),
            "+ZCDRUN=9": ("Open autorun state result(0:FAIL 1:SUCCESS):1",),
            "+ZOPRT=": (),
            "+ZSNT?": ("+ZSNT: 0,0,0",),
            "+ZSNT=?": ("+ZSNT: (0-2),(0,1),(0-2)",),
            "+ZSNT=": (),
            "+ZPINPUK=?": ("+ZPINPUK: {pin_tries},{puk_tries}",),
            "+ZGETICCID": ("+ZGETICCID: {iccid}",),
        },
        missing=frozenset({"+CCID", "+ICCID", "+QCCID", "+CICCID", "+CEREG"}),
    ),
)
