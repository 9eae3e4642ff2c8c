"""The command against a real database while no gateway runs; tests/acceptance has it beside a running one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.commands.span import command
from gateway.core.history import HistoryEvent, HistoryKind
from gateway.core.span import Span
from gateway.core.types import EpochMs, Port
from gateway.store.backends.sqlite.store import SqliteStore

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    database = tmp_path / "gateway.db"
    config = tmp_path / "gateway.toml"
    weight = '[[span]]\nport = 1\nweight = 2.5\nmatch = { imei = "490154203237518" }\n'
    rule = '[[route]]\nname = "Germany"\ncountries = ["DE"]\nspans = [2]\nonly = true\n'
    config.write_text(f'[store]\nurl = "sqlite:///{database}"\n{weight}{rule}', encoding="utf-8")

    async def fill() -> None:
        store = SqliteStore(database)
        await store.open()
        await store.save_span(Span(port=Port(1), name="gsm-1", imei="490154203237518", path="/dev/ttyUSB2"))
        await store.save_span(Span(port=Port(2), name="gsm-2"))
        kinds = ((HistoryKind.LOST, "unplugged", 1), (HistoryKind.RECOVERY, "it is deaf; trying: ESC and AT", 2))
        await store.add_history(
            [
                HistoryEvent(at=EpochMs(1_711_447_200_000 + index), kind=kind, detail=detail, port=Port(port))
                for index, (kind, detail, port) in enumerate(kinds)
            ]
        )
        await store.close()

    asyncio.run(fill())

    def run(*words: str) -> Result:
        return CliRunner().invoke(command, [words[0], "--config", str(config), *words[1:]])

    return run


def test_spans_are_listed_with_what_is_stored(run: Run) -> None:
    lines = run("list").stdout.splitlines()
    assert lines[0].split() == ["PORT", "NAME", "STATE", "SENT", "FAILED", "WAITING", "REASON"]
    assert lines[1].split(maxsplit=6) == ["1", "gsm-1", "missing", "0", "0", "0", "the gateway is not running"]
    rows = json.loads(run("list", "--json").stdout)
    assert [(row["port"], row["name"], row["imei"]) for row in rows] == [
        (1, "gsm-1", "490154203237518"),
        (2, "gsm-2", ""),
    ]


def test_one_span_is_shown_with_what_is_known(run: Run) -> None:
    shown = run("show", "1").stdout
    assert "/dev/ttyUSB2" in shown
    assert "IMEI           490154203237518" in shown
    assert "temperature" not in shown
    assert "per part       4 s, weight 2.5" in shown
    assert json.loads(run("show", "1", "--json").stdout)["reason"] == "the gateway is not running"


def test_history_is_shown_newest_first(run: Run) -> None:
    lines = run("history").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["2024-03-26T10:00:00Z"] * 2
    assert "recovery" in lines[1]
    assert "unplugged" in lines[2]
    assert [line["detail"] for line in json.loads(run("history", "1", "--json").stdout)] == ["unplugged"]
    assert len(json.loads(run("history", "--limit", "1", "--json").stdout)) == 1


def test_span_is_paused_renamed_and_resumed(run: Run) -> None:
    assert run("pause", "2").exit_code == run("rename", "2", "sales desk").exit_code == 0
    (row,) = [row for row in json.loads(run("list", "--json").stdout) if row["port"] == 2]
    assert (row["name"], row["enabled"], row["state"]) == ("sales desk", False, "stopped")
    assert run("resume", "2").exit_code == 0
    assert json.loads(run("show", "2", "--json").stdout)["enabled"] is True
    kinds = [line["kind"] for line in json.loads(run("history", "2", "--json").stdout)]
    assert kinds == ["resumed", "renamed", "paused", "recovery"]


@pytest.mark.parametrize(
    "words", [("show", "9"), ("pause", "9"), ("history", "9"), ("rename", "9", "x"), ("drain", "9")]
)
def test_unknown_span_is_said_in_one_line(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert (result.exit_code, result.output) == (1, "Error: there is no span 9\n")


def test_gateway_that_never_ran_is_said(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(f'[store]\nurl = "sqlite:///{tmp_path / "none.db"}"\n', encoding="utf-8")
    result = CliRunner().invoke(command, ["list", "--config", str(config)])
    assert result.exit_code == 1
    assert "the gateway has not run yet" in result.output
    assert not (tmp_path / "none.db").exists()


def test_what_would_be_chosen_is_explained(run: Run) -> None:
    lines = run("why", "+491711234567").stdout.splitlines()
    assert lines[0] == "+491711234567: no span yet (it would wait: no span of rule Germany can send now)"
    assert lines[1] == "may be sent by: 2"
    assert lines[4].split(maxsplit=1) == ["Germany", "decides: only its spans may send"]
    assert lines[-2].endswith("not one of rule Germany")
    assert lines[-1].endswith("missing: the gateway is not running")
    said = json.loads(run("why", "+43664123456", "--json").stdout)
    assert (said["port"], said["spans"]) == (None, [1, 2])
    assert said["rules"] == [{"name": "Germany", "verdict": "not about it: country"}]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("why", "nobody"), "not a phone number: nobody"),
        (("why", "+491711234567", "--account", "x"), "there is no account x"),
    ],
)
def test_what_cannot_be_explained_is_said_in_one_line(run: Run, words: tuple[str, ...], reason: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.output) == (1, f"Error: {reason}\n")


def test_span_that_is_drained_while_no_gateway_runs_drains_when_it_does(run: Run) -> None:
    result = run("drain", "2")
    assert (result.exit_code, result.output) == (0, "span 2 is draining: it will be empty once the gateway runs\n")
    row = json.loads(run("show", "2", "--json").stdout)
    assert (row["state"], row["drain"], row["reason"]) == ("draining", "draining", "the gateway is not running")
    assert run("resume", "2").exit_code == 0
    assert json.loads(run("show", "2", "--json").stdout)["drain"] == ""
