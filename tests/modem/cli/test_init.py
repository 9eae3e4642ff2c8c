"""The command line of gsm-modem: every file of the shelf is a command, and asking for help is quick."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click import Command
from click.testing import CliRunner

from modem.cli import main


def test_every_file_of_the_shelf_is_a_command() -> None:
    result = CliRunner().invoke(main, ["--help"])

    assert result.exit_code == 0
    assert isinstance(main, Command)
    assert "emulate" in result.output


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["nosuch"])

    assert result.exit_code == 2
    assert "No such command 'nosuch'" in result.output


@pytest.mark.parametrize("command", ["at", "decode", "emulate", "encode"])
def test_help_loads_nothing_heavy(command: str) -> None:
    program = (
        "import sys\n"
        "from modem.cli import main\n"
        f"main([{command!r}, '--help'], standalone_mode=False)\n"
        "print(sorted({'asyncio', 'aiohttp', 'serial'} & sys.modules.keys()), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"
    assert "Examples:" in done.stdout
