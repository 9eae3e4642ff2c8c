"""Each profile has a recorded dialogue, and both ends keep to it: the driver knows the model, the emulator plays it.

The dialogues are written from manuals and from what other programs expect, which each of them names; neither the
driver nor the personality was asked for them.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from modem.at.transcript import Side
from modem.at.urc import is_news, name_of
from modem.driver import Accepted
from modem.profiles import load_profiles
from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.driver.driving import TPDU, driven
from tests.modem.emulator.bench import Bench
from tests.modem.test_transcripts import FOLDER, passages, shape
from tests.support.scripted_modem import ScriptedModem, read_transcript

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modem.profile import Profile

MODELS = [profile for profile in load_profiles().values() if profile is not GENERIC]
of_each = pytest.mark.parametrize("profile", MODELS, ids=[profile.name for profile in MODELS])


def file_of(profile: Profile) -> Path:
    return FOLDER / f"{profile.name.replace('-', '_')}.at"


@of_each
def test_there_is_a_dialogue(profile: Profile) -> None:
    assert file_of(profile).is_file()


@of_each
async def test_the_driver_knows_the_model_and_sends(profile: Profile, tmp_path: Path) -> None:
    answers, boot = read_transcript(file_of(profile).name)
    async with ScriptedModem(link=tmp_path / "modem0", answers=answers, memories={}) as scripted:
        scripted.say(*boot)
        async with driven(scripted) as (modem, _):
            assert modem.profile is profile
            assert isinstance(await modem.submit(TPDU), Accepted)
            heard = scripted.heard
    # What the profile asks for of its own is what the model answers in the dialogue: no command of it was refused.
    own = [*profile.init_commands, profile.iccid_commands[0]]
    known = {command: answers[command] for command in own if command in answers}
    assert set(known) <= set(heard)
    assert all("ERROR" not in answer[-1] for answer in known.values())


def turns(profile: Profile) -> Iterator[tuple[bytes, bytes]]:
    """Give what the host said, and what the model answered, one after the other."""
    said = b""
    for side, group in groupby(passages(file_of(profile)), key=lambda passage: passage.side):
        octets = [passage.octets for passage in group]
        if side is Side.HOST:
            said = octets[-1]
        elif said not in {b"", b"AT+CNUM\r"}:  # what number a card holds is its own matter
            yield said, b"".join(octets)


def seen(octets: bytes, said: bytes) -> list[str]:
    """Give the shape of an answer without news in between, and with one blank behind each name."""
    text = octets.decode("latin-1")
    lines = [
        line for line in text.split("\r\n") if not is_news(line, name_of(line)) or f"AT{name_of(line)}".encode() in said
    ]
    spaced = "\r\n".join(re.sub(r"^([+^#][A-Z]+):(?! )", r"\1: ", line) for line in lines)
    return shape(spaced.encode("latin-1"), said)


@of_each
def test_the_emulator_answers_as_the_model_does(profile: Profile) -> None:
    bench = Bench(personality=profile.personality)
    wrong = []
    for said, wanted in turns(profile):
        got = bench.type(said)
        if seen(got, said) != seen(wanted, said):
            wrong.append(f"{said!r}: got {got!r}, the model says {wanted!r}")

    assert wrong == []


@of_each
def test_the_emulator_starts_as_the_model_does(profile: Profile) -> None:
    _, boot = read_transcript(file_of(profile).name)
    said = [line for _, line in profile.personality.boot.lines]
    said += [repeated.line for repeated in profile.personality.repeated]
    said += ["^SYSSTART AIRPLANE MODE"] if "^SYSSTART" in said else []

    # A dialogue may begin in the middle of a start.
    assert {name_of(line) for line in boot} <= {name_of(line) for line in said}
