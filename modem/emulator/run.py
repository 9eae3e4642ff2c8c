"""Runs a rack with its control, or replays a transcript, until the process is told to stop."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from modem.at.transcript import parse_transcript
from modem.emulator.control import address, serve
from modem.emulator.rack.exact_loop import exact_loop
from modem.emulator.rack.file_limit import allow_files
from modem.emulator.rack.folder import Folder
from modem.emulator.rack.ledger_file import LedgerFile
from modem.emulator.rack.player import Player
from modem.emulator.rack.port_watch import PortWatch
from modem.emulator.rack.rack import FILES_PER_PORT, SPARE_FILES, Rack
from modem.emulator.scenario import make_rack, play
from modem.profiles import load_profiles
from modem.profiles.generic import PROFILE as GENERIC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from modem.emulator.scenario import Scenario


def run(
    *,
    count: int,
    directory: Path | None,
    tcp: Sequence[tuple[str, int]],
    models: Sequence[str] = (),
    radio_time_s: float,
    report_delay_s: float,
    seed: int,
    control: tuple[str, int],
    ledger: Path | None,
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT; `announce` gets a line per modem and two for the control. Raises OSError.

    The modems take `models`, names of profiles, in turn.
    """
    profiles = load_profiles()
    rack = Rack(
        count=count,
        directory=directory,
        tcp=tcp,
        radio_time_s=radio_time_s,
        report_delay_s=report_delay_s,
        seed=seed,
        personalities=[profiles[name].personality for name in models or ("generic",)],
    )
    with asyncio.Runner(loop_factory=exact_loop) as runner:
        runner.run(_serve(rack, control, ledger, announce))


def run_scenario(
    scenario: Scenario,
    *,
    directory: Path | None,
    tcp: Sequence[tuple[str, int]],
    control: tuple[str, int],
    ledger: Path | None,
    announce: Callable[[str], None],
    complain: Callable[[str], None],
) -> None:
    """Serve what a scenario describes, as `run` does; `complain` gets a line for what turns out not to be possible."""
    rack = make_rack(scenario, directory=directory, tcp=tcp)
    with asyncio.Runner(loop_factory=exact_loop) as runner:
        runner.run(_serve(rack, control, ledger, announce, lambda: play(rack, scenario, complain)))


def replay(
    *,
    file: Path,
    count: int,
    directory: Path | None,
    tcp: Sequence[tuple[str, int]],
    announce: Callable[[str], None],
    differ: Callable[[str], None],
) -> None:
    """Serve `count` machines that answer as in the transcript `file` until SIGTERM or SIGINT.

    `differ` gets a line for everything that a host says otherwise. Raises OSError and TranscriptError.
    """
    passages = parse_transcript(file.read_text("utf-8"))
    players = [Player(passages, index, directory=directory, tcp=tcp, differ=differ) for index in range(count)]
    folder = None if directory is None else Folder(directory)
    if folder is not None:
        folder.take()
    try:
        asyncio.run(_replay(players, announce))
    finally:
        if folder is not None:
            folder.release()


async def _replay(players: Sequence[Player], announce: Callable[[str], None]) -> None:
    stopped = _until_stopped()
    allow_files(SPARE_FILES + 2 * FILES_PER_PORT * len(players))
    watch = PortWatch()
    try:
        for player in players:
            player.start(watch)
        for player in players:
            announce("  ".join(player.addresses))
        await stopped.wait()
    finally:
        for player in players:
            player.stop()
        watch.close()


def _until_stopped() -> asyncio.Event:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


async def _serve(
    rack: Rack,
    control: tuple[str, int],
    ledger: Path | None,
    announce: Callable[[str], None],
    begin: Callable[[], None] = lambda: None,
) -> None:
    stopped = _until_stopped()
    written = LedgerFile(ledger, rack) if ledger is not None else None
    await rack.start()
    try:
        runner = await serve(rack, *control)
        try:
            for index, machine in enumerate(rack.machines):
                where = "  ".join(rack.addresses(index))
                who = machine.equipment
                model = f"  {who.personality.model}" if who.personality != GENERIC.personality else ""
                announce(f"{where}  {who.sim.number}  IMEI {who.identity.imei}{model}")
            announce(f"control  {address(runner)}")
            announce(f"See the phones: {address(runner)}/")
            begin()
            await stopped.wait()
        finally:
            await runner.cleanup()
    finally:
        await rack.stop()
        if written is not None:
            written.close()
