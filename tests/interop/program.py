"""Programs of the system that tests start as they are."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

# Daemons live where the path of an ordinary user does not lead.
PATH: Final = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
ENVIRONMENT: Final = {"PATH": PATH, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def needs(program: str, package: str) -> pytest.MarkDecorator:
    """Skip, and say what to install, when a program is not there."""
    is_missing = shutil.which(program, path=PATH) is None
    return pytest.mark.skipif(is_missing, reason=f"{program} is not installed: apt-get install {package}")


async def run(*command: str, home: Path, typed: str | None = None, environment: dict[str, str] | None = None) -> str:
    """Run a program to its end, with `typed` on its input, and return what it printed; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL if typed is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**ENVIRONMENT, "HOME": str(home), **(environment or {})},
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(None if typed is None else typed.encode()), 30)
    finally:
        await _end(process, 0)
    assert process.returncode == 0, output.decode(errors="replace")
    return output.decode()


@contextlib.asynccontextmanager
async def daemon(*command: str, home: Path, environment: dict[str, str] | None = None) -> AsyncIterator[Path]:
    """Keep a program running; gives the file that collects what it prints, whose end joins any error."""
    name = command[0].rpartition("/")[2]
    printed = home / f"{name}.printed"
    with printed.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            env={**ENVIRONMENT, "HOME": str(home), **(environment or {})},
        )
    try:
        yield printed
    except BaseException as error:
        state = "runs" if process.returncode is None else f"ended with {process.returncode}"
        error.add_note(f"{name} {state} and printed:\n{printed.read_text(errors='replace')[-4000:]}")
        raise
    finally:
        await _end(process, 15)


async def _end(process: asyncio.subprocess.Process, patience_s: float) -> None:
    """End a program, politely for a while."""
    if process.returncode is not None:
        return
    if patience_s:
        process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience_s)
    if process.returncode is None:
        process.kill()
        await process.wait()
