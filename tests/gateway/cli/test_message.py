"""The command with a running gateway over its real socket, and beside a database that nobody holds."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from gateway.cli.commands import message as module
from gateway.cli.commands.message import command
from gateway.control import ControlServer, control_path
from gateway.control_messages_read import LocalMessages
from gateway.core.callback import CallbackAnswer, CallbackEvent
from gateway.core.inbound import InboundKind, Nature
from gateway.core.status import Status
from gateway.core.types import EpochMs, MessageId, Port
from gateway.store.sending import AttemptOutcome, Settlement, Turn
from tests.gateway.api.desk import IMSI, Desk
from tests.gateway.store.test_contract_timeline import an_inbound
from tests.support.store import a_message

TEXT = "a text of nobody else's business"


class Shell:
    """A gateway that runs, and a person who types."""

    def __init__(self, desk: Desk, config: Path) -> None:
        self.desk = desk
        self.config = config

    async def run(self, *words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, command, [*words, "--config", str(self.config)])

    async def accept(self, **changes: object) -> MessageId:
        now = self.desk.clock.now_ms()
        values = {"account_id": self.desk.demo.id, "accepted_at": now, "text": TEXT, "port": Port(1), **changes}
        (message_id,) = await self.desk.store.accept([a_message(**values)])
        return message_id

    async def try_on(self, port: int, outcome: AttemptOutcome, **facts: object) -> None:
        """Have a span take the message that waits for it."""
        turn = Turn(port=Port(port), sim=IMSI[port], imsi=IMSI[port], now=self.desk.clock.now_ms())
        assignment = (await self.desk.store.turn(turn)).assignment
        assert assignment is not None
        settlement = Settlement(attempt_id=assignment.attempt_id, message_id=assignment.message_id, outcome=outcome)
        settlement = replace(settlement, **facts)  # type: ignore[arg-type]  # fields by name
        await self.desk.store.turn(replace(turn, settlement=settlement, claim=False))

    async def refuse(self) -> None:
        """Have span 1 refuse the message, which goes to span 2 then."""
        await self.try_on(
            1,
            AttemptOutcome.REFUSED,
            code="+CMS ERROR 38",
            cause="+CMS ERROR 38",
            meaning="network out of order",
            next_status=Status.QUEUED,
            exclude_until=EpochMs(self.desk.clock.now_ms() + 900_000),
            elsewhere=(Port(2),),
        )


def a_config(folder: Path) -> Path:
    config = folder / "gateway.toml"
    config.write_text(
        f'[gateway]\ntimezone = "Europe/Berlin"\n[store]\nurl = "sqlite:///{folder / "gateway.db"}"\n', encoding="utf-8"
    )
    return config


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    desk = Desk(tmp_path / "gateway.db")
    await desk.open()
    server = ControlServer(
        desk.accounts,
        control_path(tmp_path / "gateway.db"),
        parts={"message": LocalMessages(desk.service.timelines).call},
    )
    await server.start()
    with structlog.testing.capture_logs():  # the gateway's own lines go elsewhere
        yield Shell(desk, a_config(tmp_path))
    await server.stop()
    await desk.store.close()


async def test_a_message_that_failed_on_one_sim_and_went_out_on_another_is_shown(shell: Shell) -> None:
    desk = shell.desk
    await desk.store.set_subscriptions(desk.demo.id, "openvox", frozenset({CallbackEvent.RESULT}))
    message_id = await shell.accept(spans=(Port(1), Port(2)), client_ref="order 7")
    desk.clock.advance(1)
    await shell.refuse()
    desk.clock.advance(1)
    await shell.try_on(2, AttemptOutcome.ACCEPTED, mr=7)
    (row,) = await desk.store.due_callbacks(desk.clock.now_ms(), limit=9, busy=frozenset())
    await desk.store.callback_done(row.id, row.status_at, CallbackAnswer(at=row.status_at, took_ms=12, text="HTTP 200"))
    shown = (await shell.run("show", str(message_id))).stdout
    # The clock of the desk begins at 10:15:00 UTC; Berlin is an hour ahead in March 2024, before the 31st.
    assert shown.splitlines() == [
        "message 1, outbound",
        "  status     sent",
        "  account    demo, by openvox",
        "  recipient  +491711234567, given as 01711234567",
        "  reference  order 7",
        "  span       gsm-2",
        "  size       1 segment, GSM-7",
        "  text       32 characters, --text shows them",
        "",
        "TIME (Europe/Berlin)     WHAT      DETAIL",
        "2024-03-26 11:15:00.000  accepted  from demo by openvox, 1 segment, GSM-7",
        "2024-03-26 11:15:00.000  routed    only gsm-1 or gsm-2 may send it",
        "2024-03-26 11:15:01.000  attempt   on gsm-1, try 1",
        "2024-03-26 11:15:01.000  refused   +CMS ERROR 38, network out of order; tried on gsm-2",
        "2024-03-26 11:15:02.000  attempt   on gsm-2, try 2",
        "2024-03-26 11:15:02.000  taken     the network took it, TP-MR 7",
        "2024-03-26 11:15:02.000  sent      the network took every segment",
        "2024-03-26 11:15:02.000  callback  result sent to demo by openvox: HTTP 200 in 12 ms, try 1",
    ]


async def test_the_text_is_shown_only_when_it_is_asked_for(shell: Shell) -> None:
    message_id = await shell.accept()
    for words in (("show", f"{message_id}"), ("show", f"{message_id}", "--json"), ("list",), ("list", "--json")):
        result = await shell.run(*words)
        assert result.exit_code == 0
        assert TEXT not in result.output
    assert TEXT in (await shell.run("show", f"{message_id}", "--text")).stdout
    assert json.loads((await shell.run("show", f"{message_id}", "--text", "--json")).stdout)["message"]["text"] == TEXT


async def test_json_has_facts_with_instants_in_utc(shell: Shell) -> None:
    message_id = await shell.accept(spans=(Port(1), Port(2)))
    await shell.refuse()
    shown = json.loads((await shell.run("show", str(message_id), "--json")).stdout)
    assert (shown["message"]["status"], shown["message"]["account"]) == ("queued", "demo")
    (refusal,) = [entry for entry in shown["entries"] if entry["kind"] == "refused"]
    assert (refusal["code"], refusal["meaning"], refusal["follows"], refusal["at"]) == (
        "+CMS ERROR 38",
        "network out of order",
        "tried on gsm-2",
        "2024-03-26T10:15:00.000Z",
    )
    assert "key" not in refusal


async def test_follow_prints_what_happens_until_nothing_more_is_expected(shell: Shell) -> None:
    message_id = await shell.accept(request_report=False)
    following = asyncio.create_task(shell.run("show", str(message_id), "--follow"))
    while not shell.desk.store._listeners:  # it waits now
        await asyncio.sleep(0.01)
    await shell.desk.settle(message_id)
    lines = (await following).stdout.splitlines()
    found = [match[1] for line in lines if (match := re.match(r"2024-\S+ \S+  (\w+)", line))]
    assert found == ["accepted", "attempt", "taken", "sent"]
    as_json = (await shell.run("show", str(message_id), "--follow", "--json")).stdout.splitlines()
    assert [json.loads(line)["kind"] for line in as_json] == found


async def test_messages_are_listed_newest_first_and_filtered(shell: Shell) -> None:
    other = await shell.desk.add_account("other")
    first = await shell.accept()
    second = await shell.accept(account_id=other.id, recipient="+49301", recipient_given="+49301", port=Port(2))
    await shell.desk.store.cancel(first, account_id=None, now=shell.desk.clock.now_ms())
    lines = (await shell.run("list")).stdout.splitlines()
    assert lines[0].split()[:2] == ["ID", "ACCEPTED"]
    assert [line.split()[0] for line in lines[1:]] == [str(second), str(first)]
    assert lines[2].split()[3:] == ["demo", "+491711234567", "cancelled", "gsm-1", "1", "withdrawn"]

    async def listed(*words: str) -> list[int]:
        return [row["id"] for row in json.loads((await shell.run("list", "--json", *words)).stdout)]

    assert await listed("--status", "cancelled", "--status", "failed") == [first]
    assert await listed("--account", "OTHER") == [second]
    assert await listed("--number", "0049301") == [second]
    assert await listed("--span", "1") == [first]
    assert await listed("--since", "2024-03-26 11:15") == [second, first]
    assert await listed("--since", "2024-03-26 11:16") == []
    assert await listed("--since", "3d") == []
    assert await listed("--before", str(second)) == [first]
    result = await shell.run("list", "--limit", "1")
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == [str(second)]
    assert result.stderr == f"(older ones: --before {second})\n"
    assert (await shell.run("list", "--status", "failed")).stderr == "(no such message)\n"


async def test_a_search_ends_after_so_many_stretches_and_says_where(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.backends.sqlite.finding.STRETCH", 2)
    monkeypatch.setattr(module, "MOST_CALLS", 3)
    for _ in range(12):
        await shell.accept()
    result = await shell.run("list", "--status", "failed")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "(older ones: --before 4)" in result.stderr


async def test_received_messages_are_shown_those_on_record_only_apart(shell: Shell) -> None:
    at = EpochMs(shell.desk.clock.now_ms())
    shown = await shell.desk.store.add_inbound(an_inbound(received_at=at), None)
    silent = Nature(kind=InboundKind.SILENT, pid=0x40, is_shown=False)
    aside = await shell.desk.store.add_inbound(an_inbound(received_at=at, nature=silent), None)
    await shell.accept()
    inbox = (await shell.run("list", "--inbound")).stdout.splitlines()
    assert [line.split()[0] for line in inbox] == ["ID", str(shown)]
    rows = (await shell.run("list", "--inbound", "--aside")).stdout.splitlines()[1:]
    assert [re.split(r"\s{2,}", row) for row in rows] == [
        [
            str(aside),
            "2024-03-26 11:15:00.000",
            "+491729999999",
            "gsm-1",
            "silent",
            "a silent message (type 0) is not shown",
        ]
    ]
    detail = (await shell.run("show", str(aside))).stdout
    assert "message 2, inbound" in detail
    assert "received" in detail
    assert "on record only" in detail


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        (("show", "99"), "there is no message 99"),
        (("list", "--account", "nobody"), "there is no account nobody"),
        (("list", "--since", "soon"), "wanted: 2h"),
        (("list", "--inbound", "--status", "sent"), "are about messages that were sent"),
        (("list", "--status", "lost"), "is not one of"),
    ],
)
async def test_mistakes_are_told(shell: Shell, words: tuple[str, ...], mistake: str) -> None:
    result = await shell.run(*words)
    assert result.exit_code != 0
    assert mistake in result.stderr


async def test_without_a_gateway_what_is_stored_is_shown(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "gateway.db")
    await desk.open()
    shell = Shell(desk, a_config(tmp_path))
    message_id = await shell.accept()
    await desk.store.close()
    assert "from demo by openvox" in (await shell.run("show", str(message_id))).stdout
    assert (await shell.run("list")).stdout.splitlines()[1].split()[0] == str(message_id)
    result = await shell.run("show", str(message_id), "--follow")
    assert (result.exit_code, result.stderr) == (1, "Error: no gateway is running here\n")


async def test_a_gateway_that_never_ran_is_said(tmp_path: Path) -> None:
    result = await asyncio.to_thread(CliRunner().invoke, command, ["list", "--config", str(a_config(tmp_path))])
    assert result.exit_code == 1
    assert "the gateway has not run yet" in result.stderr
