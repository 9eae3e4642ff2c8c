from __future__ import annotations

from dataclasses import replace

from gateway.config.settings import DispatchSection
from gateway.core.message import Assignment
from gateway.core.status import Status
from gateway.core.types import AttemptId, EpochMs, MessageId, Port
from gateway.dispatch.outcome import Outcome, Verdict
from gateway.dispatch.settle import settlement_of
from gateway.store.sending import AttemptOutcome, Settlement

NOW = EpochMs(1_000_000)
ASSIGNMENT = Assignment(
    attempt_id=AttemptId(1),
    message_id=MessageId(2),
    segment=0,
    segment_count=1,
    spans=(),
    recipient="+491711234567",
    text="x",
    concat_ref=0,
    request_report=True,
    tries=1,
    valid_until=EpochMs(10_000_000),
    is_possible_duplicate=False,
)


def _settle(outcome: Outcome, assignment: Assignment = ASSIGNMENT, others: tuple[int, ...] = ()) -> Settlement:
    return settlement_of(
        assignment, outcome, others=[Port(port) for port in others], settings=DispatchSection(), now=NOW
    )


def test_a_temporary_refusal_is_tried_again_here_later() -> None:
    settlement = _settle(Outcome(verdict=Verdict.TRY_HERE, code="+CMS ERROR 42"), others=(2,))
    assert (settlement.next_status, settlement.due_at, settlement.exclude_until) == (Status.QUEUED, NOW + 5000, None)


def test_tries_end_with_the_code_as_cause() -> None:
    refused = Outcome(verdict=Verdict.TRY_HERE, code="+CMS ERROR 38")
    last = DispatchSection().max_tries
    assert _settle(refused, replace(ASSIGNMENT, tries=last - 1)).next_status is Status.QUEUED
    settlement = _settle(refused, replace(ASSIGNMENT, tries=last))
    assert (settlement.next_status, settlement.cause) == (Status.FAILED, "+CMS ERROR 38")


def test_a_temporary_refusal_is_outlasted_for_twenty_minutes() -> None:
    refused = Outcome(verdict=Verdict.TRY_HERE, code="+CMS ERROR 42")
    waited_ms = 0
    for tries in range(1, DispatchSection().max_tries):
        due_at = _settle(refused, replace(ASSIGNMENT, tries=tries)).due_at
        assert due_at is not None
        waited_ms += due_at - NOW
    assert waited_ms >= 20 * 60 * 1000


def test_a_barred_sim_hands_the_message_to_the_others_at_once() -> None:
    settlement = _settle(Outcome(verdict=Verdict.STOP_SIM, code="+CMS ERROR 10"), others=(2, 3))
    assert (settlement.next_status, settlement.due_at) == (Status.QUEUED, NOW)
    assert settlement.exclude_until == NOW + 900_000, "the barred one gets it back when it is tried again"


def test_a_message_of_which_a_segment_went_out_stays_on_its_sim() -> None:
    settlement = _settle(
        Outcome(verdict=Verdict.STOP_SIM, code="+CMS ERROR 10"), replace(ASSIGNMENT, segment=1), others=(2,)
    )
    assert settlement.exclude_until is None
    assert settlement.due_at is not None
    assert settlement.due_at > NOW


def test_a_possible_duplicate_stays_on_its_sim() -> None:
    settlement = _settle(
        Outcome(verdict=Verdict.TRY_ELSEWHERE), replace(ASSIGNMENT, is_possible_duplicate=True), others=(2,)
    )
    assert settlement.exclude_until is None


def test_a_permanent_refusal_fails_at_once() -> None:
    assert _settle(Outcome(verdict=Verdict.PERMANENT), others=(2,)).next_status is Status.FAILED


def test_a_message_past_its_validity_expires_instead_of_being_tried_again() -> None:
    stale = replace(ASSIGNMENT, valid_until=NOW)
    assert _settle(Outcome(verdict=Verdict.TRY_HERE), stale).next_status is Status.EXPIRED


def test_silence_waits_for_evidence() -> None:
    settlement = _settle(Outcome(verdict=Verdict.AMBIGUOUS, text="port lost"))
    assert settlement.outcome is AttemptOutcome.NO_ANSWER
    assert (settlement.next_status, settlement.decide_at) == (None, NOW + 30_000)


def test_what_never_left_the_modem_is_tried_again_at_once_and_without_end() -> None:
    unsent = Outcome(verdict=Verdict.TRY_HERE, code="not sent", text="no prompt")
    first = _settle(unsent)
    assert (first.outcome, first.due_at) == (AttemptOutcome.NOT_SENT, NOW)
    assert _settle(unsent, replace(ASSIGNMENT, tries=500)).next_status is Status.QUEUED


def test_a_carriers_refusal_is_tried_once_more_and_on_another_sim_where_there_is_one() -> None:
    refusal = Outcome(verdict=Verdict.TRY_ONCE_MORE, code="+CMS ERROR 21")
    first = _settle(refusal, others=(2,))
    assert (first.next_status, first.due_at, first.exclude_until) == (Status.QUEUED, NOW, NOW + 900_000)
    alone = _settle(refusal)
    assert (alone.next_status, alone.due_at, alone.exclude_until) == (Status.QUEUED, NOW, NOW + 5000)
    second = _settle(refusal, replace(ASSIGNMENT, tries=2), others=(3,))
    assert (second.next_status, second.cause) == (Status.FAILED, "+CMS ERROR 21")


def test_another_form_of_validity_is_tried_at_once_on_the_same_sim() -> None:
    refusal = Outcome(verdict=Verdict.OTHER_VALIDITY, code="+CMS ERROR 198")
    settlement = _settle(refusal, replace(ASSIGNMENT, tries=2), others=(2,))
    assert (settlement.next_status, settlement.due_at, settlement.exclude_until) == (Status.QUEUED, NOW, None)
