"""The dialogue of `gsm-modem at`: takes commands from a source, shows answers and news, says whether all went well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modem.at.host import Answer, CommandTimeout, Prompt, Urc
from modem.cli.notes import with_notes
from modem.cli.sources import CTRL_Z, ESC, wants_pdu
from modem.errors import PortLostError

if TYPE_CHECKING:
    from modem.cli.dialogue import News, Outcome
    from modem.cli.line import Line
    from modem.cli.screen import Screen
    from modem.cli.sources import Source

ANSWER_TIMEOUT_S: Final = 30.0
# 27.005 names no limit; TR1M takes 45 s and more, the slowest networks two minutes.
SUBMIT_TIMEOUT_S: Final = 120.0
# 27.007 7.3: a scan of all bands takes minutes.
SCAN_TIMEOUT_S: Final = 180.0
_CANCEL_TIMEOUT_S: Final = 3.0
_SCAN: Final = re.compile(r"AT\+COPS=\?", re.IGNORECASE)


class Terminal:
    """Shows one dialogue; `notes` says whether what lines mean stands beside them."""

    def __init__(self, screen: Screen, *, timeout_s: float | None, notes: bool) -> None:
        self._screen = screen
        self._timeout_s = timeout_s
        self._notes = notes
        self._lost: PortLostError | None = None

    def run(self, line: Line, source: Source) -> bool:
        """Run until the source ends; return whether every command was carried out.

        Raises PortLostError when the port is lost, KeyboardInterrupt when a source that is no keyboard is interrupted.
        """
        is_all_well = True
        while (is_well := self._step(line, source)) is not None:
            is_all_well &= is_well
            if not is_all_well and source.ends_at_error:
                break
        return is_all_well

    def tell(self, news: News) -> None:
        """Show what nobody asked for; another thread may call this."""
        if isinstance(news, PortLostError):
            self._lost = news
            self._screen.end_typing()
        elif isinstance(news, Prompt):
            self._screen.show_news([">    # the modem waits for a body that nobody announced; Esc Esc ends that"])
        elif isinstance(news, Urc) and news.body is not None:
            self._screen.show_news(self._with_notes([news.line, news.body]))
        else:
            self._screen.show_news(self._with_notes([news.line]))

    def _step(self, line: Line, source: Source) -> bool | None:
        """Take one command from the source; return whether it was carried out, None when there is none any more."""
        try:
            command = source.next_command()
            if self._lost is not None:
                raise self._lost
            if command is None:
                return None
            if ESC in command:
                line.escape()
            elif command := command.strip(f" \t{CTRL_Z}"):
                return self._exchange(line, source, command)
        except KeyboardInterrupt:
            if self._lost is not None:
                raise self._lost from None
            if not source.is_keyboard:
                raise
            self._screen.show([""])  # behind the ^C
        return True

    def _exchange(self, line: Line, source: Source, command: str) -> bool:
        if not _is_latin(command):
            return self._complain(f"not sent: {command!r} has characters that a command line cannot hold")
        try:
            outcome = line.command(command, timeout_s=self._timeout_of(command))
            if isinstance(outcome, Prompt):
                return self._submit(line, source, command)
            return self._show(line, outcome)
        except KeyboardInterrupt:
            if not source.is_keyboard:
                raise
            return self._complain("given up; an answer that comes all the same is shown")

    def _submit(self, line: Line, source: Source, command: str) -> bool:
        body = self._body(source, command)
        if body is None:
            outcome = line.cancel_body(timeout_s=_CANCEL_TIMEOUT_S)
            if isinstance(outcome, CommandTimeout):
                line.give_up()  # not every modem answers ESC
            else:
                self._show(line, outcome)
            return self._complain("nothing was sent")
        timeout_s = SUBMIT_TIMEOUT_S if self._timeout_s is None else self._timeout_s
        return self._show(line, line.body(body, timeout_s=timeout_s))

    def _body(self, source: Source, command: str) -> bytes | None:
        """Return the body, without its end, in octets; None when there is none to send."""
        try:
            body = source.body(command)
        except KeyboardInterrupt:
            if self._lost is not None:
                raise self._lost from None
            if not source.is_keyboard:
                raise
            return None
        if body is None:
            return None
        if not _is_latin(body):
            self._complain("text mode cannot send these characters like this; gsm-modem encode makes PDUs of them")
            return None
        return ("".join(body.split()) if wants_pdu(command) else body).encode("latin-1")

    def _timeout_of(self, command: str) -> float:
        if self._timeout_s is not None:
            return self._timeout_s
        return SCAN_TIMEOUT_S if _SCAN.match(command) else ANSWER_TIMEOUT_S

    def _show(self, line: Line, outcome: Outcome) -> bool:
        """Show what came of a command; return whether it was carried out."""
        if isinstance(outcome, Prompt):
            raise TypeError("a prompt is answered, not shown")
        lines = list(outcome.lines)
        if isinstance(outcome, Answer):
            self._screen.show(self._with_notes([*lines, *([outcome.final.line] if outcome.final else [])]))
            return outcome.is_ok
        self._screen.show(self._with_notes(lines))
        line.give_up()
        if outcome.is_body_sent:
            return self._complain("no answer in time: it is not known whether the message was sent")
        return self._complain("no answer in time; one that comes all the same is shown")

    def _complain(self, words: str) -> bool:
        self._screen.show_news([f"# {words}"])
        return False

    def _with_notes(self, lines: list[str]) -> list[str]:
        return with_notes(lines) if self._notes else lines


def _is_latin(text: str) -> bool:
    return all(character <= "\xff" for character in text)
