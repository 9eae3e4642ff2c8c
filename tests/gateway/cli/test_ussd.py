"""The command with a running gateway whose modem answers as the test says."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
import structlog
from click.testing import CliRunner, Result

from gateway.cli.commands.ussd import command
from gateway.control import ControlServer, control_path
from gateway.control_ussd import LocalUssd
from gateway.core.ussd import UssdReply
from gateway.service.accounts import Accounts
from gateway.store.backends.sqlite.store import SqliteStore
from tests.gateway.service.test_ussd import BALANCE, MENU, Office
from tests.support.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Shell:
    """A gateway that runs, and a person who types."""

    def __init__(self, office: Office, config: Path) -> None:
        self.office = office
        self._config = config

    async def run(self, *words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, command, [*words, "--config", str(self._config)])


def a_config(folder: Path) -> Path:
    config = folder / "gateway.toml"
    config.write_text(f'[store]\nurl = "sqlite:///{folder}/gateway.db"\n')
    return config


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    office = Office(store)
    await office.desk.start()
    server = ControlServer(
        Accounts(store, clock=FakeClock()),
        control_path(tmp_path / "gateway.db"),
        parts={"ussd": LocalUssd(office.desk).call},
    )
    await server.start()
    with structlog.testing.capture_logs():  # the gateway's own lines go elsewhere
        yield Shell(office, a_config(tmp_path))
    await server.stop()
    await office.desk.stop()
    await store.close()


async def test_answer_is_printed_alone(shell: Shell) -> None:
    shell.office.line.replies.put_nowait(BALANCE)
    result = await shell.run("1", "*100#")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "5.00 EUR\n", "")


async def test_menus_are_shown_with_what_was_said(shell: Shell) -> None:
    for reply in (MENU, MENU):
        shell.office.line.replies.put_nowait(reply)
    result = await shell.run("1", "*101#", "--reply", "1")
    assert (result.exit_code, result.stdout) == (0, "> *101#\n1 Balance\n> 1\n1 Balance\n")
    assert "gsm-gateway ussd 1 --reply" in result.stderr
    shell.office.line.replies.put_nowait(BALANCE)
    result = await shell.run("1", "--reply", "9", "--json")
    assert json.loads(result.stdout)["turns"][2]["reply"] == "5.00 EUR"
    assert shell.office.line.asked == [("*101#", False), ("1", True), ("9", True)]


async def test_no_answer_is_told_and_gives_1(shell: Shell) -> None:
    shell.office.line.replies.put_nowait(UssdReply(result=4, text=""))
    result = await shell.run("1", "*999#")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "(the network does not know this code)\n")
    assert (await shell.run("2", "*100#")).stderr == "(no modem)\n"


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        (("9", "*100#"), "there is no span 9"),
        (("1", "hello"), "a USSD code is made of digits"),
        (("1", "--reply", "1"), "no USSD dialogue is open on span 1"),
        (("1", "--cancel"), "no USSD dialogue is open on span 1"),
    ],
)
async def test_mistakes_are_told(shell: Shell, words: tuple[str, ...], mistake: str) -> None:
    result = await shell.run(*words)
    assert result.exit_code == 1
    assert mistake in result.stderr


async def test_open_dialogue_is_cancelled_and_earlier_ones_are_listed(shell: Shell) -> None:
    for reply in (BALANCE, MENU):
        shell.office.line.replies.put_nowait(reply)
        await shell.run("1", "*100#")
    assert (await shell.run("1", "--cancel")).exit_code == 0
    assert shell.office.line.cancelled == 1
    listed = (await shell.run("1")).stdout
    assert [line for line in listed.splitlines() if not line.startswith("--")] == [
        "> *100#",
        "1 Balance",
        "> *100#",
        "5.00 EUR",
    ]
    assert [one["state"] for one in json.loads((await shell.run("1", "--json")).stdout)] == ["cancelled", "done"]


async def test_without_a_gateway_it_says_so(tmp_path: Path) -> None:
    result = await asyncio.to_thread(CliRunner().invoke, command, ["1", "*100#", "--config", str(a_config(tmp_path))])
    assert result.exit_code == 1
    assert "no gateway is running here" in result.stderr
