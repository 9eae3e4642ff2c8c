from __future__ import annotations

from pathlib import Path

from tests.bench.size import check_sample


async def test_rows_written_straight_into_the_tables_are_those_of_the_store(tmp_path: Path) -> None:
    await check_sample(tmp_path)
