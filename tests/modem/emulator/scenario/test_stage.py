"""Scenarios that run: the examples, what they set up, their timeline, and equal runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modem.emulator.fault import Cure
from modem.emulator.radio import Registration
from modem.emulator.scenario import Scenario, make_rack, play, read_scenario
from tests.house.tree import ROOT
from tests.modem.emulator.host import Host

if TYPE_CHECKING:
    from pathlib import Path

    from modem.emulator.rack.rack import Rack

EXAMPLES = sorted((ROOT / "docs/scenarios").glob("*.toml"))
DAY_S = 86400


async def begin(scenario: Scenario, directory: Path, complaints: list[str]) -> Rack:
    rack = make_rack(scenario, directory=directory, boot_s=0)
    await rack.start()
    play(rack, scenario, complaints.append)
    return rack


async def run(text: str, directory: Path, seconds: float) -> tuple[Rack, list[str]]:
    """Run a scenario on a virtual clock; return its rack, stopped, and what was not possible."""
    complaints: list[str] = []
    scenario = read_scenario('clock = "virtual"\n' + text)
    rack = await begin(scenario, directory, complaints)
    try:
        await rack.advance(seconds)
    finally:
        await rack.stop()
    return rack, complaints


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
async def test_an_example_runs_for_an_hour_and_everything_is_possible(file: Path, tmp_path: Path) -> None:
    scenario = read_scenario(file.read_text()).model_copy(update={"clock": "virtual"})
    complaints: list[str] = []
    rack = await begin(scenario, tmp_path, complaints)
    await rack.advance(3600)
    await rack.stop()

    assert complaints == []
    assert rack.network.ledger.count > 0


async def one_day(directory: Path, seed: int) -> list[str]:
    """Run the example of one day with a program that sends on the hour; return its ledger."""
    scenario = read_scenario((ROOT / "docs/scenarios/one-day.toml").read_text()).model_copy(update={"seed": seed})
    rack = await begin(scenario, directory, [])
    with Host(rack.ports[0]) as host:
        await host.ask("+CMGF=0")
        for hour in range(24):
            await host.begin_to_send("+491711234567", f"hour {hour}")
            await rack.advance(3600)
            await host.hear(b"\r\nOK\r\n")
    await rack.stop()
    return [json.dumps(entry.as_json()) for entry in rack.network.ledger]


async def test_a_day_run_twice_with_one_seed_gives_one_ledger(tmp_path: Path) -> None:
    first = await one_day(tmp_path / "first", 42)
    second = await one_day(tmp_path / "second", 42)
    other = await one_day(tmp_path / "other", 43)

    assert len(first) > 100
    assert first == second
    assert first != other
    assert json.loads(first[-1])["at_s"] > DAY_S - 1800


async def test_modems_are_as_their_group_says(tmp_path: Path) -> None:
    text = """
[[modems]]
count = 2
sim = { pin = "4711", is_locked = true, capacity = 7, tariff = { balance_cents = 250 } }
signal = { rssi = 9, ber = 2 }

[[modems]]
registration = "denied"
is_plugged = false

[[modems]]
sim = { is_blocked = true }
[[modems.faults]]
fault = "hang"
cured_by = "cfun"
"""
    rack, _ = await run(text, tmp_path, 0)
    first, second, third, fourth = (machine.equipment for machine in rack.machines)

    assert (first.sim.wanted.value, fourth.sim.wanted.value) == ("SIM PIN", "SIM PUK")
    assert second.sim.enter_pin("4711")
    assert second.sim.messages.capacity == 7
    assert rack.network.balance_cents(first.sim.imsi) == 250
    assert third.registration is Registration.NONE
    assert [armed.cured_by for armed in rack.machines[3].faults] == [Cure.CFUN]


async def test_a_host_sees_what_a_group_says(tmp_path: Path) -> None:
    scenario = read_scenario("[[modems]]\nsignal = { rssi = 9, ber = 2 }\n[[modems]]\nregistration = 'denied'\n")
    rack = await begin(scenario, tmp_path, [])
    with Host(rack.ports[0]) as first, Host(rack.ports[1]) as second:
        assert await first.ask("+CSQ") == ["+CSQ: 9,2"]
        assert await second.ask("+CREG?") == ["+CREG: 0,3"]
    await rack.stop()


async def test_a_timeline_happens_at_its_times_and_again(tmp_path: Path) -> None:
    text = """
[[modems]]
[[timeline]]
at_s = 10.5
again_after_s = 20
again_times = 2
do = "write"
sender = "+491711234567"
to = "+33639980001"
text = "hello"
"""
    rack, complaints = await run(text, tmp_path, 500)

    assert [entry.at_s for entry in rack.network.ledger] == [10.5, 30.5, 50.5]
    assert complaints == []


async def test_what_turns_out_not_to_be_possible_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = """
[[modems]]
[[timeline]]
at_s = 1
do = "insert_sim"
modem = 0
[[timeline]]
at_s = 2
do = "write"
sender = "+49x"
to = "+33639980001"
text = "hello"
[[timeline]]
at_s = 3
do = "register"
modem = 0
registration = "roaming"
"""
    rack, complaints = await run(text, tmp_path, 5)

    assert [line.partition(":")[0] for line in complaints] == ["at 1 s, insert_sim", "at 2 s, write"]
    assert rack.machines[0].equipment.registration is Registration.ROAMING
