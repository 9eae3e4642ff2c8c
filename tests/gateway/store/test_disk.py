from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.store.disk import LOG_OCTETS, MB, USUAL_OCTETS, DiskSpace, DiskWatch, read_space

FOLDER = Path("/data")


class Disk:
    """A disk that tests fill; counts how often it is asked."""

    def __init__(self, free_mb: int, total_mb: int = 32_000) -> None:
        self.free_mb, self.total_mb = free_mb, total_mb
        self.asked = 0
        self.now_s = 0.0

    def read(self, folder: Path) -> DiskSpace:
        assert folder == FOLDER
        self.asked += 1
        return DiskSpace(total=self.total_mb * MB, free=self.free_mb * MB)

    def watch(self, min_free_mb: int | None = None) -> DiskWatch:
        wanted = None if min_free_mb is None else min_free_mb * MB
        return DiskWatch(FOLDER, min_free_octets=wanted, read=self.read, monotonic=lambda: self.now_s)

    def look(self, watch: DiskWatch) -> bool:
        self.now_s += 1
        watch.look()
        return watch.is_low


@pytest.mark.parametrize(("total_mb", "wanted_mb"), [(32_000, 200), (4000, 200), (1000, 50), (100, 5)])
def test_without_a_setting_it_is_200_mb_or_5_percent_of_a_small_disk(total_mb: int, wanted_mb: int) -> None:
    disk = Disk(total_mb, total_mb)
    watch = disk.watch()
    disk.look(watch)
    assert watch.wanted_octets == wanted_mb * MB
    assert USUAL_OCTETS == 200 * MB


def test_it_begins_and_ends_once_with_a_line_each() -> None:
    disk = Disk(free_mb=250)
    watch = disk.watch()
    seen = []
    with capture_logs() as logs:
        for disk.free_mb in (250, 199, 150, 205, 219, 220, 215, 200, 199):
            seen.append(disk.look(watch))
    assert seen == [False, True, True, True, True, False, False, False, True]
    assert [line["action"] for line in logs] == ["disk", "disk over", "disk"]
    assert logs[0]["free_mb"] == 199


def test_the_disk_is_asked_once_a_second_at_most() -> None:
    disk = Disk(free_mb=1000)
    watch = disk.watch()
    for _ in range(1000):
        disk.now_s += 0.01
        watch.look()
    assert 10 <= disk.asked <= 11


def test_zero_never_refuses_and_never_asks() -> None:
    disk = Disk(free_mb=0)
    watch = disk.watch(min_free_mb=0)
    assert disk.look(watch) is False
    assert disk.asked == 0


def test_free_pages_inside_the_database_count_as_long_as_the_log_has_room() -> None:
    disk = Disk(free_mb=100)
    watch = disk.watch(min_free_mb=200)
    assert disk.look(watch) is True
    watch.spare_octets = 5000 * MB
    assert disk.look(watch) is False
    disk.free_mb = LOG_OCTETS // MB - 1
    assert disk.look(watch) is True


def test_the_system_is_asked_about_the_folder(tmp_path: Path) -> None:
    space = read_space(tmp_path)
    assert 0 < space.free <= space.total


def test_a_disk_that_gives_no_answer_is_taken_as_before() -> None:
    def fail(_: Path) -> DiskSpace:
        raise OSError(5, "Input/output error")

    watch = DiskWatch(FOLDER, read=fail)
    with capture_logs() as logs:
        watch.look()
    assert watch.is_low is False
    assert [line["action"] for line in logs] == ["disk unknown"]
