"""The two ends of AT against each other; they share no code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.at.device import BodyReceived, CommandLineReceived, Device, Result
from modem.at.host import Answer, Event, Host, Prompt, Urc

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = b"0001000A8110325476980000036F7719\x1a"


class Pair:
    """A host and a device on one line; `piece_octets` is how much travels at once."""

    def __init__(self, *, is_echo: bool, is_verbose: bool, piece_octets: int) -> None:
        self.host = Host()
        self.device = Device()
        self.device.is_echo = is_echo
        self.device.is_verbose = is_verbose
        self.heard: list[Event] = []
        self.bodies: list[BodyReceived] = []
        self._piece_octets = piece_octets

    def exchange(self, obey: Callable[[str], None]) -> None:
        """Carry octets to and fro until both are silent."""
        while True:
            sent = self._carry(self.host.data_to_send(), self.device.receive_data)
            while (event := self.device.next_event()) is not None:
                if isinstance(event, CommandLineReceived):
                    obey(event.text)
                else:
                    self.bodies.append(event)
                    self.device.respond(["+CMGS: 7"])
                    self.device.finish(Result.OK)
            back = self._carry(self.device.data_to_send(), self.host.receive_data)
            while (heard := self.host.next_event()) is not None:
                self.heard.append(heard)
            if not sent and not back:
                return

    def _carry(self, data: bytes, to: Callable[[bytes, float], None]) -> bool:
        for start in range(0, len(data), self._piece_octets):
            to(data[start : start + self._piece_octets], 0.0)
        return bool(data)


@pytest.fixture(params=[1, 3, 1000], ids=lambda octets: f"{octets} octets at once")
def piece_octets(request: pytest.FixtureRequest) -> int:
    octets: int = request.param
    return octets


@pytest.mark.parametrize("is_verbose", [True, False], ids=["ATV1", "ATV0"])
@pytest.mark.parametrize("is_echo", [True, False], ids=["ATE1", "ATE0"])
def test_command_and_its_answer(is_echo: bool, is_verbose: bool, piece_octets: int) -> None:
    pair = Pair(is_echo=is_echo, is_verbose=is_verbose, piece_octets=piece_octets)

    def obey(text: str) -> None:
        assert text == "+CREG?"
        pair.device.send_urc("+CREG: 5")
        pair.device.respond(["+CREG: 1,1"])
        pair.device.finish(Result.OK)

    pair.host.start("AT+CREG?", timeout_s=5, now=0)
    pair.exchange(obey)
    answer = next(event for event in pair.heard if isinstance(event, Answer))
    assert (answer.lines, answer.is_ok) == (("+CREG: 1,1",), True)
    assert [event.line for event in pair.heard if isinstance(event, Urc)] == ["+CREG: 5"]


@pytest.mark.parametrize("is_echo", [True, False], ids=["ATE1", "ATE0"])
def test_submit_reaches_the_other_end_whole(is_echo: bool, piece_octets: int) -> None:
    pair = Pair(is_echo=is_echo, is_verbose=True, piece_octets=piece_octets)
    pair.host.start("AT+CMGS=15", timeout_s=5, now=0, body=BODY, body_timeout_s=120)
    pair.exchange(lambda _text: pair.device.prompt())
    assert pair.bodies == [BodyReceived(octets=BODY[:-1])]
    assert pair.heard[0] == Prompt(is_expected=True)
    answer = pair.heard[-1]
    assert isinstance(answer, Answer)
    assert (answer.lines, answer.is_ok, answer.is_body_sent) == (("+CMGS: 7",), True, True)


def test_error_with_a_number_reaches_the_host() -> None:
    pair = Pair(is_echo=False, is_verbose=True, piece_octets=1)
    pair.host.start("AT+CMGF=0", timeout_s=5, now=0)
    pair.exchange(lambda _text: pair.device.finish("+CMS ERROR: 314"))
    answer = pair.heard[0]
    assert isinstance(answer, Answer)
    assert answer.final is not None
    assert answer.final.failure is not None
    assert answer.final.failure.code == 314
