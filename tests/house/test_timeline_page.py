"""docs/timeline.md names every kind of entry that a timeline can have."""

from __future__ import annotations

import re

from gateway.core.record import EventKind
from gateway.core.status import Status
from tests.house.tree import ROOT

PAGE = (ROOT / "docs/timeline.md").read_text(encoding="utf-8")
ROOMS = ("timeline", "inbound_timeline", "callback_words", "timeline_entry")
# Told as a report like any other.
NOT_A_KIND = {EventKind.EARLIER_REPORT.value}


def kinds_in_code() -> set[str]:
    sources = "".join((ROOT / f"gateway/core/{room}.py").read_text(encoding="utf-8") for room in ROOMS)
    named = set(re.findall(r'kind="([a-z ]+)"', sources))
    # The third argument of add is the kind.
    named |= set(re.findall(r'\.add\(\s*[^,]+,\s*[^,]+,\s*"([a-z ]+)"', sources))
    statuses = {status.value for status in Status if status.is_final}
    return (named | statuses | {kind.value for kind in EventKind}) - NOT_A_KIND


def test_every_kind_of_entry_is_on_the_page() -> None:
    kinds = kinds_in_code()
    assert {"accepted", "attempt", "taken", "report", "callback given up", "received", "left out"} <= kinds
    rows = "".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `"))
    assert sorted(kind for kind in kinds if f"`{kind}`" not in rows) == []
