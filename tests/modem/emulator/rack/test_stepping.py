"""A virtual clock: an hour in an instant, hosts on real ports answer at the time they would have, runs repeat."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from modem.emulator.rack.clock import VirtualClock
from modem.emulator.rack.rack import Rack
from tests.modem.emulator.host import Host

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PERSON = "+491711234567"


@asynccontextmanager
async def rack_in(directory: Path, **settings: object) -> AsyncIterator[Rack]:
    rack = Rack(count=2, directory=directory, **settings)  # type: ignore[arg-type]  # each test names them
    await rack.start()
    try:
        yield rack
    finally:
        await rack.stop()


async def test_nothing_happens_before_time_is_moved(tmp_path: Path) -> None:
    async with rack_in(tmp_path, clock=VirtualClock(), radio_time_s=5.0) as rack:
        with Host(rack.ports[0]) as host:
            await host.begin_to_send(PERSON, "hello")
            await rack.advance(4.9)
            assert rack.network.ledger.count == 0
            await rack.advance(0.2)
            await host.hear(b"OK\r\n")

        (message,) = await rack.messages(PERSON)
        assert {entry.at_s for entry in rack.network.ledger} == {5.0}
        assert message.at.isoformat() == "2026-01-01T00:00:05+00:00"
        assert rack.clock.now() == pytest.approx(5.1)


async def test_an_hour_in_which_a_full_modem_is_tried_again_and_again_takes_no_hour(tmp_path: Path) -> None:
    async with rack_in(tmp_path, clock=VirtualClock()) as rack:
        sim = rack.machines[0].equipment.sim
        for number in range(sim.messages.capacity + 1):
            rack.write(PERSON, sim.number, f"message {number}")
        refused = rack.network.ledger.count
        began = asyncio.get_running_loop().time()
        await rack.advance(3600)

        assert rack.network.ledger.count > refused + 1
        assert rack.network.ledger.since(refused)[-1].at_s > 600
        assert asyncio.get_running_loop().time() - began < 60


async def test_a_host_reacts_between_two_moments_of_the_network(tmp_path: Path) -> None:
    """The answer to a report that came at 10 s is on the air at 10 s, though the clock was told to go to 100."""
    clock = VirtualClock(quiet_s=1.0)  # more than a busy machine keeps an octet on its way to the rack
    async with rack_in(tmp_path, clock=clock, report_delay_s=10.0) as rack:
        with Host(rack.ports[0]) as host:
            await host.ask("+CNMI=2,1,0,1,0")
            for command in ("+CSMP=49,167,0,0", "+CMGF=1"):
                await host.ask(command)
            host.write(f'AT+CMGS="{PERSON}"\r'.encode())
            await host.hear(b"> ")
            host.write(b"one\x1a")
            await host.hear(b"OK\r\n")
            moving = asyncio.create_task(rack.advance(100))
            await host.hear(b"+CDS:")
            await host.ask("+CMGF=0")
            await host.send(PERSON, "two")
            await moving

    submits = [entry.at_s for entry in rack.network.ledger if entry.as_json()["kind"] == "submit"]
    assert submits == [0.0, 10.0]


async def test_a_jumping_clock_goes_on_by_itself(tmp_path: Path) -> None:
    async with rack_in(tmp_path, clock=VirtualClock(is_jumping=True), radio_time_s=3600.0) as rack:
        with Host(rack.ports[0]) as host:
            await host.send(PERSON, "hello")
        assert rack.clock.now() == 3600.0


async def test_two_runs_with_one_seed_write_the_same_ledger(tmp_path: Path) -> None:
    async def run(seed: int) -> str:
        async with rack_in(tmp_path, clock=VirtualClock(), seed=seed, report_delay_s=3.0) as rack:
            number = rack.machines[1].equipment.sim.number
            with Host(rack.ports[0]) as first, Host(rack.ports[1]) as second:
                await second.ask("+CNMI=2,1")
                await first.send(number, "x" * 200)
                await rack.advance(86400)
                rack.write(PERSON, number, "y" * 200)
                await second.send(PERSON, "thanks")
                await rack.advance(60)
            return "\n".join(json.dumps(entry.as_json()) for entry in rack.network.ledger)

    assert await run(7) == await run(7)
    assert await run(7) != await run(8)


async def test_real_time_cannot_be_moved(tmp_path: Path) -> None:
    async with rack_in(tmp_path) as rack:
        with pytest.raises(ValueError, match="passes by itself"):
            await rack.advance(1)


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
async def test_time_does_not_go_back(tmp_path: Path, seconds: float) -> None:
    async with rack_in(tmp_path, clock=VirtualClock()) as rack:
        with pytest.raises(ValueError, match="cannot pass"):
            await rack.advance(seconds)
