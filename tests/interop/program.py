"""Programs of the system that tests start as they are."""

from __future__ import annotations

import asyncio
import os
import shutil
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Daemons live where the path of an ordinary user does not lead.
PATH: Final = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
ENVIRONMENT: Final = {"PATH": PATH, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def needs(program: str, package: str) -> pytest.MarkDecorator:
    """Skip, and say what to install, when a program is not there."""
    is_missing = shutil.which(program, path=PATH) is None
    return pytest.mark.skipif(is_missing, reason=f"{program} is not installed: apt-get install {package}")


async def run(*command: str, home: Path) -> str:
    """Run a program to its end and return what it printed; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**ENVIRONMENT, "HOME": str(home)},
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, output.decode()
    return output.decode()
