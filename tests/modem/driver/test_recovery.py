"""Broken emulated modems behind real ports: which recovery steps our driver does, and what becomes of messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from modem.at.responses import Registration
from modem.driver import (
    Accepted,
    Experience,
    GivenUp,
    Limits,
    ModemEvent,
    ModemOptions,
    NoAnswer,
    NotReady,
    Ready,
    Refused,
    Released,
    Rung,
    StepBegun,
    StepEnded,
    Symptom,
)
from modem.driver.link import Link
from modem.driver.model import Model
from modem.driver.recovery import Recovery
from modem.driver.rungs import LADDER
from modem.driver.symptoms import Evidence
from modem.emulator.actions.card import UnlockSim
from modem.emulator.breakage.shelf import build
from modem.profiles.generic import PROFILE
from tests.modem.driver.recovering import LIMITS, OPTIONS, SWEEPING, recovering
from tests.modem.emulator.faults.sending import NUMBER, TPDU

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _quick_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """This modem says what it has to say within milliseconds; what stays silent is found out soon."""
    for name, value in {
        "link._SETTLE_TIMEOUT_S": 0.05,
        "link._QUIET_S": 0.02,
        "standstill._PATIENCE_S": (0.2, 0.1),
        "standstill._LONG_PATIENCE_S": (0.2, 0.1),
        "radio._OPERATOR_TIMEOUT_S": 0.5,
        "startup._AT_TIMEOUT_S": 0.1,
        "recovery._BLIND_TIMEOUT_S": 0.2,
        "session._RETRY_STARTUP_S": 0.1,
        "session._POLL_UNREGISTERED_S": 0.1,
        "sim._BUSY_RETRY_S": 0.1,
    }.items():
        monkeypatch.setattr(f"modem.driver.{name}", value)
    assert Link.ask.__kwdefaults__ is not None
    monkeypatch.setitem(Link.ask.__kwdefaults__, "timeout_s", 1.0)


# Only once some were given: a modem that never gave one may not know how.
LISTS_NEVER_END = {
    "fault": "half_hang", "commands": "+CMGL*", "on": "command", "command": "+CMGL*", "after_commands": 3,
}  # fmt: skip
HANG = [Rung.ESCAPE, Rung.REOPEN, Rung.REBOOT, Rung.POWER_CYCLE]


@pytest.mark.parametrize(
    ("cure", "rungs"), [("escape", HANG[:1]), ("reopen", HANG[:2]), ("cfun", HANG[:3]), ("power", HANG)]
)
async def test_deaf_modem_is_woken_by_the_mildest_step_that_can(tmp_path: Path, cure: str, rungs: list[Rung]) -> None:
    async with recovering(tmp_path, has_power=True) as scene:
        scene.rack.arm(0, *build({"fault": "hang", "cured_by": cure}))
        assert await scene.cured() is rungs[-1]
        assert scene.rungs() == rungs
        await scene.owners[0].until(Ready, count=2)
        assert isinstance(await scene.modems[0].submit(TPDU), Accepted)
        assert len(await scene.rack.messages(NUMBER)) == 1


@pytest.mark.timeout(150)  # the first command that it does not answer may be one that is waited for 40 s
async def test_deaf_modem_does_not_stop_the_others(tmp_path: Path) -> None:
    async with recovering(tmp_path, count=3, has_power=True) as scene:
        scene.rack.arm(0, *build({"fault": "hang", "cured_by": "power"}))
        others = scene.modems[1:]
        sent = 0
        while not [event for event in scene.owners[0].all(StepEnded) if event.is_cured]:
            results = await asyncio.gather(*(modem.submit(TPDU) for modem in others))
            assert all(isinstance(result, Accepted) for result in results)
            sent += len(results)
        assert sent > 100
        assert scene.rungs(1) == scene.rungs(2) == []
        assert len(await scene.rack.messages(NUMBER, count=sent)) == sent


@pytest.mark.parametrize("stage", ["body", "sent"])
async def test_modem_that_goes_deaf_in_a_submit_is_left_alone_until_no_answer_can_come(
    tmp_path: Path, stage: str
) -> None:
    options = replace(OPTIONS, submit_timeout_s=1.0)
    async with recovering(tmp_path, options=options) as scene:
        scene.rack.arm(0, *build({"fault": "hang", "on": "submit", "stage": stage, "cured_by": "reopen"}))
        sending = asyncio.create_task(scene.modems[0].submit(TPDU))
        await asyncio.wait([sending])
        assert scene.rungs() == []
        result = sending.result()
        assert isinstance(result, NoAnswer)
        assert result.is_sent
        assert await scene.cured() is Rung.REOPEN
        await scene.owners[0].until(Ready, count=2)
        handset = scene.rack.network.handset(NUMBER)
        assert (handset is None) == (stage == "body")
        assert handset is None or len(handset.messages) == 1


async def test_modem_that_a_submit_finds_deaf_is_not_given_another(tmp_path: Path) -> None:
    options = replace(OPTIONS, poll_interval_s=3600.0)
    async with recovering(tmp_path, options=options) as scene:
        modem = scene.modems[0]
        scene.rack.arm(0, *build({"fault": "hang", "cured_by": "cfun"}))
        results = []
        while modem.is_ready:
            results.append(await modem.submit(TPDU))
        assert all(isinstance(result, NoAnswer) and not result.is_sent for result in results)
        # The prompt that does not come, and the line that cannot be settled: then it is known.
        assert len(results) <= 2
        assert await scene.cured() is Rung.REBOOT


async def test_step_that_worked_is_first_the_next_time_for_each_modem_of_the_model(tmp_path: Path) -> None:
    async with recovering(tmp_path, count=2, has_power=True, experience=Experience()) as scene:
        scene.rack.arm(0, *build({"fault": "hang", "cured_by": "cfun"}))
        await scene.cured(0)
        scene.rack.arm(1, *build({"fault": "hang", "cured_by": "cfun"}))
        await scene.cured(1)
        assert scene.rungs(1) == [Rung.REBOOT]


async def test_deaf_port_is_helped_by_the_other_port_of_the_modem(tmp_path: Path) -> None:
    # The emulated modem has one AT parser behind both of its doors, so the reset on the line is left out here.
    ladder = tuple(facts for facts in LIMITS.ladder if facts.rung is not Rung.REBOOT)
    async with recovering(tmp_path, tcp=("127.0.0.1", 0)) as scene:
        other = next(url for url in scene.rack.addresses(0) if url.startswith("socket://"))
        options = replace(OPTIONS, other_port=other, recovery=replace(LIMITS, ladder=ladder))
    async with recovering(tmp_path, tcp=("127.0.0.1", int(other.rpartition(":")[2])), options=options) as scene:
        scene.rack.arm(0, *build({"fault": "hang", "cured_by": "cfun"}))
        assert await scene.cured() is Rung.OTHER_PORT
        assert scene.rungs() == [Rung.ESCAPE, Rung.REOPEN, Rung.OTHER_PORT]


async def test_modem_whose_submits_never_end_is_restarted_and_costs_few_messages(tmp_path: Path) -> None:
    async with recovering(tmp_path, has_power=True) as scene:
        scene.rack.arm(0, *build({"fault": "half_hang", "cured_by": "power"}))
        unanswered = 0
        while not isinstance(result := await scene.modems[0].submit(TPDU), Accepted):
            unanswered += isinstance(result, NoAnswer) and result.is_sent
            await asyncio.sleep(0.01)
        assert await scene.cured() is Rung.POWER_CYCLE
        assert scene.rungs() == [Rung.RADIO, Rung.REBOOT, Rung.POWER_CYCLE]
        # Two to see it, and one behind each step that did not help.
        assert unanswered == 4
        assert len(await scene.rack.messages(NUMBER)) == 1


async def test_modem_that_is_registered_yet_fails_is_noticed_and_comes_back(tmp_path: Path) -> None:
    async with recovering(tmp_path) as scene:
        modem, owner = scene.modems[0], scene.owners[0]
        for _ in range(30):
            assert isinstance(await modem.submit(TPDU), Accepted)
        scene.rack.arm(0, *build({"fault": "send_error", "code": 38, "sends": False, "times": 0, "cured_by": "cfun"}))
        for _ in range(5):
            assert isinstance(await modem.submit(TPDU), Refused)
        begun = await owner.until(StepBegun)
        assert (begun.symptom, begun.rung) == (Symptom.SENDS_FAIL, Rung.RADIO)
        await owner.until(Ready, count=2)
        assert owner.all(StepEnded) == []
        assert isinstance(await modem.submit(TPDU), Accepted)
        assert await scene.cured() is Rung.RADIO
        assert len(await scene.rack.messages(NUMBER, count=31)) == 31


async def test_sim_that_fails_whatever_is_done_needs_a_person_and_gets_no_messages(tmp_path: Path) -> None:
    options = replace(OPTIONS, recovery=replace(LIMITS, rounds=1))
    async with recovering(tmp_path, options=options) as scene:
        modem, owner = scene.modems[0], scene.owners[0]
        scene.rack.arm(0, *build({"fault": "send_error", "code": 38, "sends": False, "times": 0}))
        while not owner.all(GivenUp):
            if modem.is_ready:
                await modem.submit(TPDU)
            await asyncio.sleep(0.01)
        assert owner.all(GivenUp) == [GivenUp(symptom=Symptom.SENDS_FAIL, tried=(Rung.RADIO, Rung.REBOOT))]
        await owner.until(NotReady, matching=lambda event: event.reason.startswith("needs a person"))
        assert not modem.is_ready


async def test_modem_whose_lists_never_end_is_restarted(tmp_path: Path) -> None:
    async with recovering(tmp_path, has_power=True, options=SWEEPING) as scene:
        scene.rack.arm(0, *build({**LISTS_NEVER_END, "cured_by": "cfun"}))
        assert await scene.cured() is Rung.RADIO
        assert scene.rungs() == [Rung.ESCAPE, Rung.REOPEN, Rung.RADIO]


@pytest.mark.parametrize("state", ["denied", "none", "searching"])
async def test_network_that_stays_away_is_looked_for_anew(tmp_path: Path, state: str) -> None:
    async with recovering(tmp_path) as scene:
        scene.rack.arm(0, *build({"fault": "no_service", "state": state, "cured_by": "cfun"}))
        assert await scene.cured() is Rung.RADIO
        assert scene.rungs() == [Rung.RADIO]
        await scene.owners[0].until(Ready, count=2)


async def test_network_that_is_away_for_a_moment_only_sees_no_step(tmp_path: Path) -> None:
    limits = replace(LIMITS, symptoms={s: replace(f, onset_s=5.0) for s, f in LIMITS.symptoms.items()})
    async with recovering(tmp_path, options=replace(OPTIONS, recovery=limits)) as scene:
        scene.rack.arm(0, *build({"fault": "no_service", "state": "denied", "lasting_s": 0.5}))
        await scene.owners[0].until(NotReady)
        await scene.owners[0].until(Ready, count=2)
        assert scene.rungs() == []


@pytest.mark.parametrize("has_failed", [True, False])
async def test_card_that_is_not_found_after_a_restart_is_looked_for(tmp_path: Path, *, has_failed: bool) -> None:
    async with recovering(tmp_path, has_power=True) as scene:
        scene.rack.arm(0, *build({"fault": "sim_absent", "has_failed": has_failed, "on": "boot"}))
        scene.rack.unplug(0)
        scene.rack.plug(0)
        assert await scene.cured() is Rung.POWER_CYCLE
        assert {event.symptom for event in scene.owners[0].all(StepBegun)} == {Symptom.SIM_FAILS}
        await scene.owners[0].until(Ready, count=2)


async def test_card_that_wants_its_pin_needs_a_person_and_sees_no_step(tmp_path: Path) -> None:
    async with recovering(tmp_path, has_power=True) as scene:
        scene.rack.arm(0, *build({"fault": "sim_locked"}))
        scene.rack.unplug(0)
        scene.rack.plug(0)
        owner = scene.owners[0]
        wanting = await owner.until(NotReady, matching=lambda event: "PIN" in event.reason)
        assert wanting.needs_person
        # It is asked again and again, and that is no news: the reason is told once.
        UnlockSim(modem=0).run(scene.rack)
        await owner.until(Ready, count=2)
        assert [event for event in owner.all(NotReady) if "PIN" in event.reason] == [wanting]
        assert scene.rungs() == []


async def test_modem_that_nothing_wakes_needs_a_person_and_is_left_alone(tmp_path: Path) -> None:
    options = replace(OPTIONS, recovery=replace(LIMITS, rounds=1))
    async with recovering(tmp_path, options=options) as scene:
        armed = scene.rack.arm(0, *build({"fault": "hang", "cured_by": "never"}))
        owner = scene.owners[0]
        given_up = await owner.until(GivenUp)
        assert given_up == GivenUp(symptom=Symptom.SILENT, tried=(Rung.ESCAPE, Rung.REOPEN, Rung.REBOOT))
        await owner.until(NotReady, matching=lambda event: event.reason.startswith("needs a person"))
        scene.rack.disarm(0, armed.number)
        await owner.until(Released)
        await owner.until(Ready, count=2)
        assert len(scene.rungs()) == 3


async def test_resets_are_capped(tmp_path: Path) -> None:
    limits = replace(LIMITS, resets_per_hour=1)
    async with recovering(tmp_path, options=replace(OPTIONS, recovery=limits)) as scene:
        scene.rack.arm(0, *build({"fault": "no_service", "state": "none"}))
        await scene.owners[0].until(StepEnded)
        await scene.owners[0].until(NotReady, count=3)
        assert scene.rungs() == [Rung.RADIO]


async def test_power_that_cannot_be_switched_is_a_step_that_failed(tmp_path: Path) -> None:
    options = replace(OPTIONS, recovery=replace(LIMITS, rounds=1))
    async with recovering(tmp_path, options=options, has_power=True) as scene:
        scene.plug.is_broken = True
        scene.rack.arm(0, *build({"fault": "hang", "cured_by": "power"}))
        assert (await scene.owners[0].until(GivenUp)).tried == tuple(HANG)


async def test_modem_pulled_out_and_put_back_by_a_person_begins_anew(tmp_path: Path) -> None:
    options = replace(OPTIONS, recovery=replace(LIMITS, rounds=1))
    async with recovering(tmp_path, options=options) as scene:
        scene.rack.arm(0, *build({"fault": "hang", "cured_by": "power"}))
        await scene.owners[0].until(GivenUp)
        scene.rack.unplug(0)
        await scene.owners[0].until(Released)
        scene.rack.plug(0)
        await scene.owners[0].until(Ready, count=2)


@dataclass
class Power:
    """Power that can be switched, and does not help."""

    rungs: frozenset[Rung]
    done: list[Rung] = field(default_factory=list)

    def offers(self, url: str) -> frozenset[Rung]:
        return self.rungs if url == "/dev/modem" else frozenset()

    async def perform(self, rung: Rung, url: str) -> None:
        assert url == "/dev/modem"
        self.done.append(rung)


@dataclass
class Hands:
    """A recovery without a modem, on a clock that only the test moves."""

    power: Power
    limits: Limits = LIMITS
    now: float = 0.0
    events: list[ModemEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recovery = Recovery(
            "/dev/modem",
            options=ModemOptions(recovery=self.limits),
            known=Model(fallback=PROFILE),
            emit=self.events.append,
            power=self.power,
            on_step=lambda: None,
            clock=lambda: self.now,
        )


async def test_port_that_fails_three_times_as_soon_as_it_is_open_is_reset() -> None:
    hands = Hands(Power(frozenset({Rung.USB_RESET, Rung.POWER_CYCLE})))
    for was_awake in (False, False, True, False, False):
        hands.recovery.note_life(was_awake=was_awake)
        await hands.recovery.between_ports()
    assert hands.power.done == []
    hands.recovery.note_life(was_awake=False)
    await hands.recovery.between_ports()
    assert hands.power.done == [Rung.USB_RESET]
    hands.now += 2
    hands.recovery.note_life(was_awake=False)
    await hands.recovery.between_ports()
    assert hands.power.done == [Rung.USB_RESET, Rung.POWER_CYCLE]


async def test_port_that_a_step_took_away_for_good_gets_its_power_cycled_then_a_person() -> None:
    hands = Hands(Power(frozenset({Rung.POWER_CYCLE})), limits=replace(LIMITS, rounds=1))
    for _ in range(3):
        hands.recovery.note_life(was_awake=False)
    await hands.recovery.between_ports()
    assert hands.power.done == [Rung.POWER_CYCLE]
    hands.recovery.note_absent()
    await hands.recovery.between_ports()
    assert len(hands.power.done) == 1
    for _ in range(10):
        hands.now += 2
        hands.recovery.note_absent()
        await hands.recovery.between_ports()
    assert hands.power.done == [Rung.POWER_CYCLE] * 2
    assert [event.symptom for event in hands.events if isinstance(event, GivenUp)] == [Symptom.PORT_ABSENT]
    assert not [event for event in hands.events if isinstance(event, Released)]
    hands.recovery.prove(Evidence.AWAKE)
    assert isinstance(hands.events[-1], Released)


async def test_port_that_goes_while_a_step_that_leaves_it_waits_for_proof_was_pulled() -> None:
    hands = Hands(Power(frozenset()))
    hands.recovery.put_off(next(facts for facts in LADDER if facts.rung is Rung.REOPEN), Symptom.SILENT)
    await hands.recovery.between_ports()
    for _ in range(10):
        hands.now += 60
        hands.recovery.note_absent()
        await hands.recovery.between_ports()
    assert not [event for event in hands.events if isinstance(event, GivenUp)]
    assert [event.is_cured for event in hands.events if isinstance(event, StepEnded)] == [False]


async def test_modem_that_never_gave_a_list_is_not_stuck() -> None:
    hands = Hands(Power(frozenset()))
    for _ in range(5):
        hands.recovery.note_list(is_ended=False)
    assert hands.recovery.see(Registration.HOME, -71) is None
    hands.recovery.note_list(is_ended=True)
    for _ in range(2):
        hands.recovery.note_list(is_ended=False)
    assert hands.recovery.see(Registration.HOME, -71) is Symptom.LIST_STUCK


async def test_sound_modem_sees_no_step(tmp_path: Path) -> None:
    async with recovering(tmp_path, count=2, has_power=True, options=SWEEPING) as scene:
        for _ in range(200):
            results = await asyncio.gather(*(modem.submit(TPDU) for modem in scene.modems))
            assert all(isinstance(result, Accepted) for result in results)
            await asyncio.sleep(0.005)
        scene.rack.unplug(0)
        scene.rack.plug(0)
        await scene.owners[0].until(Ready, count=2)
        assert scene.rungs(0) == scene.rungs(1) == []
