"""The shelf of commands keeps its contract."""

from __future__ import annotations

import pytest

from modem.at.command import Form
from modem.emulator.command import Shelf, load_table
from tests.modem.emulator.bench import Bench

# What gammu, gnokii, smstools, Kannel, ModemManager or python-gsmmodem cannot do without, by the forms they use.
NEEDED = {
    Form.TEST: "+CMEE +CFUN +CSCS +CREG +CGREG +CEREG +COPS +CSMS +CMGF +CPMS +CNMI +CMGL +CMGD +CNMA +CSQ "
    "+CGMI +CGMM +CGMR +CGSN",
    Form.READ: "+CMEE +CPIN +CFUN +CSCS +CREG +CGREG +CEREG +COPS +CSMS +CMGF +CSCA +CPMS +CNMI +CSMP +CSDH",
    Form.SET: "+CMEE +CPIN +CFUN +CSCS +CREG +CGREG +CEREG +COPS +CSMS +CMGF +CSCA +CPMS +CNMI +CMGS +CMGR +CMGL "
    "+CMGD +CNMA +CSMP +CSDH +CMGW +CMSS +CRSM S0",
    Form.EXECUTE: "E V Q X &C &D \\Q Z &F &W I H +CHUP +CGMI +GMI +CGMM +GMM +CGMR +GMR +CGSN +GSN +CIMI +CSQ "
    "+CMGL +CNMA +CCID",
}

# Success would switch gammu, python-gsmmodem or ModemManager into the mode of some vendor.
FORBIDDEN = [
    "+MODE=2",
    "+CPROT=?",
    "+SYNCML=?",
    "$TSSPCSW=?",
    "+ZPAS?",
    "+WIND?",
    "^SQWE?",
    "^SBNR=?",
    "+SPBR=?",
    "+MPBR=?",
    "*CNTI=2",
]


def test_everything_real_programs_need_is_on_the_shelf() -> None:
    table = load_table()

    missing = [(name, form) for form, names in NEEDED.items() for name in names.split() if (name, form) not in table]
    assert missing == []


@pytest.mark.parametrize("command", FORBIDDEN)
def test_what_would_look_like_some_vendor_fails(command: str) -> None:
    bench = Bench()

    assert bench.at(command) == ["ERROR"]
    assert bench.at(f"+CMEE=1;{command}") == ["+CME ERROR: 4"]


def test_every_command_answers_without_parameters_and_leaves_the_line_usable() -> None:
    for name, form in sorted(load_table(), key=str):
        bench = Bench()
        bench.at(name + form.value)
        bench.wait(10)
        bench.type(b"\x1b")
        bench.read()

        assert bench.at("V1Q0")[-1:] == ["OK"], name


def test_two_forms_of_a_command_may_share_a_handler() -> None:
    shelf = Shelf()
    shelf.constant("+X", Form.TEST, "+X: (0,1)")

    @shelf.on("+X", Form.READ, Form.EXECUTE)
    def answer(_equipment: object, _command: object) -> list[str]:
        return ["+X: 0"]

    assert set(shelf.handlers) == {("+X", Form.TEST), ("+X", Form.READ), ("+X", Form.EXECUTE)}
