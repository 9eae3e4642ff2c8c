"""What every store keeps of modems: a history that ends somewhere, and the steps that helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.history import Cure, HistoryEvent, HistoryKind
from gateway.core.types import EpochMs, Port
from tests.support.store import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.store.backend import Store


def an_event(at: int, *, port: int | None = 1, kind: HistoryKind = HistoryKind.LOST) -> HistoryEvent:
    return HistoryEvent(
        at=EpochMs(NOW + at),
        kind=kind,
        detail=f"at {at}",
        port=None if port is None else Port(port),
        path="/dev/ttyUSB2",
        imei="490154203237518",
        iccid="8949020000012345678",
    )


async def test_history_is_given_newest_first_for_one_span_or_all(store: Store) -> None:
    first, second, third = an_event(0), an_event(1, port=2, kind=HistoryKind.RECOVERY), an_event(2, port=None)
    await store.add_history([first, second])
    await store.add_history([third])
    assert await store.history() == [third, second, first]
    assert await store.history(limit=2) == [third, second]
    assert await store.history(Port(2)) == [second]
    assert await store.history(Port(3)) == []


async def test_old_lines_are_forgotten(store: Store) -> None:
    await store.add_history([an_event(at) for at in range(10)])
    assert await store.forget_history(before=EpochMs(NOW + 4), keep=1000) == 4
    assert [event.at - NOW for event in await store.history()] == [9, 8, 7, 6, 5, 4]


async def test_lines_that_are_too_many_are_forgotten_however_new(store: Store) -> None:
    await store.add_history([an_event(at) for at in range(10)])
    assert await store.forget_history(before=EpochMs(NOW), keep=3) == 7
    assert [event.at - NOW for event in await store.history()] == [9, 8, 7]
    assert await store.forget_history(before=EpochMs(NOW), keep=3) == 0


async def test_history_and_cures_outlive_the_process(store: Store, make_store: Callable[[], Store]) -> None:
    cure = Cure(model="Huawei E173", symptom="SILENT", step="REBOOT")
    await store.add_history([an_event(0)])
    await store.save_cure(cure)
    await store.close()
    again = make_store()
    await again.open()
    try:
        assert await again.history() == [an_event(0)]
        assert await again.cures() == [cure]
    finally:
        await again.close()


async def test_a_later_cure_takes_the_place_of_an_earlier_one_and_an_empty_one_ends_it(store: Store) -> None:
    await store.save_cure(Cure(model="Huawei E173", symptom="SILENT", step="REBOOT"))
    await store.save_cure(Cure(model="Huawei E173", symptom="NO_SIGNAL", step="RADIO"))
    await store.save_cure(Cure(model="Huawei E173", symptom="SILENT", step="POWER_CYCLE"))
    assert {(cure.symptom, cure.step) for cure in await store.cures()} == {
        ("SILENT", "POWER_CYCLE"),
        ("NO_SIGNAL", "RADIO"),
    }
    await store.save_cure(Cure(model="Huawei E173", symptom="SILENT", step=""))
    assert [cure.symptom for cure in await store.cures()] == ["NO_SIGNAL"]
