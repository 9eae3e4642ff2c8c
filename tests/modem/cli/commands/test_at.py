"""`gsm-modem at` on emulated modems: as a script uses it, from a pipe, and as a person at a real terminal does."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from modem.emulator.rack.blocking import GsmNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modem.emulator.rack.blocking import GsmModem

RUN = [sys.executable, "-c", "from modem.cli import main; main(prog_name='gsm-modem')", "at"]
# Ctrl-C is a signal only in the session that the terminal controls.
TAKE_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
# python-messaging test_sms.py: "hola" to +34616585119, 17 octets.
PDU = "0001000B914316565811F9000004E8373B0C"
PATIENCE_S = 30.0


@pytest.fixture
def network(tmp_path: Path) -> Iterator[GsmNetwork]:
    with GsmNetwork(tmp_path / "gsm") as network:
        yield network


@pytest.fixture
def modem(network: GsmNetwork) -> GsmModem:
    return network.add_modem()


def script(port: str, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, port, *arguments], input=text, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


class Person:
    """Someone at a terminal of their own, who types and waits for words to appear."""

    def __init__(self, port: str, home: Path, *arguments: str) -> None:
        self.screen, terminal = pty.openpty()
        self._seen = ""
        environment = {**os.environ, "TERM": "xterm", "XDG_STATE_HOME": str(home), "INPUTRC": os.devnull}
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL + RUN[2], "at", port, *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=environment,
            start_new_session=True,
        )
        os.close(terminal)
        self.sees("is open. Tab completes, Ctrl-D ends.")

    def types(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def interrupts(self, words: str) -> None:
        """Press Ctrl-C until `words` appear: readline misses one that comes just before it waits for a key."""
        for _ in range(10):
            self.types("\x03")
            with contextlib.suppress(AssertionError):
                self.sees(words, within_s=2.0)
                return
        raise AssertionError(f"{words!r} did not appear")

    def sees(self, words: str, *, within_s: float = PATIENCE_S) -> str:
        """Wait until `words` appear behind what was seen; return everything up to them."""
        end = time.monotonic() + within_s
        while words not in self._seen:
            ready, _, _ = select.select([self.screen], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"waited for {words!r}, seen: {self._seen!r}"
            try:
                self._seen += os.read(self.screen, 4096).decode()
            except OSError:
                raise AssertionError(f"waited for {words!r}, seen before the end: {self._seen!r}") from None
        shown, _, self._seen = self._seen.partition(words)
        return shown

    def leaves(self) -> int:
        self.types("\x04")
        status = self.process.wait(PATIENCE_S)
        os.close(self.screen)
        return status


# -- scripts -----------------------------------------------------------------------------------------------------


def test_a_script_gets_the_answers_and_nothing_else(modem: GsmModem) -> None:
    done = script(modem.port, "--command", "AT+CGSN", "-c", "AT+CMGF?")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [modem.imei, "OK", "+CMGF: 0", "OK"]


def test_a_script_ends_at_the_first_error_which_stands_there_in_words(modem: GsmModem) -> None:
    done = script(modem.port, "-c", "AT+CMEE=1", "-c", "AT+CMGR=999", "-c", "AT+CSQ")

    assert done.returncode == 1
    # 27.005 3.2.5: 321 is an invalid memory index.
    assert done.stdout.splitlines() == ["OK", "+CMS ERROR: 321    # invalid memory index"]


def test_a_script_sends_a_message_with_the_next_command_as_body(network: GsmNetwork, modem: GsmModem) -> None:
    done = script(modem.port, "-c", "AT+CMGF=0", "-c", "AT+CMGS=17", "-c", PDU)

    assert done.returncode == 0
    (message,) = network.phone("+34616585119").wait_messages()
    assert message.text == "hola"


def test_a_prompt_without_a_body_is_ended_and_nothing_is_sent(modem: GsmModem) -> None:
    done = script(modem.port, "-c", "AT+CMGS=17")

    assert done.returncode == 1
    assert "# nothing was sent" in done.stderr
    assert script(modem.port, "-c", "AT+CMGF?").stdout.splitlines() == ["+CMGF: 0", "OK"]


def test_stored_messages_are_decoded_and_raw_leaves_them_alone(network: GsmNetwork, modem: GsmModem) -> None:
    network.phone("+491711234567").send(modem, "see you at five")
    waiting = script(modem.port, "-c", "AT+CNMI=2,1", "-c", "AT+CMGL=4")
    end = time.monotonic() + PATIENCE_S
    while "+CMGL:" not in waiting.stdout and time.monotonic() < end:
        waiting = script(modem.port, "-c", "AT+CMGL=4")
    assert "    # deliver from +491711234567, " in waiting.stdout
    assert "'see you at five'" in waiting.stdout

    raw = script(modem.port, "--raw", "-c", "AT+CMEE=1", "-c", "AT+CMGL=4", "-c", "AT+CMGR=999")
    assert "+CMGL: " in raw.stdout
    assert "+CMS ERROR: 321" in raw.stdout
    assert "#" not in raw.stdout


def test_a_modem_that_does_not_answer_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    try:
        done = script(os.ttyname(slave), "--timeout", "0.2", "-c", "AT")
    finally:
        os.close(master)
        os.close(slave)

    assert done.returncode == 1
    assert "# no answer in time" in done.stderr


# -- pipes -------------------------------------------------------------------------------------------------------


def test_standard_input_is_read_when_it_is_no_terminal(network: GsmNetwork, modem: GsmModem) -> None:
    lines = 'AT+CMGF=1\nAT+CMGS="+491711234567"\ntwo\nlines\x1a\n\nAT+CMGF=0\nAT+CMGF?\n'
    done = script(modem.port, text=lines)

    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-2:] == ["+CMGF: 0", "OK"]
    (message,) = network.phone("+491711234567").wait_messages()
    assert message.text == "two\rlines"


def test_a_text_that_ends_in_the_middle_is_not_sent(network: GsmNetwork, modem: GsmModem) -> None:
    done = script(modem.port, text='AT+CMGF=1\nAT+CMGS="+491711234567"\nhalf of')

    assert done.returncode == 1
    assert "# nothing was sent" in done.stdout
    assert network.ledger() == []


def test_an_error_in_a_pipe_is_in_the_exit_status_but_stops_nothing(modem: GsmModem) -> None:
    done = script(modem.port, text="AT+NOSUCH\nAT+CMGF?\n")

    assert done.returncode == 1
    assert done.stdout.splitlines()[-2:] == ["+CMGF: 0", "OK"]


# -- ports -------------------------------------------------------------------------------------------------------


def test_a_port_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = script(str(tmp_path / "nothing"), "-c", "AT")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {tmp_path / 'nothing'}: No such file or directory\n"


def test_a_port_that_another_program_holds_is_refused_and_the_program_named(modem: GsmModem, tmp_path: Path) -> None:
    person = Person(modem.port, tmp_path)
    done = script(modem.port, "-c", "AT")

    assert done.returncode == 1
    assert "is held by " in done.stderr
    assert f"(pid {person.process.pid})" in done.stderr
    assert person.leaves() == 0


# -- a person ----------------------------------------------------------------------------------------------------


def test_a_person_types_edits_and_sees_answers(modem: GsmModem, tmp_path: Path) -> None:
    person = Person(modem.port, tmp_path)
    person.types("AT+CGSX\x7fN\r")  # a slip, mended by Backspace
    person.sees(modem.imei)
    person.sees("OK")
    person.types("\x1b[A\r")  # the command before
    person.sees(modem.imei)

    assert person.leaves() == 0
    history = tmp_path / "gsm-modem" / "history"
    assert "AT+CGSN" in history.read_text()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_tab_completes_what_the_modem_says_it_knows(modem: GsmModem, tmp_path: Path) -> None:
    person = Person(modem.port, tmp_path)
    person.types("AT+CIM\t")
    person.sees("AT+CIMI")
    person.types("\r")
    person.sees(modem.imsi)

    assert person.leaves() == 0


def test_a_pin_is_not_kept_in_the_history(modem: GsmModem, tmp_path: Path) -> None:
    person = Person(modem.port, tmp_path)
    person.types('AT+CPIN="4711"\r')
    person.sees("ERROR")
    person.types("AT+CSQ\r")
    person.sees("+CSQ: ")
    person.leaves()

    assert "4711" not in (tmp_path / "gsm-modem" / "history").read_text()


def test_a_person_sends_a_pdu_with_enter_and_a_text_with_ctrl_z(
    network: GsmNetwork, modem: GsmModem, tmp_path: Path
) -> None:
    person = Person(modem.port, tmp_path)
    person.types("AT+CMGS=17\r")
    person.sees("Enter or Ctrl-Z sends, Ctrl-C or Esc Esc gives up")
    person.types(f"{PDU}\r")
    person.sees("+CMGS: ")
    person.sees("OK")
    person.types('AT+CMGF=1\rAT+CMGS="+34616585119"\r')
    person.sees("Enter begins a new line, Ctrl-Z sends")
    person.types("adios\x1a")
    person.sees("+CMGS: ")

    assert [message.text for message in network.phone("+34616585119").wait_messages(2)] == ["hola", "adios"]
    assert person.leaves() == 0


@pytest.mark.parametrize("is_interrupted", [True, False], ids=["Ctrl-C", "Esc Esc"])
def test_a_person_gives_a_body_up(network: GsmNetwork, modem: GsmModem, tmp_path: Path, is_interrupted: bool) -> None:
    person = Person(modem.port, tmp_path)
    person.types("AT+CMGS=17\r")
    person.sees("> ")
    if is_interrupted:
        person.interrupts("# nothing was sent")
    else:
        person.types("half of\x1b\x1b")
        person.sees("# nothing was sent")
    person.types("AT+CSQ\r")
    person.sees("+CSQ: ")

    assert network.ledger() == []
    assert person.leaves() == 1


def test_what_the_modem_says_by_itself_is_shown_while_a_person_types(
    network: GsmNetwork, modem: GsmModem, tmp_path: Path
) -> None:
    person = Person(modem.port, tmp_path)
    person.types("AT+CNMI=2,2\r")
    person.sees("OK")
    # Only line editing takes the X back: now all before it was typed into the line, not just echoed by the terminal.
    person.types("AT+CGX\x7f")
    person.sees("\x08")
    network.phone("+491711234567").send(modem, "hello there")
    person.sees("+CMT: ")
    person.sees("# deliver from +491711234567, ")
    person.sees("'hello there'")
    person.sees("AT+CG")  # what was typed is put back
    person.types("SN\r")
    person.sees(modem.imei)

    assert person.leaves() == 0


def test_ctrl_c_begins_the_line_anew(modem: GsmModem, tmp_path: Path) -> None:
    person = Person(modem.port, tmp_path)
    person.types("AT+CFUN=0")
    person.sees("AT+CFUN=0")
    person.interrupts("\n")
    person.types("AT+CFUN?\r")
    person.sees("+CFUN: 1")

    assert person.leaves() == 0


def test_a_modem_that_is_pulled_out_ends_the_terminal(modem: GsmModem, tmp_path: Path) -> None:
    person = Person(modem.port, tmp_path)
    person.types("AT+CS")
    person.sees("AT+CS")
    modem.unplug()
    person.sees(f"Error: {modem.port}: ")

    assert person.process.wait(PATIENCE_S) == 1
    os.close(person.screen)
