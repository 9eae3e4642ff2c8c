"""Many modems on real ports, with programs at the other ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from modem.emulator.breakage.shelf import build
from modem.emulator.rack.clock import VirtualClock
from modem.emulator.rack.rack import Rack
from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.emulator.host import Host
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PERSON = "+491711234567"


@pytest.fixture
async def rack(tmp_path: Path) -> AsyncIterator[Rack]:
    rack = Rack(count=3, directory=tmp_path / "modems", boot_s=0)
    await rack.start()
    yield rack
    await rack.stop()


async def test_each_modem_answers_on_its_own_port(rack: Rack) -> None:
    imeis = []
    for port in rack.ports:
        with Host(port) as host:
            imeis += await host.ask("+CGSN")

    assert [port.name for port in rack.ports] == ["modem0", "modem1", "modem2"]
    assert len(set(imeis)) == 3


async def test_a_text_reaches_a_handset_and_the_answer_comes_back(rack: Rack) -> None:
    with Host(rack.ports[0]) as host:
        await host.ask("+CNMI=2,1")
        await host.send(PERSON, "x" * 200)
        (message,) = await rack.messages(PERSON)
        rack.write(PERSON, message.sender, "thank you")

        assert message.text == "x" * 200
        await host.hear(b'+CMTI: "SM",1\r\n')


async def test_a_text_to_another_modem_arrives_there(rack: Rack) -> None:
    with Host(rack.ports[0]) as sender, Host(rack.ports[1]) as receiver:
        await receiver.ask("+CNMI=2,1")
        await sender.send(rack.machines[1].equipment.sim.number, "hello")

        await receiver.hear(b'+CMTI: "SM",1\r\n')


async def test_waiting_for_a_message_ends_when_it_is_there(tmp_path: Path) -> None:
    rack = Rack(count=1, directory=tmp_path, radio_time_s=0.05)
    await rack.start()
    with Host(rack.ports[0]) as host:
        sending = asyncio.create_task(host.send(PERSON, "hello"))
        (message,) = await rack.messages(PERSON, timeout_s=10)
        await sending

    assert message.text == "hello"
    await rack.stop()


async def test_waiting_for_a_message_ends_when_it_does_not_come(rack: Rack) -> None:
    assert await rack.messages(PERSON, timeout_s=0.01) == []


async def test_an_unplugged_modem_vanishes_and_comes_back_rebooted(rack: Rack) -> None:
    before = str(rack.ports[0].readlink())
    with Host(rack.ports[0]) as host, Host(rack.ports[1]) as other:
        await host.ask("+CMGF=1")
        rack.unplug(0)
        await asyncio.wait_for(host.is_lost.wait(), 10)
        assert not rack.ports[0].is_symlink()
        assert (rack.is_plugged(0), rack.is_plugged(1)) == (False, True)
        assert await other.ask("+CMGF?") == ["+CMGF: 0"]
        rack.plug(0)

    assert str(rack.ports[0].readlink()) != before
    with Host(rack.ports[0]) as host:
        assert await host.ask("+CMGF?") == ["+CMGF: 0"]


async def test_unplugging_and_plugging_twice_changes_nothing(rack: Rack) -> None:
    rack.plug(0)
    rack.unplug(0)
    rack.unplug(0)
    rack.plug(0)
    terminal = rack.terminal(0)
    rack.plug(0)

    assert rack.terminal(0) == terminal


async def test_stopping_removes_every_link(tmp_path: Path) -> None:
    rack = Rack(count=2, directory=tmp_path)
    await rack.start()
    await rack.stop()

    assert list(tmp_path.iterdir()) == []
    await rack.stop()


async def test_a_rack_that_cannot_start_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "modem1").write_text("mine")

    with pytest.raises(FileExistsError):
        await Rack(count=2, directory=tmp_path).start()
    assert [path.name for path in tmp_path.iterdir()] == ["modem1"]


def test_equal_seeds_give_equal_cards(tmp_path: Path) -> None:
    def references(seed: int) -> list[int]:
        return [machine.equipment.sim.last_mr for machine in Rack(count=8, directory=tmp_path, seed=seed).machines]

    assert references(1) == references(1) != references(2)


async def test_a_modem_on_tcp_answers_and_stays_on_between_two_hosts(tmp_path: Path) -> None:
    rack = Rack(count=2, tcp=[("127.0.0.1", 0), ("127.0.0.1", 0)], boot_s=0)
    await rack.start()
    (address,) = rack.addresses(1)
    for command, answer in ((b"AT+CMGF=1\r", b"OK"), (b"AT+CMGF?\r", b"+CMGF: 1")):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        writer.write(command)
        await asyncio.wait_for(reader.readuntil(answer), 10)
        writer.close()
        await writer.wait_closed()
    await rack.stop()

    assert rack.ports == []
    assert list(tmp_path.iterdir()) == []


async def test_a_modem_can_be_added_while_the_others_run(rack: Rack) -> None:
    index = rack.add()

    assert index == 3
    with Host(rack.addresses(index)[0]) as host:
        await host.send(PERSON, "hello")
        assert len(await rack.messages(PERSON)) == 1


def test_a_modem_without_any_port_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="a terminal or a TCP port"):
        Rack(count=2, tcp=[("127.0.0.1", 0)])


async def test_a_fault_pulls_the_plug_and_puts_it_back_behind_the_same_link(rack: Rack) -> None:
    before = str(rack.ports[0].readlink())
    with Host(rack.ports[0]) as host:
        await host.ask("+CMGF=1")
        rack.arm(0, *build({"fault": "unplug", "returns_after_s": 0.01}))
        await asyncio.wait_for(host.is_lost.wait(), 10)
    await until(lambda: rack.is_plugged(0))

    assert str(rack.ports[0].readlink()) != before
    with Host(rack.ports[0]) as host:
        assert await host.ask("+CMGF?") == ["+CMGF: 0"]


async def test_closing_the_port_cures_what_a_new_opening_cures(rack: Rack) -> None:
    rack.arm(0, *build({"fault": "hang", "cured_by": "reopen"}))
    with Host(rack.ports[0]):
        assert rack.machines[0].faults
    await until(lambda: not rack.machines[0].faults)

    with Host(rack.ports[0]) as host:
        assert await host.ask("+CMGF?") == ["+CMGF: 0"]


async def test_a_fault_is_taken_away(rack: Rack) -> None:
    armed = rack.arm(0, *build({"fault": "hang"}))
    assert rack.disarm(0, armed.number)
    assert not rack.disarm(0, armed.number)

    with Host(rack.ports[0]) as host:
        assert await host.ask("+CMGF?") == ["+CMGF: 0"]


async def test_a_blocked_port_takes_no_octet_until_it_is_free_again(rack: Rack) -> None:
    with Host(rack.ports[0]) as host:
        await host.ask("E0")
        armed = rack.arm(0, *build({"fault": "port_blocked", "has_urcs": True, "cured_by": "never"}))
        with pytest.raises(BlockingIOError):
            host.write(b"AT\r")
        rack.unplug(0)
        await host.is_lost.wait()
        rack.plug(0)
    with Host(rack.ports[0]) as host:
        with pytest.raises(BlockingIOError):
            host.write(b"AT\r")
        rack.disarm(0, armed.number)
        assert await host.ask("E0") == []


async def test_closing_and_opening_may_cure_a_blocked_port(rack: Rack) -> None:
    rack.arm(0, *build({"fault": "port_blocked", "cured_by": "reopen"}))
    with Host(rack.ports[0]) as host, pytest.raises(BlockingIOError):
        host.write(b"AT\r")
    await until(lambda: not rack.machines[0].faults)

    with Host(rack.ports[0]) as host:
        assert await host.ask("") == []


async def test_the_time_of_day_may_be_chosen(tmp_path: Path) -> None:
    rack = Rack(count=1, directory=tmp_path, boot_s=0, epoch=datetime(2031, 2, 3, 4, tzinfo=UTC))
    await rack.start()
    with Host(rack.ports[0]) as host:
        await host.ask("+CNMI=2,1;+CMGF=1")
        rack.write(PERSON, rack.machines[0].equipment.sim.number, "hello")
        await host.hear(b"+CMTI")
        answer = await host.ask("+CMGR=1")
    await rack.stop()

    assert any('"31/02/03,04:00' in line for line in answer)


async def test_a_plan_is_done_when_its_time_has_come_in_the_order_it_was_made() -> None:
    rack = Rack(count=1, tcp=[("127.0.0.1", 0)], clock=VirtualClock())
    await rack.start()
    done: list[tuple[str, float]] = []
    for at_s, name in ((20.0, "third"), (10.0, "first"), (10.0, "second")):
        rack.plan(at_s, lambda name=name: done.append((name, rack.clock.now())))  # type: ignore[misc]
    await rack.advance(9.5)
    assert done == []
    await rack.advance(20)

    assert done == [("first", 10.0), ("second", 10.0), ("third", 20.0)]
    await rack.stop()


async def test_a_listener_hears_which_modems_were_touched_until_it_stops(rack: Rack) -> None:
    heard: list[set[int]] = []
    stop = rack.listen(heard.append)
    rack.write(PERSON, rack.machines[1].equipment.sim.number, "hello")
    stop()
    rack.write(PERSON, rack.machines[2].equipment.sim.number, "hello")

    assert heard == [{1}]


async def test_the_modems_take_their_models_in_turn(tmp_path: Path) -> None:
    models = [replace(GENERIC.personality, model=name) for name in ("first", "second")]
    rack = Rack(count=3, directory=tmp_path, personalities=models)
    await rack.start()
    rack.add(models[0])
    names = []
    for port in rack.ports:
        with Host(port) as host:
            names += await host.ask("+CGMM")

    assert names == ["first", "second", "first", "first"]
    await rack.stop()
