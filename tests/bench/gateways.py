"""A gateway as the figures see it, whoever made it; ours is one of them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tests.bench.load import drive, post, send_body
from tests.interop.program import PATH
from tests.support.box import Box, running_box

TEXT: Final = "Hello from the bench, forty characters.."
_BULK: Final = 1000


class Gateway(Protocol):
    """A gateway with all its modems."""

    async def take(self, recipients: Sequence[str], text: str) -> None:
        """Hand it one message for each recipient, in the way that is quickest; returns when it has them all."""

    async def send(self, recipient: str, text: str) -> None:
        """Hand it one message as a customer would; returns when the customer has the answer."""


@dataclass(frozen=True)
class Maker:
    """How a gateway is started: `run(home, ports, recipients, text)` with messages for `recipients` to begin with."""

    name: str
    programs: tuple[str, ...]
    run: Callable[[Path, Sequence[str], Sequence[str], str], AbstractAsyncContextManager[Gateway]]
    files: tuple[Path, ...] = ()

    @property
    def is_here(self) -> bool:
        """Whether its programs and the files it cannot do without are installed."""
        return all(shutil.which(program, path=PATH) for program in self.programs) and all(map(Path.exists, self.files))


class OurGateway:
    """`gsm-gateway serve`, asked by OpenVox's POST API."""

    def __init__(self, box: Box) -> None:
        self.box = box

    async def take(self, recipients: Sequence[str], text: str) -> None:
        """Queue messages by requests of up to 1000 recipients."""
        lots = (recipients[start : start + _BULK] for start in range(0, len(recipients), _BULK))
        await drive(self.box.port, [post("sms/send", send_body(",".join(lot), text)) for lot in lots], 1)

    async def send(self, recipient: str, text: str) -> None:
        """Send one request."""
        await self.box.send(recipient, text)


@contextlib.asynccontextmanager
async def _run_ours(home: Path, ports: Sequence[str], recipients: Sequence[str], text: str) -> AsyncIterator[Gateway]:
    async with running_box(home, ports=list(ports), rescan_s=None) as box:
        await box.until_spans_ready(len(ports), timeout_s=60)
        gateway = OurGateway(box)
        if recipients:
            await gateway.take(recipients, text)
        yield gateway


OURS: Final = Maker("gsm-gateway", (), _run_ours)


def numbers(count: int) -> list[str]:
    """Different recipients."""
    return [f"+49171{index:07}" for index in range(count)]
