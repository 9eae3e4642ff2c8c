"""The files of the Debian package fit each other and the program; `make usb` installs the package itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.config.settings import DEFAULT_FILE
from tests.house.tree import ROOT

FOLDER = ROOT / "packaging" / "deb"
SETTINGS = FOLDER / "gateway.toml"


def uncommented() -> str:
    """Give the settings file as it is once a person has taken every # from a setting away."""
    return re.sub(r"^# (?=\[|[a-z_]+ = )", "", SETTINGS.read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_maintainer_script_is_sh_that_stops_at_the_first_mistake(script: str) -> None:
    text = (FOLDER / script).read_text()
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -e\n" in text
    assert subprocess.run(["sh", "-n", FOLDER / script], capture_output=True, check=False).stderr == b""


def test_settings_file_is_the_one_that_the_daemon_reads() -> None:
    assert (FOLDER / "conffiles").read_text().split() == [str(DEFAULT_FILE)]


def test_settings_file_is_right_as_it_comes_and_sets_nothing() -> None:
    shown = CliRunner().invoke(main, ["check", "--config", str(SETTINGS)])
    assert (shown.exit_code, shown.output.count("settings are right")) == (0, 1), shown.output
    assert [table for table in tomllib.loads(SETTINGS.read_text()).values() if table] == []


def test_every_setting_in_it_is_one_that_the_daemon_knows(tmp_path: Path) -> None:
    text = uncommented()
    assert len(re.findall(r"^[a-z_]+ = ", text, re.MULTILINE)) == SETTINGS.read_text().count(" = ")
    pin = tmp_path / "pin"
    pin.write_text("1234")
    config = tmp_path / "gateway.toml"
    config.write_text(text.replace("/etc/gsm-gateway/pin-of-sim-1", str(pin)))
    shown = CliRunner().invoke(main, ["check", "--config", str(config)])
    assert shown.exit_code == 0, shown.output
