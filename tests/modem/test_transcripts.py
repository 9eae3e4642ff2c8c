"""Every recorded dialogue drives both ends: the emulator by what hosts said, the driver by what modems said."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from modem.at.transcript import Side, parse_transcript
from modem.emulator.card.sim import Sim
from modem.emulator.machine.machine import Machine
from modem.emulator.machine.replay import Replay
from modem.emulator.network import Network
from modem.emulator.numbering import SMSC_NUMBER, identity
from modem.emulator.rack.air import Air
from tests.modem.driver.driving import driven
from tests.modem.emulator.bench import EPOCH
from tests.support.scripted_modem import ScriptedModem, read_transcript

if TYPE_CHECKING:
    from modem.at.transcript import Passage

FOLDER: Final = Path(__file__).parent / "transcripts"
MODELS: Final = sorted(FOLDER.glob("*.at"))
PROGRAMS: Final = sorted((FOLDER / "programs").glob("*.at"))
FINALS: Final = re.compile(r"(OK|ERROR|\+CM[ES] ERROR: ?\d+|[04])")


def passages(file: Path) -> list[Passage]:
    return parse_transcript(file.read_text("utf-8"))


def name(file: Path) -> str:
    return file.stem


def test_there_are_dialogues() -> None:
    assert len(MODELS) >= 5
    assert len(PROGRAMS) >= 5


@pytest.mark.parametrize("file", [*MODELS, *PROGRAMS], ids=name)
def test_a_dialogue_says_where_it_is_from(file: Path) -> None:
    comments = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]

    assert file.read_text("utf-8").startswith("# ")
    assert re.search(r"Sources?( of [a-z ]+)?:|3GPP TS|ITU-T|issues? \d|github\.com", "\n".join(comments)), (
        "no source is named"
    )


@pytest.mark.parametrize("file", [*MODELS, *PROGRAMS], ids=name)
def test_a_dialogue_plays_back_octet_by_octet(file: Path) -> None:
    said = passages(file)
    replay = Replay(said)
    replay.power_on(0.0)
    replay.handle_timer(0.0)
    heard = replay.data_to_send()
    for passage in said:
        if passage.side is Side.HOST:
            replay.receive_data(passage.octets, 0.0)
            heard += replay.data_to_send()

    assert heard == b"".join(passage.octets for passage in said if passage.side is Side.DEVICE)
    assert replay.next_event() is None


class Line:
    """One emulated modem as it comes out of the box, echo on."""

    def __init__(self) -> None:
        who = identity(0)
        self._machine = Machine(who, Sim(who, smsc=SMSC_NUMBER, last_mr=0), boot_s=0.0)
        self._air = Air(Network(epoch=EPOCH), [self._machine])
        self._machine.power_on(0.0)
        self._air.settle(0, 0.0)
        self._machine.data_to_send()

    def say(self, octets: bytes) -> bytes:
        self._machine.receive_data(octets, 0.0)
        self._air.settle(0, 0.0)
        return self._machine.data_to_send()


def shape(octets: bytes, said: bytes) -> list[str]:
    """What a program looks at first: names of answers, how it ended, and whether there was a prompt; no values."""
    lines = octets.replace(said.strip(b"\r\n\x1a"), b"", 1).decode("latin-1").split("\r\n")
    return [_shape(line.strip("\r")) for line in lines if line.strip("\r")]


def _shape(line: str) -> str:
    if found := FINALS.fullmatch(line):
        return "refused" if "ERROR" in found[0] else "OK"
    if line == "> ":
        return line
    head, colon, _ = line.partition(": ")
    return f"{head}:" if colon and head.startswith(("+", "^", "#")) else "text"


@pytest.mark.parametrize("file", PROGRAMS, ids=name)
def test_the_emulator_answers_a_program_as_it_needs(file: Path) -> None:
    line = Line()
    wrong = []
    for side, group in groupby(passages(file), key=lambda passage: passage.side):
        said = list(group)
        if side is Side.HOST:
            *before, last = said
            for passage in before:
                line.say(passage.octets)
            got = line.say(last.octets)
        else:
            wanted = b"".join(passage.octets for passage in said)
            if shape(got, last.octets) != shape(wanted, last.octets):
                wrong.append(f"line {last.line}: {last.text!r} got {got!r}, needs {wanted!r}")

    assert wrong == []


@pytest.mark.parametrize("file", MODELS, ids=name)
async def test_the_driver_gets_every_model_ready(file: Path, tmp_path: Path) -> None:
    answers, boot = read_transcript(file.name)
    async with ScriptedModem(link=tmp_path / "modem0", answers=answers, memories={}) as scripted:
        scripted.say(*boot)
        async with driven(scripted) as (modem, _):
            assert modem.is_ready
