"""Devices come and go while the finder runs; umockdev plays them and sends the events of udev."""

from __future__ import annotations

import pytest

from tests.modem.ports.bench import bench
from tests.support.umockdev import needs_umockdev

pytestmark = [needs_umockdev, pytest.mark.interop]


async def test_a_modem_that_is_plugged_in_is_found_whole_and_once() -> None:
    async with bench() as box:
        await box.plug("quectel-ec25")
        word, found = await box.next()
        assert (word, found["at"], found["at2"]) == ("found", "/dev/ttyUSB2", "/dev/ttyUSB3")
        # 3 s from the first port on, less what it took to see that all are there.
        assert 0.5 < found["quiet"] <= 3.0
        await box.tell("unplug", "1-2")
        assert await box.next() == ("gone", "usb:1-2")


async def test_a_modem_that_comes_back_under_other_numbers_keeps_its_name() -> None:
    async with bench() as box:
        await box.plug("quectel-ec25")
        _, before = await box.next()
        await box.tell("move", "1-2", "20")
        assert await box.next() == ("gone", "usb:1-2")
        _, after = await box.next()
        assert (before["at"], after["at"]) == ("/dev/ttyUSB2", "/dev/ttyUSB22")
        assert before["name"] == after["name"]


async def test_eight_modems_at_once_are_eight_and_one_of_them_goes_alone() -> None:
    async with bench() as box:
        await box.plug("quectel-ec25-eight")
        found = [(await box.next())[1] for _ in range(8)]
        assert len({one["slot"] for one in found}) == 8
        assert all(len(one["roles"]) == 4 for one in found)
        await box.tell("unplug", "1-1.4.2")
        assert await box.next() == ("gone", "usb:1-1.4.2")


async def test_a_hub_that_goes_takes_its_modems_along() -> None:
    async with bench() as box:
        await box.plug("quectel-ec25-eight")
        for _ in range(8):
            await box.next()
        await box.tell("unplug", "1-1.4")
        gone = sorted([(await box.next())[1] for _ in range(4)])
        assert gone == ["usb:1-1.4.1", "usb:1-1.4.2", "usb:1-1.4.3", "usb:1-1.4.4"]


async def test_without_any_events_the_scans_find_what_comes_and_goes() -> None:
    async with bench(rescan_s=0.2, is_deaf=True) as box:
        await box.plug("sim7600")
        said = [await box.next()]
        while len(said[-1][1]["roles"]) < 5:
            said.append(await box.next())
        assert said[-1][1]["at"] == "/dev/ttyUSB2"
        await box.tell("unplug", "1-1.1")
        while said[-1] != ("gone", "usb:1-1.1"):
            said.append(await box.next())


async def test_the_ports_of_an_adapter_are_asked_until_one_answers_and_others_go_on_waiting() -> None:
    async with bench() as box:
        await box.tell("answers", "/dev/ttyUSB1")
        await box.plug("ch340")
        found = [await box.next() for _ in range(3)]
        assert [one["verdict"] for _, one in found] == ["ask", "ask", "modem"]
        _, modem = found[-1]
        assert (modem["at"], modem["reason"]) == ("/dev/ttyUSB1", "answered a bare AT")
        # A modem that is switched on later is found by being asked again.
        await box.tell("answers", "/dev/ttyUSB0")
        _, later = await box.next()
        assert later["at"] == "/dev/ttyUSB0"


async def test_no_port_that_is_not_for_commands_is_ever_asked() -> None:
    async with bench() as box:
        await box.plug("marked")
        await box.tell("answers", "/dev/ttyUSB9")
        found = {}
        while "/dev/ttyUSB9" not in found:
            _, one = await box.next()
            found[one["at"]] = one
        assert set(await box.tell("asked")) == {"/dev/ttyUSB8", "/dev/ttyUSB9"}


async def test_a_stick_in_storage_mode_is_told_and_found_as_a_modem_when_it_was_switched() -> None:
    async with bench() as box:
        await box.plug("bystanders")
        told = {one["slot"]: one["verdict"] for _, one in [await box.next() for _ in range(4)]}
        assert told == dict.fromkeys(["1-1", "1-2", "1-3", "1-4"], "not a modem")
        await box.tell("unplug", "1-4")
        assert await box.next() == ("gone", "usb:1-4")
        await box.plug("huawei-e173")
        _, modem = await box.next()
        assert (modem["slot"], modem["verdict"], modem["at"]) == ("1-4", "modem", "/dev/ttyUSB2")
