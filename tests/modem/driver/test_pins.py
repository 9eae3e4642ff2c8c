"""The rule by which a PIN is tried, and the record it is made on."""

from __future__ import annotations

import pytest

from modem.driver.pins import MemoryPinLedger, PinFate, PinRecord, objection
from modem.profile import TriesLeft

FULL, TWO, ONE, NONE = (TriesLeft(left=left) for left in (3, 2, 1, 0))


@pytest.mark.parametrize(
    ("record", "tries", "words"),
    [
        (PinRecord(), FULL, None),
        (PinRecord(), TWO, "only 2 PIN tries left"),
        (PinRecord(), ONE, "only 1 PIN tries left"),
        (PinRecord(), NONE, "only 0 PIN tries left"),
        (PinRecord(), None, None),
        (PinRecord(fate=PinFate.REJECTED), FULL, "not tried again"),
        (PinRecord(fate=PinFate.REJECTED), None, "not tried again"),
        (PinRecord(fate=PinFate.OPEN), FULL, None),
        (PinRecord(fate=PinFate.OPEN), TWO, "only 2 PIN tries left"),
        (PinRecord(fate=PinFate.OPEN), None, "the answer to the configured PIN was lost"),
        (PinRecord(others=1), FULL, None),
        (PinRecord(others=1), TWO, None),
        (PinRecord(others=1), ONE, "only 1 PIN tries left"),
        (PinRecord(others=2), ONE, "only 1 PIN tries left"),
        (PinRecord(others=1), None, None),
        (PinRecord(others=2), None, "other PINs were refused"),
        (PinRecord(), TriesLeft(left=3, most=5), "only 3 PIN tries left"),
    ],
)
def test_pin_is_tried_only_when_nobody_elses_was_wrong_and_one_try_remains(
    record: PinRecord, tries: TriesLeft | None, words: str | None
) -> None:
    reason = objection(record, tries)
    assert reason is None if words is None else reason is not None and words in reason


async def test_rejected_pin_stays_rejected_after_the_sim_was_opened_but_costs_nothing_any_more() -> None:
    ledger = MemoryPinLedger()
    await ledger.begin("8949", "1111")
    await ledger.reject("8949", "1111")
    assert await ledger.record("8949", "1234") == PinRecord(others=1)
    assert await ledger.record("8950", "1111") == PinRecord()
    await ledger.begin("8949", "1234")
    assert await ledger.record("8949", "1234") == PinRecord(fate=PinFate.OPEN, others=1)
    await ledger.ready("8949")
    assert await ledger.record("8949", "1234") == PinRecord()
    assert await ledger.record("8949", "1111") == PinRecord(fate=PinFate.REJECTED)


async def test_withdrawn_try_never_was() -> None:
    ledger = MemoryPinLedger()
    await ledger.begin("8949", "1234")
    await ledger.withdraw("8949", "1234")
    assert await ledger.record("8949", "1234") == PinRecord()
    assert await ledger.record("8949", "1111") == PinRecord()
