from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.commands.store import command
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.store import NOW, a_message, an_account


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = tmp_path / "gateway.toml"
    config.write_text(f'[store]\nurl = "sqlite:///{tmp_path}/gateway.db"\nmin_free_mb = 1\n')
    return config


async def fill(folder: Path) -> None:
    store = SqliteStore(folder / "gateway.db")
    await store.open()
    await store.add_account(an_account("shop"), "-", NOW)
    await store.accept([a_message()])
    await store.close()


def test_without_a_gateway_the_file_is_looked_at(config: Path, tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path))
    result = CliRunner().invoke(command, ["--config", str(config)])
    assert result.exit_code == 0, result.output
    lines = dict(line.split(maxsplit=1) for line in result.output.replace("new messages", "new-messages").splitlines())
    assert lines["database"] == f"{tmp_path}/gateway.db"
    assert lines["outbound"] == "1 messages, 1 of them wait"
    assert lines["new-messages"] == "taken"
    assert json.loads(CliRunner().invoke(command, ["--json", "--config", str(config)]).output)["outbound"] == 1


def test_a_disk_without_the_wanted_room_ends_with_1(config: Path, tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path))
    config.write_text(config.read_text().replace("min_free_mb = 1", f"min_free_mb = {10**12}"))
    result = CliRunner().invoke(command, ["--config", str(config)])
    assert result.exit_code == 1
    assert "refused: the disk is nearly full" in result.output


def test_a_gateway_that_never_ran_has_no_database(config: Path) -> None:
    result = CliRunner().invoke(command, ["--config", str(config)])
    assert result.exit_code == 1
    assert "has not run yet" in result.output
