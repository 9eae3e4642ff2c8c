"""One machine as its host sees it: dialogues, waiting, errors, power."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.at.device import Result
from modem.emulator.machine.machine import refusal_line
from modem.emulator.radio import (
    CellIdentity,
    Registered,
    Registration,
    Ringing,
    SignalChanged,
    Technology,
)
from modem.emulator.refusal import Cme, CmeError, Cms, CmsError, RefusedError
from modem.pdu import Address, format_pdu, plan, submits
from tests.modem.emulator.bench import BOOT_S, CTRL_Z, ESC, Bench, lines

NUMBER = "+491711234567"
SUBMIT = submits(plan("Hello"), Address.parse(NUMBER), concat_ref=1, request_report=False)[0]
TPDU = SUBMIT.encode()


def test_a_message_goes_out_as_real_programs_write_it() -> None:
    bench = Bench()

    assert bench.type(b"AT+CMGS=%d\r" % len(TPDU)) == b"\r\n> "
    assert bench.type(format_pdu(TPDU).encode()) == b""  # gammu waits here for half a second
    assert bench.type(CTRL_Z) == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"
    assert bench.shown(NUMBER) == ["Hello"]


def test_a_pdu_may_hold_blanks_line_ends_and_small_letters() -> None:
    bench = Bench()
    bench.type(b"AT+CMGS=%d\r\n" % len(TPDU))
    digits = format_pdu(TPDU).lower()

    answer = bench.type(f"{digits[:10]} {digits[10:20]}\r\n{digits[20:]}".encode() + CTRL_Z)

    assert lines(answer) == ["+CMGS: 0", "OK"]


def test_escape_at_the_prompt_sends_nothing_and_is_no_error() -> None:
    bench = Bench()
    bench.type(b"AT+CMGS=%d\r" % len(TPDU))

    assert bench.type(format_pdu(TPDU).encode() + ESC) == b"\r\nOK\r\n"
    assert bench.shown(NUMBER) == []


def test_while_a_message_is_on_the_air_the_modem_is_deaf() -> None:
    bench = Bench(radio_time_s=3)
    bench.type(b"AT+CMGS=%d\r" % len(TPDU))
    bench.type(format_pdu(TPDU).encode() + CTRL_Z)

    assert bench.type(b"AT\r") == b""
    bench.wait(2.9)
    assert bench.read() == b""
    bench.wait(0.2)
    assert bench.read() == b"\r\n+CMGS: 0\r\n\r\nOK\r\n\r\nOK\r\n"


def test_what_follows_a_send_on_the_same_line_is_done_after_it() -> None:
    bench = Bench(radio_time_s=1)
    bench.type(b"AT+CMGS=%d;+CMGF?\r" % len(TPDU))
    bench.type(format_pdu(TPDU).encode() + CTRL_Z)
    bench.wait(1)

    assert lines(bench.read()) == ["+CMGS: 0", "+CMGF: 0", "OK"]


def test_the_first_error_ends_the_line() -> None:
    bench = Bench()

    assert bench.at("+CMGF=1;+NOSUCH;+CMGF=0") == ["ERROR"]
    assert bench.at("+CMGF?") == ["+CMGF: 1", "OK"]


def test_a_malformed_rest_is_one_error_behind_what_went_well() -> None:
    bench = Bench()

    assert bench.at("+CMGF=1;?") == ["ERROR"]
    assert bench.at("+CMGF?") == ["+CMGF: 1", "OK"]


def test_a_line_that_is_too_long_does_nothing() -> None:
    bench = Bench()

    assert bench.at("+CMGF=1;" + "+CSQ;" * 1000) == ["ERROR"]
    assert bench.at("+CMGF?") == ["+CMGF: 0", "OK"]


@pytest.mark.parametrize(
    ("refusal", "level", "expected"),
    [
        (CmeError(Cme.NOT_SUPPORTED), 0, Result.ERROR),
        (CmeError(Cme.NOT_SUPPORTED), 1, "+CME ERROR: 4"),
        (CmeError(Cme.NOT_SUPPORTED), 2, "+CME ERROR: operation not supported"),
        (CmsError(Cms.INVALID_INDEX), 0, "+CMS ERROR: 321"),
        (CmsError(Cms.INVALID_INDEX), 1, "+CMS ERROR: 321"),
        (CmsError(Cms.INVALID_INDEX), 2, "+CMS ERROR: invalid memory index"),
        (CmsError(250), 2, "+CMS ERROR: 250"),
    ],
)
def test_errors_are_written_as_cmee_says(refusal: RefusedError, level: int, expected: Result | str) -> None:
    assert refusal_line(refusal, level) == expected


def test_a_modem_hears_nothing_until_it_has_booted() -> None:
    bench = Bench()
    bench.machines[0].power_off()
    bench.machines[0].power_on(bench.now)

    assert bench.at("") == []
    bench.wait(BOOT_S)
    assert bench.type(b"AT\r") == b"AT\r\r\nOK\r\n"


def test_a_soft_reboot_answers_first_and_forgets_the_settings() -> None:
    bench = Bench()
    bench.at("+CMGF=1;+CNMI=2,1,0,1,0")

    assert bench.at("+CFUN=1,1") == ["OK"]
    assert bench.at("") == []
    bench.wait(BOOT_S)
    assert bench.at("E0+CMGF?;+CNMI?;+CREG?")[1:] == ["+CMGF: 0", "+CNMI: 0,0,0,0,0", "+CREG: 0,1", "OK"]


def test_a_power_cut_in_mid_send_sends_nothing_and_leaves_a_usable_modem() -> None:
    bench = Bench(radio_time_s=3)
    bench.type(b"AT+CMGS=%d\r" % len(TPDU))
    bench.type(format_pdu(TPDU).encode() + CTRL_Z)
    bench.wait(1)
    bench.reboot()
    bench.wait(10)

    assert bench.read() == b""
    assert bench.shown(NUMBER) == []
    assert bench.at("")[-1:] == ["OK"]


OCTETS = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([
        b"AT+CMGS=20\r", b"AT+CMGW=20\r", b"AT+CMGF=1\r", b'AT+CMGS="+33639980001"\r', b"AT+CMGL=4\r", b"AT+COPS=?\r",
        b"AT+CNMI=2,2,0,1,0\r", b"AT+CSMS=1\r", b"AT+CNMA\r", b'AT+CMGL="ALL"\r', b'AT+CSCS="UCS2"\r', b"ATV0\r",
        b"AT+CFUN=1,1\r", b"AT+CFUN=4\r", b"AT+CMSS=1\r", b"\x1a", b"\x1b", format_pdu(TPDU).encode() + CTRL_Z,
        b"AT+CMGS=%d\r" % len(TPDU),
    ]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(OCTETS, st.floats(min_value=0, max_value=20)), max_size=30))
def test_any_octets_at_any_time_leave_a_usable_modem(script: list[tuple[bytes, float]]) -> None:
    bench = Bench(radio_time_s=1)
    for octets, seconds in script:
        bench.type(octets)
        bench.write(NUMBER, "From a person")
        bench.wait(seconds)
    bench.type(b"\x1b\r")
    bench.wait(30)
    bench.type(b"\x1b\r")
    bench.read()

    assert bench.at("V1Q0")[-1:] == ["OK"]


def test_the_signal_that_the_network_gives_is_the_one_shown() -> None:
    bench = Bench()
    bench.machines[0].handle_service(SignalChanged(imsi="1", rssi=7, ber=3), bench.now)

    assert bench.at("+CSQ") == ["+CSQ: 7,3", "OK"]


def test_a_new_cell_is_reported_where_cells_are() -> None:
    bench = Bench()
    bench.at("+CREG=1;+CEREG=2")
    cell = CellIdentity(location_area="1A2B", cell_id="0012C3D4")
    for _ in range(2):
        bench.machines[0].handle_registration(Registered(imsi="1", registration=Registration.HOME, cell=cell))

    assert lines(bench.machines[0].data_to_send()) == ['+CEREG: 1,"1A2B","0012C3D4",7']


def test_the_cell_that_the_network_gives_is_the_one_shown() -> None:
    bench = Bench()
    cell = CellIdentity(location_area="1A2B", cell_id="0012C3D4", technology=Technology.GSM)
    bench.machines[0].handle_registration(Registered(imsi="1", registration=Registration.ROAMING, cell=cell))

    assert bench.at("+CREG=2;+CREG?") == ['+CREG: 2,5,"1A2B","0012C3D4",0', "OK"]


def test_a_card_that_is_taken_out_takes_the_message_on_the_air_with_it() -> None:
    bench = Bench(radio_time_s=3)
    bench.type(b"AT+CMGS=%d\r" % len(TPDU))
    bench.type(format_pdu(TPDU).encode() + CTRL_Z)
    bench.machines[0].eject(bench.now)

    assert lines(bench.machines[0].data_to_send()) == ["+CMS ERROR: 310"]
    assert bench.at("+CMEE=1;+CPIN?") == ["+CME ERROR: 10"]
    bench.machines[0].insert(bench.equipment().sim, bench.now)
    assert bench.at("+CPIN?") == ["+CPIN: READY", "OK"]
    assert bench.at("+CREG?") == ["+CREG: 0,1", "OK"]
    assert bench.send(NUMBER, "again") == []
    bench.wait(3)
    assert lines(bench.read())[-1] == "OK"


def test_a_card_that_is_taken_out_ends_the_call() -> None:
    bench = Bench()
    machine = bench.machines[0]
    machine.handle_service(Ringing(imsi="1", number=NUMBER), bench.now)
    machine.eject(bench.now)

    assert lines(machine.data_to_send()) == ["RING", "NO CARRIER"]


def test_a_card_that_is_taken_out_ends_dialling() -> None:
    bench = Bench()
    machine = bench.machines[0]
    machine.receive_data(b"ATD123;\r", bench.now)
    machine.eject(bench.now)

    assert lines(machine.data_to_send()) == ["NO CARRIER"]
    assert bench.at("") == ["OK"]
