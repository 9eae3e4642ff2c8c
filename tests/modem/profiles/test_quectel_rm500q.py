"""RM500Q: the temperature stands in one of many lines, and a sensor may be asleep."""

from __future__ import annotations

from modem.profiles.quectel_rm500q import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_the_temperature_is_that_of_the_module() -> None:
    """RG50xQ&RM5xxQ manual, +QTEMP: name and degrees in quotation marks, -273 for a sensor that is off."""
    assert PROFILE.temperature_c is not None
    lines = ['+QTEMP:"modem-mmw0","-273"', '+QTEMP:"modem-ambient-usr","-273"', '+QTEMP:"cpuss-0-usr","-4"']
    assert PROFILE.temperature_c.read(lines) == -4.0
    assert PROFILE.temperature_c.read(lines[:2]) is None


def test_what_it_answers() -> None:
    play(
        [("+QNWINFO", ['+QNWINFO: "FDD LTE","00101","LTE BAND 3",1300', "OK"])], Bench(personality=PROFILE.personality)
    )
    play([('+QURCCFG="urcport","all"', OK)], Bench(personality=PROFILE.personality))
