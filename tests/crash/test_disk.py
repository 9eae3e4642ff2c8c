from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crash.disk import SECTOR_OCTETS, Disk, Truncate, Write

CUTS = 300


def _cuts(disk: Disk) -> list[dict[str, bytes]]:
    return [disk.after_cut(random.Random(seed)) for seed in range(CUTS)]


def test_what_was_synced_survives_every_cut() -> None:
    disk = Disk({"a": b"old"})
    disk.change("a", Write(0, b"new"))
    disk.end_sync(disk.begin_sync("a"))
    assert all(left == {"a": b"new"} for left in _cuts(disk))


def test_what_was_not_synced_may_survive_or_not() -> None:
    disk = Disk({"a": b"old"})
    disk.change("a", Write(0, b"new"))
    assert {left["a"] for left in _cuts(disk)} == {b"old", b"new"}
    assert disk.seen() == {"a": b"new"}


def test_a_write_that_comes_while_a_sync_is_under_way_is_not_promised_by_it() -> None:
    disk = Disk({"a": b"...."})
    disk.change("a", Write(0, b"1"))
    begun = disk.begin_sync("a")
    disk.change("a", Write(1, b"2"))
    disk.end_sync(begun)
    assert {left["a"] for left in _cuts(disk)} == {b"1...", b"12.."}


def test_a_later_write_may_survive_without_an_earlier_one_and_a_long_one_in_part() -> None:
    disk = Disk({"a": bytes(4 * SECTOR_OCTETS)})
    disk.change("a", Write(0, b"1" * (2 * SECTOR_OCTETS)))
    disk.change("a", Write(3 * SECTOR_OCTETS, b"2" * 10))
    found = {tuple(left["a"][at * SECTOR_OCTETS] for at in range(4)) for left in _cuts(disk)}
    one, two = ord("1"), ord("2")
    assert found >= {(0, 0, 0, 0), (0, 0, 0, two), (one, 0, 0, 0), (0, one, 0, two), (one, one, 0, two)}


def test_a_new_name_wants_a_sync_of_its_folder() -> None:
    disk = Disk({})
    disk.create("a")
    disk.change("a", Write(0, b"x"))
    disk.end_sync(disk.begin_sync("a"))
    assert {tuple(left.items()) for left in _cuts(disk)} == {(), (("a", b"x"),)}
    disk.end_folder_sync(disk.begin_folder_sync())
    assert all(left == {"a": b"x"} for left in _cuts(disk))


def test_a_removed_file_may_be_back_with_what_was_on_the_platter() -> None:
    disk = Disk({"a": b"x"})
    disk.change("a", Write(0, b"y"))
    disk.remove("a")
    assert disk.seen() == {}
    assert {left.get("a") for left in _cuts(disk)} == {None, b"x", b"y"}


def test_a_renamed_file_has_one_of_its_names() -> None:
    disk = Disk({"a": b"1", "b": b"2"})
    disk.rename("a", "b")
    assert disk.seen() == {"b": b"1"}
    assert {tuple(sorted(left.items())) for left in _cuts(disk)} >= {(("a", b"1"), ("b", b"2")), (("b", b"1"),)}


@pytest.mark.parametrize(("length", "left"), [(2, b"ab"), (6, b"abcd\0\0"), (0, b"")])
def test_a_file_is_truncated_and_extended(length: int, left: bytes) -> None:
    disk = Disk({"a": b"abcd"})
    disk.change("a", Truncate(length))
    assert disk.seen() == {"a": left}


@given(st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=1500)), max_size=8), st.integers(0))
def test_every_octet_after_a_cut_is_one_that_was_there(writes: list[tuple[int, bytes]], seed: int) -> None:
    disk = Disk({"a": bytes(4500)})
    for offset, data in writes:
        disk.change("a", Write(offset, data))
    (left,) = disk.after_cut(random.Random(seed)).values()
    for at, octet in enumerate(left):
        assert octet in {0, *(data[at - offset] for offset, data in writes if 0 <= at - offset < len(data))}
