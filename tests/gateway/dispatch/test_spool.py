"""The file between port and store; that it is written in time is shown by `test_dispatcher`."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gateway.dispatch import spool as spool_module
from gateway.dispatch.radio import Received, StoredAt
from gateway.dispatch.spool import Spool

PORT = "/dev/gsm/by-path/1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db.received"


def opened(path: Path) -> Spool:
    spool = Spool(path)
    spool.open()
    return spool


def received(tpdu: bytes, *, stored: StoredAt | None = None) -> Received:
    return Received(tpdu=tpdu, smsc="+491710760000", stored=stored)


def test_what_was_not_released_is_left_for_the_next_process_once(path: Path) -> None:
    first, second = received(b"\x06first"), received(b"\x06second")
    spool = opened(path)
    spool.keep(PORT, first)
    spool.keep("socket://10.0.0.7:4001", second)
    spool.release(first)  # and now the process is killed: nothing is closed

    after = opened(path)
    assert (after.leftovers(PORT), after.leftovers("socket://10.0.0.7:4001")) == ([], [second])
    assert after.leftovers("socket://10.0.0.7:4001") == []


def test_a_leftover_stays_until_it_is_released(path: Path) -> None:
    opened(path).keep(PORT, received(b"report"))
    opened(path)
    third = opened(path)
    (left,) = third.leftovers(PORT)
    third.release(left)

    assert opened(path).leftovers(PORT) == []


def test_equal_tpdus_are_kept_each(path: Path) -> None:
    spool = opened(path)
    one, other = received(b"same"), received(b"same")
    spool.keep(PORT, one)
    spool.keep(PORT, other)
    spool.release(one)

    assert opened(path).leftovers(PORT) == [other]


def test_a_message_in_a_slot_of_the_modem_needs_no_copy(path: Path) -> None:
    spool = opened(path)
    spool.keep(PORT, received(b"stored", stored=StoredAt(memory="SM", index=1)))

    assert path.read_bytes() == b""


def test_the_file_does_not_grow_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "EMPTIED_AT_OCTETS", 1000)
    spool = opened(path)
    for _ in range(100):
        report = received(bytes(30))
        spool.keep(PORT, report)
        spool.release(report)

    assert path.stat().st_size < 1200


def test_a_torn_line_costs_only_itself(path: Path) -> None:
    opened(path).keep(PORT, received(b"whole"))
    with path.open("ab") as file:
        file.write(b'{"n": 2, "url": "/dev/g')

    assert opened(path).leftovers(PORT) == [received(b"whole")]


def test_what_comes_behind_a_torn_line_is_kept(path: Path) -> None:
    opened(path).keep(PORT, received(b"whole"))
    with path.open("ab") as file:
        file.write(b'{"n": 2, "url": "/dev/g')
    opened(path).keep(PORT, received(b"later"))

    assert opened(path).leftovers(PORT) == [received(b"whole"), received(b"later")]


def test_opening_loses_nothing_when_the_disk_is_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(path).keep(PORT, received(b"report"))

    def is_full(_descriptor: int, _octets: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", is_full)
        opened(path)

    assert opened(path).leftovers(PORT) == [received(b"report")]


def test_a_new_tpdu_never_takes_the_place_of_a_leftover(path: Path) -> None:
    first = opened(path)
    first.keep(PORT, received(b"first"))
    second = opened(path)
    late = received(b"second")
    second.keep(PORT, late)
    second.release(late)

    assert opened(path).leftovers(PORT) == [received(b"first")]


def test_nobody_else_may_read_the_file(path: Path) -> None:
    opened(path)

    assert path.stat().st_mode & 0o777 == 0o600
