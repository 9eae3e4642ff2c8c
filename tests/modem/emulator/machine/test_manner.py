"""What a personality changes beyond ranges and memories, on a whole machine with a clock that the test moves."""

from __future__ import annotations

import pytest

from modem.profile import Boot, Personality, Refusal, Repeated
from tests.modem.emulator.bench import BOOT_S, Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, play

PERSON = "+491711234567"


def started(personality: Personality) -> Bench:
    """Return a bench whose machine takes its model's own time, just switched on."""
    bench = Bench(personality=personality)
    bench.machines[0].power_off()
    bench.read()
    bench.machines[0].power_on(bench.now)
    return bench


def test_a_modem_boots_in_its_own_time_and_words() -> None:
    boot = Boot(at_s=BOOT_S / 2, lines=((BOOT_S / 4, "RDY"), (BOOT_S, "SMS Ready")))
    bench = started(Personality(boot=boot))

    bench.wait(BOOT_S / 4)
    assert bench.type(b"AT\r") == b"\r\nRDY\r\n"
    bench.wait(BOOT_S / 4)
    assert bench.type(b"ATE0\r") == b"ATE0\r\r\nOK\r\n"
    bench.wait(BOOT_S / 2)
    assert bench.read() == b"\r\nSMS Ready\r\n"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("ERROR", ["ERROR"]),
        ("+CMS ERROR: 302", ["+CMS ERROR: 302"]),
        ("+CME ERROR: 14", ["ERROR"]),
        ("COMMAND NOT SUPPORT", ["COMMAND NOT SUPPORT"]),
    ],
)
def test_a_modem_that_starts_refuses_in_the_words_of_the_model(result: str, expected: list[str]) -> None:
    refusals = (Refusal(commands=r"\+CMGL=.*", result=result, until_s=BOOT_S),)
    bench = started(Personality(boot=Boot(at_s=BOOT_S / 2, refusals=refusals)))
    bench.wait(BOOT_S / 2)
    bench.at("E0")

    assert bench.at("+CMGL=4") == expected
    assert bench.at("+CSQ")[-1] == "OK"
    bench.wait(BOOT_S / 2)
    assert bench.at("+CMGL=4") == OK


def test_busy_is_numbered_when_cmee_asks_for_it() -> None:
    bench = Bench(personality=Personality(refusals=(Refusal(commands=r"\+CIMI", result="+CME ERROR: 14"),)))

    play([("+CIMI", ERROR), ("+CMEE=1;+CIMI", ["+CME ERROR: 14"]), ("+CIMI=?", OK)], bench)


def test_a_form_may_be_refused_for_good() -> None:
    """Samsung and ST-Ericsson phones want two memories at least."""
    one_memory = Refusal(commands=r"\+CPMS=[^,]+", result="+CMS ERROR: 321")

    play(
        [('+CPMS="ME"', ["+CMS ERROR: 321"]), ('+CPMS="ME","ME"', ["+CPMS: 0,50,0,50,0,30", "OK"])],
        Bench(personality=Personality(refusals=(one_memory,))),
    )


def test_a_line_is_repeated_until_a_command_stops_it() -> None:
    rssi = Repeated(line="^RSSI:18", every_s=5.0, first_s=5.0, stopped_by="^CURC=0", started_by="^CURC=1")
    bench = Bench(personality=Personality(repeated=(rssi,), answers={"^CURC=": ()}))

    bench.wait(25.0)
    assert lines(bench.read()) == ["^RSSI:18"] * 4
    play([("^CURC=0", OK)], bench)
    bench.wait(60.0)
    assert bench.read() == b""


def test_lines_are_spelled_as_the_model_does_asked_and_unasked() -> None:
    unquoted = (r'^(\+CREG: .*)"([0-9A-F]+)","([0-9A-F]+)"', r"\1\2, \3")
    bench = Bench(personality=Personality(spellings=(unquoted, (r"^\+CDS: ", "+CDS: ,"))))
    bench.at("+CREG=2;+CNMI=2,1,0,1,0")

    assert bench.at("+CREG?")[0].startswith("+CREG: 2,1,00A1, 000010B3")
    answer = bench.send(PERSON, "hello", report=True)
    assert [line for line in answer if line.startswith("+CDS")] == ["+CDS: ,25"]


def test_a_modem_starts_again_at_its_own_command() -> None:
    bench = Bench(personality=Personality(restarts=frozenset({"^RESET"}), boot=Boot(lines=((0.5, "^SYSSTART"),))))
    bench.at("+CMEE=1")

    assert bench.at("^RESET") == OK
    assert bench.type(b"AT\r") == b""
    bench.wait(BOOT_S)
    assert bench.read() == b"\r\n^SYSSTART\r\n"
    assert bench.at("E0;+CMEE?")[1:] == ["+CMEE: 0", "OK"]


def test_a_modem_can_be_switched_off() -> None:
    sim800 = Personality(switches_off={"+CPOWD=1": "NORMAL POWER DOWN"}, unfinished=frozenset({"+CPOWD=1"}))
    bench = Bench(personality=sim800)

    assert bench.at("+CPOWD=1") == ["NORMAL POWER DOWN"]
    assert bench.type(b"AT\r") == b""
    assert not bench.machines[0].is_awake
    assert bench.machines[0].next_timer() is None


