"""The modem's end of a line obeys the framing rules of V.250 5 and 3GPP TS 27.005 that real programs depend on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at.device import (
    HALF_LINE_PATIENCE_S,
    MAX_BODY_OCTETS,
    MAX_HELD_URCS,
    MAX_LINE_OCTETS,
    MAX_WAITING_OCTETS,
    BodyReceived,
    CommandLineReceived,
    Device,
    DeviceEvent,
    Result,
)


def events_of(device: Device) -> list[DeviceEvent]:
    events = []
    while (event := device.next_event()) is not None:
        events.append(event)
    return events


def asked(device: Device, octets: bytes, now: float = 0.0) -> list[str]:
    """Give octets to the device and return the command lines that came of it, each answered OK."""
    device.receive_data(octets, now)
    lines = []
    while (event := device.next_event()) is not None:
        assert isinstance(event, CommandLineReceived)
        lines.append(event.text)
        device.finish(Result.OK)
    return lines


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def prompting(device: Device) -> Device:
    """A device without echo that has just asked for a body."""
    device.is_echo = False
    device.receive_data(b"AT+CMGS=20\r", 0)
    device.next_event()
    device.prompt()
    device.data_to_send()
    return device


def test_the_answer_follows_the_echo_with_its_carriage_return(device: Device) -> None:
    device.receive_data(b"AT+CSQ\r", 0)
    device.respond(["+CSQ: 21,0"])
    device.finish(Result.OK)

    assert device.data_to_send() == b"AT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n"


def test_without_echo_only_the_answer_is_written(device: Device) -> None:
    device.is_echo = False
    asked(device, b"AT\r")

    assert device.data_to_send() == b"\r\nOK\r\n"


def test_numeric_results_end_with_a_carriage_return(device: Device) -> None:
    device.is_echo = device.is_verbose = False
    device.receive_data(b"AT+CSQ\r", 0)
    device.respond(["+CSQ: 21,0"])
    device.finish(Result.ERROR)

    assert device.data_to_send() == b"+CSQ: 21,0\r\n4\r"


def test_an_error_of_words_is_a_final_result(device: Device) -> None:
    device.is_echo = False
    device.receive_data(b"AT+CMGR=1\r", 0)
    device.finish("+CMS ERROR: 321")

    assert device.data_to_send() == b"\r\n+CMS ERROR: 321\r\n"


def test_quiet_hides_results_but_not_information(device: Device) -> None:
    device.is_echo, device.is_quiet = False, True
    device.receive_data(b"ATI\r", 0)
    device.respond(["modem"])
    device.finish(Result.OK)
    device.send_urc("RING")

    assert device.data_to_send() == b"\r\nmodem\r\n"


@pytest.mark.parametrize("octets", [b"\r", b"\x1b", b"\x1a", b"\n", b"\x1b\r", b"\x1a\r", b"\x00\xff\r", b"0021000C\r"])
def test_idle_garbage_is_harmless(device: Device, octets: bytes) -> None:
    assert asked(device, octets) == []
    assert device.data_to_send() == octets
    assert asked(device, b"AT\r") == [""]


@pytest.mark.parametrize(
    ("octets", "lines"),
    [
        (b"at+cmgf=0\r", ["+cmgf=0"]),
        (b"At\r", [""]),
        (b"AT\r\n", [""]),
        (b"AT\r\nAT+CSQ\r\n", ["", "+CSQ"]),
        (b"\xfe\xffATE0\r", ["E0"]),
        (b"AT+CSW\x08Q\r", ["+CSQ"]),
        (b"\x08\x08AT\r", [""]),
        (b"A\0T+C\nSQ\r", ["+CSQ"]),
        (b"AT+CMGF=0\rAT+CSQ\r", ["+CMGF=0", "+CSQ"]),
    ],
)
def test_a_line_is_what_stands_between_at_and_carriage_return(device: Device, octets: bytes, lines: list[str]) -> None:
    assert asked(device, octets) == lines


@pytest.mark.parametrize(
    ("octets", "lines"),
    [
        (b"AT+CSQ\rA/", ["+CSQ", "+CSQ"]),
        (b"AT+CSQ\r\na/A/\r\nAT\r", ["+CSQ", "+CSQ", "+CSQ", ""]),
        (b"A/", [""]),
        (b'AT+CCLK="26/01/01"\rA/', ['+CCLK="26/01/01"', '+CCLK="26/01/01"']),
        (b"AT+CSQ\rAX\x08/", ["+CSQ", "+CSQ"]),
        (b"AT+CSQ\rATA/\r", ["+CSQ", "A/"]),
        (b"AT+CSQ\rBA/\rAT\r", ["+CSQ", ""]),
    ],
)
def test_a_and_slash_repeat_the_line_before_without_a_carriage_return(
    device: Device, octets: bytes, lines: list[str]
) -> None:
    # V.250 5.2.4: the body of the preceding command line is executed again at once.
    assert asked(device, octets) == lines


def test_a_repeated_line_is_forgotten_by_a_reset(device: Device) -> None:
    asked(device, b"AT+CSQ\r")
    device.reset()

    assert asked(device, b"A/") == [""]


def test_octets_that_come_while_a_command_runs_wait_for_its_final_result(device: Device) -> None:
    device.receive_data(b"AT+CMGS=20\r", 0)
    device.data_to_send()
    device.next_event()
    device.receive_data(b"AT\r", 0)

    assert (device.data_to_send(), device.next_event()) == (b"", None)
    device.finish(Result.OK)
    assert device.data_to_send() == b"\r\nOK\r\nAT\r"
    assert device.next_event() == CommandLineReceived(text="")


def test_the_prompt_is_four_octets(device: Device) -> None:
    device.receive_data(b"AT+CMGS=20\r", 0)
    device.data_to_send()
    device.prompt()

    assert device.data_to_send() == b"\r\n> "


def test_ctrl_z_ends_a_body(prompting: Device) -> None:
    prompting.receive_data(b"0021", 0)
    prompting.receive_data(b"000C", 0)
    assert prompting.next_event() is None
    prompting.receive_data(b"\x1a", 0)

    assert prompting.next_event() == BodyReceived(octets=b"0021000C")


def test_escape_aborts_a_body(prompting: Device) -> None:
    prompting.receive_data(b"0021\x1b", 0)

    assert prompting.next_event() == BodyReceived(octets=b"0021", is_aborted=True)


def test_the_line_feed_behind_the_command_is_not_part_of_the_body(prompting: Device) -> None:
    # ModemManager ends commands with CR LF: its LF arrives behind the prompt.
    prompting.receive_data(b"\n", 0)
    prompting.receive_data(b"0021\x1a", 0)

    assert prompting.next_event() == BodyReceived(octets=b"0021")


def test_only_one_line_feed_is_swallowed(prompting: Device) -> None:
    prompting.receive_data(b"\n\nHello\x1a", 0)

    assert prompting.next_event() == BodyReceived(octets=b"\nHello")


def test_a_body_that_was_sent_with_its_command_is_taken(device: Device) -> None:
    device.receive_data(b"AT+CMGS=2\r0021\x1aAT\r", 0)
    device.next_event()
    device.prompt()

    assert device.next_event() == BodyReceived(octets=b"0021")
    assert device.next_event() is None


def test_the_body_is_echoed_without_its_end(device: Device) -> None:
    device.receive_data(b"AT+CMGS=2\r", 0)
    device.prompt()
    device.data_to_send()
    device.receive_data(b"00", 0)
    device.receive_data(b"21\x1a", 0)

    assert device.data_to_send() == b"0021"


def test_an_unsolicited_line_is_written_at_once_when_idle(device: Device) -> None:
    device.send_urc('+CMTI: "SM",1')

    assert device.data_to_send() == b'\r\n+CMTI: "SM",1\r\n'


def test_an_unsolicited_line_waits_for_the_final_result(device: Device) -> None:
    device.is_echo = False
    device.receive_data(b"AT+CMGR=1\r", 0)
    device.respond(["+CMGR: 0,,2\r\n0021"])
    device.send_urc("+CDS: 2\r\n0600")
    device.finish(Result.OK)

    assert device.data_to_send() == b"\r\n+CMGR: 0,,2\r\n0021\r\n\r\nOK\r\n\r\n+CDS: 2\r\n0600\r\n"


def test_an_unsolicited_line_waits_while_a_body_is_entered(prompting: Device) -> None:
    prompting.send_urc("RING")
    prompting.receive_data(b"0021\x1b", 0)
    assert prompting.data_to_send() == b""
    prompting.finish(Result.OK)

    assert prompting.data_to_send() == b"\r\nOK\r\n\r\nRING\r\n"


def test_an_unsolicited_line_waits_for_a_line_that_is_being_typed(device: Device) -> None:
    device.is_echo = False
    device.receive_data(b"AT+C", 0)
    device.send_urc("RING")
    assert device.data_to_send() == b""
    assert asked(device, b"SQ\r", 1) == ["+CSQ"]

    assert device.data_to_send() == b"\r\nOK\r\n\r\nRING\r\n"


def test_an_unsolicited_line_does_not_wait_forever_for_a_line_nobody_finishes(device: Device) -> None:
    device.is_echo = False
    device.receive_data(b"AT+C", 5)
    device.send_urc("RING")
    assert device.next_timer() == 5 + HALF_LINE_PATIENCE_S

    device.handle_timer(5 + HALF_LINE_PATIENCE_S - 0.001)
    assert device.data_to_send() == b""
    device.handle_timer(5 + HALF_LINE_PATIENCE_S)
    assert device.data_to_send() == b"\r\nRING\r\n"
    assert device.next_timer() is None


def test_garbage_that_is_no_line_holds_nothing_up(device: Device) -> None:
    device.is_echo = False
    device.receive_data(b"xyz", 0)
    device.send_urc("RING")

    assert device.data_to_send() == b"\r\nRING\r\n"


def test_a_line_that_is_too_long_is_marked(device: Device) -> None:
    device.receive_data(b"AT" + b"1" * (MAX_LINE_OCTETS + 1) + b"\r", 0)

    event = device.next_event()
    assert isinstance(event, CommandLineReceived)
    assert event.is_too_long
    device.finish(Result.ERROR)
    assert asked(device, b"AT+CSQ\r") == ["+CSQ"]


def test_a_rude_device_writes_unsolicited_lines_into_a_body(prompting: Device) -> None:
    prompting.is_rude = True
    prompting.send_urc("RING")

    assert prompting.data_to_send() == b"\r\nRING\r\n"
    assert prompting.is_entry


def test_a_mute_device_loses_unsolicited_lines(device: Device) -> None:
    device.is_mute = True
    device.send_urc("RING")
    device.is_mute = False

    assert (device.data_to_send(), device.held_count) == (b"", 0)


def test_a_result_may_be_written_without_taking_the_next_command(device: Device) -> None:
    device.is_echo = False
    device.receive_data(b"AT+CSQ\rAT+CGSN\r", 0)
    device.next_event()
    device.write_result(Result.OK)

    assert device.data_to_send() == b"\r\nOK\r\n"
    assert device.next_event() is None
    device.free()
    assert device.next_event() == CommandLineReceived(text="+CGSN")


def test_a_freed_device_may_forget_what_was_typed(prompting: Device) -> None:
    prompting.receive_data(b"0011", 0)
    prompting.free(drops_input=True)

    assert asked(prompting, b"AT+CSQ\r") == ["+CSQ"]


def test_a_prompt_may_be_written_differently(device: Device) -> None:
    device.is_echo = False
    device.receive_data(b"AT+CMGS=20\r", 0)
    device.next_event()
    device.prompt(b"\r\n>")
    device.write(b" ")

    assert device.data_to_send() == b"\r\n> "
    assert device.is_entry


def test_a_reset_forgets_what_was_half_done(prompting: Device) -> None:
    prompting.receive_data(b"0021", 0)
    prompting.send_urc("RING")
    prompting.reset()

    assert asked(prompting, b"AT\r") == [""]
    assert prompting.data_to_send() == b"AT\r\r\nOK\r\n"


KEYS = [b"AT+CMGS=5\r", b"\x1a", b"\x1b", b"AT\r", b"\n", b"A/", b"\x08"]


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(KEYS))))
def test_any_octets_in_any_pieces_give_the_same_lines_and_bodies(pieces: list[bytes]) -> None:
    def run(chunks: list[bytes]) -> tuple[list[DeviceEvent], bytes]:
        device = Device()
        seen: list[DeviceEvent] = []
        for chunk in chunks:
            device.receive_data(chunk, 0)
            while (event := device.next_event()) is not None:
                seen.append(event)
                if isinstance(event, CommandLineReceived) and event.text.startswith("+CMGS"):
                    device.prompt()
                else:
                    device.finish(Result.OK)
        return seen, device.data_to_send()

    whole = b"".join(pieces)
    assert run(pieces) == run([whole]) == run([bytes((octet,)) for octet in whole])


@given(st.data())
def test_no_buffer_grows_without_bound(data: st.DataObject) -> None:
    device = Device()
    device.is_echo = False
    state = data.draw(st.sampled_from(["command", "busy", "entry"]))
    if state != "command":
        device.receive_data(b"AT+CMGS=5\r", 0)
        device.next_event()
    if state == "entry":
        device.prompt()
        device.data_to_send()
    filler = data.draw(st.binary(min_size=1, max_size=8).filter(lambda octets: not set(octets) & set(b"\r\x1a\x1b")))
    for _ in range(60):
        device.receive_data(filler * 128, 0)
        device.send_urc("RING")
    kept = len(device._input) + len(device._line) + len(device._body)

    assert kept <= MAX_LINE_OCTETS + MAX_BODY_OCTETS + MAX_WAITING_OCTETS
    assert device.held_count <= MAX_HELD_URCS


def test_a_model_may_spell_its_lines_in_its_own_way(device: Device) -> None:
    device.spell = lambda line: line.replace("+CDS: ", "+CDS: ,")
    device.send_urc("+CDS: 25\r\n00")
    device.respond(["+CDS: 1"])
    device.finish("+CDS: 2")

    assert device.data_to_send() == b"\r\n+CDS: ,25\r\n00\r\n\r\n+CDS: ,1\r\n\r\n+CDS: ,2\r\n"


def test_a_command_may_end_without_a_final_result(device: Device) -> None:
    device.is_echo = False
    device.receive_data(b"AT+CPIN?\rAT\r", 0)
    assert device.next_event() == CommandLineReceived(text="+CPIN?")
    device.respond(["+CPIN: READY"])
    device.finish(None)

    assert device.data_to_send() == b"\r\n+CPIN: READY\r\n"
    assert device.next_event() == CommandLineReceived(text="")


@pytest.mark.parametrize(
    ("is_echo", "expected"), [(False, b"\r\n> \r\n> "), (True, b"a\r\r\n> b\r\r\n> c")], ids=["E0", "E1"]
)
def test_the_prompt_may_come_again_after_each_line_of_a_body(prompting: Device, is_echo: bool, expected: bytes) -> None:
    prompting.repeats_prompt = True
    prompting.is_echo = is_echo
    prompting.receive_data(b"a\rb\rc\x1a", 0)

    assert prompting.data_to_send().endswith(expected)
    assert prompting.next_event() == BodyReceived(octets=b"a\rb\rc")


def test_a_start_forgets_that_the_prompt_came_again(device: Device) -> None:
    device.repeats_prompt = True
    device.reset()

    assert not device.repeats_prompt
