"""Prompts as hosts read them."""

from __future__ import annotations

from tests.modem.emulator.bench import ESC, Bench
from tests.modem.emulator.faults.sending import BODY, COMMAND, NUMBER, OK, PROMPT, SENT


def test_prompt_missing_while_the_modem_waits_for_the_body() -> None:
    bench = Bench()
    bench.arm("prompt_missing")

    assert bench.type(COMMAND) == b""
    assert bench.type(BODY) == SENT


def test_prompt_missing_and_escape() -> None:
    bench = Bench()
    bench.arm("prompt_missing")

    bench.type(COMMAND)
    assert bench.type(ESC) == OK
    assert bench.shown(NUMBER) == []
    assert bench.type(COMMAND) == PROMPT


def test_prompt_missing_from_a_modem_that_forgot_the_command() -> None:
    bench = Bench()
    bench.arm("prompt_missing", takes_body=False)

    assert bench.type(COMMAND) == b""
    assert bench.type(b"AT\r") == OK


def test_prompt_slow() -> None:
    bench = Bench()
    bench.arm("prompt_slow", delay_s=5)

    assert bench.type(COMMAND) == b""
    bench.wait(4.9)
    assert bench.read() == b""
    bench.wait(0.1)
    assert bench.read() == PROMPT
    assert bench.type(BODY) == SENT


def test_a_body_that_does_not_wait_for_the_slow_prompt_is_taken_behind_it() -> None:
    bench = Bench()
    bench.arm("prompt_slow", delay_s=5)

    assert bench.type(COMMAND + BODY) == b""
    bench.wait(5)
    assert bench.read() == PROMPT + SENT


def test_prompt_split() -> None:
    bench = Bench()
    bench.arm("prompt_split", gap_s=0.2)

    assert bench.type(COMMAND) == b"\r\n>"
    bench.wait(0.2)
    assert bench.read() == b" "
    assert bench.type(BODY) == SENT


def test_a_body_may_come_between_the_pieces_of_the_prompt() -> None:
    bench = Bench()
    bench.arm("prompt_split", gap_s=0.2)

    bench.type(COMMAND)
    assert bench.type(BODY) == SENT
    bench.wait(0.2)
    assert bench.type(b"AT\r").removeprefix(b" ") == OK


def test_prompt_without_space() -> None:
    bench = Bench()
    bench.arm("prompt_without_space")

    assert bench.type(COMMAND) == b"\r\n>"
    assert bench.type(BODY) == SENT
