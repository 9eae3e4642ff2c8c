"""Everything about one port: speed, what its modem can, what is against asking it."""

from __future__ import annotations

from pathlib import Path

from modem.cli.one_port import SPEEDS, look_at
from modem.emulator.rack.blocking import GsmModem
from modem.ports.sysfs import Sysfs
from tests.support.devices import lay_out


async def test_the_pty_of_an_emulated_modem_tells_what_it_can(gsm_modem: GsmModem) -> None:
    found = await look_at(gsm_modem.port, Sysfs(), baudrate=None, is_forced=False)
    rows = dict(found.rows)
    assert rows["kind"] == "virtual"
    assert rows["IMEI"] == gsm_modem.imei
    for name in (
        "indications it offers",
        "memories it offers",
        "message services it offers",
        "character sets it offers",
    ):
        assert rows[name].startswith("+"), name
    assert found.advice == []
    assert found.record["modem"]["iccid"] == gsm_modem.iccid


async def test_the_speed_of_a_line_is_found_by_trying(tmp_path: Path, gsm_modem: GsmModem) -> None:
    """A PTY has no speed, so the first one tried is the one that answers."""
    lay_out(tmp_path, "ftdi")
    (tmp_path / "dev/ttyUSB0").unlink()
    (tmp_path / "dev/ttyUSB0").symlink_to(gsm_modem.port)
    sysfs = Sysfs(sys=tmp_path / "sys", dev=tmp_path / "dev", run=tmp_path / "run")
    found = await look_at(gsm_modem.port, sysfs, baudrate=None, is_forced=False)
    assert found.speed == SPEEDS[0]
    found = await look_at(gsm_modem.port, sysfs, baudrate=9600, is_forced=False)
    assert found.speed == 9600


async def test_a_port_that_is_not_for_commands_is_not_asked_and_the_right_one_named(tmp_path: Path) -> None:
    lay_out(tmp_path, "quectel-ec25")
    sysfs = Sysfs(sys=tmp_path / "sys", dev=tmp_path / "dev", run=tmp_path / "run")
    found = await look_at(str(tmp_path / "dev/ttyUSB0"), sysfs, baudrate=None, is_forced=False)
    assert found.said is None
    (advice,) = found.advice
    assert "diagnostics" in advice
    assert str(tmp_path / "dev/ttyUSB2") in advice


async def test_what_is_not_there_or_does_not_answer_is_said(tmp_path: Path) -> None:
    found = await look_at(str(tmp_path / "nothing"), Sysfs(), baudrate=None, is_forced=False)
    assert found.advice == [f"There is no {tmp_path / 'nothing'}."]
    refused = await look_at("socket://127.0.0.1:1", Sysfs(), baudrate=None, is_forced=False)
    assert "refused" in refused.advice[0]
