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
        (["--control", "0.0.0.0:8090"], "not on the loopback"),
        (["--control", "example.org:80"], "not on the loopback"),
        (["--control", "127.0.0.1"], "not HOST:PORT"),
        (["--control", "127.0.0.1:65536"], "not HOST:PORT"),
        (["--count", "0"], "not in the range"),
        (["--radio-time", "-1"], "from 0 to 86400 seconds"),
        (["--report-delay", "nan"], "from 0 to 86400 seconds"),
        (["--radio-time", "x"], "not a valid float"),
        (["--model", "sim801"], "'sim801' is not one of cinterion-ehs6"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_starts(tmp_path: Path, arguments: list[str], complaint: str) -> None:
    directory = tmp_path / "modems"
    result = CliRunner().invoke(main, ["emulate", "--dir", str(directory), *arguments])

    assert result.exit_code == 2
    assert complaint in result.output
    assert not directory.exists()


def test_the_directory_must_be_named() -> None:
    result = CliRunner().invoke(main, ["emulate"])

    assert result.exit_code == 2
    assert "--dir" in result.output


def test_the_models_are_listed_without_any_other_option() -> None:
    result = CliRunner().invoke(main, ["emulate", "--model", "list"])

    assert result.exit_code == 0
    assert "sim800           SIMCOM_Ltd SIMCOM_SIM800L\n" in result.output
    assert "generic" in result.output
