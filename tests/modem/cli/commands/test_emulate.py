from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from modem.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--control", "127.0.0.1"], "not HOST:PORT"),
        (["--control", "127.0.0.1:65536"], "not HOST:PORT"),
        (["--count", "0"], "not in the range"),
        (["--radio-time", "-1"], "from 0 to 86400 seconds"),
        (["--report-delay", "nan"], "from 0 to 86400 seconds"),
        (["--radio-time", "x"], "not a valid float"),
        (["--model", "sim801"], "'sim801' is not one of a7670"),
        (["--tcp", "7000"], "not HOST:PORT"),
        (["--replay", "/nowhere/at.all"], "does not exist"),
        (["--replay", __file__, "--seed", "1"], "--seed does not go with --replay"),
        (["--replay", __file__, "--model", "sim800"], "--model does not go with --replay"),
        (["--replay", __file__, "--ledger", "/dev/null"], "--ledger does not go with --replay"),
        (["--check"], "--check goes with --scenario"),
        (["--scenario", "/nowhere/at.all"], "does not exist"),
        (["--scenario", __file__, "--count", "2"], "--count does not go with --scenario"),
        (["--scenario", __file__, "--replay", __file__], "--replay does not go with --scenario"),
        (["--tcp", "127.0.0.1:7000", "--tcp", "127.0.0.1:7000"], "named twice"),
        (["--tcp", "127.0.0.1:65000", "--count", "1000"], "ports above 65535"),
        (["--tcp", "127.0.0.1:7000", "--tcp", "127.0.0.1:7001", "--count", "1"], "1 modems and 2 addresses"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_starts(tmp_path: Path, arguments: list[str], complaint: str) -> None:
    directory = tmp_path / "modems"
    result = CliRunner().invoke(main, ["emulate", "--dir", str(directory), *arguments])

    assert result.exit_code == 2
    assert complaint in result.output
    assert not directory.exists()


def test_fewer_addresses_than_modems_are_refused_when_there_is_no_other_port() -> None:
    result = CliRunner().invoke(main, ["emulate", "--count", "3", "--tcp", "127.0.0.1:0", "--tcp", "[::1]:0"])

    assert result.exit_code == 2
    assert "3 modems and 2 addresses" in result.output


def test_some_kind_of_port_must_be_named() -> None:
    result = CliRunner().invoke(main, ["emulate"])

    assert result.exit_code == 2
    assert "--dir" in result.output
    assert "--tcp" in result.output


def test_the_models_are_listed_without_any_other_option() -> None:
    result = CliRunner().invoke(main, ["emulate", "--model", "list"])

    assert result.exit_code == 0
    assert "sim800           SIMCOM_Ltd SIMCOM_SIM800L\n" in result.output
    assert "generic" in result.output


def test_a_scenario_is_checked_and_nothing_started(tmp_path: Path) -> None:
    file = tmp_path / "good.toml"
    file.write_text(f'directory = "{tmp_path}/modems"\n[[modems]]\ncount = 3\n')
    result = CliRunner().invoke(main, ["emulate", "--scenario", str(file), "--check"])

    assert (result.exit_code, result.output) == (0, f"{file}: 3 modems, 0 entries on the timeline, no mistakes\n")
    assert not (tmp_path / "modems").exists()


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_every_mistake_of_a_scenario_is_a_line(tmp_path: Path, options: list[str]) -> None:
    file = tmp_path / "bad.toml"
    file.write_text('seed = "x"\n[[modems]]\ncount = 0\n')
    result = CliRunner().invoke(main, ["emulate", "--scenario", str(file), *options])

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"Error: {file}: line 1: seed: must be a whole number, not 'x'",
        f"{file}: line 3: modems[0].count: must be at least 1, not 0",
    ]


def test_a_scenario_without_ports_needs_them_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "bare.toml"
    file.write_text("[[modems]]\n")
    result = CliRunner().invoke(main, ["emulate", "--scenario", str(file)])

    assert result.exit_code == 2
    assert "--dir" in result.output
