"""What a process that was killed had read from a port is heard by the next one."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import Inbound, LateAnswer, NoLateAnswer
from modem.driver.kept_input import BOOT_ID, MOST_KEPT_OCTETS, KeptInput
from tests.modem.driver.driving import DELIVER, FAST, REPORT, TPDU, Owner, driven
from tests.support.scripted_modem import ScriptedModem, length_of
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CDS_HEADER = f"+CDS: {length_of(REPORT)}"
CMT_HEADER = f"+CMT: ,{length_of(DELIVER)}"
KILLED = """
import asyncio, os, pathlib, signal, sys
from modem.driver import Inbound, Modem, ModemOptions, Ready
from modem.driver.port import DescriptorPort

def take(event):
    if isinstance(event, Ready):
        print("ready", file=sys.stderr, flush=True)
        if len(sys.argv) > 3:
            tasks.append(loop.create_task(modem.submit(bytes.fromhex(sys.argv[3]))))
    elif isinstance(event, Inbound):
        os.kill(os.getpid(), signal.SIGKILL)

def write(port, data, whole=DescriptorPort.write):
    whole(port, data)
    if data.endswith(b"\\x1a"):
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    global loop
    loop = asyncio.get_running_loop()
    await modem.run()

tasks = []
DescriptorPort.write = write
modem = Modem(sys.argv[1], on_event=take, options=ModemOptions(input_file=pathlib.Path(sys.argv[2])))
asyncio.run(main())
"""
"""A program that is killed as soon as it is handed a message, or has written one behind the prompt that it read."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "input" / "a"


@asynccontextmanager
async def earlier_process(
    scripted: ScriptedModem, path: Path, *tpdu: bytes
) -> AsyncIterator[asyncio.subprocess.Process]:
    words = [str(scripted.link), str(path), *(one.hex() for one in tpdu)]
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, *words, stderr=asyncio.subprocess.PIPE)
    try:
        assert process.stderr is not None
        assert await process.stderr.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def received(owner: Owner) -> list[str]:
    return [one.pdu for one in owner.all(Inbound)]


async def test_a_process_that_is_killed_as_it_is_handed_a_message_leaves_it_to_the_next(link: Path, path: Path) -> None:
    async with ScriptedModem(link=link) as scripted:
        async with earlier_process(scripted, path) as process:
            scripted.say(CDS_HEADER, REPORT)
            await process.wait()
        scripted.say(CMT_HEADER, DELIVER)
        async with driven(scripted, options=replace(FAST, input_file=path)) as (_, owner):
            await owner.until(Inbound, count=2)
            assert received(owner) == [REPORT, DELIVER]
        async with driven(scripted, options=replace(FAST, input_file=path)) as (_, owner):
            assert received(owner) == []


async def test_the_half_of_a_message_that_a_killed_process_had_read_is_joined_to_its_rest(
    link: Path, path: Path
) -> None:
    async with ScriptedModem(link=link) as scripted:
        async with earlier_process(scripted, path):
            scripted.is_silent = True  # answers to commands in between would end the report
            scripted.say_raw(f"\r\n{CDS_HEADER}\r\n{REPORT[:20]}".encode())
            await until(lambda: REPORT[:20].encode() in path.read_bytes())
        scripted.is_silent = False
        scripted.say_raw(f"{REPORT[20:]}\r\n".encode())
        async with driven(scripted, options=replace(FAST, input_file=path)) as (_, owner):
            assert await owner.until(Inbound)
            assert received(owner) == [REPORT]


async def test_a_prompt_that_was_answered_says_nothing_of_the_submit(link: Path, path: Path) -> None:
    async with ScriptedModem(link=link) as scripted:
        async with earlier_process(scripted, path, TPDU) as process:
            await process.wait()
        assert b">" in path.read_bytes()
        async with driven(scripted, options=replace(FAST, input_file=path), listen_first_s=20) as (_, owner):
            assert owner.all(NoLateAnswer) == []
            assert owner.all(LateAnswer) == [LateAnswer(mr=1, refused=None)]


