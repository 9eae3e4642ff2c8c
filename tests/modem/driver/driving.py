"""A modem under test: run in the background, its events kept and waited for."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from modem.driver import Modem, ModemEvent, ModemOptions, Ready
from modem.profiles.generic import PROFILE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from modem.profile import Profile
    from tests.support.scripted_modem import ScriptedModem

E = TypeVar("E", bound=ModemEvent)

# A SUBMIT of seven octets of head and the text "ow" (any TPDU does: the scripted modem does not read it).
TPDU = bytes.fromhex("0100039121F30000036F7719")
REPORT = "0006020B919471000000F06270524100008062705241000080" + "00"
DELIVER = "00040B919471000000F100006270524100008003C8F71D"

FAST = ModemOptions(reopen_interval_s=0.02, submit_timeout_s=2.0, patience_s=0.3)


@dataclass
class Owner:
    """Keeps what a modem says."""

    events: list[ModemEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._news = asyncio.Event()

    def take(self, event: ModemEvent) -> None:
        self.events.append(event)
        self._news.set()

    def all(self, kind: type[E]) -> list[E]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, kind: type[E], *, count: int = 1, matching: Callable[[E], bool] = lambda _: True) -> E:
        """Return the `count`th event of a kind, waiting for it."""
        while True:
            found = [event for event in self.all(kind) if matching(event)]
            if len(found) >= count:
                return found[count - 1]
            self._news.clear()
            async with asyncio.timeout(20):
                await self._news.wait()


@contextlib.asynccontextmanager
async def driven(
    scripted: ScriptedModem,
    *,
    options: ModemOptions = FAST,
    profile: Profile = PROFILE,
    hint: Profile | None = None,
    listen_first_s: float = 0.0,
    is_ready_expected: bool = True,
) -> AsyncIterator[tuple[Modem, Owner]]:
    """Run a driver on a scripted modem; wait until it is ready if it is expected to be."""
    owner = Owner()
    modem = Modem(
        str(scripted.link),
        on_event=owner.take,
        options=options,
        profile=profile,
        hint=hint,
        listen_first_s=listen_first_s,
    )
    running = asyncio.create_task(modem.run())
    try:
        if is_ready_expected:
            await owner.until(Ready)
        yield modem, owner
    finally:
        await modem.close()
        await running