def test_a_modem_is_switched_off_behind_the_whole_line() -> None:
    bench = Bench(personality=Personality(switches_off={"+QPOWD": "POWERED DOWN"}))

    assert bench.at("+QPOWD;+CSQ") == ["+CSQ: 21,0", "OK", "POWERED DOWN"]
    assert not bench.machines[0].is_awake
    bench.reboot()
    assert bench.at("E0")[-1] == "OK"


def test_an_answer_may_have_no_final_result() -> None:
    """Wavecom (WMO2 AT manual 2.3): +CPIN? does not finish its response with OK."""
    bench = Bench(personality=Personality(unfinished=frozenset({"+CPIN?"})))

    play([("+CPIN?", ["+CPIN: READY"]), ("+CSQ", ["+CSQ: 21,0", "OK"])], bench)
    assert bench.at("+CSQ;+CPIN?") == ["+CSQ: 21,0", "+CPIN: READY"]
    assert bench.at("+CPIN?;+CSQ") == ["+CPIN: READY", "+CSQ: 21,0", "OK"]


def test_answers_name_the_card_and_the_modem() -> None:
    personality = Personality(answers={"^ICCID?": ("^ICCID: {iccid_swapped}",), "#CGSN": ("#CGSN: {imei}",)})
    bench = Bench(personality=personality)
    sim = bench.equipment().sim

    swapped = bench.at("^ICCID?")[0].removeprefix("^ICCID: ")
    assert "".join(swapped[at + 1] + swapped[at] for at in range(0, len(swapped), 2)).rstrip("F") == sim.iccid
    assert bench.at("#CGSN")[0] == f"#CGSN: {bench.equipment().identity.imei}"


def test_a_full_memory_is_told_in_the_words_of_the_model() -> None:
    """Huawei: ^SMMEMFULL:"SM" (MU509 manual 6.21); no +CMTI comes then."""
    bench = Bench(personality=Personality(memory_full_urc='^SMMEMFULL:"{memory}"'), sim_capacity=1)
    bench.at("+CNMI=2,1")
    bench.write(PERSON, "one")
    bench.read()
    bench.write(PERSON, "two")

    assert bench.read() == b'\r\n^SMMEMFULL:"SM"\r\n'


def test_a_command_may_stand_for_one_of_the_common_set() -> None:
    """SIM800: AT+CMGDA="DEL ALL" (its manual)."""
    bench = Bench(personality=Personality(aliases={"+CMGDA=DEL ALL": "+CMGD=1,4"}))
    bench.write(PERSON, "one")

    play([('+CMGDA="DEL ALL"', OK), ("+CMGD=?", ["+CMGD: (),(0-4)", "OK"]), ("+CMGDA=?", ERROR)], bench)


def test_a_model_without_a_memory_for_reports_keeps_them_among_the_messages() -> None:
    bench = Bench(personality=Personality(memories=(("SM", "ME"), ("SM", "ME"), ("SM", "ME"))))
    bench.at("+CNMI=2,1,0,2,0")

    assert bench.send(PERSON, "hello", report=True)[-1] == '+CDSI: "SM",1'


def test_a_card_s_own_facts_are_refused_without_a_card() -> None:
    bench = Bench(personality=Personality(answers={"#CIMI": ("#CIMI: {imsi}",), "#PCT": ("#PCT: {pin_tries}",)}))
    play([("+CMEE=1", OK), ("#PCT", ["#PCT: 3", "OK"])], bench)
    bench.machines[0].eject(bench.now)

    play([("#CIMI", ["+CME ERROR: 10"]), ("#PCT", ["+CME ERROR: 10"])], bench)


def test_tries_are_those_that_the_card_has_left() -> None:
    bench = Bench(personality=Personality(answers={"#PCT": ("#PCT: {pin_tries}",)}))
    play([('+CLCK="SC",1,"9999"', ERROR), ("#PCT", ["#PCT: 2", "OK"])], bench)


def test_what_a_model_says_at_a_start_it_says_after_the_restart_of_a_fault_too() -> None:
    bench = Bench(personality=Personality(boot=Boot(lines=((0.5, "RDY"),))))
    bench.arm("restart")

    bench.wait(BOOT_S)
    assert bench.read() == b"\r\nRDY\r\n"


@pytest.mark.parametrize(
    "fault", [{"fault": "doubled_result"}, {"fault": "late_result", "part": "result"}, {"fault": "late_result"}]
)
def test_an_answer_without_a_final_result_gets_none_from_a_fault(fault: dict[str, str]) -> None:
    bench = Bench(personality=Personality(answers={"+XBOOT?": ("+XBOOT: 1",)}, unfinished=frozenset({"+XBOOT?"})))
    bench.arm(**fault, on="command", command="+XBOOT?")

    said = bench.at("+XBOOT?")
    bench.wait(30)
    assert [*said, *lines(bench.read())] == ["+XBOOT: 1"]
    assert bench.at("") == OK


def test_the_start_of_a_modem_without_a_card_says_so() -> None:
    bench = Bench(personality=Personality(boot=Boot(lines=((0.5, "+CPIN: {pin_state}"),))))
    bench.machines[0].eject(bench.now)
    bench.reboot()

    assert bench.read() == b"\r\n+CPIN: NOT INSERTED\r\n"


def test_a_modem_says_its_last_word_on_a_slow_line_too() -> None:
    bench = Bench(personality=Personality(switches_off={"+QPOWD": "POWERED DOWN"}))
    bench.arm("slow_line")
    bench.machines[0].receive_data(b"AT+QPOWD\r", bench.now)

    bench.wait(60)
    assert lines(bench.read()) == ["OK", "POWERED DOWN"]
