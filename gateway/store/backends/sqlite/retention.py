"""The calls of the store about what is old, each one transaction or one read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.store.backends.sqlite import sweeping
from gateway.store.backends.sqlite.database import Database

if TYPE_CHECKING:
    from gateway.core.types import EpochMs
    from gateway.store.retention import Mark, Stored, Swept


class RetentionDatabase(Database):
    """Keeps the contract of `gateway.store.retention.RetentionStore`; the calls are described there."""

    async def sweep_outbound(
        self, *, before: EpochMs, now: EpochMs, resume: Mark | None, most: int, rows: int
    ) -> Swept:
        """Delete old outbound messages."""
        return await self.write(
            lambda tx: sweeping.sweep_outbound(tx, before=before, now=now, resume=resume, most=most, rows=rows)
        )

    async def sweep_inbound(self, *, before: EpochMs, resume: Mark | None, most: int, rows: int) -> Swept:
        """Delete old inbound messages."""
        return await self.write(
            lambda tx: sweeping.sweep_inbound(tx, before=before, resume=resume, most=most, rows=rows)
        )

    async def sweep_newsletters(self, *, before: EpochMs, most: int) -> int:
        """Delete old newsletters without messages."""
        return await self.write(lambda tx: sweeping.sweep(tx, sweeping.DELETE_NEWSLETTERS, before=before, most=most))

    async def sweep_audit(self, *, before: EpochMs, most: int) -> int:
        """Delete old notes of administrative changes."""
        return await self.write(lambda tx: sweeping.sweep(tx, sweeping.DELETE_AUDIT, before=before, most=most))

    async def sweep_callbacks(self, *, before: EpochMs, most: int) -> int:
        """Delete callbacks that were given up and hang on no message."""
        return await self.write(lambda tx: sweeping.sweep(tx, sweeping.DELETE_CALLBACKS, before=before, most=most))

    async def stored(self) -> Stored:
        """Say how much there is."""
        return await self.read(
            lambda connection: sweeping.read_stored(connection, log_octets=self.log_octets(), disk=self.disk)
        )
