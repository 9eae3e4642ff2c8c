"""What is plugged in is listed with what it would become, and with what stands in the way."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from modem.cli.survey import Surveyed, survey
from modem.cli.survey_tables import records, show
from modem.emulator.rack.blocking import GsmModem, GsmNetwork
from modem.ports.sysfs import Sysfs
from tests.support.devices import lay_out
from tests.support.holding import holding
from tests.support.scripted_modem import ScriptedModem


def box(root: Path, description: str, wires: dict[str, str]) -> Sysfs:
    """Lay out devices, with emulated modems behind some of their ports."""
    lay_out(root, description)
    for name, wire in wires.items():
        file = root / "dev" / name
        file.unlink()
        file.symlink_to(wire)
    return Sysfs(sys=root / "sys", dev=root / "dev", run=root / "run")


def text(found: list[Surveyed]) -> str:
    out = io.StringIO()
    show(found, out)
    return out.getvalue()


async def test_a_modem_is_shown_with_its_ports_its_sim_and_the_span_it_would_be(
    tmp_path: Path, gsm_network: GsmNetwork
) -> None:
    modem = gsm_network.add_modem("quectel-ec25")
    found = await survey(box(tmp_path, "quectel-ec25", {"ttyUSB2": modem.port}), baudrate=115200)
    shown = text(found)
    for word in (modem.imei, modem.iccid, "quectel-ec25", "AT port", "diagnostics", "second AT port", "a span"):
        assert word in shown, word
    assert f'match = {{ imei = "{modem.imei}" }}' in shown
    (record,) = json.loads(records(found))
    assert record["at"] == str(tmp_path / "dev/ttyUSB2")
    assert record["modem"]["iccid"] == modem.iccid
    assert {port["role"] for port in record["ports"]} == {"diag", "gps", "at", "at2"}
    assert record["match"] == {"imei": modem.imei}


async def test_a_port_in_use_is_left_alone_and_its_holder_named(tmp_path: Path, gsm_modem: GsmModem) -> None:
    sysfs = box(tmp_path, "quectel-ec25", {"ttyUSB2": gsm_modem.port})
    with holding(gsm_modem.port) as pid:
        (found,) = await survey(sysfs, baudrate=115200)
    assert found.said is None
    assert f"(pid {pid})" in found.advice[0]
    assert "not disturbed" in found.advice[0]


async def test_behind_an_adapter_the_modem_that_answers_is_found_and_silence_is_explained(
    tmp_path: Path, gsm_network: GsmNetwork
) -> None:
    modem = gsm_network.add_modem("sim800")
    sysfs = box(tmp_path, "ch340", {"ttyUSB1": modem.port})
    (tmp_path / "dev/ttyUSB0").unlink()
    silent, answered = await survey(sysfs, baudrate=115200)
    assert (silent.said, silent.becomes) == (None, "a span, if it answers AT")
    assert answered.said is not None
    assert (answered.said.profile, answered.becomes) == ("sim800", "a span")


async def test_nothing_is_opened_when_nothing_shall_be_asked(tmp_path: Path, gsm_modem: GsmModem) -> None:
    (found,) = await survey(
        box(tmp_path, "quectel-ec25", {"ttyUSB2": gsm_modem.port}), baudrate=115200, is_asking=False
    )
    assert (found.said, found.asked, found.becomes) == (None, None, "a span, once it can be used")


async def test_two_modems_with_one_imei_are_told_to_be_bound_otherwise(tmp_path: Path) -> None:
    async with ScriptedModem(link=tmp_path / "one") as one, ScriptedModem(link=tmp_path / "two") as two:
        sysfs = box(tmp_path, "quectel-ec25-eight", {"ttyUSB2": str(one.link), "ttyUSB6": str(two.link)})
        found = await survey(sysfs, baudrate=115200)
    clones = [each for each in found if each.said is not None]
    assert len(clones) == 2
    for clone in clones:
        assert "2 modems say that their IMEI is 490154203237518" in clone.advice[-1]


@pytest.mark.parametrize(
    ("slot", "word"), [("1-1", "usb_modeswitch"), ("1-2", "HiLink"), ("1-3", "satellite"), ("1-4", "usb_modeswitch")]
)
async def test_what_is_no_modem_is_listed_with_the_reason(tmp_path: Path, slot: str, word: str) -> None:
    lay_out(tmp_path, "bystanders")
    found = await survey(Sysfs(sys=tmp_path / "sys", dev=tmp_path / "dev", run=tmp_path / "run"), baudrate=115200)
    (one,) = [each for each in found if each.choice.group.slot == slot]
    assert word in one.advice[0]
    assert one.becomes == "nothing: no modem"


async def test_an_empty_box_says_so(tmp_path: Path) -> None:
    found = await survey(Sysfs(sys=tmp_path, dev=tmp_path, run=tmp_path), baudrate=115200)
    assert text(found) == "No serial port and no modem is plugged in.\n"
    assert json.loads(records(found)) == []
