"""Information responses as modems really give them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at import responses
from modem.at.responses import (
    Registration,
    Slot,
    StoredPdu,
    is_text_mode,
    read_bare,
    read_iccid,
    read_imei,
    read_length,
    read_levels,
    read_listing,
    read_memories,
    read_memories_in_use,
    read_mr,
    read_number,
    read_operator,
    read_ranges,
    read_registration,
    read_service_centre,
    read_signal_dbm,
    read_slot,
    read_stored,
    read_technology,
    read_usage,
    read_voltage_v,
)


@pytest.mark.parametrize(
    ("line", "is_answer", "expected"),
    [
        ("+CREG: 0,1", True, Registration.HOME),
        ("+CREG: 5", False, Registration.ROAMING),
        ('+CEREG: 2,6,"0010"', True, Registration.SMS_ONLY_HOME),
        ("+CREG:002,001", True, Registration.HOME),
        ("+CREG: 99", False, None),
        ("+CREG: ", False, None),
        ("+CREG", True, None),
    ],
)
def test_registration_is_read(line: str, is_answer: bool, expected: Registration | None) -> None:
    assert read_registration(line, is_answer=is_answer) is expected


def test_every_registration_has_words() -> None:
    assert all(registration.text for registration in Registration)


def test_sms_only_registration_can_send() -> None:
    assert Registration.SMS_ONLY_ROAMING.is_registered
    assert not Registration.EMERGENCY_ONLY.is_registered
    assert Registration.SMS_ONLY_ROAMING.is_roaming
    assert not Registration.SMS_ONLY_HOME.is_roaming


@pytest.mark.parametrize(
    ("line", "dbm"),
    [("+CSQ: 0,0", -113), ("+CSQ: 31,99", -51), ("+CSQ: 99,99", None), ("+CSQ: 20", -73), ("+CSQ:", None)],
)
def test_signal_is_read_in_dbm(line: str, dbm: int | None) -> None:
    assert read_signal_dbm(line) == dbm


@pytest.mark.parametrize(
    ("line", "name"), [('+COPS: 0,0,"Net, Inc.",7', "Net, Inc."), ("+COPS: 0", None), ('+COPS: 0,0,""', None)]
)
def test_operator_is_read(line: str, name: str | None) -> None:
    assert read_operator(line) == name


@pytest.mark.parametrize(
    ("line", "mr"), [("+CMGS: 7", 7), ('+CMGS: 255,"24/05/01"', 255), ("+CMGS: ", None), ("+CMGS: 300", 44)]
)
def test_mr_is_the_first_number(line: str, mr: int | None) -> None:
    assert read_mr(line) == mr


@pytest.mark.parametrize(
    ("line", "slot"),
    [
        ('+CMTI: "SM",5', Slot(memory="SM", index=5)),
        ("+CDSI: SR, 0", Slot(memory="SR", index=0, is_report=True)),
        ('+CMTI: "SM"', None),
        ("+CMTI: ,5", None),
    ],
)
def test_place_of_a_new_message_is_read(line: str, slot: Slot | None) -> None:
    assert read_slot(line) == slot


@pytest.mark.parametrize(
    ("line", "length"), [("+CDS: 25", 25), ("+CDS: ,25", 25), ('+CMT: "",24', 24), ("+CMT:", None)]
)
def test_length_is_the_last_number(line: str, length: int | None) -> None:
    assert read_length(line) == length


@pytest.mark.parametrize(
    ("header", "stat", "length"),
    [
        # Source: Gammu 1.42 tests/at-sms, field captures.
        ("1,,25", 1, 25),
        ("0,23", 0, 23),
        ("4,1,,151", 1, 151),
        ("24", None, 24),
        (",,92", None, 92),
        ("2,2,,174", 2, 174),
        ('1,"Name, First",30', 1, 30),
    ],
)
def test_header_of_a_read_message_comes_in_many_forms(header: str, stat: int | None, length: int) -> None:
    assert read_stored([f"+CMGR: {header}", "07AB"]) == StoredPdu(index=None, stat=stat, length=length, pdu="07AB")


@pytest.mark.parametrize("lines", [[], ["+CMGR: 0,,0"], ["+CMGR: 0,,0", ""]], ids=["bare OK", "zero length", "no PDU"])
def test_empty_slot_reads_as_nothing(lines: list[str]) -> None:
    assert read_stored(lines) is None


def test_listing_is_read_past_what_does_not_belong_there() -> None:
    lines = ["+CMGL: 0,1,,24", "0011", "noise", "+CMGL: 3,0,25", "0022", "+CMGL: 4,0,,9"]
    assert read_listing(lines) == [
        StoredPdu(index=0, stat=1, length=24, pdu="0011"),
        StoredPdu(index=3, stat=0, length=25, pdu="0022"),
    ]


def test_what_stands_for_a_pdu_is_read_as_it_is() -> None:
    lines = ["+CMGL: 1,1,,24", "^RSSI:9", "0011", "+CMGL: 2,0,,9", "001G22", "+CMGL: 3,0,,9", "+CMGL: 4,0,,9", "ABC"]
    assert [(one.index, one.pdu) for one in read_listing(lines)] == [(1, "0011"), (2, "001G22"), (4, "ABC")]
    assert read_stored(["+CMGR: 0,,9", "001G22"]) == StoredPdu(index=None, stat=0, length=9, pdu="001G22")


# 27.005 3.4.2, 3.4.3 and 3.4.1: the forms of text mode, with and without the details of +CSDH=1.
@pytest.mark.parametrize(
    "header",
    [
        '+CMGR: "REC UNREAD","+491711234567",,"24/05/01,12:00:00+08"',
        '+CMGR: "STO SENT","+491711234567",,145,17,0,0,167,"+491710760000",145,5',
        '+CMGL: 1,"REC READ","+491711234567",,"24/05/01,12:00:00+08"',
        '+CMT: "+491711234567",,"24/05/01,12:00:00+08"',
        '+CDS: 6,11,"+491711234567",145,"24/05/01,12:00:00+08","24/05/01,12:00:09+08",0',
        '+CDS: 6,11,,,"24/05/01,12:00:00+08","24/05/01,12:00:09+08",0',
    ],
)
def test_text_mode_is_known_by_its_headers(header: str) -> None:
    assert is_text_mode(header)
    assert read_stored([header, "C8329BFD06"]) is None
    assert read_listing([header, "C8329BFD06"]) == []


@pytest.mark.parametrize(
    "header",
    [
        "+CMGR: 1,,25",
        '+CMGR: 1,"REC",25',
        "+CMGR: 24",
        "+CMGR: ,,92",
        "+CMGL: 0,1,,24",
        "+CMGL: 3,0,25",
        "+CMT: ,24",
        '+CMT: "me",24',
        "+CDS: 25",
        "+CDS: ,25",
        "+CREG: 0,1",
        "OK",
    ],
)
def test_pdu_mode_is_not_taken_for_text_mode(header: str) -> None:
    assert not is_text_mode(header)


@pytest.mark.parametrize(
    ("line", "memories"),
    [
        ('+CPMS: ("SM","ME"),("SM"),("SM")', ("SM", "ME")),
        pytest.param('+CPMS: "ME","MT","SM"', ("ME", "MT", "SM"), id="Huawei MU609"),
        pytest.param('+CPMS: (("SM","BM","SR"),("SM"))', ("SM", "BM", "SR"), id="Wavecom Q2"),
        pytest.param("+CPMS: (),(),()", (), id="Nokia C6"),
    ],
)
def test_memories_are_read(line: str, memories: tuple[str, ...]) -> None:
    assert read_memories(line) == memories


def test_memories_in_use_and_their_usage_are_read() -> None:
    assert read_memories_in_use('+CPMS: "SM",1,30,"SM",1,30,"ME",0,99') == ("SM", "SM", "ME")
    assert read_usage("+CPMS: 3,30,1,30,1,30") == (3, 30)


def test_ranges_are_read_per_parameter() -> None:
    assert read_ranges("+CNMI: (0-2),(0,1),(0),(),(1)") == ((0, 1, 2), (0, 1), (0,), (), (1,))


def test_own_number_is_read() -> None:
    assert read_number('+CNUM: "me","+49171",145') == "+49171"
    assert read_number("+CNUM: ,,") is None


@pytest.mark.parametrize(
    ("line", "iccid"),
    [
        ("+CCID: 8949020000012345678", "8949020000012345678"),
        ('+CCID: "8933019100000000000"', "8933019100000000000"),
        ("8986011586007030005f", "8986011586007030005"),
        pytest.param('+CRSM: 144,0,"984902000021436587F9"', "8994200000123456789", id="the file itself"),
        pytest.param("^ICCID: 98942000002143658709", "89490200001234567890", id="swapped pairs"),
        ("+CRSM: 106,130", None),
        ("+CME ERROR: 4", None),
    ],
)
def test_iccid_is_found(line: str, iccid: str | None) -> None:
    assert read_iccid(line) == iccid


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["1.2.3"], "1.2.3"),
        (["+CGMR: 1.2.3"], "1.2.3"),
        (['+CGMR: "1.2.3"'], "1.2.3"),
        (["^RSSI:18", "1.2.3"], "1.2.3"),
        (['""'], None),
        ([], None),
    ],
)
def test_identity_is_read_bare_or_named(lines: list[str], text: str | None) -> None:
    assert read_bare(lines, "+CGMR") == text


READERS = [
    read_iccid,
    read_imei,
    read_length,
    read_memories,
    read_memories_in_use,
    read_mr,
    read_number,
    read_operator,
    read_ranges,
    read_signal_dbm,
    read_service_centre,
    read_slot,
    read_usage,
]


@given(st.text(max_size=40), st.sampled_from(READERS))
def test_any_line_is_read_or_left(text: str, reader: object) -> None:
    assert callable(reader)
    reader(text)
    reader("+X: " + text)
    responses.read_registration(text, is_answer=True)
    read_stored(["+CMGR: " + text, "00"])
    read_listing(["+CMGL: " + text, "00"])


@pytest.mark.parametrize(
    ("line", "technology"),
    [
        ('+COPS: 0,0,"Telekom.de",7', "LTE"),
        ('+COPS: 0,0,"Telekom.de",0', "GSM"),
        ('+COPS: 0,2,"26201",2', "UMTS"),
        ('+COPS: 0,0,"Telekom.de"', None),
        ("+COPS: 0", None),
        ('+COPS: 0,0,"Telekom.de",99', None),
    ],
)
def test_access_technology_is_the_fourth_value(line: str, technology: str | None) -> None:
    # 27.007 7.3 <AcT>: 0 GSM, 2 UTRAN, 7 E-UTRAN.
    assert read_technology(line) == technology


@pytest.mark.parametrize(
    ("line", "volts"),
    [
        ("+CBC: 0,95,4134", 4.134),  # SIM800 and Quectel: charging, per cent, millivolts
        ("+CBC: 3.591V", 3.591),  # SIM7600
        ("+CBC: 0,95", None),  # 27.007 8.4
        ("+CBC: ", None),
    ],
)
def test_voltage_is_read_in_both_forms(line: str, volts: float | None) -> None:
    assert read_voltage_v(line) == volts


@pytest.mark.parametrize(
    ("line", "levels"),
    [
        ('+CPMS: "SM",3,10,"ME",5,50,"SM",3,10', {"SM": (3, 10), "ME": (5, 50)}),
        ('+CPMS: "SM",3,10', {"SM": (3, 10)}),
        ('+CPMS: "SM",,', {}),
        ("+CPMS: ", {}),
    ],
)
def test_levels_of_the_memories_in_use(line: str, levels: dict[str, tuple[int, int]]) -> None:
    assert read_levels(line) == levels


@pytest.mark.parametrize(
    ("text", "imei"),
    [
        ("490154203237518", "490154203237518"),  # 3GPP TS 23.003 annex B
        ('"490154203237518"', "490154203237518"),
        ("490154203237518,1", "490154203237518"),
        ("4901542032375101", "4901542032375101"),  # IMEISV
        ("000000000000000", None),
        ("111111111111111", None),
        ("123456789012347", None),
        ("012345678901237", None),
        ("004999010640000", None),
        ("0", None),
        ("A100001B2C3D4E", None),  # MEID of a CDMA modem
        ("", None),
        ("4901542032375181234", None),
    ],
)
def test_imei_is_read_and_a_number_that_many_modems_have_is_none(text: str, imei: str | None) -> None:
    assert read_imei(text) == imei


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('+CSCA: "+491710760000",145', "+491710760000"),
        ("+CSCA: +491710760000,145", "+491710760000"),
        ('+CSCA: "002B003400390031",145', "+491"),
        ('+CSCA: "",129', ""),
        ('+CSCA: "0049171076000",129', "0049171076000"),
        ("+CREG: 1", None),
    ],
)
def test_service_centre_is_read(line: str, number: str | None) -> None:
    assert read_service_centre(line) == number
