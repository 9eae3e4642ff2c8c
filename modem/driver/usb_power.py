"""Asks the helper with the rights (`modem.power`) to reset USB devices and to switch their power.

What is possible for a modem is read from sysfs, where anybody may look: only what the helper would do is offered, and
nothing when its socket is not there or not for us.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from modem.driver.rungs import Rung
from modem.errors import PowerControlError
from modem.power.sysfs import Host, RefusedError, Step, UsbDevice, device_of_tty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

log = structlog.get_logger(__name__)

SOCKET: Final = Path("/run/gsm-gateway-usb.sock")
# Off and on takes uhubctl up to a minute.
DEADLINE_S: Final = 90.0
_STEPS: Final = {
    Rung.USB_RESET: Step.USB_RESET,
    Rung.REAUTHORISE: Step.REAUTHORISE,
    Rung.POWER_CYCLE: Step.POWER_CYCLE,
    Rung.HUB_RESET: Step.HUB_RESET,
}


class UsbPower:
    """A PowerControl (`modem.driver.recovery`) for all modems of one process.

    `in_service` gives the ports whose modems can send now: neither they nor a hub under them are reset because of a
    port that is silent.
    """

    def __init__(
        self,
        *,
        in_service: Callable[[], Iterable[str]] = tuple,
        socket: Path = SOCKET,
        host: Host | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._in_service = in_service
        self._socket = socket
        self._host = host or Host()
        self._deadline_s = deadline_s
        # A modem that is gone is still known by the place where it was.
        self._seen: dict[str, UsbDevice] = {}

    def offers(self, url: str) -> frozenset[Rung]:
        """Return the rungs that the helper would do to the modem behind this port."""
        device = self._device(url)
        if device is None or self.why_not is not None:
            return frozenset()
        return frozenset(rung for rung, step in _STEPS.items() if self._refusal(url, device, step) is None)

    @property
    def why_not(self) -> str | None:
        """Why nothing at all is possible, None when the helper can be asked."""
        if not self._socket.exists():
            return f"{self._socket} is not there: gsm-gateway-usb.socket is not installed or not started"
        if not os.access(self._socket, os.W_OK):
            return f"{self._socket} is not for this user"
        return None

    async def perform(self, rung: Rung, url: str) -> None:
        """Have one of them done; raises PowerControlError with the reason when it is not."""
        device = self._device(url)
        if device is None:
            raise PowerControlError(f"{url} is no USB port")
        refusal = self.why_not or self._refusal(url, device, _STEPS[rung])
        if refusal is not None:
            raise PowerControlError(refusal)
        request = {"do": _STEPS[rung].value, "device": device.name}
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await self._ask(json.dumps(request).encode() + b"\n")
        except TimeoutError as error:
            raise PowerControlError(f"the USB helper did not answer within {self._deadline_s:g} s") from error
        except OSError as error:
            raise PowerControlError(f"the USB helper was not reached: {error.strerror or error}") from error
        log.info("USB helper asked", action="usb", port=url, device=device.name, step=rung.value, answer=answer)
        if "done" not in answer:
            raise PowerControlError(answer.get("refused", "the USB helper ended without a word"))

    async def _ask(self, line: bytes) -> dict[str, str]:
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        try:
            writer.write(line)
            await writer.drain()
            said = await reader.readline()
        finally:
            writer.close()
        return _read_answer(said)

    def _refusal(self, url: str, device: UsbDevice, step: Step) -> str | None:
        try:
            device.check(step)
        except RefusedError as error:
            return str(error)
        others = [other for other in self._in_service() if other != url]
        working = {one.name for other in others if (one := self._device(other)) is not None}
        if device.name in working:
            # This port is silent because it is for diagnostics, say: the modem is well.
            return f"{device.name} works on another of its ports"
        if step is Step.HUB_RESET:
            disturbed = sorted(working.intersection(device.modems_on_hub()) - {device.name})
            if disturbed:
                return f"other modems on the hub work: {', '.join(disturbed)}"
        return None

    def _device(self, url: str) -> UsbDevice | None:
        if "://" in url:
            return None
        found = device_of_tty(self._host, Path(url)) if Path(url).exists() else None
        if found is not None:
            self._seen[url] = found
        return self._seen.get(url)


def _read_answer(said: bytes) -> dict[str, str]:
    try:
        answer = json.loads(said) if said else {}
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return {"refused": f"the USB helper said what is no answer: {said[:80]!r}"}
    return {str(key): str(value) for key, value in answer.items()}
