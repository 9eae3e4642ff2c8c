"""How long a command is waited for that has said nothing for a while: as long as its answer goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from modem.at.host import Answer, CommandTimeout, ProbeAnswered

if TYPE_CHECKING:
    Outcome = Answer | CommandTimeout | ProbeAnswered

# A modem may be deaf at the moment of one AT, and free a second later.
ASK_EVERY_S: Final = 5.0
# How long a command that a modem need not know may stay unanswered before a bare AT asks, usually and where a modem
# keeps silent at what it does not know. Commands that may honestly take long are not disturbed so soon.
_PATIENCE_S: Final = (2.5, 0.1)
_LONG_PATIENCE_S: Final = (10.0, 2.5)
LONG_COMMAND_S: Final = 20.0


def usual_patience_s(timeout_s: float, *, is_ignoring: bool) -> float:
    """Return how long a command with this time-out may say nothing before a bare AT asks."""
    usual_s, short_s = _LONG_PATIENCE_S if timeout_s >= LONG_COMMAND_S else _PATIENCE_S
    return short_s if is_ignoring else usual_s


class Waiting(Protocol):
    """What is needed of a link that has a command pending."""

    async def probe(self, *, timeout_s: float) -> Outcome:
        """Ask a bare AT behind the command and wait on."""

    async def wait_longer(self, *, timeout_s: float) -> Outcome:
        """Wait on for the command."""

    def at_least_s(self, seconds: float) -> float:
        """Return `seconds`, or more when even a bare AT takes long."""


async def wait_while_it_goes_on(
    link: Waiting, latest: CommandTimeout, *, patience_s: float, timeout_s: float
) -> Outcome:
    """Wait on as long as lines of the answer come; when none did for `patience_s`, ask AT again and again.

    Gives up after `timeout_s` without a line: the outcome is a CommandTimeout then.
    """
    stood_s, lines = patience_s, 0
    while True:
        if len(latest.lines) > lines:
            lines, stood_s = len(latest.lines), patience_s
            outcome = await link.wait_longer(timeout_s=patience_s)
        else:
            wait_s = max(min(ASK_EVERY_S, timeout_s - stood_s), link.at_least_s(0.1))
            outcome = await link.probe(timeout_s=wait_s)
            stood_s += wait_s
        if not isinstance(outcome, CommandTimeout):
            return outcome
        if stood_s >= timeout_s and len(outcome.lines) == lines:
            return outcome
        latest = outcome
