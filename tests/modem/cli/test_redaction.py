"""Nothing of people is left in a redacted dialogue, and the dialogue can still be studied."""

from __future__ import annotations

import pytest

from modem.at.transcript import Passage, Side, parse_transcript
from modem.cli.redaction import Redactor
from modem.pdu import decode_incoming, parse_pdu

# A deliver from +31641600986, "How are you?", SMSC +31624000000 (dreamfabric.com/sms).
DELIVER = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
# A submit to +46708251358, "hellohello" (same page).
SUBMIT = "0011000B916407281553F80000AA0AE8329BFD4697D9EC37"


def redact(text: str) -> list[str]:
    redactor = Redactor()
    return [str(redactor.redact(passage)) for passage in parse_transcript(text)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("device 490154203237518", "device 900000000000001"),
        ("device 490154-20-323751-8", "device 900000-00-000000-1"),
        ("device +CGSN: 490154203237518", "device +CGSN: 900000000000001"),
        ('device +CNUM: "Ann","+491711234567",145', 'device +CNUM: "xxx","+900000000001",145'),
        ('host AT+CMGS="12345"', 'host AT+CMGS="90001"'),
        ('device +CSCA: "+491710760000",145', 'device +CSCA: "+900000000001",145'),
        ('device +CSCA: "002B003400390031",145', 'device +CSCA: "002B003900300031",145'),
        ("host ATD+491711234567;", "host ATD+900000000001;"),
        ('host AT+CPIN="1234"', 'host AT+CPIN="0000"'),
        ("device= AT+CPIN=1234\\r", "device= AT+CPIN=0000\\r"),
        ('host AT+CPIN="12345678","4321"', 'host AT+CPIN="00000000","0000"'),
        ('host AT+CPWD="SC","1234","5678"', 'host AT+CPWD="SC","0000","0000"'),
        ('host AT+CLCK="SC",1,"1234"', 'host AT+CLCK="SC",1,"0000"'),
        ('device +CUSD: 0,"Your balance is 9.50 EUR",15', 'device +CUSD: 0,"xxxx xxxxxxx xx xxxx xxx",15'),
        ('host AT+CUSD=1,"*100#",15', 'host AT+CUSD=1,"*100#",15'),
        ('device +CLIP: "+491711234567",145,,,"Ann",0', 'device +CLIP: "+900000000001",145,,,"xxx",0'),
        ("device 8986011586007030005f", "device 9000000000000000001f"),
        ('device +CRSM: 144,0,"989410102143658709F1"', 'device +CRSM: 144,0,"090000000000000000F1"'),
    ],
)
def test_what_belongs_to_people_is_replaced(line: str, expected: str) -> None:
    assert redact(line) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "device Quectel",
        "device Revision:1418B05SIM800L24",
        "device 11.126.85.00.209",
        'device +COPS: 0,2,"26201",7',
        'device +COPS: 0,0,"Telekom.de",7',
        'device +CREG: 2,1,"1A2B","0012C3D4",7',
        "host AT+IPR=3000000",
        "host AT+CRSM=176,12258,0,0,10",
        'host AT+CPMS="SM","ME","SM"',
        "device +CMS ERROR: 500",
        "device= \\r\\n>\\x20",
    ],
)
def test_what_describes_the_modem_stays(line: str) -> None:
    assert redact(line) == [line]


def test_a_number_has_one_mask_wherever_it_stands() -> None:
    lines = redact(
        'host AT+CMGF=1\nhost AT+CMGS="+31641600986"\ndevice= \\r\\n>\\x20\nhost= x\\x1a\ndevice OK\n'
        f"device +CMT: ,30\ndevice+ {DELIVER}\ndevice OK\ndevice 31641600986"
    )
    tpdu = decode_incoming(parse_pdu(lines[6].removeprefix("device+ ")).tpdu)

    assert lines[1] == 'host AT+CMGS="+90000000001"'
    assert tpdu.originator.text == "+90000000001"  # type: ignore[union-attr]  # it is a deliver
    assert lines[8] == "device 90000000001"


def test_of_a_pdu_only_addresses_and_text_are_replaced() -> None:
    (line,) = redact(f"device {DELIVER}")
    masked = parse_pdu(line.removeprefix("device "), length=30)
    before, after = decode_incoming(parse_pdu(DELIVER).tpdu), decode_incoming(masked.tpdu)

    assert len(line) == len(f"device {DELIVER}")
    assert after.text == "xxxxxxxxxxxx"
    assert after.scts == before.scts
    assert masked.smsc is not None
    assert masked.smsc.text == "+90000000002"
    assert after.originator.text == "+90000000001"  # type: ignore[union-attr]  # it is a deliver


def test_a_body_that_is_sent_is_masked_in_both_modes() -> None:
    lines = redact(
        f"host AT+CMGS=23\ndevice= \\r\\n>\\x20\nhost= {SUBMIT}\\x1a\ndevice +CMGS: 7\ndevice OK\n"
        'host AT+CMGS="+46708251358"\ndevice= \\r\\n>\\x20\ndevice= Meet me at 5\nhost= Meet me at 5\\x1a\ndevice OK'
    )

    assert "E8329BFD4697D9EC37" not in lines[2]
    assert len(lines[2]) == len(f"host= {SUBMIT}\\x1a")
    assert lines[3:5] == ["device +CMGS: 7", "device OK"]
    assert lines[7:] == ["device= xxxx xx xx x", "host= xxxx xx xx x\\x1a", "device OK"]


def test_a_text_that_is_read_is_masked_up_to_the_final_result() -> None:
    lines = redact(
        'host AT+CMGR=1\ndevice +CMGR: "REC READ","+46708251358",,"24/05/01,12:00:00+08"\n'
        "device+ OK then, call\ndevice+ +49 171 1234567\ndevice OK\ndevice +CSQ: 21,0"
    )

    assert lines == [
        "host AT+CMGR=1",
        'device +CMGR: "REC READ","+90000000001",,"24/05/01,12:00:00+08"',
        "device+ xx xxxxx xxxx",
        "device+ xxx xxx xxxxxxx",
        "device OK",
        "device +CSQ: 21,0",
    ]


def test_what_looks_like_a_pdu_and_is_none_becomes_zeros() -> None:
    assert redact("device FFFFFFFFFFFFFFFFFFFFFFFF") == ["device 000000000000000000000000"]


def test_times_and_places_stay() -> None:
    passage = Passage(side=Side.DEVICE, octets=b"\r\n490154203237518\r\n", at_s=1.5, line=7)
    masked = Redactor().redact(passage)

    assert (masked.at_s, masked.line, masked.side) == (1.5, 7, Side.DEVICE)
