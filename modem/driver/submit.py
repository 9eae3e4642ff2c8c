"""One submit: AT+CMGS, prompt, PDU, result, and an honest word when there is none (3GPP TS 27.005 4.3)."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

from modem.at.host import CTRL_Z, Answer, CommandTimeout, ProbeAnswered
from modem.at.responses import read_mr
from modem.at.values import value_of
from modem.driver.events import Accepted, NoAnswer, Refused, SubmitResult
from modem.errors import ModemTimeoutError, PortLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.driver.link import Link
    from modem.driver.options import ModemOptions
    from modem.profile import Profile

_REMEMBERED: Final = 200
_PATIENCE_FACTOR: Final = 4.0
# A modem may be deaf at the moment of the first AT and free a second later.
_ASK_EVERY_S: Final = 5.0
# So often AT is asked before the modem is called silent and milder means than a restart are tried.
_ASK_AT_MOST: Final = 2


class Durations:
    """How long the last submits of this SIM took, in seconds."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_REMEMBERED)

    def add(self, seconds: float) -> None:
        """Remember one more."""
        self._seconds.append(seconds)

    def forget(self) -> None:
        """Know nothing: it is another SIM."""
        self._seconds.clear()

    def patience_s(self, at_least: float) -> float:
        """Return how long an answer may honestly take: four times what all but one in a hundred needed.

        Of few submits the slowest one does not count: a modem that hung once would be waited for four times as long
        the next time.
        """
        if not self._seconds:
            return at_least
        ordered = sorted(self._seconds)
        slowest = max(1, len(ordered) // 100)
        return max(at_least, _PATIENCE_FACTOR * ordered[max(0, len(ordered) - 1 - slowest)])


async def submit(
    link: Link,
    tpdu: bytes,
    *,
    options: ModemOptions,
    profile: Profile,
    durations: Durations,
    is_set_up: Callable[[], bool],
    on_air: Callable[[], None] | None = None,
) -> SubmitResult:
    """Give `tpdu` to the modem and return what became of it. Raises nothing for faults of modem or port.

    `on_air` is called just before PDU and Ctrl-Z are written.

    `is_set_up` is asked once the line is ours: a modem that restarted meanwhile may be back in text mode, where the
    length would be taken for a number and the PDU for a text.
    """
    # SMSC field 00: the service centre that the SIM knows; it does not count in the length. 27.005 3.1 <pdu>, <length>.
    body = b"00" + tpdu.hex().upper().encode("ascii") + CTRL_Z
    is_started = False
    try:
        async with link.session():
            if not is_set_up():
                return NoAnswer(reason="the modem restarted", is_sent=False, is_modem_free=False)
            is_started = True
            return await _dialogue(
                link, len(tpdu), body, on_air=on_air, options=options, profile=profile, durations=durations
            )
    except PortLostError as error:
        is_sent = is_started and link.is_body_written
        return NoAnswer(reason=f"port lost: {error.reason}", is_sent=is_sent, is_modem_free=False)
    except ModemTimeoutError as error:
        is_sent = is_started and link.is_body_written
        if is_sent:
            link.forget_submit()  # interrupted by a restart: the modem has forgotten it
        return NoAnswer(reason=str(error), is_sent=is_sent, is_modem_free=is_sent)


async def _dialogue(
    link: Link,
    length: int,
    body: bytes,
    *,
    on_air: Callable[[], None] | None,
    options: ModemOptions,
    profile: Profile,
    durations: Durations,
) -> SubmitResult:
    loop = asyncio.get_running_loop()
    started_at = loop.time()
    outcome = await link.exchange(
        f"AT+CMGS={length}",
        timeout_s=profile.prompt_timeout_s,
        body=body,
        on_body=on_air,
        body_timeout_s=min(options.patience_s, options.submit_timeout_s),
        final_timeout_s=profile.final_timeout_s,
    )
    if not isinstance(outcome, Answer) and not link.is_body_written:
        link.give_up()
        link.abort_prompt()
        return NoAnswer(reason=f"no prompt within {profile.prompt_timeout_s:g} s", is_sent=False, is_modem_free=False)
    if not isinstance(outcome, Answer):
        give_up_at = loop.time() + options.submit_timeout_s - min(options.patience_s, options.submit_timeout_s)
        outcome = await _be_patient(
            link, outcome, give_up_at=give_up_at, options=options, profile=profile, durations=durations
        )
    if isinstance(outcome, Answer):
        durations.add(loop.time() - started_at)
        return _result(outcome)
    if isinstance(outcome, ProbeAnswered):
        link.forget_submit()
        return NoAnswer(reason="the modem answers AT but not the submit", is_sent=True, is_modem_free=True)
    may_answer_s = link.give_up_submit(min(durations.patience_s(options.hung_after_s), options.submit_timeout_s))
    reason = f"no result within {loop.time() - started_at:.0f} s"
    return NoAnswer(reason=reason, is_sent=True, is_modem_free=False, may_answer_s=may_answer_s)


async def _be_patient(
    link: Link,
    outcome: CommandTimeout | ProbeAnswered,
    *,
    give_up_at: float,
    options: ModemOptions,
    profile: Profile,
    durations: Durations,
) -> Answer | CommandTimeout | ProbeAnswered:
    """Wait on for a result that is late, asking now and then whether the modem still works on it."""
    loop = asyncio.get_running_loop()
    # This much has been waited already; a slow SIM is given more before it is first asked.
    more_s = durations.patience_s(options.patience_s) - options.patience_s
    latest: Answer | CommandTimeout | ProbeAnswered = outcome
    if more_s > 0:
        latest = await link.wait_longer(timeout_s=min(more_s, max(0.0, give_up_at - loop.time())))
    if not profile.is_probe_allowed:
        if isinstance(latest, CommandTimeout):
            latest = await link.wait_longer(timeout_s=max(0.0, give_up_at - loop.time()))
        return latest
    asked = 0
    while isinstance(latest, CommandTimeout) and asked < _ASK_AT_MOST and (left_s := give_up_at - loop.time()) > 0:
        latest = await link.probe(timeout_s=min(_ASK_EVERY_S, options.patience_s, left_s))
        asked += 1
    return latest


def _result(answer: Answer) -> SubmitResult:
    final = answer.final
    if final is not None and final.failure is not None:
        failure = final.failure
        return Refused(kind=failure.kind.value, code=failure.code, text=failure.text, is_local=not answer.is_body_sent)
    own = next((line for line in answer.lines if value_of(line, "+CMGS") is not None), None)
    return Accepted(mr=read_mr(own) if own is not None else None)
