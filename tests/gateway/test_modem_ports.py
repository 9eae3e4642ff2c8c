"""What the pool is given of the modems that are plugged in: which port, under which name, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from gateway.app import App
from gateway.config.settings import ModemsSection, Settings
from gateway.core.span import SpanState
from gateway.core.types import Port
from gateway.dispatch.ports import FoundPort
from gateway.modem_ports import ModemPorts
from modem.driver.place import Place
from modem.emulator.rack.blocking import GsmModem
from modem.errors import PortError, PortTooEarlyError
from modem.ports.sysfs import Sysfs
from tests.support.devices import lay_out
from tests.support.holding import holding
from tests.support.waiting import until

BY_PATH = "/dev/serial/by-path/pci-0000:00:14.0-usb-0"


def looking(root: Path, *ports: str) -> ModemPorts:
    settings = ModemsSection(ports=list(ports), rescan_s=0.02)
    sysfs = Sysfs(sys=root / "sys", dev=root / "dev", run=root / "run")
    return ModemPorts(settings, sysfs=sysfs, settle_s=0.05)


def make_old(root: Path) -> None:
    """Have udev know the ports since a microsecond after the system started, so that their quiet time is over."""
    for uevent in (root / "sys/devices").rglob("tty/ttyUSB*/uevent"):
        uevent.write_text(uevent.read_text() + "USEC_INITIALIZED=1\n")


def is_empty(place: Place) -> bool:
    try:
        place.device()
    except PortError as error:
        return error.reason == "not plugged in"
    return False


async def first(ports: ModemPorts, count: int) -> list[FoundPort]:
    async with asyncio.timeout(20), aclosing(ports.watch()) as found:
        return sorted([await anext(found) for _ in range(count)], key=lambda port: port.url)


async def test_without_named_ports_each_modem_is_one_port_with_its_second_one(tmp_path: Path) -> None:
    lay_out(tmp_path, "quectel-ec25-eight")
    ports = looking(tmp_path)
    found = await first(ports, 8)
    assert found[0] == FoundPort(url=f"{BY_PATH}:1.1:1.2-port0", slot="1-1.1", other_port=f"{BY_PATH}:1.1:1.3-port0")
    assert [port.slot for port in found] == [
        "1-1.1", "1-1.2", "1-1.3", "1-1.4.1", "1-1.4.2", "1-1.4.3", "1-1.4.4", "1-2",
    ]  # fmt: skip
    assert ports.other_port(found[7].url) == f"{BY_PATH}:2:1.3-port0"


async def test_the_place_of_a_modem_names_its_device_when_its_quiet_time_is_over(tmp_path: Path) -> None:
    lay_out(tmp_path, "sim7600")
    ports = looking(tmp_path)
    (found,) = await first(ports, 1)
    place = ports.place(found.url)
    assert place is not None
    with pytest.raises(PortTooEarlyError, match="plugged in just now"):
        place.device()
    again = looking(tmp_path)
    make_old(tmp_path)
    (found,) = await first(again, 1)
    ready = again.place(found.url)
    assert ready is not None
    assert ready.device() == str(tmp_path / "dev/ttyUSB2")


async def test_an_empty_place_says_so_and_is_filled_again_under_another_number(tmp_path: Path) -> None:
    lay_out(tmp_path, "sim7600")
    make_old(tmp_path)
    ports = looking(tmp_path)
    async with asyncio.timeout(20), aclosing(ports.watch()) as watching:
        found = await anext(watching)
        place = ports.place(found.url)
        assert place is not None
        links = {link: link.resolve() for link in (tmp_path / "sys/class/tty").iterdir()}
        for link in links:
            link.unlink()
        await until(lambda: is_empty(place))
        for folder in links.values():
            text = (folder / "uevent").read_text()
            number = int(folder.name.removeprefix("ttyUSB"))
            moved = folder.rename(folder.with_name(f"ttyUSB{number + 20}"))
            (moved / "uevent").write_text(text)
            (tmp_path / "sys/class/tty" / moved.name).symlink_to(moved)
        again = await anext(watching)
        assert again == found
        assert place.device() == str(tmp_path / "dev/ttyUSB22")


async def test_of_the_ports_that_a_glob_catches_only_the_at_port_is_used(tmp_path: Path) -> None:
    lay_out(tmp_path, "telit-le910")
    ports = looking(tmp_path, str(tmp_path / "dev/ttyUSB*"))
    found = await first(ports, 1)
    assert found == [FoundPort(url=str(tmp_path / "dev/ttyUSB2"), slot="1-2", other_port=f"{BY_PATH}:2:1.5-port0")]


async def test_a_port_that_is_named_is_used_and_a_stranger_is_passed_on(tmp_path: Path) -> None:
    lay_out(tmp_path, "telit-le910")
    named = [str(tmp_path / "dev/ttyUSB0"), "socket://localhost:4001", str(tmp_path / "nothing")]
    found = await first(looking(tmp_path, *named), 3)
    assert [port.url for port in found] == sorted(named)
    assert {port.slot for port in found if port.url != named[0]} == {""}


async def test_a_port_that_another_program_holds_is_left_alone_and_its_span_names_that_program(
    tmp_path: Path, gsm_modem: GsmModem
) -> None:
    """The program takes no lock of any kind, as a terminal that somebody left open."""
    lay_out(tmp_path, "quectel-ec25")
    make_old(tmp_path)
    (tmp_path / "dev/ttyUSB2").unlink()
    (tmp_path / "dev/ttyUSB2").symlink_to(gsm_modem.port)
    settings = Settings.model_validate({"store": {"url": f"sqlite:///{tmp_path}/gateway.db"}, "http": {"port": 0}})

    async with serving(settings, looking(tmp_path)) as app:
        await until(lambda: [view.state for view in app.board.views()] == [SpanState.READY])
    with holding(gsm_modem.port) as pid:
        async with serving(settings, looking(tmp_path)) as app:
            await until(lambda: f"(pid {pid})" in app.board.condition(Port(1)).reason)
            assert " is held by " in app.board.condition(Port(1)).reason
            assert app.board.views()[0].state is not SpanState.READY


@asynccontextmanager
async def serving(settings: Settings, ports: ModemPorts) -> AsyncIterator[App]:
    app = App(settings, ports=ports)
    await app.open()
    await app.start()
    try:
        yield app
    finally:
        await app.stop()
