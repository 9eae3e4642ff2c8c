"""Long answers are waited for as long as they go on, and not longer."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from modem.at.host import Answer, CommandTimeout, ProbeAnswered
from modem.driver.standstill import wait_while_it_goes_on

LIST = "AT+CMGL=4"
ENDED = Answer(command=LIST, lines=("a", "b", "c"), final=None, is_body_sent=False)
FREE = ProbeAnswered(command=LIST)


def timeout(lines: int) -> CommandTimeout:
    return CommandTimeout(command=LIST, is_body_sent=False, lines=("line",) * lines)


@dataclass
class Modem:
    """Plays what comes of each wait; keeps how it was waited, and how long."""

    outcomes: list[Answer | CommandTimeout | ProbeAnswered]
    waits: list[tuple[str, float]] = field(default_factory=list)

    async def probe(self, *, timeout_s: float) -> Answer | CommandTimeout | ProbeAnswered:
        self.waits.append(("asked", timeout_s))
        return self.outcomes.pop(0)

    async def wait_longer(self, *, timeout_s: float) -> Answer | CommandTimeout | ProbeAnswered:
        self.waits.append(("waited", timeout_s))
        return self.outcomes.pop(0)

    def at_least_s(self, seconds: float) -> float:
        return seconds


async def test_list_that_goes_on_is_not_disturbed_however_long_it_is() -> None:
    modem = Modem([*(timeout(lines) for lines in range(2, 30)), ENDED])
    assert await wait_while_it_goes_on(modem, timeout(1), patience_s=10, timeout_s=120) == ENDED
    assert modem.waits == [("waited", 10)] * 29


async def test_modem_that_is_deaf_for_a_while_is_asked_again() -> None:
    modem = Modem([timeout(0), timeout(0), FREE])
    assert await wait_while_it_goes_on(modem, timeout(0), patience_s=10, timeout_s=120) == FREE
    assert modem.waits == [("asked", 5)] * 3


@pytest.mark.parametrize(("timeout_s", "asked"), [(30, 4), (20, 2), (12, 1)])
async def test_list_that_stops_in_the_middle_is_given_up(timeout_s: float, asked: int) -> None:
    modem = Modem([timeout(3)] * 20)
    outcome = await wait_while_it_goes_on(modem, timeout(0), patience_s=10, timeout_s=timeout_s)
    assert outcome == timeout(3)
    # The three lines that came with the first wait are progress, once.
    assert [how for how, _ in modem.waits] == ["asked", "waited", *["asked"] * asked]


async def test_nothing_at_all_is_waited_for_as_long_as_the_command_may_take() -> None:
    modem = Modem([timeout(0)] * 20)
    assert await wait_while_it_goes_on(modem, timeout(0), patience_s=10, timeout_s=30) == timeout(0)
    assert sum(seconds for _, seconds in modem.waits) == 20
