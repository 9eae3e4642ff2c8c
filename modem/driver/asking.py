"""Asks a port whether there is a modem behind it, by a bare AT and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from modem.driver.kept_input import Ear
from modem.driver.link import Link
from modem.driver.port import open_port
from modem.errors import PortError

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)

_TRIES: Final = 3
_TIMEOUT_S: Final = 1.0


async def answers_at(
    path: str,
    *,
    baudrate: int,
    tries: int = _TRIES,
    timeout_s: float = _TIMEOUT_S,
    input_file: Path | None = None,
) -> bool:
    """Return whether something at `path` answers AT with a result; False when another program has the port.

    A modem may say something else meanwhile, and may have said it while nobody had its port open: with `input_file`
    (`ModemOptions.input_file`) it is left to the driver that will open the port.
    """
    link = Link(name=path, on_urc=lambda _: None, on_late_result=lambda _: None, on_prompt=lambda: None)
    ear = Ear(link, input_file, is_for_another=True)
    is_answered = False
    try:
        port = await open_port(
            path,
            baudrate=baudrate,
            on_data=ear.hear,
            on_lost=link.fail,
            keep_input=input_file is not None,
            read=ear.read,
        )
    except PortError as error:
        log.debug("port not asked", action="not asked", port=path, reason=error.reason)
        return False
    try:
        ear.begin()
        link.attach(port)
        for _ in range(tries):
            is_answered = await link.answers("AT", timeout_s=timeout_s, is_prompt_possible=False)
            if is_answered:
                break
    except PortError as error:
        log.debug("port lost while it was asked", action="not asked", port=path, reason=error.reason)
    finally:
        await port.close()
    if not is_answered:
        ear.end()
    return is_answered
