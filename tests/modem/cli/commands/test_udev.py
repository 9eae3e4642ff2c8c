"""`gsm-modem udev`: the rules go to standard output or to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from modem.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def test_rules_are_printed() -> None:
    result = CliRunner().invoke(main, ["udev"])

    assert result.exit_code == 0
    assert result.output.startswith("# Written by `gsm-modem udev`")
    assert result.output.endswith('LABEL="gsm_modem_end"\n')


def test_rules_are_written_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "60-gsm-modem.rules"
    result = CliRunner().invoke(main, ["udev", "--output", str(file)])

    assert (result.exit_code, result.output) == (0, "")
    assert file.read_text() == CliRunner().invoke(main, ["udev"]).output


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "60-gsm-modem.rules"
    result = CliRunner().invoke(main, ["udev", "--output", str(file)])

    assert result.exit_code == 1
    assert result.output == f"Error: cannot write {file}: No such file or directory\n"
