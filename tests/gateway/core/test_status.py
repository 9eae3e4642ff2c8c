from __future__ import annotations

from gateway.core.status import CHANGES, OPEN, Status, can_change


def test_every_change_has_its_sentence_and_leads_elsewhere() -> None:
    for (old, new), sentence in CHANGES.items():
        assert old is not new
        assert sentence
        assert can_change(old, new)


def test_nothing_else_is_allowed() -> None:
    allowed = {(old, new) for old in Status for new in Status if can_change(old, new)}
    assert allowed == set(CHANGES)


def test_open_messages_can_all_come_to_an_end() -> None:
    for status in OPEN:
        reached = {status}
        while more := {new for old, new in CHANGES if old in reached} - reached:
            reached |= more
        assert any(one.is_final for one in reached)


def test_every_status_can_be_reached_from_queued() -> None:
    reached = {Status.QUEUED}
    while more := {new for old, new in CHANGES if old in reached} - reached:
        reached |= more
    assert reached == set(Status)


def test_delivered_failed_and_cancelled_are_for_ever() -> None:
    assert {old for old, _ in CHANGES} == set(Status) - {Status.DELIVERED, Status.FAILED, Status.CANCELLED}


def test_a_status_is_open_or_sent_or_final() -> None:
    assert {status for status in Status if not status.is_open and not status.is_final} == {Status.SENT}
    assert not any(status.is_open and status.is_final for status in Status)


def test_what_went_out_for_certain_never_waits_again() -> None:
    certain = {Status.SENT, Status.DELIVERED, Status.UNDELIVERED}
    assert not any(old in certain and new in OPEN for old, new in CHANGES)