async def test_what_was_half_heard_ends_with_the_port(link: Path, path: Path) -> None:
    async with (
        ScriptedModem(link=link) as scripted,
        driven(scripted, options=replace(FAST, input_file=path)) as (_, owner),
    ):
        scripted.is_silent = True
        scripted.say(CDS_HEADER)
        await until(lambda: CDS_HEADER.encode() in path.read_bytes())
        scripted.unplug()
        await until(lambda: CDS_HEADER.encode() not in path.read_bytes())
        scripted.plug()
        scripted.is_silent = False
        scripted.say(CMT_HEADER, DELIVER)
        await owner.until(Inbound)
        assert received(owner) == [DELIVER]


async def test_a_modem_serves_without_a_place_for_its_input(link: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("input").write_text("a file where a folder should be", encoding="ascii")
    async with (
        ScriptedModem(link=link) as scripted,
        driven(scripted, options=replace(FAST, input_file=tmp_path / "input" / "a")) as (_, owner),
    ):
        scripted.say(CDS_HEADER, REPORT)
        await owner.until(Inbound)


# -- the file ----------------------------------------------------------------------------------------------------


class Line:
    """A port that says what it is told to."""

    def __init__(self) -> None:
        self.descriptor, self._end = os.pipe()

    def says(self, octets: bytes) -> int:
        os.write(self._end, octets)
        return self.descriptor


def test_what_was_acted_upon_is_not_there_any_more(path: Path) -> None:
    line, kept = Line(), KeptInput(path)
    assert kept.read(line.says(b"\r\n+CMGS: 7\r\n\r\nOK\r\n")) == b"\r\n+CMGS: 7\r\n\r\nOK\r\n"
    assert KeptInput(path).left == b"\r\n+CMGS: 7\r\n\r\nOK\r\n"
    kept.keep_only(b"")
    assert KeptInput(path).left == b""


def test_what_has_no_end_yet_stays_and_what_follows_stands_behind_it(path: Path) -> None:
    line, kept = Line(), KeptInput(path)
    kept.read(line.says(b"\r\nRING\r\n\r\n+CDS: 2"))
    kept.keep_only(b"+CDS: 2")
    assert KeptInput(path).left == b"+CDS: 2"
    kept.read(line.says(b"5\r\n0006"))
    assert KeptInput(path).left == b"+CDS: 25\r\n0006"
    again = KeptInput(path)
    again.read(line.says(b"02"))
    assert KeptInput(path).left == b"+CDS: 25\r\n000602"


def test_noise_without_an_end_does_not_fill_it(path: Path) -> None:
    line, kept = Line(), KeptInput(path)
    noise = b""
    for _ in range(20):
        noise += kept.read(line.says(b"x" * 4096))
        kept.keep_only(noise)
    assert len(KeptInput(path).left) <= MOST_KEPT_OCTETS


def test_what_there_is_no_room_for_is_read_all_the_same(path: Path) -> None:
    line, kept = Line(), KeptInput(path)
    for octet in b"abcdefgh":
        assert kept.read(line.says(bytes([octet]) * 4096)) == bytes([octet]) * 4096
    assert KeptInput(path).left.startswith(b"a" * 4096 + b"b" * 4096)


def test_after_a_restart_of_the_system_nothing_of_it_counts(path: Path, tmp_path: Path) -> None:
    KeptInput(path).read(Line().says(b"\r\n+CMGS: 7\r\n"))
    boot_id = tmp_path / "boot_id"
    boot_id.write_bytes(bytes(reversed(BOOT_ID.read_bytes().strip())))
    assert KeptInput(path, boot_id=boot_id).left == b""
    assert KeptInput(path).left == b""  # it is not there any more


def test_only_its_owner_may_look_into_it(path: Path) -> None:
    KeptInput(path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
