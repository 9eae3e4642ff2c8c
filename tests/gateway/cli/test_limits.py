"""`limit` and `quota` of `span` and `account` against a real database, as the gateway would see it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from gateway.cli.commands import account, span
from gateway.clock import Clock
from gateway.core.pacing import Limits, Owner, OwnerKind, Pace
from gateway.core.period import Period
from gateway.core.span import Span
from gateway.core.types import EpochMs, Port
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.sending import Turn
from tests.support.store import a_message, an_account

Run = Callable[..., Result]
ICCID = "89490200001234567890"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db"


@pytest.fixture
def run(tmp_path: Path, database: Path) -> Run:
    config = tmp_path / "gateway.toml"
    limits = "[modems]\nlimits = { gap_s = 2, gap_jitter_s = 1, per_hour = 100 }\n"
    config.write_text(f'[store]\nurl = "sqlite:///{database}"\n{limits}', encoding="utf-8")

    async def fill() -> None:
        store = SqliteStore(database)
        await store.open()
        await store.save_span(Span(port=Port(1), name="gsm-1", iccid=ICCID))
        await store.save_span(Span(port=Port(2), name="gsm-2"))
        await store.add_account(an_account("shop"), "-", EpochMs(0))
        await store.close()

    asyncio.run(fill())

    def run(command: click.Command, *words: str) -> Result:
        return CliRunner().invoke(command, [words[0], "--config", str(config), *words[1:]])

    return run


def quotas(result: Result) -> list[tuple[str, str, int, int]]:
    assert result.exit_code == 0, result.output
    return [
        (report["name"], one["period"], one["used"], one["limit"])
        for report in json.loads(result.stdout)
        for one in report["quotas"]
    ]


def test_limits_of_the_file_are_shown_and_what_is_set_wins_and_can_be_taken_back(run: Run) -> None:
    assert quotas(run(span.command, "quota", "--json")) == [(ICCID, "hour", 0, 100), ("span 2", "hour", 0, 100)]
    result = run(span.command, "limit", "1", "--per-day", "500", "--per-hour", "none", "--contract-day", "15")
    assert result.exit_code == 0, result.output
    assert quotas(run(span.command, "quota", "1", "--json")) == [(ICCID, "day", 0, 500)]
    assert quotas(run(span.command, "quota", "2", "--json")) == [("span 2", "hour", 0, 100)]
    (report,) = json.loads(run(span.command, "quota", "1", "--json").stdout)
    assert report["set_at_run_time"] == {"per_day": 500, "per_hour": 0, "contract_day": 15}
    assert (report["limits"]["gap_s"], report["limits"]["gap_jitter_s"]) == (2, 1)
    assert run(span.command, "limit", "1", "--per-day", "default", "--per-hour", "default").exit_code == 0
    assert quotas(run(span.command, "quota", "1", "--json")) == [(ICCID, "hour", 0, 100)]


def test_table_is_for_people(run: Run) -> None:
    lines = run(span.command, "limit", "1", "--per-month", "3000", "--timezone", "Europe/Berlin").stdout.splitlines()
    assert lines[0].split() == ["PORT", "SIM", "PERIOD", "USED", "LIMIT", "KIND"]
    assert lines[1].split() == ["1", ICCID, "hour", "0", "100", "calendar", "Europe/Berlin"]
    assert lines[2].endswith("month   0     3000      calendar Europe/Berlin, begins on day 1")
    assert lines[3].split() == ["1", ICCID, "gap", "2", "to", "3", "s"]
    assert run(account.command, "quota").stdout.split() == ["ACCOUNT", "PERIOD", "shop", "no", "limits"]


def test_what_is_used_is_shown_with_when_there_will_be_more_room(run: Run, database: Path) -> None:
    assert run(account.command, "limit", "SHOP", "--per-day", "5", "--periods", "sliding").exit_code == 0

    async def send() -> None:
        store = SqliteStore(database)
        await store.open()
        now = Clock().now_ms()
        message = a_message(accepted_at=now, valid_until=EpochMs(now + 1000), segment_count=2)
        await store.accept([message])
        (one,) = await store.accounts()
        (values,) = (await store.own_limits(OwnerKind.ACCOUNT)).values()
        assert values == {"per_day": 5, "periods": "sliding"}
        limits = Limits(per_day=5, is_sliding=True)
        paces = {one.id: Pace(owner=_owner(one.id), name="shop", limits=limits)}
        result = await store.turn(Turn(port=Port(1), sim=ICCID, imsi="", now=now, account_paces=paces))
        assert result.assignment is not None
        await store.close()

    asyncio.run(send())
    result = run(account.command, "quota", "shop", "--json")
    assert quotas(result) == [("shop", Period.DAY, 2, 5)]
    assert json.loads(result.stdout)[0]["quotas"][0]["ends_at"].startswith("20")


def _owner(account_id: int) -> Owner:
    return Owner(OwnerKind.ACCOUNT, str(account_id))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["span", "limit", "9", "--per-day", "1"], "there is no span 9"),
        (["span", "limit", "1"], "nothing to change"),
        (["span", "limit", "1", "--per-day", "many"], "not a number"),
        (["span", "limit", "1", "--per-day", "-1"], "per_day: "),
        (["span", "limit", "1", "--contract-day", "32"], "contract_day: "),
        (["span", "limit", "1", "--timezone", "Mars/Base"], "not an IANA time zone"),
        (["span", "limit", "1", "--periods", "weekly"], "periods: "),
        (["account", "limit", "nobody", "--per-day", "1"], "no account nobody"),
    ],
)
def test_mistakes_are_named_and_nothing_is_changed(run: Run, words: list[str], reason: str) -> None:
    result = run({"span": span.command, "account": account.command}[words[0]], *words[1:])
    assert result.exit_code != 0
    assert reason in result.output
    assert quotas(run(span.command, "quota", "1", "--json")) == [(ICCID, "hour", 0, 100)]
