"""PINs from their files, and the record of their tries, which outlives the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.modem_pins import PinFile, StoredPinLedger
from gateway.store.backends.sqlite.store import SqliteStore
from modem.driver.pins import PinFate, PinRecord, PinUnavailableError
from tests.support.store import held_by_another

if TYPE_CHECKING:
    from pathlib import Path

ICCID = "8949020000012345678"


async def test_record_outlives_the_process_and_is_of_one_sim_and_pin(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    ledger = StoredPinLedger(store)
    assert await ledger.record(ICCID, "1111") == PinRecord()
    await ledger.begin(ICCID, "1111")
    await store.close()

    again = SqliteStore(tmp_path / "gateway.db")
    await again.open()
    ledger = StoredPinLedger(again)
    assert await ledger.record(ICCID, "1111") == PinRecord(fate=PinFate.OPEN)
    assert await ledger.record(ICCID, "1234") == PinRecord(others=1)
    assert await ledger.record("8949020000012345686", "1111") == PinRecord()
    await ledger.reject(ICCID, "1111")
    assert await ledger.record(ICCID, "1111") == PinRecord(fate=PinFate.REJECTED)
    await ledger.begin(ICCID, "1234")
    await ledger.ready(ICCID)
    assert await ledger.record(ICCID, "1234") == PinRecord()
    assert await ledger.record(ICCID, "1111") == PinRecord(fate=PinFate.REJECTED)
    await again.close()


async def test_withdrawn_try_never_was(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    ledger = StoredPinLedger(store)
    await ledger.begin(ICCID, "1234")
    await ledger.withdraw(ICCID, "1234")
    assert await ledger.record(ICCID, "1234") == PinRecord()
    await store.close()


async def test_pin_is_not_in_the_store_as_it_is(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await StoredPinLedger(store).begin(ICCID, "48151623")
    (kept,) = await store.pin_tries(ICCID)
    await store.close()
    assert len(kept.salt) == 16
    assert all(b"48151623" not in file.read_bytes() for file in tmp_path.iterdir() if file.is_file())


async def test_no_try_without_a_record_of_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    async with held_by_another(store):
        with pytest.raises(PinUnavailableError, match="no PIN is tried while its try cannot be put on record"):
            await StoredPinLedger(store).begin(ICCID, "1234")
    await store.close()


async def test_file_without_a_pin_says_why(tmp_path: Path) -> None:
    with pytest.raises(PinUnavailableError, match="cannot be read: No such file"):
        await PinFile(tmp_path / "pin").read()
    (tmp_path / "pin").write_text("1234")
    assert await PinFile(tmp_path / "pin").read() == "1234"
