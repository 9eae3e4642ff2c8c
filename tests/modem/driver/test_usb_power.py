"""The driver's side of the USB helper: real sockets, the real helper behind them, and a made-up sysfs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from modem.driver import Rung
from modem.driver.recovery import PowerControl
from modem.driver.usb_power import UsbPower
from modem.errors import PowerControlError
from modem.power.helper import serve
from tests.modem.power.usb_tree import UsbTree
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

USB = frozenset({Rung.USB_RESET, Rung.REAUTHORISE, Rung.POWER_CYCLE, Rung.HUB_RESET})


@pytest.fixture
def tree(tmp_path: Path) -> UsbTree:
    tree = UsbTree(tmp_path)
    tree.hub("1-1")
    tree.modem("1-1.2", "ttyUSB0", "ttyUSB1")
    tree.modem("1-1.4", "ttyACM0")
    return tree


@contextlib.asynccontextmanager
async def listening(path: Path, tree: UsbTree) -> AsyncIterator[list[dict[str, str]]]:
    """Answer each connection as systemd would have it answered; gives the answers."""
    answers: list[dict[str, str]] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.setblocking(False)

        async def accept() -> None:
            loop = asyncio.get_running_loop()
            while True:
                connection, _ = await loop.sock_accept(listener)
                with connection:
                    answers.append(await asyncio.to_thread(serve, connection, tree.host))

        task = asyncio.create_task(accept())
        yield answers
        task.cancel()
        await asyncio.wait({task})


def power(tmp_path: Path, tree: UsbTree, *in_service: str) -> UsbPower:
    return UsbPower(in_service=lambda: in_service, socket=tmp_path / "usb.sock", host=tree.host, deadline_s=20)


async def test_it_is_what_the_ladder_wants(tmp_path: Path, tree: UsbTree) -> None:
    control: PowerControl = power(tmp_path, tree)
    assert control.offers("/dev/nothing") == frozenset()


async def test_nothing_is_offered_without_the_helper(tmp_path: Path, tree: UsbTree) -> None:
    control = power(tmp_path, tree)
    url = str(tree.host.dev / "ttyUSB1")
    assert control.offers(url) == frozenset()
    assert "not installed or not started" in (control.why_not or "")
    with pytest.raises(PowerControlError, match="not installed or not started"):
        await control.perform(Rung.USB_RESET, url)
    async with listening(tmp_path / "usb.sock", tree):
        assert control.offers(url) == USB


async def test_helper_that_is_gone_is_no_offer_that_holds(tmp_path: Path, tree: UsbTree) -> None:
    control = power(tmp_path, tree)
    async with listening(tmp_path / "usb.sock", tree):
        pass
    with pytest.raises(PowerControlError, match="not reached: Connection refused"):
        await control.perform(Rung.REAUTHORISE, str(tree.host.dev / "ttyUSB1"))


async def test_port_that_is_not_usb_is_offered_nothing(tmp_path: Path, tree: UsbTree) -> None:
    (tree.host.dev / "ttyS0").touch()
    async with listening(tmp_path / "usb.sock", tree):
        control = power(tmp_path, tree)
        assert control.offers(str(tree.host.dev / "ttyS0")) == frozenset()
        assert control.offers("socket://127.0.0.1:7000") == frozenset()
        with pytest.raises(PowerControlError, match="no USB port"):
            await control.perform(Rung.USB_RESET, "socket://127.0.0.1:7000")


async def test_step_is_done_by_the_helper(tmp_path: Path, tree: UsbTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.power.steps.REFUSED_S", 0.0)
    async with listening(tmp_path / "usb.sock", tree) as answers:
        control = power(tmp_path, tree)
        await control.perform(Rung.REAUTHORISE, str(tree.host.dev / "ttyACM0"))
        await until(lambda: answers == [{"done": "1-1.4 was refused for 0 s and allowed again"}])
        assert tree.read("1-1.4", "authorized") == "1"


async def test_reason_of_the_helper_comes_back(tmp_path: Path, tree: UsbTree) -> None:
    # The node of the test is a plain file: the kernel does not reset it.
    async with listening(tmp_path / "usb.sock", tree):
        with pytest.raises(PowerControlError, match="Inappropriate ioctl"):
            await power(tmp_path, tree).perform(Rung.USB_RESET, str(tree.host.dev / "ttyACM0"))


async def test_modem_that_is_gone_is_still_known_by_its_place(tmp_path: Path, tree: UsbTree) -> None:
    url = str(tree.host.dev / "ttyACM0")
    async with listening(tmp_path / "usb.sock", tree):
        control = power(tmp_path, tree)
        assert control.offers(url) == USB
        (tree.host.dev / "ttyACM0").unlink()
        tree.path("1-1.4").unlink()
        # Its socket can be switched because nothing else is in it, and the hub reset because modems are all on it.
        assert control.offers(url) == {Rung.POWER_CYCLE, Rung.HUB_RESET}
        tree.other("1-1.5", "03")
        tree.path("1-1.5").rename(tree.path("1-1.4"))
        assert Rung.POWER_CYCLE not in control.offers(url)
        assert Rung.HUB_RESET not in control.offers(url)


async def test_hub_is_not_reset_under_a_modem_that_works(tmp_path: Path, tree: UsbTree) -> None:
    url, other = str(tree.host.dev / "ttyACM0"), str(tree.host.dev / "ttyUSB1")
    async with listening(tmp_path / "usb.sock", tree):
        assert Rung.HUB_RESET not in power(tmp_path, tree, other).offers(url)
        assert Rung.HUB_RESET in power(tmp_path, tree, url).offers(url)
        with pytest.raises(PowerControlError, match="other modems on the hub work"):
            await power(tmp_path, tree, other).perform(Rung.HUB_RESET, url)


async def test_modem_that_works_on_another_of_its_ports_is_left_alone(tmp_path: Path, tree: UsbTree) -> None:
    # Seen on an EC25 in a guest system: its diagnostics port never answers AT, and the modem lost its power for it.
    silent, working = (str(tree.host.dev / name) for name in ("ttyUSB0", "ttyUSB1"))
    async with listening(tmp_path / "usb.sock", tree):
        assert power(tmp_path, tree).offers(silent) == USB
        assert power(tmp_path, tree, working).offers(silent) == frozenset()
        with pytest.raises(PowerControlError, match="works on another of its ports"):
            await power(tmp_path, tree, working).perform(Rung.POWER_CYCLE, silent)
