"""What receivers said to the callbacks of a message, as entries of its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.follow import duration_words
from gateway.core.timeline_entry import Entry, Words, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gateway.core.callback import CallbackAnswer
    from gateway.core.record import CallbackRecord
    from gateway.core.types import EpochMs


def callback_entries(callbacks: Sequence[CallbackRecord], words: Words) -> Iterator[Entry]:
    """Give the first and the last try of each callback, and of one that was not tried yet that it is owed.

    Of the tries between only their number is known.
    """
    for one in callbacks:
        if one.last is None:
            waits = "; waits for the one before it" if one.is_waiting else "; not tried yet"
            yield _entry(one, words, at=one.owed_at, kind="callback owed", told=waits)
            continue
        is_first_told = one.first is not None and one.first.at != one.last.at
        if one.first is not None and is_first_told:
            yield _try(one, words, one.first, number=1, kind="callback failed")
        if one.is_done:
            yield _try(one, words, one.last, number=one.tries, kind="callback")
        elif one.given_up_at is not None:
            yield _try(one, words, one.last, number=one.tries, kind="callback given up")
        else:
            after = ""
            if one.next_at is not None:
                after = f"; tried again in {duration_words(max(0, one.next_at - one.last.at))}"
            yield _try(one, words, one.last, number=one.tries, kind="callback failed", after=after)


def _try(
    one: CallbackRecord, words: Words, answer: CallbackAnswer, *, number: int, kind: str, after: str = ""
) -> Entry:
    took = f" in {duration_words(answer.took_ms)}" if answer.took_ms else ""
    told = f": {answer.text}{took}, try {number}{after}"
    return _entry(
        one, words, at=answer.at, kind=kind, told=told, answer=answer.text, took_ms=answer.took_ms, number=number
    )


def _entry(
    one: CallbackRecord, words: Words, *, at: EpochMs, kind: str, told: str, number: int = 0, **facts: Any
) -> Entry:
    account = words.account(one.account_id)
    said = f"{one.event.value} {one.status}".strip()
    return Entry(
        at=at,
        kind=kind,
        text=f"{said} to {account} by {one.dialect}{told}",
        facts={
            "callback": one.id,
            "event": one.event.value,
            "status": one.status,
            "account": account,
            "dialect": one.dialect,
            "try": number,
            "tries": one.tries,
            "next_at": moment(one.next_at),
            **facts,
        },
    )
