"""The host's end of AT over kind and unkind octet streams; time is an argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.at.errors import parse_final
from modem.at.host import (
    MAX_ANSWER_LINES,
    Answer,
    CommandTimeout,
    Event,
    Host,
    ProbeAnswered,
    Prompt,
    Stray,
    Urc,
)
from modem.at.lines import MAX_LINE_OCTETS

if TYPE_CHECKING:
    from collections.abc import Iterable

BODY = b"0001000A8110325476980000036F7719\x1a"
REPORT = "0006020B919471000000F0"
DELIVER = "0791947101670000040B919471000000F0"


def events(host: Host) -> list[Event]:
    """Take all events there are."""
    taken = []
    while (event := host.next_event()) is not None:
        taken.append(event)
    return taken


def hear(host: Host, *pieces: bytes, now: float = 0.0) -> list[Event]:
    """Give pieces to the host and take all events."""
    for piece in pieces:
        host.receive_data(piece, now)
    return events(host)


def asked(command: str, *, final_timeout_s: float | None = None) -> Host:
    """Return a host that waits for the answer to `command`."""
    host = Host()
    host.start(command, timeout_s=5, now=0, final_timeout_s=final_timeout_s)
    host.data_to_send()
    return host


def submitting(*, is_prompted: bool = True) -> Host:
    """Return a host in the middle of a submit."""
    host = Host()
    host.start("AT+CMGS=15", timeout_s=10, now=0, body=BODY, body_timeout_s=120, final_timeout_s=2)
    host.data_to_send()
    if is_prompted:
        assert hear(host, b"\r\n> ") == [Prompt(is_expected=True)]
        assert host.data_to_send() == BODY
    return host


def answers(found: Iterable[Event]) -> list[tuple[tuple[str, ...], bool]]:
    return [(event.lines, event.is_ok) for event in found if isinstance(event, Answer)]


def bytewise(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


# -- answers -----------------------------------------------------------------------------------------------------


def test_command_is_written_with_a_carriage_return() -> None:
    host = Host()
    host.start("AT+CSQ", timeout_s=5, now=0)
    assert host.data_to_send() == b"AT+CSQ\r"
    assert host.data_to_send() == b""


def test_lines_may_end_otherwise() -> None:
    host = Host()
    host.line_end = b"\r\n"
    host.start("AT+CSQ", timeout_s=5, now=0)
    host.probe(timeout_s=5, now=1)
    assert host.data_to_send() == b"AT+CSQ\r\nAT\r\n"


def test_second_command_while_one_is_pending_is_a_mistake_of_ours() -> None:
    with pytest.raises(RuntimeError):
        asked("AT").start("AT", timeout_s=5, now=0)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"\r\n+CSQ: 21,0\r\n\r\nOK\r\n", (("+CSQ: 21,0",), True), id="as in the standard"),
        pytest.param(b"AT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n", (("+CSQ: 21,0",), True), id="echo on"),
        pytest.param(b"+CSQ: 21,0\r\n0\r", (("+CSQ: 21,0",), True), id="numeric result code"),
        pytest.param(b"4\r", ((), False), id="numeric error"),
        pytest.param(b"\n\r+CSQ: 21,0\n\r\n\rOK\n\r", (("+CSQ: 21,0",), True), id="line ends swapped (Huawei)"),
        pytest.param(b"\0\0\r\n +CSQ: 21,0 \r\nO\0K\r\n", (("+CSQ: 21,0",), True), id="NULs and blanks"),
        pytest.param(b"\r\nCOMMAND NOT SUPPORT\r\n", ((), False), id="Huawei's own words"),
        pytest.param(b"\r\n+CME ERROR: SIM busy\r\n", ((), False), id="verbose error"),
    ],
)
def test_answer_is_read_whole_and_byte_by_byte(data: bytes, expected: tuple[tuple[str, ...], bool]) -> None:
    assert answers(hear(asked("AT+CSQ"), data)) == [expected]
    assert answers(hear(asked("AT+CSQ"), *bytewise(data))) == [expected]


def test_bare_text_is_an_answer() -> None:
    assert answers(hear(asked("AT+CGMI"), b"\r\nExample Ltd\r\n\r\nOK\r\n")) == [(("Example Ltd",), True)]


def test_answer_without_its_final_result_counts_after_a_while() -> None:
    host = asked("AT+CPIN?", final_timeout_s=2)
    assert hear(host, b"\r\n+CPIN: READY\r\n", now=1) == []
    assert host.next_timer() == 3
    host.handle_timer(3)
    assert events(host) == [Answer(command="AT+CPIN?", lines=("+CPIN: READY",), final=None)]
    assert not host.is_settled


def test_timeout_leaves_the_command_pending_until_it_is_given_up() -> None:
    host = asked("AT+CGMI")
    host.handle_timer(4.9)
    assert events(host) == []
    host.handle_timer(5)
    assert events(host) == [CommandTimeout(command="AT+CGMI", is_body_sent=False)]
    assert host.is_busy
    host.give_up()
    assert not host.is_busy
    assert not host.is_settled
    assert hear(host, b"\r\nOK\r\n") == [Stray(line="OK")]
    assert host.is_settled


# -- news --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("news", "urc"),
    [
        (b'\r\n+CMTI: "SM",3\r\n', Urc(line='+CMTI: "SM",3', name="+CMTI")),
        (b"\r\n+CREG: 1\r\n", Urc(line="+CREG: 1", name="+CREG")),
        (b'\r\n+CREG: 1,"00C3","0010F2A4",7\r\n', Urc(line='+CREG: 1,"00C3","0010F2A4",7', name="+CREG")),
        (b"\r\nRDY\r\n", Urc(line="RDY", name="RDY")),
        (b"\r\n^BOOT:12345678,0,0,0,70\r\n", Urc(line="^BOOT:12345678,0,0,0,70", name="^BOOT")),
        (
            f"\r\n+CDS: 25\r\n{REPORT}\r\n".encode(),
            Urc(line="+CDS: 25", name="+CDS", body=REPORT),
        ),
        (
            f"\r\n+CMT: ,24\r\n{DELIVER}\r\n".encode(),
            Urc(line="+CMT: ,24", name="+CMT", body=DELIVER),
        ),
        (b'\r\n+CUSD: 0,"Balance 1,00",15\r\n', Urc(line='+CUSD: 0,"Balance 1,00",15', name="+CUSD")),
        (b"\r\nNO CARRIER\r\n", Urc(line="NO CARRIER", name="NO CARRIER")),
    ],
    ids=lambda value: value.name if isinstance(value, Urc) else "",
)
@pytest.mark.parametrize("place", ["idle", "before the answer", "inside the answer"])
def test_news_may_fall_anywhere(news: bytes, urc: Urc, place: str) -> None:
    if place == "idle":
        assert hear(Host(), *bytewise(news)) == [urc]
        return
    answer = b'\r\n+CREG: 2,1,"00C3","0010F2A4"\r\n'
    stream = news + answer if place == "before the answer" else answer + news
    found = hear(asked("AT+CREG?"), stream + b"\r\nOK\r\n")
    assert [event for event in found if isinstance(event, Urc)] == [urc]
    assert answers(found) == [(('+CREG: 2,1,"00C3","0010F2A4"',), True)]


def test_unknown_news_is_news_while_nothing_is_pending() -> None:
    assert hear(Host(), b"\r\n+XYZZY: 1\r\n") == [Urc(line="+XYZZY: 1", name="+XYZZY")]


def test_two_line_news_whose_second_line_never_came_is_told_without_it() -> None:
    assert hear(asked("AT"), b"\r\n+CMT: ,24\r\n\r\nOK\r\n") == [
        Urc(line="+CMT: ,24", name="+CMT"),
        Answer(command="AT", lines=(), final=parse_final("OK")),
    ]


@pytest.mark.parametrize("news", [b"^RSSI: 20", b"%FOO: 1,2", b"RING"])
def test_news_between_the_two_lines_of_news_does_not_part_them(news: bytes) -> None:
    # Huawei sticks report ^RSSI on their own clock, in the middle of anything.
    found = hear(Host(), b"\r\n+CDS: 10\r\n\r\n" + news + b"\r\n", REPORT.encode() + b"\r\n")
    assert found == [
        Urc(line=news.decode(), name=news.decode().partition(":")[0]),
        Urc(line="+CDS: 10", name="+CDS", body=REPORT),
    ]


def test_second_line_is_not_looked_for_in_the_answer_of_a_command() -> None:
    host = asked("AT+CMGL=4")
    found = hear(host, b"+CMT: ,17\r\n+CMGL: 1,1,,17\r\n" + DELIVER.encode() + b"\r\nOK\r\n")
    assert found[0] == Urc(line="+CMT: ,17", name="+CMT")
    assert answers(found) == [(("+CMGL: 1,1,,17", DELIVER), True)]


@pytest.mark.parametrize(
    ("said", "urcs"),
    [
        (b'\r\n+CUSD: 1,"One\nTwo\r\nThree",15\r\n', ['+CUSD: 1,"One\nTwo\nThree",15']),
        (b'\r\n+CUSD: 1,"One\nsays "two" twice\nThree"\r\n', ['+CUSD: 1,"One\nsays "two" twice\nThree"']),
        (b'\r\n+CUSD: 0,"One",15\r\n\r\nRDY\r\n', ['+CUSD: 0,"One",15', "RDY"]),
        (b'\r\n+CUSD: 1,"One\r\n\r\n+CMTI: "SM",1\r\n', ['+CUSD: 1,"One', '+CMTI: "SM",1']),
        (b'\r\n+CUSD: 1,"One\r\nOK\r\n', ['+CUSD: 1,"One']),
    ],
    ids=["line ends", "quotation marks", "one line", "cut by news", "cut by a result"],
)
def test_text_with_line_ends_is_one_urc(said: bytes, urcs: list[str]) -> None:
    host = Host()
    host.receive_data(said, 0.0)
    events = iter(host.next_event, None)
    assert [event.line for event in events if isinstance(event, Urc)] == urcs


def test_text_without_end_is_given_out_one_day() -> None:
    host = Host()
    host.receive_data(b'\r\n+CUSD: 1,"One\r\n' + b"more\r\n" * 100, 0.0)
    first = host.next_event()
    assert isinstance(first, Urc)
    assert first.line.count("more") == 63


def test_second_line_is_not_waited_for_through_any_number_of_news() -> None:
    found = hear(Host(), b"+CDS: 10\r\n" + b"^RSSI: 20\r\n" * 10 + REPORT.encode() + b"\r\n")
    assert Urc(line="+CDS: 10", name="+CDS") in found


def test_text_mode_message_that_says_ok_is_no_result() -> None:
    header = '+CMT: "+491710000000",,"24/05/01,12:00:00+08"'
    assert hear(asked("AT+CMGF=0"), f"\r\n{header}\r\nOK\r\n\r\nERROR\r\n".encode()) == [
        Urc(line=header, name="+CMT", body="OK"),
        Answer(command="AT+CMGF=0", lines=(), final=parse_final("ERROR")),
    ]


# -- submits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"\r\n> "], id="whole"),
        pytest.param([b"\r\n>", b" "], id="blank late"),
        pytest.param([b"\r\n>"], id="no blank"),
        pytest.param([b"\r\n> \r\n"], id="CR LF behind it"),
        pytest.param([b"AT+CMGS=15\r", b"\r\n", b"> "], id="echo on"),
        pytest.param([b'\r\n+CMTI: "SM",1\r\n\r\n> '], id="behind news"),
        pytest.param([b"> "], id="no line end before it"),
    ],
)
def test_prompt_is_seen_once_in_every_form(pieces: list[bytes]) -> None:
    host = submitting(is_prompted=False)
    found = hear(host, *pieces)
    assert [event for event in found if isinstance(event, Prompt)] == [Prompt(is_expected=True)]
    assert host.data_to_send() == BODY
    assert answers(hear(host, b"\r\n+CMGS: 9\r\n\r\nOK\r\n")) == [(("+CMGS: 9",), True)]


@pytest.mark.parametrize(
    "echo",
    [
        pytest.param([BODY], id="whole"),
        pytest.param([BODY[:9], BODY[9:20], BODY[20:]], id="in chunks"),
        pytest.param([BODY[:8], b"\r\n", BODY[8:], b"\r\n"], id="broken into lines"),
        pytest.param([BODY[:-1], b"\r\n> \x1a"], id="prompt repeated"),
    ],
)
def test_echo_of_the_body_is_no_answer(echo: list[bytes]) -> None:
    host = submitting()
    assert answers(hear(host, *echo, b"\r\n+CMGS: 9\r\n\r\nOK\r\n")) == [(("+CMGS: 9",), True)]


def test_report_before_the_answer_to_the_submit_is_news() -> None:
    found = hear(submitting(), f"\r\n+CDS: 25\r\n{REPORT}\r\n\r\n+CMGS: 9\r\n\r\nOK\r\n".encode())
    assert found[0] == Urc(line="+CDS: 25", name="+CDS", body=REPORT)
    assert answers(found) == [(("+CMGS: 9",), True)]


def test_news_between_mr_and_ok_is_news() -> None:
    found = hear(submitting(), b'\r\n+CMGS: 9\r\n\r\n+CMTI: "SM",1\r\n\r\nOK\r\n')
    assert isinstance(found[0], Urc)
    assert answers(found) == [(("+CMGS: 9",), True)]


def test_missing_ok_behind_the_mr_is_waited_for_shortly() -> None:
    host = submitting()
    hear(host, b"\r\n+CMGS: 9\r\n", now=30)
    assert host.next_timer() == 32
    host.handle_timer(32)
    assert answers(events(host)) == [(("+CMGS: 9",), True)]
    assert not host.is_settled


def test_mr_behind_the_ok_is_taken() -> None:
    host = submitting()
    assert answers(hear(host, b"\r\nOK\r\n")) == []
    assert answers(hear(host, b"\r\n+CMGS: 5\r\n", now=0.1)) == [(("+CMGS: 5",), True)]
    assert host.is_settled


def test_submit_answered_ok_without_an_mr_is_accepted_after_a_moment() -> None:
    host = submitting()
    assert answers(hear(host, b"\r\nOK\r\n", now=10)) == []
    due = host.next_timer()
    assert due is not None
    assert 10 < due < 12
    host.handle_timer(due)
    assert answers(events(host)) == [((), True)]
    assert host.is_settled


def test_error_behind_an_ok_is_what_became_of_the_submit() -> None:
    # The OK was the answer to an escape that was late.
    found = answers(hear(submitting(), b"\r\nOK\r\n\r\n+CMS ERROR: 38\r\n"))
    assert found == [((), False)]


def test_error_before_the_prompt_says_that_no_body_was_sent() -> None:
    found = hear(submitting(is_prompted=False), b"\r\n+CMS ERROR: 302\r\n")
    assert [(event.is_ok, event.is_body_sent) for event in found if isinstance(event, Answer)] == [(False, False)]


def test_ok_before_the_prompt_belongs_to_somebody_else() -> None:
    host = submitting(is_prompted=False)
    assert hear(host, b"\r\nOK\r\n\r\n> ") == [Stray(line="OK"), Prompt(is_expected=True)]


def test_prompt_nobody_asked_for_is_told() -> None:
    assert hear(Host(), b"\r\n> ") == [Prompt(is_expected=False)]
    assert hear(asked("AT"), b"\r\n> ") == [Prompt(is_expected=False)]


def test_late_result_after_giving_up_is_stray() -> None:
    host = submitting()
    host.handle_timer(120)
    assert events(host) == [CommandTimeout(command="AT+CMGS=15", is_body_sent=True)]
    host.give_up()
    assert host.is_submit_abandoned
    assert hear(host, b"\r\n+CMGS: 9\r\n\r\nOK\r\n") == [Stray(line="+CMGS: 9"), Stray(line="OK")]


def test_late_result_is_not_taken_for_the_answer_of_the_next_command() -> None:
    host = submitting()
    host.give_up()
    host.start("AT", timeout_s=2, now=130)
    assert hear(host, b"\r\n+CMS ERROR: 38\r\n") == [Stray(line="+CMS ERROR: 38")]
    assert hear(host, b"\r\n+CMGS: 9\r\n") == [Stray(line="+CMGS: 9")]
    assert host.is_busy


def test_probe_that_is_answered_alone_shows_that_no_answer_will_come() -> None:
    host = submitting()
    host.probe(timeout_s=15, now=15)
    assert host.data_to_send() == b"AT\r"
    assert host.next_timer() == 30
    assert hear(host, b"AT\r\r\nOK\r\n") == [ProbeAnswered(command="AT+CMGS=15")]
    assert host.is_settled


def test_probe_behind_a_busy_parser_leaves_one_result_owed() -> None:
    host = submitting()
    host.probe(timeout_s=15, now=15)
    assert answers(hear(host, b"\r\n+CMGS: 9\r\n\r\nOK\r\n")) == [(("+CMGS: 9",), True)]
    assert not host.is_settled
    assert hear(host, b"\r\nOK\r\n") == [Stray(line="OK")]
    assert host.is_settled


def test_escape_is_written_to_abort_a_prompt() -> None:
    host = Host()
    host.abort_prompt()
    assert host.data_to_send() == b"\x1b"


# -- limits and properties ----------------------------------------------------------------------------------------


def test_line_without_end_is_dropped_up_to_the_next() -> None:
    host = asked("AT+CSQ")
    for _ in range(100):
        host.receive_data(b"x" * 1000, 0)
    assert len(host._lines._rest) <= MAX_LINE_OCTETS
    assert answers(hear(host, b"x\r\n+CSQ: 1,0\r\nOK\r\n")) == [(("+CSQ: 1,0",), True)]


def test_answer_has_a_limit() -> None:
    host = asked("AT+CLAC")
    for _ in range(MAX_ANSWER_LINES + 10):
        host.receive_data(b"+CLAC: x\r\n", 0)
    assert len(answers(hear(host, b"OK\r\n"))[0][0]) == MAX_ANSWER_LINES


TOKENS = st.sampled_from(
    [
        b"\r\n", b"\r", b"\n", b"OK", b"ERROR", b"+CMS ERROR: 38", b"+CMGS: 7", b"> ", b">", b" ", b"\0", b"\x1a",
        b"\x1b", b'+CMTI: "SM",1', b"+CMT: ,24", b"+CDS: 25", REPORT.encode(), b"+CREG: 1", b"+CREG: 0,1", b"AT",
        b"AT+CMGS=15", BODY, b"0", b"4", b"RDY", b"\xff\x80", b"x" * 5000,
    ]
)  # fmt: skip


def run(host: Host, pieces: Iterable[bytes]) -> tuple[list[Event], bytes]:
    output = b""
    for piece in pieces:
        host.receive_data(piece, 1.0)
        output += host.data_to_send()
    return events(host), output


@pytest.mark.parametrize("make", [Host, lambda: asked("AT+CREG?"), lambda: submitting(is_prompted=False)])
@settings(max_examples=150, deadline=None)
@given(stream=st.lists(TOKENS, max_size=12).map(b"".join), data=st.data())
def test_any_split_of_a_stream_gives_the_same_events(make: object, stream: bytes, data: st.DataObject) -> None:
    assert callable(make)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert run(make(), [stream]) == run(make(), pieces)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=40), TOKENS), max_size=30))
def test_garbage_never_raises_and_never_piles_up(pieces: list[bytes]) -> None:
    host = submitting(is_prompted=False)
    for now, piece in enumerate(pieces):
        host.receive_data(piece, now)
        host.handle_timer(now)
        assert len(host._lines._rest) <= MAX_LINE_OCTETS
    events(host)
    if host.is_busy:
        host.give_up()
    host.settle()
    host.receive_data(b"\r\n", 100)
    events(host)
    host.start("AT", timeout_s=1, now=100)
    assert answers(hear(host, b"\r\nOK\r\n\r\nOK\r\n")) == [((), True)]


def test_a_body_that_is_made_at_the_prompt_is_written_and_answered() -> None:
    host = asked("AT+CMGS=15")
    assert hear(host, b"\r\n> ") == [Prompt(is_expected=False)]

    host.write_body(BODY, timeout_s=120, now=1)

    assert host.data_to_send() == BODY
    assert (host.is_body_sent, host.next_timer()) == (True, 121)
    # The echo of the body is no part of the answer.
    (answer,) = hear(host, BODY, b"\r\n+CMGS: 7\r\n\r\nOK\r\n", now=2)
    assert isinstance(answer, Answer)
    assert (answer.lines, answer.is_ok, answer.is_body_sent) == (("+CMGS: 7",), True, True)


def test_a_body_without_a_command_is_refused() -> None:
    with pytest.raises(RuntimeError):
        Host().write_body(BODY, timeout_s=120, now=0)


def test_what_came_before_the_time_was_over_is_told() -> None:
    host = asked("AT+CGMI")
    hear(host, b"\r\nQuectel\r\n")

    host.handle_timer(5)

    assert events(host) == [CommandTimeout(command="AT+CGMI", is_body_sent=False, lines=("Quectel",))]


def test_a_list_of_commands_is_an_answer_though_news_have_the_same_names() -> None:
    # 27.007 8.37: +CLAC lists names, one a line.
    (answer,) = hear(asked("AT+CLAC"), b"\r\n+CREG\r\n+CMT\r\n+CMGS\r\n+CUSD\r\n\r\nOK\r\n")

    assert isinstance(answer, Answer)
    assert answer.lines == ("+CREG", "+CMT", "+CMGS", "+CUSD")


@given(
    lines=st.lists(
        st.sampled_from(
            [
                f"+CDS: 25\r\n{REPORT}",
                f"+CMT: ,23\r\n{DELIVER}",
                f"+CDS: 25\r\n\r\nRING\r\n\r\n{REPORT}",
                '+CUSD: 1,"Welcome\r\n1 Balance\r\n2 Data",15',
                "RING",
                "+CREG: 1",
                "+CMGS: 7",
                "OK",
                "",
            ]
        ),
        max_size=8,
    ),
    cut=st.integers(min_value=0),
)
def test_what_one_host_has_half_heard_makes_the_rest_whole_for_another(lines: list[str], cut: int) -> None:
    octets = "".join(f"\r\n{line}\r\n" for line in lines).encode()
    cut = cut % (len(octets) + 1)
    whole, first, second = Host(), Host(), Host()
    whole.receive_data(octets, 0.0)
    first.receive_data(octets[:cut], 0.0)
    second.receive_data(first.half_heard + octets[cut:], 0.0)
    assert events(first) + events(second) == events(whole)
