from __future__ import annotations

from dataclasses import replace

from gateway.core.callback import CallbackAnswer, CallbackEvent
from gateway.core.callback_words import callback_entries
from gateway.core.record import CallbackRecord
from gateway.core.types import AccountId, CallbackId, EpochMs
from tests.gateway.core.test_timeline import WORDS, at

OWED = CallbackRecord(
    id=CallbackId(3),
    account_id=AccountId(1),
    dialect="openvox",
    event=CallbackEvent.REPORT,
    status="delivered",
    owed_at=at(0),
    tries=0,
    next_at=at(0),
)


def an_answer(ms: int, text: str, took_ms: int = 0) -> CallbackAnswer:
    return CallbackAnswer(at=at(ms), took_ms=took_ms, text=text)


def told(one: CallbackRecord) -> list[tuple[int, str, str]]:
    return [(entry.at - at(0), entry.kind, entry.text) for entry in callback_entries([one], WORDS)]


def test_a_callback_that_was_not_tried_is_owed() -> None:
    assert told(OWED) == [(0, "callback owed", "report delivered to shop by openvox; not tried yet")]
    waiting = "report delivered to shop by openvox; waits for the one before it"
    assert told(replace(OWED, is_waiting=True)) == [(0, "callback owed", waiting)]


def test_a_callback_that_was_taken_at_once_is_one_line() -> None:
    done = replace(OWED, tries=1, last=an_answer(40, "HTTP 204", 12), is_done=True, next_at=None)
    assert told(done) == [(40, "callback", "report delivered to shop by openvox: HTTP 204 in 12 ms, try 1")]


def test_of_many_tries_the_first_and_the_last_are_told() -> None:
    failing = replace(
        OWED,
        tries=150,
        first=an_answer(10, "cannot connect: Connection refused"),
        last=an_answer(9000, "HTTP 503", 1500),
        next_at=at(9000 + 1_800_000),
    )
    assert told(failing) == [
        (10, "callback failed", "report delivered to shop by openvox: cannot connect: Connection refused, try 1"),
        (
            9000,
            "callback failed",
            "report delivered to shop by openvox: HTTP 503 in 1.5 s, try 150; tried again in 30 min",
        ),
    ]
    given_up = replace(failing, next_at=None, given_up_at=at(9000))
    assert told(given_up)[1][1:] == (
        "callback given up",
        "report delivered to shop by openvox: HTTP 503 in 1.5 s, try 150",
    )


def test_a_single_failed_try_is_told_once_with_when_it_is_tried_again() -> None:
    answer = an_answer(10, "HTTP 500", 3)
    failed = replace(OWED, tries=1, first=replace(answer, took_ms=0), last=answer, next_at=EpochMs(answer.at + 5000))
    assert told(failed) == [
        (10, "callback failed", "report delivered to shop by openvox: HTTP 500 in 3 ms, try 1; tried again in 5 s")
    ]
