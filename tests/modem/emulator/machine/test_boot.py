from __future__ import annotations

import pytest

from modem.emulator.machine.boot import Boot
from modem.profile import Boot as Timeline
from modem.profile import Personality, Refusal, Repeated

SIM800 = Personality(
    boot=Timeline(
        at_s=2.0,
        lines=((1.0, "RDY"), (8.0, "Call Ready"), (10.0, "SMS Ready")),
        refusals=(Refusal(commands=r"\+CMG[SRLD].*", result="ERROR", until_s=10.0),),
    )
)
E173 = Personality(
    repeated=(
        Repeated(line="^BOOT:1,0,0,0,70", every_s=20.0, first_s=20.0, stopped_by="^CURC=0", started_by="^CURC=1"),
    )
)


def heard(boot: Boot, until: float) -> list[tuple[float, str]]:
    """Ring whenever the clockwork asks for it."""
    lines = []
    while (due := boot.next_timer()) is not None and due <= until:
        lines += [(due, line) for line in boot.lines_due(due)]
    return lines


def test_lines_come_when_the_model_says_them() -> None:
    boot = Boot(SIM800)
    boot.start(100.0)

    assert (boot.at_s, boot.length_s) == (2.0, 10.0)
    assert heard(boot, 1000.0) == [(101.0, "RDY"), (108.0, "Call Ready"), (110.0, "SMS Ready")]
    assert boot.next_timer() is None


def test_a_start_can_be_made_shorter() -> None:
    boot = Boot(SIM800, 1.0)
    boot.start(0.0)

    assert boot.at_s == pytest.approx(0.2)
    assert [line for _, line in heard(boot, 0.85)] == ["RDY", "Call Ready"]
    assert boot.refusal("+CMGS=20", 0.9) == "ERROR"
    assert boot.refusal("+CMGS=20", 1.0) is None


def test_a_start_may_take_no_time_at_all() -> None:
    boot = Boot(SIM800, 0.0)
    boot.start(5.0)

    assert boot.at_s == 0
    assert boot.lines_due(5.0) == ["RDY", "Call Ready", "SMS Ready"]
    assert boot.refusal("+CMGS=20", 5.0) is None


def test_a_model_without_a_timeline_can_be_made_slow() -> None:
    assert Boot(Personality(boot=Timeline(at_s=0.0)), 3.0).at_s == 3.0


def test_only_the_named_commands_are_refused_and_only_meanwhile() -> None:
    boot = Boot(SIM800)
    boot.start(0.0)

    assert [boot.refusal(command, 5.0) for command in ("+CMGL=4", "+CSQ", "+CMGF=0")] == ["ERROR", None, None]
    assert boot.refusal("+CMGL=4", 10.0) is None


def test_what_is_repeated_stops_and_starts_at_a_command() -> None:
    boot = Boot(E173)
    boot.start(0.0)

    assert [at for at, _ in heard(boot, 50.0)] == [20.0, 40.0]
    boot.hear("^CURC=0")
    assert heard(boot, 100.0) == []
    boot.hear("^CURC=1")
    assert [at for at, _ in heard(boot, 130.0)] == [120.0]


def test_what_is_repeated_and_was_missed_comes_once() -> None:
    boot = Boot(E173)
    boot.start(0.0)

    assert boot.lines_due(99.0) == ["^BOOT:1,0,0,0,70"]
    assert boot.next_timer() == 100.0


def test_what_is_repeated_may_end_by_itself() -> None:
    boot = Boot(Personality(repeated=(Repeated(line="+ZUSIMR:2", every_s=2.0, first_s=2.0, until_s=7.0),)))
    boot.start(0.0)

    assert [at for at, _ in heard(boot, 60.0)] == [2.0, 4.0, 6.0]
    assert boot.next_timer() is None


def test_without_power_nothing_comes() -> None:
    boot = Boot(SIM800)
    boot.start(0.0)
    boot.stop()

    assert boot.next_timer() is None


def test_lines_of_one_moment_keep_their_order() -> None:
    lines = tuple((float(number // 3), f"line {number}") for number in range(12))
    boot = Boot(Personality(boot=Timeline(lines=lines)))
    boot.start(0.0)

    assert [line for _, line in heard(boot, 10.0)] == [line for _, line in lines]
