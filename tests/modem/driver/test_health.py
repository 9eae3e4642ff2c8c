"""Health: failures against the SIM's own past, full memories, and what a modem says of itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.driver import Accepted, HealthChanged, Level, NoAnswer, Ready, Refused, StorageAlarm, SubmitResult
from modem.driver.health import SendRecord, Storage, chance_of, is_trouble
from modem.profile import Reading
from modem.profiles.generic import PROFILE
from tests.modem.driver.driving import DELIVER, FAST, TPDU, driven
from tests.support.scripted_modem import PLAIN, ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path

GOOD: SubmitResult = Accepted(mr=1)
BAD: SubmitResult = Refused(kind="cms", code=38, text="network out of order", is_local=False)


def record_of(*results: SubmitResult) -> SendRecord:
    record = SendRecord()
    for result in results:
        record.add(result)
    return record


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (GOOD, False),
        (BAD, True),
        (Refused(kind="cms", code=41, text="", is_local=False), True),
        (Refused(kind="cms", code=500, text="", is_local=False), True),
        (Refused(kind="error", code=None, text="", is_local=False), True),
        # The recipient's or the text's fault, or a SIM that is barred.
        (Refused(kind="cms", code=1, text="", is_local=False), None),
        (Refused(kind="cms", code=27, text="", is_local=False), None),
        (Refused(kind="cms", code=304, text="", is_local=True), None),
        (Refused(kind="cms", code=8, text="", is_local=False), None),
        (NoAnswer(reason="", is_sent=True, is_modem_free=True), True),
        (NoAnswer(reason="", is_sent=False, is_modem_free=False), None),
    ],
)
def test_results_speak_for_or_against_the_modem_or_of_something_else(
    result: SubmitResult, expected: bool | None
) -> None:
    assert is_trouble(result) is expected


@pytest.mark.parametrize(
    # Binomial tables (any textbook): P(X >= k) for n = 10.
    ("at_least", "rate", "chance"),
    [(5, 0.05, 0.0001), (1, 0.1, 0.6513), (3, 0.2, 0.3222), (5, 0.5, 0.6230), (10, 0.5, 0.0010)],
)
def test_chance_is_that_of_the_tables(at_least: int, rate: float, chance: float) -> None:
    assert chance_of(at_least, 10, rate) == pytest.approx(chance, abs=0.00005)


def test_sim_that_was_good_and_fails_all_the_time_is_noticed_soon() -> None:
    record = record_of(*[GOOD] * 100)
    failures = 0
    while not record.is_failing:
        record.add(BAD)
        failures += 1
    assert failures == 5


def test_sim_that_always_failed_now_and_then_is_not() -> None:
    record = record_of(*[GOOD, GOOD, BAD] * 200)
    for _ in range(3):
        record.add(BAD)
        record.add(BAD)
        record.add(GOOD)
        assert not record.is_failing


def test_sim_that_fails_half_the_time_is_noticed_only_when_it_did_not_before() -> None:
    assert record_of(*[GOOD] * 100, *[GOOD, BAD] * 5).is_failing
    assert not record_of(*[GOOD, BAD] * 100).is_failing


def test_trouble_that_goes_on_does_not_become_usual() -> None:
    assert record_of(*[GOOD] * 100, *[BAD] * 1000).is_failing


def test_good_result_ends_it() -> None:
    record = record_of(*[GOOD] * 100, *[BAD] * 6)
    assert record.is_failing
    record.add(GOOD)
    assert not record.is_failing


def test_what_failed_before_a_restart_does_not_become_usual() -> None:
    record = record_of(*[GOOD] * 100)
    for _ in range(20):
        for _ in range(5):
            record.add(BAD)
        assert record.is_failing
        record.start_afresh()
        assert not record.is_failing
        assert record.failure_rate is None


@given(st.lists(st.booleans(), max_size=300))
def test_no_sim_is_failing_without_five_failures_among_ten(ends: list[bool]) -> None:
    record = record_of(*(GOOD if is_good else BAD for is_good in ends))
    assert not record.is_failing or ends[-10:].count(False) >= 5
    assert record.counters.accepted == ends.count(True)
    assert record.counters.refused == ends.count(False)


def test_storage_alarm_comes_at_80_percent_and_goes_below_70() -> None:
    alarms: list[StorageAlarm] = []
    storage = Storage(on_alarm=alarms.append)
    for used in (0, 15, 16, 20, 15, 14, 13, 16):
        storage.note("SM", used, 20)
    assert [(alarm.level.used, alarm.is_over) for alarm in alarms] == [(16, False), (13, True), (16, False)]


def test_memory_without_places_is_no_alarm() -> None:
    storage = Storage(on_alarm=lambda _: pytest.fail("alarm"))
    storage.note("SR", 0, 0)
    assert storage.levels == {}


@pytest.fixture
def telling() -> dict[str, list[str]]:
    """A modem that tells of itself in the words of the SIM800 and EC25 manuals (+CBC, +QTEMP)."""
    return {
        **PLAIN,
        "AT+CBC": ["+CBC: 0,95,4134", "OK"],
        "AT+QTEMP": ["+QTEMP: 26,24,24", "OK"],
        "AT+CPMS?": ['+CPMS: "ME",17,20,"ME",17,20,"ME",17,20', "OK"],
        "AT+COPS?": ['+COPS: 0,0,"Example Net",7', "OK"],
    }


async def test_modem_that_tells_is_asked_and_its_health_is_told(link: Path, telling: dict[str, list[str]]) -> None:
    profile = replace(PROFILE, temperature_c=Reading(command="AT+QTEMP"))
    options = replace(FAST, poll_interval_s=0.05)
    async with (
        ScriptedModem(link=link, answers=telling, memories={}) as scripted,
        driven(scripted, options=options, profile=profile) as (modem, owner),
    ):
        health = (await owner.until(HealthChanged)).health
        assert (health.temperature_c, health.voltage_v, health.technology) == (26.0, 4.134, "LTE")
        assert (health.operator, health.signal_dbm) == ("Example Net", -73)
        assert health.memories["ME"] == Level(used=17, total=20)
        assert (await owner.until(StorageAlarm)).memory == "ME"
        await modem.submit(TPDU)
        assert modem.health.counters.accepted == 1


async def test_modem_that_tells_nothing_is_asked_once(link: Path) -> None:
    options = replace(FAST, poll_interval_s=0.02)
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=options):
        await scripted.until_heard("AT+CSQ", times=10)
        assert scripted.heard.count("AT+CBC") == 1


async def test_nothing_is_sampled_while_a_submit_waits(link: Path, telling: dict[str, list[str]]) -> None:
    options = replace(FAST, poll_interval_s=0.02)
    async with (
        ScriptedModem(link=link, answers=telling, memories={}, on_body=lambda _: None) as scripted,
        driven(scripted, options=options) as (modem, owner),
    ):
        await owner.until(HealthChanged)
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        heard = scripted.heard.count("AT+CBC")
        waiting = asyncio.create_task(modem.submit(TPDU))
        await asyncio.sleep(0)
        scripted.on_body = None
        scripted.say("+CMGS: 4", "OK")
        await asyncio.gather(sending, waiting)
        assert scripted.heard.count("AT+CBC") == heard


async def test_level_that_is_told_when_a_memory_is_chosen_is_kept(link: Path) -> None:
    options = replace(FAST, poll_interval_s=0.05, sweep_interval_s=0.05)
    memories = {"SM": dict.fromkeys(range(1, 9), DELIVER), "ME": {}}
    async with ScriptedModem(link=link, memories=memories) as scripted, driven(scripted, options=options) as (_, owner):
        await owner.until(Ready)
        await owner.until(HealthChanged, matching=lambda event: "SM" in event.health.memories)
        level = owner.all(HealthChanged)[-1].health.memories["SM"]
        assert level.used == 8
