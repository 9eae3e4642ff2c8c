"""The verbs with a running gateway that has spans but no modems; tests/acceptance has them on emulated ones."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from click.testing import CliRunner, Result

from gateway.cli.commands.message import command
from gateway.control import ControlServer, control_path
from gateway.control_messages import LocalRequests
from gateway.core.account import Account, Role
from gateway.core.options import DataPorts, Options, WhenUnknown
from gateway.core.span import Span
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.service.desk import Service
from gateway.store.sending import AttemptOutcome, Settlement, Turn
from tests.gateway.service.test_submitting import account, service, with_credit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from gateway.core.message import Message

__all__ = ["account", "service"]

NUMBER = "+491711234567"


def instant(*parts: int) -> EpochMs:
    return EpochMs(int(datetime(*parts, tzinfo=UTC).timestamp() * 1000))  # type: ignore[arg-type,misc]


class Shell:
    """A gateway that runs, and a person who types."""

    def __init__(self, service: Service, config: Path) -> None:
        self.service = service
        self._config = config

    async def run(self, *words: str, typed: str | None = None) -> Result:
        line = [words[0], "--config", str(self._config), *words[1:]]
        return await asyncio.to_thread(CliRunner().invoke, command, line, typed)

    async def sent(self, *words: str) -> Message:
        """Send; gives the message as it is stored."""
        result = await self.run("send", NUMBER, *words, "--json")
        assert result.exit_code == 0, result.output
        return await self.message(json.loads(result.stdout)[0]["id"])

    async def message(self, message_id: int) -> Message:
        return (await self.service.store.messages([MessageId(message_id)]))[0]

    async def error(self, *words: str) -> str:
        result = await self.run(*words)
        assert result.exit_code != 0
        return result.stderr.splitlines()[-1].removeprefix("Error: ")

    async def settle_next(self, outcome: AttemptOutcome, **facts: Any) -> None:
        turn = Turn(port=Port(1), sim="sim1", imsi="", now=self.service.clock.now_ms())
        assignment = (await self.service.store.turn(turn)).assignment
        assert assignment is not None
        settlement = Settlement(
            attempt_id=assignment.attempt_id, message_id=assignment.message_id, outcome=outcome, **facts
        )
        await self.service.store.turn(replace(turn, settlement=settlement, claim=False))


@pytest.fixture
async def shell(tmp_path: Path, service: Service, account: Account) -> AsyncIterator[Shell]:
    config = tmp_path / "gateway.toml"
    config.write_text(f'[store]\nurl = "sqlite:///{tmp_path}/gateway.db"\n')
    server = ControlServer(
        service.accounts, control_path(tmp_path / "gateway.db"), parts={"request": LocalRequests(service).call}
    )
    await server.start()
    with structlog.testing.capture_logs():  # the gateway's own lines go elsewhere
        yield Shell(service, config)
    await server.stop()


# --- send -----------------------------------------------------------------------------------------


async def test_a_message_is_sent_and_shown(shell: Shell) -> None:
    result = await shell.run("send", "0171 1234567, 0171 1234568", "hello", "--span", "2")
    assert result.exit_code == 0
    assert result.stdout == "message 1 to 01711234567: queued by span 2\nmessage 2 to 01711234568: queued by span 2\n"


async def test_settings_from_a_pipe_are_those_of_all_the_command(shell: Shell, tmp_path: Path) -> None:
    # A shell's --config <(...): it says what it holds only once, and two calls and the time zone want to know it.
    reader, writer = os.pipe()
    url = f"sqlite:///{tmp_path}/gateway.db"
    os.write(writer, f'[gateway]\ntimezone = "Asia/Tokyo"\n[store]\nurl = "{url}"\n'.encode())
    os.close(writer)
    line = ["send", "--config", f"/dev/fd/{reader}", NUMBER, "hello", "--at", "2h", "--wait", "--timeout", "1"]
    result = await asyncio.to_thread(CliRunner().invoke, command, line)
    os.close(reader)
    assert result.stderr == ""
    assert result.stdout == f"message 1 to {NUMBER}: held until 2024-03-26 21:00:00 JST\n"


async def test_all_wishes_reach_the_message(shell: Shell) -> None:
    words = ["--priority", "3", "--when-unknown", "report", "--no-report", "--client-ref", "17", "--valid-for", "10min"]
    message = await shell.sent("hello", "--window", "mo 08:00-09:00", *words)
    assert message.options == Options(priority=3, window="mo 08:00-09:00 UTC", when_unknown=WhenUnknown.REPORT)
    assert (message.request_report, message.client_ref) == (False, "17")
    monday = instant(2024, 4, 1, 8)
    assert (message.status, message.valid_until) == (Status.HELD, monday + 600_000)
    flash = await shell.sent("hello", "--flash", "--urgent")
    assert (flash.options, flash.is_urgent) == (Options(is_flash=True), True)
    data = await shell.sent("--data", "c0 ff ee", "--ports", "9204:1")
    assert data.options == Options(data=b"\xc0\xff\xee", data_ports=DataPorts(destination=9204, source=1))


async def test_a_message_goes_later(shell: Shell) -> None:
    now = shell.service.clock.now_ms()
    assert (await shell.sent("hello", "--at", "2h")).send_at == now + 7_200_000
    at = await shell.sent("hello", "--at", "2024-03-27 08:00")  # the day after, in UTC
    assert at.send_at == instant(2024, 3, 27, 8)
    held = await shell.sent("hello", "--at", "30min")
    assert held.status is Status.HELD


async def test_the_text_can_be_read_from_standard_input(shell: Shell) -> None:
    result = await shell.run("send", NUMBER, "-", "--json", typed="two\nlines\n")
    assert json.loads(result.stdout)[0]["text"] == "two\nlines"


async def test_the_same_command_with_a_key_sends_nothing_twice(shell: Shell) -> None:
    first = await shell.sent("hello", "--at", "2h", "--key", "order-17")
    assert (await shell.sent("hello", "--at", "2h", "--key", "order-17")).id == first.id
    assert await shell.error("send", NUMBER, "bye", "--key", "order-17") == (
        "key: it was used before, for a request that asked for something else"
    )


async def test_wait_tells_by_its_exit_status_whether_it_was_sent(shell: Shell) -> None:
    task = asyncio.create_task(shell.run("send", NUMBER, "hello", "--wait"))
    while not shell.service.store.load.open_messages:
        await asyncio.sleep(0.01)  # the command runs in a thread of its own
    await shell.settle_next(AttemptOutcome.ACCEPTED, mr=1)
    result = await task
    assert (result.exit_code, result.stdout) == (0, f"message 1 to {NUMBER}: sent by span 1\n")
    task = asyncio.create_task(shell.run("send", NUMBER, "hello", "--wait"))
    while not shell.service.store.load.open_messages:
        await asyncio.sleep(0.01)
    await shell.settle_next(AttemptOutcome.REFUSED, next_status=Status.FAILED, cause="+CMS ERROR 1")
    result = await task
    assert (result.exit_code, result.stdout) == (1, f"message 2 to {NUMBER}: failed by span 1: +CMS ERROR 1\n")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("x", "hello"), "number: x is no phone number"),
        ((NUMBER, ""), "text: not sendable"),
        ((NUMBER, "hello", "--span", "9"), "span: there is no span 9"),
        ((NUMBER, "hello", "--span", "1", "--span", "9"), "span: there is no span 9"),
        ((NUMBER, "hello", "--at", "soon"), 'at: soon is no time such as "2030-01-31 08:00", 30min, 2h or now'),
        ((NUMBER, "hello", "--valid-for", "2"), "valid-for: 2 is no period such as 90s, 30min, 2h or 3d"),
        ((NUMBER, "hello", "--window", "nights"), 'window: "nights" is not like "mo-fr 08:00-20:00"'),
        ((NUMBER, "--data", "xy"), "data: is no row of hexadecimal digits, two for each octet"),
        ((NUMBER, "hello", "--data", "00"), "data: a message has a text or data, not both"),
        ((NUMBER, "--data", "00", "--ports", "a"), "ports: a is not like 9204 or 9204:0, destination and source"),
        ((NUMBER, "--data", "00", "--ports", "70000"), "ports: 0 to 65535"),
        ((NUMBER, "--data", "00", "--flash"), "flash: only a text can be shown at once"),
        ((NUMBER, "hello", "--account", "x"), "account: there is no account x, or it is disabled"),
        ((NUMBER, "hello", "--at", "11d"), "at: more than 10 days ahead"),
        ((NUMBER,), "a TEXT or --data is needed"),
    ],
)
async def test_what_is_wrong_is_named(shell: Shell, words: tuple[str, ...], error: str) -> None:
    assert await shell.error("send", *words) == error


async def test_a_span_that_cannot_be_used_is_named_with_the_reason(shell: Shell) -> None:
    one = await shell.service.store.add_account(
        Account(id=AccountId(0), name="one", spans=frozenset({Port(1)})), "-", EpochMs(0)
    )
    assert await shell.error("send", NUMBER, "hello", "--account", one.name, "--span", "2") == (
        "span: the account one may not use span 2"
    )
    board = shell.service.board
    board.put([Span(port=Port(1), name="gsm-1", enabled=False)])
    assert await shell.error("send", NUMBER, "hello", "--account", "shop", "--span", "1") == (
        "span: span 1 is switched off"
    )
    assert (await shell.sent("hello", "--account", "shop", "--span", "1", "--span", "2")).port == 2
    board.put([Span(port=Port(2), name="gsm-2", enabled=False)])
    assert await shell.error("send", NUMBER, "hello", "--account", "shop", "--span", "1", "--span", "2") == (
        "span: spans 1, 2 are switched off"
    )
    assert await shell.error("send", NUMBER, "hello", "--account", "shop") == (
        "span: the account has no span that is switched on"
    )


async def test_the_account_must_be_named_when_there_are_several(shell: Shell, account: Account) -> None:
    await shell.service.store.add_account(Account(id=AccountId(0), name="admin", role=Role.ADMIN), "-", EpochMs(0))
    assert (await shell.sent("hello")).account_id == account.id
    other = await shell.service.store.add_account(Account(id=AccountId(0), name="other"), "-", EpochMs(0))
    assert await shell.error("send", NUMBER, "hello") == "account: name one of other, shop"
    assert (await shell.sent("hello", "--account", "other")).account_id == other.id
    await with_credit(shell.service, other, 0)
    assert await shell.error("send", NUMBER, "hello", "--account", "other") == (
        "account: its credit does not cover the message"
    )


# --- cancel, reschedule ---------------------------------------------------------------------------


async def test_cancel_says_how_far_it_has_come(shell: Shell) -> None:
    message = await shell.sent("hello")
    result = await shell.run("cancel", str(message.id))
    assert (result.exit_code, result.stdout) == (0, f"message {message.id}: withdrawn\n")
    message = await shell.sent("hello")
    await shell.settle_next(AttemptOutcome.ACCEPTED, mr=1)
    result = await shell.run("cancel", str(message.id), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "id": message.id,
        "state": "too late",
        "reason": "too late: it is sent",
        "status": "sent",
    }
    assert await shell.error("cancel", "999") == "message: there is no outbound message 999"


async def test_reschedule_moves_what_waits(shell: Shell) -> None:
    message = await shell.sent("hello")
    now = shell.service.clock.now_ms()
    result = await shell.run("reschedule", str(message.id), "2h")
    assert result.stdout.startswith(f"message {message.id} to {NUMBER}: held until ")
    assert (await shell.message(message.id)).send_at == now + 7_200_000
    result = await shell.run("reschedule", str(message.id), "now", "--json")
    assert json.loads(result.stdout)[0]["status"] == "queued"
    await shell.settle_next(AttemptOutcome.ACCEPTED, mr=1)
    assert await shell.error("reschedule", str(message.id), "2h") == (
        "message: it is sent, only one that waits can be put off"
    )
    assert await shell.error("reschedule", "999", "now") == "message: there is no outbound message 999"


# --- replay ---------------------------------------------------------------------------------------


async def failed(shell: Shell) -> int:
    message = await shell.sent("hello")
    await shell.settle_next(AttemptOutcome.REFUSED, next_status=Status.FAILED)
    return message.id


async def test_messages_are_sent_anew_by_their_ids(shell: Shell) -> None:
    message_id = await failed(shell)
    result = await shell.run("replay", str(message_id), "999")
    assert result.exit_code == 1
    assert result.stdout == f"message {message_id}: sent anew as message 2\n1 sent anew, 1 refused\n"
    assert result.stderr == "message 999: there is no outbound message 999\n"
    assert (await shell.message(2)).options.replay_of == message_id


async def test_all_that_failed_lately_is_sent_anew(shell: Shell) -> None:
    first, second = await failed(shell), await failed(shell)
    trial = await shell.run("replay", "--failed-since", "3h", "--dry-run")
    assert trial.stdout.splitlines()[-1] == "2 found, 0 refused"
    one = json.loads((await shell.run("replay", "--failed-since", "3h", "--limit", "1", "--json")).stdout)
    assert [each["id"] for each in one["replayed"]] == [first]
    rest = json.loads((await shell.run("replay", "--failed-since", "3h", "--account", "shop", "--json")).stdout)
    assert [each["id"] for each in rest["replayed"]] == [second]
    none = await shell.run("replay", "--failed-since", "3h")
    assert (none.exit_code, none.stdout) == (0, "0 sent anew, 0 refused\n")


async def test_what_may_have_gone_out_needs_force(shell: Shell) -> None:
    message = await shell.sent("hello")
    now = shell.service.clock.now_ms()
    await shell.settle_next(AttemptOutcome.NO_ANSWER, cause="silent", decide_at=now)
    (attempt,) = await shell.service.store.open_attempts()
    await shell.service.store.decide_ambiguous(attempt.attempt_id, resend=False, cause="silent", now=now)
    assert "0 sent anew" in (await shell.run("replay", "--failed-since", "3h")).stdout
    assert "may have gone out" in await shell.error("replay", "--failed-since", "3h", "--status", "unknown")
    result = await shell.run("replay", str(message.id))
    assert (result.exit_code, "it may have gone out" in result.stderr) == (1, True)
    assert "1 sent anew" in (await shell.run("replay", "--failed-since", "3h", "--force")).stdout


async def test_replay_needs_to_know_which(shell: Shell) -> None:
    assert await shell.error("replay") == "give the ids of messages, or --failed-since"
    assert await shell.error("replay", "1", "--failed-since", "3h") == "give the ids of messages, or --failed-since"


async def test_without_a_gateway_it_says_so(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(f'[store]\nurl = "sqlite:///{tmp_path}/gateway.db"\n')
    result = await asyncio.to_thread(CliRunner().invoke, command, ["cancel", "1", "--config", str(config)])
    assert (result.exit_code, "no gateway is running here" in result.stderr) == (1, True)
