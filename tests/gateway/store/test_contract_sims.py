"""What every store keeps of SIMs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.core.sim import PinTry, SimStop
from gateway.core.types import EpochMs
from tests.support.store import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.store.backend import Store

TRY = PinTry(salt=b"salt", digest=b"digest", is_rejected=False)
STOP = SimStop(sim="8949", reason="+CMS ERROR 10: call barred", since=NOW, until=EpochMs(NOW + 1000), strikes=1)


async def test_tries_of_pins_are_kept_by_sim_and_digest(store: Store) -> None:
    other = replace(TRY, digest=b"other")
    await store.save_pin_try("8949", TRY)
    await store.save_pin_try("8949", other)
    await store.save_pin_try("8950", TRY)
    await store.save_pin_try("8949", replace(TRY, is_rejected=True))
    assert {one.digest: one for one in await store.pin_tries("8949")} == {
        b"digest": replace(TRY, is_rejected=True),
        b"other": other,
    }
    await store.pin_accepted("8949")
    assert await store.pin_tries("8949") == [replace(TRY, is_rejected=True, is_costly=False)]
    assert await store.pin_tries("8950") == [TRY]
    await store.drop_pin_try("8950", b"digest")
    assert await store.pin_tries("8950") == []


async def test_stops_of_sims_outlive_the_process(store: Store, make_store: Callable[[], Store]) -> None:
    for_good = replace(STOP, sim="8950", until=None, strikes=2)
    await store.save_sim_stop(STOP)
    await store.save_sim_stop(for_good)
    await store.save_sim_stop(replace(STOP, reason="again"))
    await store.close()
    again = make_store()
    await again.open()
    try:
        assert sorted(await again.sim_stops(), key=lambda one: one.sim) == [replace(STOP, reason="again"), for_good]
        await again.drop_sim_stop("8949")
        assert await again.sim_stops() == [for_good]
    finally:
        await again.close()
