"""Holding things back so that they come in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.emulator.network.common import Common
    from modem.emulator.network.held import Held
    from modem.emulator.network.recipient import Reorder


def let_go(
    common: Common,
    withheld: list[Held],
    held: Held,
    reorder: Reorder | None,
    now: float,
    *,
    release: Callable[[Held, float], None],
) -> None:
    """Release something at once, or together with what is withheld already, as `reorder` says."""
    if reorder is None:
        release(held, now)
        return

    def flush(at: float) -> None:
        batch = withheld[::-1]
        withheld.clear()
        if reorder.is_random:
            common.chance.shuffle(batch)
        for one in batch:
            release(one, at)

    def flush_at_last(at: float) -> None:
        if withheld and withheld[0] is held:
            flush(at)

    withheld.append(held)
    if len(withheld) >= reorder.count:
        flush(now)
    elif len(withheld) == 1:
        common.agenda.after(reorder.within_s, now, flush_at_last)
