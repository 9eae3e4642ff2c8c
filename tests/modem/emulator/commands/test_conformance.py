"""The whole command set of a generic modem as a table: forms, shapes of the answers, and what is refused.

The shapes are those that the real programs accept (gammu, gnokii, smstools3, Kannel, ModemManager, python-gsmmodem) and
those of 3GPP TS 27.005, TS 27.007 and ITU-T V.250; the ranges are the default values that all of these programs took.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.at.command import Form
from modem.at.errors import CME_TEXT, CMS_TEXT
from modem.emulator.command import load_table
from tests.modem.emulator.bench import Bench, lines

BARE: Final = ""
NUMBER: Final = r"\d+"
QUOTED: Final = r'"[^"]*"'


@dataclass(frozen=True, kw_only=True)
class Row:
    """One command: the line of each form's answer, "" for a bare OK, None for a form that it lacks.

    `right` are set commands that succeed, with their line; `wrong` are parameters that are refused.
    """

    name: str
    test: str | None = None
    read: str | None = None
    execute: str | None = None
    right: tuple[tuple[str, str], ...] = ()
    wrong: tuple[str, ...] = ()
    most: int = 0
    family: str = "CME"


def exactly(text: str) -> str:
    return re.escape(text)


TABLE: Final = (
    # What some program stops without.
    Row(name="+CGMI", test=BARE, execute=".+"),
    Row(name="+GMI", test=BARE, execute=".+"),
    Row(name="+CGMM", test=BARE, execute=".+"),
    Row(name="+GMM", test=BARE, execute=".+"),
    Row(name="+CGMR", test=BARE, execute=".+"),
    Row(name="+GMR", test=BARE, execute=".+"),
    Row(
        name="+CGSN",
        test=BARE,
        execute=r"\d{15}",
        right=(("0", r"\d{15}"), ("1", r'\+CGSN: "\d{15}"')),
        wrong=("9",),
        most=1,
    ),
    Row(name="+GSN", test=BARE, execute=r"\d{15}"),
    Row(name="+CIMI", test=BARE, execute=r"\d{15}"),
    Row(
        name="+CMEE",
        test=exactly("+CMEE: (0-2)"),
        read=r"\+CMEE: \d",
        right=(("0", BARE), ("2", BARE)),
        wrong=("3", "x"),
        most=1,
    ),
    Row(name="+CPIN", test=BARE, read=exactly("+CPIN: READY"), wrong=("", '"1234"', '"1","2","3"'), most=2),
    Row(
        name="+CFUN",
        test=exactly("+CFUN: (0,1,4),(0,1)"),
        read=r"\+CFUN: 1",
        right=(("1", BARE), ("4", BARE), ("0,0", BARE), ("1,1", BARE)),
        wrong=("2", "5", "1,2", "x"),
        most=2,
    ),
    Row(
        name="+CSCS",
        test=exactly('+CSCS: ("GSM","IRA","UCS2")'),
        read=exactly('+CSCS: "GSM"'),
        right=(('"IRA"', BARE), ('"UCS2"', BARE), ('"gsm"', BARE), ("GSM", BARE)),
        wrong=("", '"HEX"', "1", '""'),
        most=1,
    ),
    Row(name="+CSQ", test=exactly("+CSQ: (0-31,99),(0-7,99)"), execute=r"\+CSQ: (\d|[12]\d|3[01]|99),([0-7]|99)"),
    *(
        Row(
            name=name,
            test=exactly(f"{name}: (0-2)"),
            read=rf"\{name}: 0,1",
            right=(("0", BARE), ("1", BARE), ("2", BARE)),
            wrong=("3", "x", "-1"),
            most=1,
        )
        for name in ("+CREG", "+CGREG", "+CEREG")
    ),
    Row(
        name="+COPS",
        test=r'\+COPS: (\(\d,"[^"]*","[^"]*","\d{5,6}",\d\),?)+,\(0-4\),\(0-2\)',
        read=r'\+COPS: 0,0,"[^"]+",\d',
        right=(("0", BARE), ("2", BARE), ("3,0", BARE), ("3,1", BARE), ("3,2", BARE), ('1,2,"00101"', BARE)),
        wrong=("", "5", "3,3", "1", '1,2,"99999"', "x", '1,2,"00101",9'),
        most=4,
    ),
    Row(
        name="+CSMS",
        test=exactly("+CSMS: (0,1)"),
        read=exactly("+CSMS: 0,1,1,1"),
        right=(("0", exactly("+CSMS: 1,1,1")), ("1", exactly("+CSMS: 1,1,1"))),
        wrong=("", "2", "128", "x"),
        most=1,
        family="CMS",
    ),
    Row(
        name="+CMGF",
        test=exactly("+CMGF: (0,1)"),
        read=exactly("+CMGF: 0"),
        right=(("0", BARE), ("1", BARE), ("", BARE)),
        wrong=("2", "x"),
        most=1,
    ),
    Row(
        name="+CSCA",
        test=BARE,
        read=r'\+CSCA: "\+\d+",145',
        right=(('"+491710760000"', BARE), ('"491710760000",145', BARE), ('"+491710760000",145', BARE)),
        wrong=("", '""', '"+"', '"abc"', '"+49",1', '"+49",300', '"1234567890123456789012345"'),
        most=2,
    ),
    Row(
        name="+CPMS",
        test=exactly('+CPMS: ("SM","ME","SR"),("SM","ME"),("SM","ME")'),
        read=exactly('+CPMS: "SM",0,30,"SM",0,30,"SM",0,30'),
        right=(
            ('"SM"', exactly("+CPMS: 0,30,0,30,0,30")),
            ('"ME","ME"', exactly("+CPMS: 0,50,0,50,0,30")),
            ('"ME","ME","ME"', exactly("+CPMS: 0,50,0,50,0,50")),
            ('"SR"', exactly("+CPMS: 0,20,0,30,0,30")),
        ),
        wrong=("", '"XX"', '"SM","SR"', '"SM","SM","SR"', "1", '""'),
        most=3,
        family="CMS",
    ),
    Row(
        name="+CNMI",
        test=exactly("+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)"),
        read=exactly("+CNMI: 0,0,0,0,0"),
        right=(
            ("2", BARE),
            ("2,1", BARE),
            ("2,1,0", BARE),
            ("2,1,0,1", BARE),
            ("2,1,2,2,1", BARE),
            ("1,2,0,0,0", BARE),
        ),
        wrong=("3", "2,4", "2,1,1", "2,1,0,3", "2,1,0,1,2", "x", "-1"),
        most=5,
        family="CMS",
    ),
    Row(name="+CMGS", test=BARE, wrong=("", "0", "x", "256", '"+491711234567"'), most=1, family="CMS"),
    Row(name="+CMGR", test=BARE, wrong=("", "x", "0", "1", "31", "99999"), most=1, family="CMS"),
    Row(
        name="+CMGL",
        test=exactly("+CMGL: (0-4)"),
        execute=BARE,
        right=tuple((str(stat), BARE) for stat in range(5)),
        wrong=("5", "x", '"ALL"'),
        most=1,
        family="CMS",
    ),
    Row(
        name="+CMGD",
        test=exactly("+CMGD: (),(0-4)"),
        right=(("1", BARE), *((f"1,{flag}", BARE) for flag in range(5))),
        wrong=("", "0", "31", "99999", "x", "1,5", "1,x"),
        most=2,
        family="CMS",
    ),
    Row(name="+CNMA", test=exactly("+CNMA: (0-2)"), wrong=("0", "1", "2", "3", "x"), most=2, family="CMS"),
    Row(
        name="+CSMP",
        test=BARE,
        read=exactly("+CSMP: 17,167,0,0"),
        right=(("49", BARE), ("17,167,0,8", BARE), (",,,8", BARE)),
        wrong=("256", "17,256", "17,0,256", "17,0,0,256", "x"),
        most=4,
    ),
    Row(
        name="+CSDH",
        test=exactly("+CSDH: (0,1)"),
        read=exactly("+CSDH: 0"),
        right=(("0", BARE), ("1", BARE)),
        wrong=("2", "x"),
        most=1,
    ),
    Row(name="+CMGW", test=BARE, wrong=("", "0", "x", "256", "18,4", "18,x"), most=2, family="CMS"),
    Row(name="+CMSS", test=BARE, wrong=("", "1", "x", "99999", '1,"+49",1'), most=3, family="CMS"),
    Row(
        name="+CRSM",
        test=BARE,
        right=(
            ("176,12258,0,0,10", r'\+CRSM: 144,0,"[0-9A-F]{20}"'),
            ("176,28589,0,0,4", r'\+CRSM: 144,0,"[0-9A-F]{8}"'),
            ("192,12258", r'\+CRSM: 144,0,"[0-9A-F]{30}"'),
            ("176,1,0,0,1", exactly("+CRSM: 106,130")),
            ("242", exactly("+CRSM: 144,0")),
        ),
        wrong=("", "1", "176", "176,x", "176,12258,256", "176,12258,0,0,256"),
        most=7,
    ),
    # What must be answered sensibly.
    Row(
        name="+CMMS",
        test=exactly("+CMMS: (0-2)"),
        read=exactly("+CMMS: 0"),
        right=(("0", BARE), ("1", BARE), ("2", BARE)),
        wrong=("3", "x"),
        most=1,
    ),
    Row(name="+CBC", test=r"\+CBC: \(0-3\),\(0-100\)", execute=r"\+CBC: 0,\d+"),
    Row(
        name="+CGATT",
        test=exactly("+CGATT: (0,1)"),
        read=r"\+CGATT: 1",
        right=(("0", BARE), ("1", BARE)),
        wrong=("2", "x"),
        most=1,
    ),
    Row(
        name="+CUSD",
        test=exactly("+CUSD: (0-2)"),
        read=exactly("+CUSD: 0"),
        right=(("1", BARE), ("0", BARE), ("2", BARE), ('1,"*100#",15', BARE), ('1,"*100#"', BARE)),
        wrong=("3", "x", '1,"*100#",256', '1,""'),
        most=3,
    ),
    Row(
        name="+CLIP",
        test=exactly("+CLIP: (0,1)"),
        read=exactly("+CLIP: 0,1"),
        right=(("1", BARE), ("0", BARE)),
        wrong=("2", "x"),
        most=1,
    ),
    Row(
        name="+CRC",
        test=exactly("+CRC: (0,1)"),
        read=exactly("+CRC: 0"),
        right=(("1", BARE), ("0", BARE)),
        wrong=("2", "x"),
        most=1,
    ),
    Row(
        name="+CCWA",
        test=exactly("+CCWA: (0,1)"),
        read=exactly("+CCWA: 0"),
        right=(("1", BARE), ("0,2", exactly("+CCWA: 0,7"))),
        wrong=("2", "x", "1,3"),
        most=3,
    ),
    Row(
        name="+CVHU",
        test=exactly("+CVHU: (0,1)"),
        read=exactly("+CVHU: 0"),
        right=(("0", BARE), ("1", BARE)),
        wrong=("3", "x"),
        most=1,
    ),
    Row(
        name="+COLP",
        test=exactly("+COLP: (0,1)"),
        read=exactly("+COLP: 0,1"),
        right=(("1", BARE), ("0", BARE)),
        wrong=("2", "x"),
        most=1,
    ),
    Row(
        name="+CSSN",
        test=exactly("+CSSN: (0,1),(0,1)"),
        read=exactly("+CSSN: 0,0"),
        right=(("1,1", BARE), ("1", BARE)),
        wrong=("2", "0,2", "x"),
        most=2,
    ),
    Row(name="+CNUM", test=BARE, execute=r'\+CNUM: ("[^"]*")?,"\+\d+",145'),
    Row(
        name="+CCLK",
        test=BARE,
        read=r'\+CCLK: "\d\d/\d\d/\d\d,\d\d:\d\d:\d\d[+-]\d\d"',
        right=(('"24/05/01,12:00:00+08"', BARE),),
        wrong=("", '""', '"24/13/01,12:00:00+08"', "1"),
        most=1,
    ),
    Row(
        name="+CTZU",
        test=exactly("+CTZU: (0,1,3)"),
        read=exactly("+CTZU: 0"),
        right=(("1", BARE), ("3", BARE)),
        wrong=("2", "x"),
        most=1,
    ),
    Row(
        name="+CTZR",
        test=exactly("+CTZR: (0-2)"),
        read=exactly("+CTZR: 0"),
        right=(("1", BARE),),
        wrong=("3", "x"),
        most=1,
    ),
    Row(name="+CPAS", test=exactly("+CPAS: (0,3,4)"), execute=exactly("+CPAS: 0")),
    Row(
        name="+CIND",
        test=r'\+CIND: \("battchg",\(0-5\)\),\("signal",\(0-5\)\),\("service",\(0,1\)\),\("message",\(0,1\)\),'
        r'\("call",\(0,1\)\),\("roam",\(0,1\)\),\("smsfull",\(0,1\)\)',
        read=r"\+CIND: [0-5],[0-5],1,0,0,0,0",
        right=(("1,1,1,1,1,1,1", BARE), ("0", BARE)),
        wrong=("2", "x"),
        most=7,
    ),
    Row(
        name="+CMER",
        test=exactly("+CMER: (0,3),(0),(0),(0,1),(0,1)"),
        read=exactly("+CMER: 0,0,0,0,0"),
        right=(("3,0,0,1", BARE), ("0", BARE)),
        wrong=("1", "3,1", "3,0,0,2", "x"),
        most=5,
    ),
    Row(
        name="+CLCK",
        test=r'\+CLCK: \("SC"(,"[A-Z]{2}")*\)',
        right=(('"SC",2', exactly("+CLCK: 0")), ('"PN",2', exactly("+CLCK: 0")), ('"SC",1,"1234"', BARE)),
        wrong=("", '"SC"', '"SC",3', '"XX",2', '"SC",1', '"SC",1,"0000"'),
        most=4,
    ),
    Row(
        name="+CPWD",
        test=exactly('+CPWD: ("SC",8),("P2",8)'),
        right=(('"P2","5678","8765"', BARE),),
        wrong=("", '"SC"', '"SC","1234"', '"XX","1234","4321"', '"P2","0000","8765"'),
        most=3,
    ),
    Row(
        name="+CSIM",
        test=BARE,
        right=(('10,"0020000100"', r'\+CSIM: 4,"63C3"'), ('10,"002C000100"', r'\+CSIM: 4,"63CA"')),
        wrong=("", "10", '8,"0020000100"', '10,"0020"', '10,"zz20000100"'),
        most=2,
    ),
    Row(name="+GCAP", test=BARE, execute=exactly("+GCAP: +CGSM,+DS,+ES")),
    Row(
        name="+WS46",
        test=exactly("+WS46: (12,22,25,28,29)"),
        read=exactly("+WS46: 25"),
        right=(("12", BARE), ("28", BARE)),
        wrong=("1", "x"),
        most=1,
    ),
    Row(
        name="+CGACT",
        test=exactly("+CGACT: (0,1)"),
        read=exactly("+CGACT: 1,0"),
        right=(("0", BARE), ("1,1", BARE)),
        wrong=("2", "1,2", "1,17", "x"),
        most=17,
    ),
    Row(
        name="+CGEREP",
        test=exactly("+CGEREP: (0-2),(0,1)"),
        read=exactly("+CGEREP: 0,0"),
        right=(("2,1", BARE), ("0", BARE)),
        wrong=("3", "1,2", "x"),
        most=2,
    ),
    Row(
        name="+CGCLASS",
        test=exactly('+CGCLASS: ("A","B","CG")'),
        read=exactly('+CGCLASS: "A"'),
        right=(('"B"', BARE),),
        wrong=('"X"', "1"),
        most=1,
    ),
    Row(name="+CESQ", test=r"\+CESQ: (\([\d,-]+\),?){6}", execute=r"\+CESQ: \d+(,\d+){5}"),
    Row(name="+CLCC", test=BARE, execute=BARE),
    Row(
        name="+CPLS",
        test=exactly("+CPLS: (0-2)"),
        read=exactly("+CPLS: 0"),
        right=(("0", BARE),),
        wrong=("3", "x"),
        most=1,
    ),
    Row(
        name="+CPOL",
        test=exactly("+CPOL: (1-20),(0-2)"),
        read=BARE,
        right=((",2", BARE), ("1", BARE)),
        wrong=("", "21", "x"),
        most=2,
    ),
    Row(
        name="+CEMODE",
        test=exactly("+CEMODE: (0-3)"),
        read=exactly("+CEMODE: 2"),
        right=(("2", BARE),),
        wrong=("4", "x"),
        most=1,
    ),
    Row(
        name="+IFC",
        test=exactly("+IFC: (0-2),(0-2)"),
        read=exactly("+IFC: 2,2"),
        right=(("2,2", BARE), ("0", BARE)),
        wrong=("3", "0,3", "x"),
        most=2,
    ),
    Row(
        name="+ICF",
        test=exactly("+ICF: (1-6),(0-3)"),
        read=exactly("+ICF: 3,3"),
        right=(("3", BARE),),
        wrong=("7", "x"),
        most=2,
    ),
    Row(
        name="+IPR",
        test=r"\+IPR: \(\),\([\d,]+\)",
        read=exactly("+IPR: 0"),
        right=(("115200", BARE), ("0", BARE)),
        wrong=("1", "x"),
        most=1,
    ),
    Row(
        name="+CPBS",
        test=r'\+CPBS: \("SM"(,"[A-Z]{2}")*\)',
        read=exactly('+CPBS: "SM",0,100'),
        right=(('"ME"', BARE),),
        wrong=("", '"XX"'),
        most=2,
    ),
    Row(
        name="+CPBR",
        test=exactly("+CPBR: (1-100),20,18"),
        right=(("1", BARE), ("1,100", BARE)),
        wrong=("", "0", "101", "1,101", "x"),
        most=2,
    ),
    Row(name="+CPBF", test=exactly("+CPBF: 20,18"), right=(('"A"', BARE),), wrong=("",), most=1),
    Row(
        name="+CPBW",
        test=exactly("+CPBW: (1-100),20,(129,145,161),18"),
        right=(('1,"112"', BARE), (',"112",129,"X"', BARE), ("1", BARE)),
        wrong=("", "0", "101", '1,"x"', '1,"1",1'),
        most=4,
    ),
    Row(
        name="+CSCB",
        test=exactly("+CSCB: (0,1)"),
        read=exactly('+CSCB: 0,"",""'),
        right=(('0,"1-5","0"', BARE), ('1,"1"', BARE), ("0", BARE)),
        wrong=("2", '0,"x"', '0,"1","999"'),
        most=3,
    ),
    Row(
        name="+CGSMS",
        test=exactly("+CGSMS: (0-3)"),
        read=exactly("+CGSMS: 3"),
        right=(("1", BARE),),
        wrong=("4", "x"),
        most=1,
    ),
    *(
        Row(name=name, test=BARE, read=rf"\{name}: \d{{19,20}}", execute=rf"\{name}: \d{{19,20}}")
        for name in ("+CCID", "+ICCID", "+QCCID", "+CICCID")
    ),
    Row(name="+CHUP", test=BARE, execute=BARE),
)

BASIC: Final = [
    "E0",
    "E1",
    "V1",
    "Q0",
    "X0",
    "X1",
    "X2",
    "X3",
    "X4",
    "&C0",
    "&C1",
    "&D0",
    "&D1",
    "&D2",
    "&K0",
    "&S0",
    "\\Q3",
    "S0=0",
    "L1",
    "M0",
    "Z",
    "Z0",
    "&F",
    "&F0",
    "&W",
    "H",
    "H0",
    "I",
    "I0",
    "I3",
    "I4",
    "I5",
    "I9",
]

# Success would switch gammu, python-gsmmodem or ModemManager into the mode of some vendor.
FORBIDDEN: Final = (
    "+MODE=2", "+CPROT=?", "+SYNCML=?", "$TSSPCSW=?", "+ZPAS?", "+WIND?", "^SQWE?", "^SBNR=?", "+SPBR=?", "+MPBR=?",
    "*CNTI=2",
)  # fmt: skip


def ask(command: str, level: int = 0) -> list[str]:
    """Return the answer of a fresh modem at some +CMEE level, however long it takes."""
    bench = Bench()
    bench.at(f"+CMEE={level}")
    answer = bench.at(command)
    bench.wait(10)
    return answer or lines(bench.read())


def check(answer: list[str], shape: str) -> None:
    """Compare an answer with the shape of its only line, or of none."""
    assert answer[-1] == "OK"
    assert len(answer) == (2 if shape else 1)
    assert not shape or re.fullmatch(shape, answer[0])


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_form_has_its_answer(row: Row) -> None:
    for form, shape in (("=?", row.test), ("?", row.read), ("", row.execute)):
        answer = ask(row.name + form)
        if shape is not None:
            check(answer, shape)
        elif row.name not in ("+CMGW", "+CNMA") or form:
            assert answer == ["ERROR"], form


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_right_parameters_are_taken(row: Row) -> None:
    for parameters, shape in row.right:
        answer = [line for line in ask(f"{row.name}={parameters}") if not line.startswith(("+CREG", "+CUSD"))]
        check(answer, shape)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_wrong_missing_and_extra_parameters_are_refused_at_every_level(row: Row) -> None:
    texts = CMS_TEXT if row.family == "CMS" else CME_TEXT
    extra = ",".join(["1"] * (row.most + 1))
    for parameters in (*row.wrong, extra):
        command = f"{row.name}={parameters}"
        number = ask(command, 1)
        assert len(number) == 1, command
        code = re.fullmatch(rf"\+{row.family} ERROR: (\d+)", number[0])
        assert code is not None, (command, number)
        assert ask(command, 2) == [f"+{row.family} ERROR: {texts[int(code[1])]}"], command
        assert ask(command, 0) == (number if row.family == "CMS" else ["ERROR"]), command


@pytest.mark.parametrize(
    "command",
    [
        "+CMGL=4",
        '+CMGL="SOME"',
        '+CMGL="ALL",1',
        "+CMGR=",
        "+CMGR=x",
        "+CMGR=1,2",
        "+CMGD=",
        "+CMGD=1,5",
        "+CMGS=",
        '+CMGS="+"',
        '+CMGS="abc"',
        '+CMGS="+491711234567",1',
        '+CMGS="+491711234567",145,1',
        '+CMGW="+491711234567",145,"REC READ"',
        '+CMGW="+491711234567",145,"STO SENT",1',
        "+CMSS=",
        "+CMSS=x",
        '+CMSS=1,"+49",1',
        '+CMSS=1,"+49",145,1',
    ],
)
def test_wrong_parameters_of_text_mode_are_305(command: str) -> None:
    assert ask(f"+CMGF=1;{command}", 1) == ["+CMS ERROR: 305"]
    assert ask(f"+CMGF=1;{command}", 2) == ["+CMS ERROR: invalid text mode parameter"]


@pytest.mark.parametrize("command", BASIC)
def test_a_basic_command_is_taken(command: str) -> None:
    assert ask(command)[-1] == "OK"


@pytest.mark.parametrize(
    "command", ["E2", "V2", "Q2", "X5", "&C2", "&D3", "Z9", "&F9", "H2", "S0=256", "S99?", "I7", "B", "O"]
)
def test_a_wrong_basic_command_is_refused(command: str) -> None:
    assert ask(command) == ["ERROR"]


@pytest.mark.parametrize("command", FORBIDDEN)
def test_what_would_look_like_some_vendor_fails(command: str) -> None:
    assert ask(command) == ["ERROR"]
    assert ask(command, 1) == ["+CME ERROR: 4"]


def in_ucs2(text: str) -> str:
    return text.encode("utf-16-be").hex().upper()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("+CSCA?", f'+CSCA: "{in_ucs2("+33639980000")}",145'),
        ("+CNUM", f'+CNUM: ,"{in_ucs2("+33639980001")}",145'),
        ("+COPS?", f'+COPS: 0,0,"{in_ucs2("Emulated")}",7'),
        ("+COPS=?", f'+COPS: (2,"{in_ucs2("Emulated")}","{in_ucs2("Emulated")}","00101",7),,(0-4),(0-2)'),
        (
            f'+CPBW=1,"{in_ucs2("112")}",129,"{in_ucs2("ж")}";+CPBR=1',
            f'+CPBR: 1,"{in_ucs2("112")}",129,"{in_ucs2("ж")}"',
        ),
        (f'+CSCS="{in_ucs2("GSM")}";+CSCS?', '+CSCS: "GSM"'),
    ],
)
def test_the_character_set_holds_wherever_there_are_strings(command: str, expected: str) -> None:
    assert ask(f'+CSCS="UCS2";{command}') == [expected, "OK"]


def test_contexts_are_tested_with_a_line_for_each_kind() -> None:
    answer = ask("+CGDCONT=?")

    assert [line.split(",")[1] for line in answer[:-1]] == ['"IP"', '"IPV6"', '"IPV4V6"']


def test_every_command_of_the_table_is_listed() -> None:
    assert {row.name for row in TABLE} - set(ask("+CLAC")) == set()


NAMES: Final = sorted({name for name, _ in load_table()})
PARAMETER: Final = st.one_of(
    st.integers(-3, 70000).map(str),
    st.sampled_from(["", '""', '"SM"', '"ALL"', '"+491711234567"', '"002B0034"', "x", '"SC"', '"1234"', "18", '"']),
    st.text('0123456789,"();+-aF*#', max_size=12),
)
LINE: Final = st.builds(
    lambda name, form, parameters: name + form.value + (",".join(parameters) if form is Form.SET else ""),
    st.sampled_from(NAMES),
    st.sampled_from(Form),
    st.lists(PARAMETER, max_size=8),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=4), st.integers(0, 2), st.booleans())
def test_any_parameters_get_one_final_result(commands: list[str], level: int, is_text_mode: bool) -> None:
    bench = Bench()
    bench.at(f"+CMEE={level};+CMGF={int(is_text_mode)}")
    finals = re.compile(r"OK|ERROR|NO CARRIER|BUSY|NO ANSWER|[+]CM[ES] ERROR: .+|[04378]")
    for command in commands:
        answer = bench.type(f"AT{command}\r".encode("latin-1"))
        bench.wait(10)
        answer += bench.read()
        if answer.endswith(b"> "):
            answer += bench.type(b"\x1b")
        bench.at("V1Q0E0")
        said = [line for line in re.split(r"[\r\n]+", answer.decode("latin-1")) if line]
        is_quiet = command.upper().startswith("Q1")
        assert is_quiet or any(finals.fullmatch(line) for line in said), (command, said)
