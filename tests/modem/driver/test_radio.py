"""Registration out of two sources that may disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.at.host import Urc
from modem.driver import ModemState, NotReady, RegistrationChanged, SignalChanged
from modem.driver.radio import Radio
from tests.modem.driver.driving import driven
from tests.support.scripted_modem import PLAIN, ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("lines", "name", "is_registered"),
    [
        ([], None, True),
        (["+CREG: 1"], "HOME", True),
        (["+CREG: 3"], "DENIED", False),
        (["+CREG: 2", "+CEREG: 1"], "HOME", True),
        (["+CREG: 1", "+CEREG: 2"], "HOME", True),
        (["+CREG: 2", "+CEREG: 4"], "SEARCHING", False),
        (["+CEREG: 6"], "SMS_ONLY_HOME", True),
        (["+CGREG: 1"], None, True),
        (["+CREG: 1", "+CREG: 0"], "NOT_SEARCHING", False),
    ],
)
def test_either_network_will_do(lines: list[str], name: str | None, is_registered: bool) -> None:
    changes: list[RegistrationChanged | SignalChanged] = []
    radio = Radio(on_change=changes.append)
    for line in lines:
        radio.take(Urc(line=line, name=line.partition(":")[0]))
    assert (radio.registration.name if radio.registration else None, radio.is_registered) == (name, is_registered)


def test_same_registration_again_is_no_change() -> None:
    changes: list[RegistrationChanged | SignalChanged] = []
    radio = Radio(on_change=changes.append)
    for _ in range(3):
        radio.take(Urc(line="+CREG: 5", name="+CREG"))
    assert len(changes) == 1


async def test_unregistered_modem_says_so_in_plain_words(link: Path) -> None:
    answers = {**PLAIN, "AT+CREG?": ["+CREG: 1,8", "OK"]}
    async with (
        ScriptedModem(link=link, answers=answers) as scripted,
        driven(scripted, is_ready_expected=False) as (modem, owner),
    ):
        await owner.until(NotReady, matching=lambda event: event.reason == "emergency calls only")
        assert modem.state is ModemState.NOT_READY


async def test_modem_that_tells_no_registration_is_believed_to_be_registered(link: Path) -> None:
    answers = {command: answer for command, answer in PLAIN.items() if "CREG" not in command}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
        assert modem.registration is None
        assert modem.is_ready
