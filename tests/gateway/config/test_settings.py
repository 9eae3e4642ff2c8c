from __future__ import annotations

import zoneinfo
from collections.abc import Iterator

import pytest

from gateway.config.settings import Settings


@pytest.fixture
def no_system_zones() -> Iterator[None]:
    """Let this process see a system without /usr/share/zoneinfo, as a minimal Debian is."""
    zoneinfo.reset_tzpath(to=[])
    try:
        yield
    finally:
        zoneinfo.reset_tzpath()


@pytest.mark.usefixtures("no_system_zones")
@pytest.mark.parametrize("name", [Settings().gateway.timezone, "Europe/Berlin"])
def test_time_zones_are_known_where_the_system_has_none(name: str) -> None:
    assert zoneinfo.ZoneInfo.no_cache(name).key == name
