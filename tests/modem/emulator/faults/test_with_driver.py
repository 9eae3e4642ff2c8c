"""Our own driver on a broken modem behind a real port: what it says of a submit, and what the handset shows.

The honest outcome is that of the table "when is a resend safe": a submit that never got its Ctrl-Z did not leave; one
whose answer is missing behind Ctrl-Z is ambiguous; a +CMGS line alone proves that it was taken.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import Accepted, Inbound, LateAnswer, Modem, NoAnswer, Ready, Refused
from modem.emulator.breakage.shelf import build
from modem.emulator.rack.rack import Rack
from modem.profiles.generic import PROFILE
from tests.modem.driver.driving import FAST, Owner
from tests.modem.emulator.faults.sending import NUMBER, REPORTED, TPDU

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from modem.driver import ModemOptions, SubmitResult

QUICK = replace(PROFILE, prompt_timeout_s=0.3, final_timeout_s=0.2)


@pytest.fixture(autouse=True)
def _short_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """This modem says what it has to say within milliseconds."""
    monkeypatch.setattr("modem.driver.link._QUIET_S", 0.05)


@contextlib.asynccontextmanager
async def driven(directory: Path, options: ModemOptions = FAST) -> AsyncIterator[tuple[Rack, Modem, Owner]]:
    """A rack of one modem with our driver on it, ready to send."""
    rack = Rack(count=1, directory=directory, boot_s=0)
    await rack.start()
    owner = Owner()
    modem = Modem(str(rack.ports[0]), on_event=owner.take, options=options, profile=QUICK)
    running = asyncio.create_task(modem.run())
    try:
        await owner.until(Ready)
        yield rack, modem, owner
    finally:
        await modem.close()
        await running
        await rack.stop()


def kind_of(result: SubmitResult) -> tuple[object, ...]:
    if isinstance(result, NoAnswer):
        return "no answer", "ambiguous" if result.is_sent else "did not leave"
    if isinstance(result, Accepted):
        return "accepted", "mr" if result.mr is not None else "no mr"
    return "refused", result.code, "before the prompt" if result.is_local else "behind Ctrl-Z"


AMBIGUOUS = ("no answer", "ambiguous")
DID_NOT_LEAVE = ("no answer", "did not leave")
ACCEPTED = ("accepted", "mr")


@pytest.mark.parametrize(
    ("table", "outcome", "is_shown"),
    [
        # Longer than patience_s, and shorter than it takes until two AT were not answered either.
        pytest.param({"fault": "late_result", "delay_s": 0.5}, ACCEPTED, True, id="late +CMGS from a busy modem"),
        pytest.param({"fault": "late_result", "delay_s": 1, "part": "result"}, ACCEPTED, True, id="late OK"),
        pytest.param({"fault": "lost_result", "part": "result"}, ACCEPTED, True, id="lost OK"),
        pytest.param({"fault": "lost_result", "part": "line"}, ("accepted", "no mr"), True, id="lost +CMGS line"),
        pytest.param({"fault": "lost_result"}, AMBIGUOUS, True, id="no answer, message accepted"),
        pytest.param({"fault": "lost_result", "sends": False}, AMBIGUOUS, False, id="no answer, message lost"),
        pytest.param({"fault": "doubled_result"}, ACCEPTED, True, id="doubled OK"),
        pytest.param(
            {"fault": "send_error", "code": 500}, ("refused", 500, "behind Ctrl-Z"), True, id="error, message accepted"
        ),
        pytest.param(
            {"fault": "send_error", "code": 332, "sends": False, "delay_s": 0.5},
            ("refused", 332, "behind Ctrl-Z"), False, id="error after a wait, message lost",
        ),
        pytest.param(
            {"fault": "sim_busy", "on": "submit"}, ("refused", 314, "before the prompt"), False, id="SIM busy"
        ),
        pytest.param({"fault": "prompt_missing"}, DID_NOT_LEAVE, False, id="prompt missing"),
        pytest.param({"fault": "prompt_missing", "takes_body": False}, DID_NOT_LEAVE, False, id="command forgotten"),
        pytest.param({"fault": "prompt_slow", "delay_s": 0.1}, ACCEPTED, True, id="prompt slow"),
        pytest.param({"fault": "prompt_split", "gap_s": 0.05}, ACCEPTED, True, id="prompt split"),
        pytest.param({"fault": "prompt_without_space"}, ACCEPTED, True, id="prompt without space"),
        pytest.param({"fault": "hang", "on": "submit", "stage": "sent"}, AMBIGUOUS, True, id="hang, message accepted"),
        pytest.param({"fault": "hang", "on": "submit", "stage": "body"}, AMBIGUOUS, False, id="hang, message lost"),
        pytest.param({"fault": "half_hang"}, AMBIGUOUS, False, id="half-dead, message lost"),
        pytest.param({"fault": "half_hang", "sends": True}, AMBIGUOUS, True, id="half-dead, message accepted"),
        pytest.param({"fault": "half_hang", "prompts": False}, DID_NOT_LEAVE, False, id="half-dead without prompt"),
        pytest.param({"fault": "unplug", "on": "submit", "stage": "sent"}, AMBIGUOUS, True, id="unplug, accepted"),
        pytest.param({"fault": "unplug", "on": "submit", "stage": "body"}, AMBIGUOUS, False, id="unplug, lost"),
        pytest.param({"fault": "unplug", "on": "submit"}, DID_NOT_LEAVE, False, id="unplug before the prompt"),
        pytest.param({"fault": "restart", "on": "submit", "stage": "sent"}, AMBIGUOUS, True, id="reset, accepted"),
        pytest.param({"fault": "restart", "on": "submit", "stage": "body"}, AMBIGUOUS, False, id="reset, lost"),
        pytest.param({"fault": "bytewise", "gap_s": 0.0005}, ACCEPTED, True, id="bytewise"),
        pytest.param({"fault": "slow_line", "baud": 115200}, ACCEPTED, True, id="115200 bit/s"),
        pytest.param({"fault": "noise", "changed": 0, "nuls": 0.5}, ACCEPTED, True, id="NULs"),
        pytest.param({"fault": "echo_on_again"}, ACCEPTED, True, id="echo on again"),
        pytest.param(
            {"fault": "intrusion", "on": "submit", "place": "result"}, ACCEPTED, True, id="URC between +CMGS and OK"
        ),
        pytest.param(
            {"fault": "intrusion", "on": "submit", "place": "prompt"}, ACCEPTED, True, id="URC behind the prompt"
        ),
        pytest.param(
            {"fault": "boot_burst", "on": "submit", "lines": ["+CPIN: READY", "SMS Ready"]}, ACCEPTED, True,
            id="boot burst in the submit",
        ),
        pytest.param({"fault": "boot_burst", "on": "submit"}, AMBIGUOUS, True, id="boot burst that tells of a restart"),
    ],
)  # fmt: skip
async def test_outcome_of_a_submit_is_honest(
    tmp_path: Path, table: dict[str, object], outcome: tuple[object, ...], is_shown: bool
) -> None:
    async with driven(tmp_path) as (rack, modem, _):
        rack.arm(0, *build(table))
        result = await modem.submit(TPDU)

        assert kind_of(result) == outcome
        if is_shown:
            assert await rack.messages(NUMBER)
    assert (rack.network.handset(NUMBER) is not None) == is_shown


async def test_result_behind_the_last_moment_is_told_as_late(tmp_path: Path) -> None:
    async with driven(tmp_path, replace(FAST, submit_timeout_s=0.4)) as (rack, modem, owner):
        rack.arm(0, *build({"fault": "late_result", "delay_s": 1}))
        result = await modem.submit(TPDU)

        assert kind_of(result) == AMBIGUOUS
        late = await owner.until(LateAnswer)
        assert late.mr == rack.machines[0].equipment.sim.last_mr


async def test_report_before_the_result_belongs_to_nobody_yet(tmp_path: Path) -> None:
    async with driven(tmp_path) as (rack, modem, owner):
        rack.arm(0, *build({"fault": "report_before_result", "delay_s": 0.2}))
        sending = asyncio.create_task(modem.submit(REPORTED))
        report = await owner.until(Inbound)

        assert report.is_report
        assert not sending.done()
        assert kind_of(await sending) == ACCEPTED


@pytest.mark.parametrize("stage", ["body", "sent"])
async def test_modem_unplugged_after_ctrl_z_comes_back_and_sends_again(tmp_path: Path, stage: str) -> None:
    async with driven(tmp_path) as (rack, modem, owner):
        before = rack.terminal(0)
        rack.arm(0, *build({"fault": "unplug", "on": "submit", "stage": stage, "returns_after_s": 0.05}))
        assert kind_of(await modem.submit(TPDU)) == AMBIGUOUS
        await owner.until(Ready, count=2)

        assert rack.terminal(0) != before
        assert kind_of(await modem.submit(TPDU)) == ACCEPTED


async def test_half_dead_modem_is_found_out_and_the_next_message_is_not_refused_by_us(tmp_path: Path) -> None:
    async with driven(tmp_path) as (rack, modem, _):
        rack.arm(0, *build({"fault": "half_hang", "lasting_s": 0.5}))
        result = await modem.submit(TPDU)
        assert isinstance(result, NoAnswer)
        assert (result.is_sent, result.is_modem_free) == (True, True)


async def test_swapped_sim_is_seen_after_the_return(tmp_path: Path) -> None:
    async with driven(tmp_path) as (rack, modem, owner):
        before = modem.identity
        rack.arm(0, *build({"fault": "sim_swap"}))
        rack.arm(0, *build({"fault": "unplug", "returns_after_s": 0.05}))
        await owner.until(Ready, count=2)

        after = modem.identity
        assert before is not None
        assert after is not None
        assert (before.imei == after.imei, before.iccid == after.iccid) == (True, False)


def test_a_refusal_is_no_missing_answer() -> None:
    assert kind_of(Refused(kind="cms", code=38, text="", is_local=False)) == ("refused", 38, "behind Ctrl-Z")
