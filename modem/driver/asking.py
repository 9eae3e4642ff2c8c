"""Asks a port whether there is a modem behind it, by a bare AT and nothing else."""

from __future__ import annotations

from typing import Final

import structlog

from modem.driver.link import Link
from modem.driver.port import open_port
from modem.errors import PortError

log = structlog.get_logger(__name__)

_TRIES: Final = 3
_TIMEOUT_S: Final = 1.0


async def answers_at(path: str, *, baudrate: int, tries: int = _TRIES, timeout_s: float = _TIMEOUT_S) -> bool:
    """Return whether something at `path` answers AT with a result; False when another program has the port."""
    link = Link(name=path, on_urc=lambda _: None, on_late_result=lambda _: None, on_prompt=lambda: None)
    try:
        port = await open_port(path, baudrate=baudrate, on_data=link.receive_data, on_lost=link.fail)
    except PortError as error:
        log.debug("port not asked", action="not asked", port=path, reason=error.reason)
        return False
    try:
        link.attach(port)
        for _ in range(tries):
            if await link.answers("AT", timeout_s=timeout_s, is_prompt_possible=False):
                return True
    except PortError as error:
        log.debug("port lost while it was asked", action="not asked", port=path, reason=error.reason)
    finally:
        await port.close()
    return False
