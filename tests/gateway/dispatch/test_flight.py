"""Marks of attempts that reached their modem, over the end of a process and of the system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.core.types import AttemptId, Port
from gateway.dispatch.flight import Flight

ONE, TWO = Port(1), Port(2)


@pytest.fixture
def boot_id(tmp_path: Path) -> Path:
    file = tmp_path / "boot_id"
    file.write_text("0dd11e3c-8f0f-4d0e-9f0a-6c1f3a5b7c9d\n")
    return file


def opened(boot_id: Path) -> Flight:
    flight = Flight(boot_id.with_name("gateway.db.flight"), boot_id=boot_id)
    flight.open()
    return flight


def test_an_attempt_without_a_mark_was_never_out(boot_id: Path) -> None:
    killed = opened(boot_id)
    killed.mark(ONE, AttemptId(7))
    after = opened(boot_id)
    assert not after.was_never_out(ONE, AttemptId(7))
    assert after.was_never_out(ONE, AttemptId(8))
    assert after.was_never_out(TWO, AttemptId(7))


def test_marks_outlive_several_processes(boot_id: Path) -> None:
    opened(boot_id).mark(ONE, AttemptId(7))
    opened(boot_id)
    after = opened(boot_id)
    assert not after.was_never_out(ONE, AttemptId(7))
    after.mark(TWO, AttemptId(8))
    assert not opened(boot_id).was_never_out(TWO, AttemptId(8))


def test_a_mark_newer_than_the_attempt_is_not_about_this_store(boot_id: Path) -> None:
    opened(boot_id).mark(ONE, AttemptId(9))
    assert not opened(boot_id).was_never_out(ONE, AttemptId(8))


@pytest.mark.parametrize("content", [None, "another boot\n", ""])
def test_after_a_restart_of_the_system_nothing_is_certain(boot_id: Path, content: str | None) -> None:
    opened(boot_id).mark(ONE, AttemptId(7))
    if content is None:
        boot_id.unlink()
    else:
        boot_id.write_text(content)
    assert not opened(boot_id).was_never_out(ONE, AttemptId(8))


def test_nothing_is_certain_without_an_earlier_process_or_after_a_good_end(boot_id: Path) -> None:
    first = opened(boot_id)
    assert not first.was_never_out(ONE, AttemptId(1))
    first.close()
    assert not opened(boot_id).was_never_out(ONE, AttemptId(1))


def test_a_mark_that_cannot_be_written_leaves_no_file_that_would_deny_it(boot_id: Path) -> None:
    flight = opened(boot_id)
    os.close(flight._descriptor)  # the next write fails
    flight._descriptor = os.open(os.devnull, os.O_RDONLY)
    flight.mark(ONE, AttemptId(7))
    assert not opened(boot_id).was_never_out(ONE, AttemptId(8))
    flight.mark(ONE, AttemptId(8))
