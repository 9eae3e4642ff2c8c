"""A transcript answers as it was recorded, and what differs is said."""

from __future__ import annotations

import pytest

from modem.at.transcript import parse_transcript
from modem.emulator.machine.replay import Replay

TRANSCRIPT = """# A modem with a prompt
device RDY
host AT
device OK
host AT+CGSN
device 490154203237518
device OK
host AT+CMGS=23
device= \\r\\n>\\x20
host= 0011\\x1a
device +CMGS: 7
device OK
"""


def switched_on(text: str = TRANSCRIPT) -> Replay:
    replay = Replay(parse_transcript(text))
    replay.power_on(0.0)
    replay.handle_timer(0.0)
    return replay


def say(replay: Replay, octets: bytes, now: float = 0.0) -> bytes:
    replay.receive_data(octets, now)
    return replay.data_to_send()


def differences(replay: Replay) -> list[str]:
    found = []
    while (difference := replay.next_event()) is not None:
        found.append(difference)
    return found


def test_it_answers_octet_by_octet_as_recorded() -> None:
    replay = switched_on()

    assert replay.data_to_send() == b"\r\nRDY\r\n"
    assert say(replay, b"AT\r") == b"\r\nOK\r\n"
    assert say(replay, b"AT+CG") == b""
    assert say(replay, b"SN\r\n") == b"\r\n490154203237518\r\n\r\nOK\r\n"
    assert say(replay, b"AT+CMGS=23\r") == b"\r\n> "
    assert say(replay, b"\n0011\x1a") == b"\r\n+CMGS: 7\r\n\r\nOK\r\n"
    assert differences(replay) == []


def test_several_lines_at_once_are_answered_one_after_the_other() -> None:
    replay = switched_on()
    replay.data_to_send()

    assert say(replay, b"\x1b\rAT\rAT+CGSN\r") == b"\r\nOK\r\n\r\n490154203237518\r\n\r\nOK\r\n"
    assert differences(replay) == []


def test_a_skipped_line_is_said_and_the_dialogue_goes_on_behind_it() -> None:
    replay = switched_on()
    replay.data_to_send()

    assert say(replay, b"AT+CGSN\r").endswith(b"OK\r\n")
    assert differences(replay) == ["line 3: expected AT, the host said AT+CGSN; going on at line 5"]


def test_a_repeated_line_is_answered_again_and_the_place_is_kept() -> None:
    replay = switched_on()
    replay.data_to_send()
    say(replay, b"AT\r")

    assert say(replay, b"AT\r") == b"\r\nOK\r\n"
    assert differences(replay) == ["line 5: expected AT+CGSN, the host said AT again; answered as at line 3"]
    say(replay, b"AT+CGSN\r")
    assert differences(replay) == []


def test_an_unknown_line_gets_an_error_and_is_said() -> None:
    replay = switched_on()
    replay.data_to_send()

    assert say(replay, b"AT+CFUN=1\r") == b"\r\nERROR\r\n"
    assert differences(replay) == [
        "line 3: expected AT, the host said AT+CFUN=1, which is nowhere in it; it gets ERROR"
    ]


def test_at_the_end_it_begins_again_with_the_first_line() -> None:
    replay = switched_on("host AT\ndevice OK\nhost AT+CSQ\ndevice +CSQ: 1,0\ndevice OK\n")
    for _ in range(2):
        say(replay, b"AT\r")
        say(replay, b"AT+CSQ\r")

    assert differences(replay) == []
    assert say(replay, b"AT+CSQ\r").startswith(b"\r\n+CSQ: 1,0")
    assert differences(replay) == ["the transcript is at its end, the host said AT+CSQ again; answered as at line 3"]


def test_recorded_times_are_kept_from_the_host_on() -> None:
    replay = switched_on("100.0 host AT+COPS=?\n130.5 device +COPS: 1\n131.0 device OK\n")

    assert say(replay, b"AT+COPS=?\r", 5.0) == b""
    assert replay.next_timer() == 35.5
    replay.handle_timer(35.5)
    assert replay.data_to_send() == b"\r\n+COPS: 1\r\n"
    replay.handle_timer(36.0)
    assert replay.data_to_send() == b"\r\nOK\r\n"
    assert replay.next_timer() is None


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_host_that_writes_slowly_gets_the_same_answers(size: int) -> None:
    replay = switched_on()
    octets = b"AT\rAT+CGSN\r\nAT+CMGS=23\r0011\x1a"
    answer = b"".join(say(replay, octets[start : start + size]) for start in range(0, len(octets), size))

    assert answer.endswith(b"\r\n> \r\n+CMGS: 7\r\n\r\nOK\r\n")
    assert differences(replay) == []
