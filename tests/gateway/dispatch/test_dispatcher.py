"""Spans at work on a real store, with radios that answer as the test says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from types import NoneType

import pytest

from gateway.core.status import Status
from gateway.core.types import Port
from gateway.dispatch.radio import Accepted, LateAnswer, NoAnswer, NoLateAnswer, NotReady, Received, Refused
from gateway.errors import StoreUnavailableError
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.sending import Turn, TurnResult
from modem.pdu import Absolute, Relative, Submit, report_on
from tests.gateway.dispatch.conftest import Field, MakeField
from tests.support.store import held_by_another
from tests.support.waiting import until

REFUSED_BARRED = Refused(kind="cms", code=10, text="call barred", is_local=False)
LOST_AFTER_CTRL_Z = NoAnswer(reason="port lost", is_sent=True)


async def test_a_message_is_sent_with_a_report_request(make_field: MakeField) -> None:
    field = await make_field()
    message_id = await field.accept(text="Grüße €")
    submit = await (await field.radio(0)).answer(Accepted(mr=5))
    assert (submit.text, submit.destination.text, submit.request_report) == ("Grüße €", "+491711", True)
    message = await field.until(message_id, Status.SENT)
    assert (message.port, message.sim_imsi) == (1, "imsi0")


async def test_segments_go_out_in_order_with_one_reference(make_field: MakeField) -> None:
    field = await make_field()
    message_id = await field.accept(text="x" * 400, segments=3)
    radio = await field.radio(0)
    submits = [await radio.answer(Accepted(mr=mr)) for mr in (1, 2, 3)]
    await field.until(message_id, Status.SENT)
    concats = [submit.concat for submit in submits]
    assert [(one.ref, one.seq, one.total) for one in concats if one] == [(7, 1, 3), (7, 2, 3), (7, 3, 3)]
    assert len({submit.mr for submit in submits}) == 3


async def test_two_spans_share_the_work(make_field: MakeField) -> None:
    field = await make_field(radios=2)
    await field.accept()
    await field.accept()
    one, two = await field.radio(0), await field.radio(1)
    async with asyncio.timeout(5):
        await asyncio.gather(one.answer(Accepted(mr=1)), two.answer(Accepted(mr=1)))


async def test_a_barred_sim_gives_its_message_to_another_and_is_left_alone(make_field: MakeField) -> None:
    field = await make_field(radios=2)
    one, two = await field.radio(0), await field.radio(1)
    await field.until_ready(2)
    message_id = await field.accept(1, 2)
    await one.answer(REFUSED_BARRED)
    await two.answer(Accepted(mr=9))
    assert (await field.until(message_id, Status.SENT)).port == 2
    second = await field.accept(1, 2)
    await two.answer(Accepted(mr=10))
    assert (await field.until(second, Status.SENT)).port == 2
    assert len(one.sent) == 1
    assert [view.is_usable for view in field.board.views()] == [False, True]


REFUSED_BY_MODEM = Refused(kind="cms", code=303, text="operation not supported", is_local=False)


async def test_a_span_that_comes_back_sends_what_another_refused_while_it_was_away(make_field: MakeField) -> None:
    field = await make_field(radios=3)
    one, two, three = [await field.radio(index) for index in range(3)]
    await field.until_ready(3)
    two.tell(NotReady(reason="no network"))
    three.tell(NotReady(reason="no network"))
    await until(lambda: sum(view.is_usable for view in field.board.views()) == 1)
    message_id = await field.accept(1, 2)
    await one.answer(REFUSED_BY_MODEM)
    await field.until(message_id, Status.QUEUED)
    three.ready()  # which the caller has not named
    two.ready()
    await two.answer(Accepted(mr=9))
    assert (await field.until(message_id, Status.SENT)).port == 2
    assert (len(one.sent), three.sent) == (1, [])


async def test_a_message_goes_back_to_the_span_that_refused_it_when_the_others_are_gone(make_field: MakeField) -> None:
    field = await make_field(radios=2, exclude_s=0.3, retry_first_s=0.05)
    one, two = await field.radio(0), await field.radio(1)
    await field.until_ready(2)
    two_is_busy = await field.accept(2)
    await two.asked_once()
    message_id = await field.accept(1, 2)
    await one.answer(REFUSED_BY_MODEM)
    two.lose(LOST_AFTER_CTRL_Z)
    await one.answer(Accepted(mr=3))
    message = await field.until(message_id, Status.SENT)
    assert message.port == 1
    assert (await field.message(two_is_busy)).status is not Status.SENT


async def test_a_person_who_did_something_about_a_span_has_it_tried_again_at_once(make_field: MakeField) -> None:
    field = await make_field(retry_first_s=3600, retry_longest_s=3600)
    radio = await field.radio(0)
    message_id = await field.accept()
    await radio.answer(REFUSED_BY_MODEM)
    await field.until(message_id, Status.QUEUED)
    field.board.release(Port(1))
    await radio.answer(Accepted(mr=1))
    await field.until(message_id, Status.SENT)


async def test_a_message_is_not_left_to_a_span_that_cannot_send(make_field: MakeField) -> None:
    field = await make_field(radios=2, retry_first_s=0.05)
    one, two = await field.radio(0), await field.radio(1)
    await field.until_ready(2)
    two.tell(NotReady(reason="no network"))
    await until(lambda: not field.board.views()[1].is_usable)
    message_id = await field.accept(1, 2)
    await one.answer(Refused(kind="cms", code=27, text="destination out of order", is_local=False))
    await one.answer(Accepted(mr=1))
    assert (await field.until(message_id, Status.SENT)).port == 1


async def test_a_span_that_is_switched_off_sends_no_more_and_keeps_nothing_from_others(make_field: MakeField) -> None:
    field = await make_field(radios=2, steal_after_s=0.05)
    one, two = await field.radio(0), await field.radio(1)
    await field.until_ready(2)
    (span, *_) = await field.store.spans()
    field.board.put([replace(span, enabled=False)])
    message_id = await field.accept(1, 2)
    await two.answer(Accepted(mr=1))
    assert (await field.until(message_id, Status.SENT)).port == 2
    only_here = await field.accept(1)
    # It does not look again and again whether it is on: whoever switches it on wakes it.
    worker = field.dispatcher.worker(span.port)
    await until(lambda: worker.sleeps_for_ever)
    field.board.put([span])
    await one.answer(Accepted(mr=2))
    await field.until(only_here, Status.SENT)


async def test_a_named_span_keeps_its_message_after_a_temporary_refusal(make_field: MakeField) -> None:
    field = await make_field(retry_first_s=0.05)
    message_id = await field.accept(1)
    radio = await field.radio(0)
    await radio.answer(Refused(kind="cms", code=42, text="congestion", is_local=False))
    await radio.answer(Accepted(mr=1))
    await field.until(message_id, Status.SENT)


async def test_a_permanent_refusal_fails_with_its_code(make_field: MakeField) -> None:
    field = await make_field()
    message_id = await field.accept()
    await (await field.radio(0)).answer(Refused(kind="cms", code=1, text="unassigned", is_local=False))
    assert (await field.until(message_id, Status.FAILED)).cause == "+CMS ERROR 1"


async def test_a_lost_port_does_not_hold_up_the_other_span(make_field: MakeField) -> None:
    field = await make_field(radios=2, steal_after_s=0.05)
    one, two = await field.radio(0), await field.radio(1)
    await field.until_ready(2)
    first = await field.accept(1, 2)
    await one.asked_once()
    second = await field.accept(1, 2)  # prefers span 1, whose modem is hanging
    await two.answer(Accepted(mr=1))
    assert (await field.until(second, Status.SENT)).port == 2
    assert (await field.message(first)).status is Status.SENDING


async def test_no_answer_is_sent_once_more_on_the_same_sim_and_then_called_unknown(make_field: MakeField) -> None:
    field = await make_field(radios=2, evidence_s=0.05)
    one, two = await field.radio(0), await field.radio(1)
    await field.until_ready(2)
    message_id = await field.accept(1, 2)
    await one.answer(LOST_AFTER_CTRL_Z)
    again = await one.answer(LOST_AFTER_CTRL_Z)
    assert again.text == "hello"
    message = await field.until(message_id, Status.UNKNOWN)
    assert "may have been sent" in message.cause
    assert two.sent == []


async def test_no_answer_is_only_reported_when_the_operator_wants_that(make_field: MakeField) -> None:
    field = await make_field(evidence_s=0.05, when_unknown="report")
    message_id = await field.accept()
    radio = await field.radio(0)
    await radio.answer(LOST_AFTER_CTRL_Z)
    await field.until(message_id, Status.UNKNOWN)
    assert len(radio.sent) == 1


async def test_a_delivery_report_is_evidence(make_field: MakeField) -> None:
    field = await make_field(evidence_s=30)
    message_id = await field.accept()
    radio = await field.radio(0)
    submit = await radio.answer(LOST_AFTER_CTRL_Z)
    await field.until_no_answer(message_id)
    radio.route(_report(submit, mr=77))
    await field.until(message_id, Status.DELIVERED)
    assert len(radio.sent) == 1


async def test_a_late_answer_is_evidence_and_its_report_still_matches(make_field: MakeField) -> None:
    field = await make_field(evidence_s=30)
    message_id = await field.accept()
    radio = await field.radio(0)
    submit = await radio.answer(LOST_AFTER_CTRL_Z)
    await field.until_no_answer(message_id)
    radio.tell(LateAnswer(result=Accepted(mr=12)))
    await field.until(message_id, Status.SENT)
    radio.route(_report(submit, mr=12))
    await field.until(message_id, Status.DELIVERED)


@pytest.mark.parametrize(
    ("code", "status", "submits"),
    [
        pytest.param(197, Status.SENT, 1, id="duplicate SM: the service centre has it"),
        pytest.param(42, Status.QUEUED, 1, id="congestion: it did not go out"),
        pytest.param(332, Status.UNKNOWN, 1, id="network timeout: nobody knows"),
    ],
)
async def test_a_late_error_counts_as_what_it_means(
    make_field: MakeField, code: int, status: Status, submits: int
) -> None:
    field = await make_field(evidence_s=0.2, when_unknown="report")
    message_id = await field.accept()
    radio = await field.radio(0)
    await radio.answer(LOST_AFTER_CTRL_Z)
    await field.until_no_answer(message_id)
    radio.tell(NotReady(reason="no network"))  # so that what is queued again stays to be seen
    radio.tell(LateAnswer(result=Refused(kind="cms", code=code, text="", is_local=False, waited_s=50)))
    await field.until(message_id, status)
    assert len(radio.sent) == submits


async def test_the_span_goes_on_while_a_message_waits_for_evidence(make_field: MakeField) -> None:
    field = await make_field(evidence_s=30)
    first = await field.accept()
    radio = await field.radio(0)
    await radio.answer(LOST_AFTER_CTRL_Z)
    second = await field.accept()
    await radio.answer(Accepted(mr=1))
    await field.until(second, Status.SENT)
    assert (await field.message(first)).status is Status.SENDING


async def test_what_never_got_its_ctrl_z_is_sent_again_at_once(make_field: MakeField) -> None:
    field = await make_field()
    message_id = await field.accept()
    radio = await field.radio(0)
    await radio.answer(NoAnswer(reason="no prompt", is_sent=False))
    await radio.answer(Accepted(mr=1))
    await field.until(message_id, Status.SENT)


async def test_an_attempt_is_decided_about_however_long_the_store_takes_to_hear_of_it(make_field: MakeField) -> None:
    field = await make_field(evidence_s=0.001, when_unknown="report")
    take_turn, is_free = field.store.turn, asyncio.Event()

    async def turn(turn: Turn) -> TurnResult:
        if turn.settlement is not None:
            await is_free.wait()
        return await take_turn(turn)

    field.store.turn = turn  # type: ignore[method-assign]
    message_id = await field.accept()
    await (await field.radio(0)).answer(LOST_AFTER_CTRL_Z)
    for _ in range(20):  # long enough for whoever would decide now
        await asyncio.sleep(0)
        await field.store.ping()
    is_free.set()
    await field.until(message_id, Status.UNKNOWN)


async def test_after_a_crash_the_modem_is_listened_to_first(make_field: MakeField) -> None:
    before = await make_field()
    message_id = await before.accept()
    await (await before.radio(0)).asked_once()
    await _crash(before.store)
    after = await make_field()
    radio = await after.radio(0)
    assert radio.listen_first_s > 0
    radio.tell(LateAnswer(result=Accepted(mr=3)))
    radio.ready()
    assert (await after.until(message_id, Status.SENT)).port == 1
    assert radio.sent == []


async def test_a_report_that_waited_in_the_port_counts_before_the_modem_says_who_it_is(make_field: MakeField) -> None:
    before = await make_field()
    sent, _open = await before.accept(), await before.accept()
    radio = await before.radio(0)
    submit = await radio.answer(Accepted(mr=5))
    await before.until(sent, Status.SENT)
    await _crash(before.store)
    after = await make_field()
    radio = await after.radio(0)
    assert radio.listen_first_s > 0
    radio.route(_report(submit, mr=5))
    await after.until(sent, Status.DELIVERED)


async def test_after_a_crash_what_the_modem_never_got_is_sent_at_once(make_field: MakeField) -> None:
    before = await make_field()
    radio = await before.radio(0)
    radio.is_on_air = False
    message_id = await before.accept()
    await radio.asked_once()
    await _crash(before.store)
    after = await make_field()
    radio = await after.radio(0)
    assert radio.listen_first_s == 0
    await radio.answer(Accepted(mr=3))
    await after.until(message_id, Status.SENT)
    assert [one.text for one in radio.sent] == ["hello"]


@pytest.mark.parametrize(
    ("codes", "forms"),
    [
        pytest.param([198], [Relative, Absolute], id="another form"),
        pytest.param([199], [Relative, NoneType], id="none"),
        pytest.param([198, 198], [Relative, Absolute, NoneType], id="no form at all"),
    ],
)
async def test_a_validity_that_is_refused_is_changed_at_once_and_for_this_sim(
    make_field: MakeField, codes: list[int], forms: list[type]
) -> None:
    field = await make_field()
    radio = await field.radio(0)
    message_id = await field.accept()
    for code in codes:
        await radio.answer(Refused(kind="cms", code=code, text="TP-VP", is_local=False))
    await radio.answer(Accepted(mr=1))
    await field.until(message_id, Status.SENT)
    assert [type(one.validity) for one in radio.sent] == forms
    later = await field.accept()
    submit = await radio.answer(Accepted(mr=2))
    await field.until(later, Status.SENT)
    assert type(submit.validity) is forms[-1]


async def test_the_modem_is_told_when_another_segment_follows(make_field: MakeField) -> None:
    field = await make_field()
    radio = await field.radio(0)
    await field.accept(1, text="x" * 300, segments=2)
    await field.accept(1)
    last = await field.accept(1)
    for mr in range(4):
        await radio.answer(Accepted(mr=mr))
    await field.until(last, Status.SENT)
    assert radio.hints == [True, True, True, False]


async def test_after_a_second_crash_the_modem_is_listened_to_again(make_field: MakeField) -> None:
    before = await make_field()
    message_id = await before.accept()
    await (await before.radio(0)).asked_once()
    await _crash(before.store)
    between = await make_field()
    await between.radio(0)
    await _crash(between.store)
    after = await make_field()
    radio = await after.radio(0)
    assert radio.listen_first_s > 0
    radio.tell(LateAnswer(result=Accepted(mr=3)))
    radio.ready()
    await after.until(message_id, Status.SENT)
    assert radio.sent == []


async def test_a_prompt_of_what_the_modem_never_got_says_nothing_of_an_older_message(make_field: MakeField) -> None:
    before = await make_field()
    older = await before.accept()
    await (await before.radio(0)).asked_once()
    await _crash(before.store)
    between = await make_field()
    radio = await between.radio(0)
    radio.is_on_air = False
    radio.tell(NoLateAnswer(is_unsent=False))
    radio.ready()
    newer = await between.accept()
    await radio.asked_once()
    await _crash(between.store)
    after = await make_field()
    radio = await after.radio(0)
    radio.tell(NoLateAnswer(is_unsent=True))
    radio.ready()
    await radio.answer(Accepted(mr=4))
    await after.until(newer, Status.SENT)
    assert len(radio.sent) == 1
    assert [one.message_id for one in await after.store.open_attempts()] == [older]


async def test_after_a_crash_without_any_evidence_it_is_sent_once_more(make_field: MakeField) -> None:
    before = await make_field(evidence_s=0.05)
    message_id = await before.accept()
    await (await before.radio(0)).asked_once()
    await _crash(before.store)
    after = await make_field(evidence_s=0.05)
    radio = await after.radio(0)
    radio.tell(NoLateAnswer(is_unsent=False))
    radio.ready()
    await radio.answer(Accepted(mr=3))
    await after.until(message_id, Status.SENT)


async def test_a_clock_set_back_between_two_starts_makes_nobody_listen_for_hours(make_field: MakeField) -> None:
    before = await make_field(wall_ahead_s=7200)
    await before.accept()
    await (await before.radio(0)).asked_once()
    await _crash(before.store)
    after = await make_field(patience_s=15)
    assert 0 < (await after.radio(0)).listen_first_s <= 15


async def test_a_clock_that_is_set_ends_no_validity(make_field: MakeField) -> None:
    field = await make_field(radios=0)
    message_id = await field.accept()
    field.wall_ahead_s = 50 * 365 * 86_400
    await field.dispatcher._keep_house()
    assert field.clock.now_ms() > 2_000_000_000_000
    assert (await field.message(message_id)).status is Status.QUEUED


async def test_a_clock_is_followed_only_when_the_store_knows(make_field: MakeField) -> None:
    field = await make_field(radios=0)
    async with held_by_another(field.store):
        field.wall_ahead_s = 50 * 365 * 86_400
        with pytest.raises(StoreUnavailableError):
            await field.dispatcher._keep_house()
        assert field.clock.now_ms() < 2_000_000_000_000
    await field.dispatcher._keep_house()
    assert field.clock.now_ms() > 2_000_000_000_000


async def test_stop_waits_for_the_submit_under_way(make_field: MakeField) -> None:
    field = await make_field()
    message_id = await field.accept()
    radio = await field.radio(0)
    await radio.asked_once()
    stopping = asyncio.create_task(field.dispatcher.stop(60.0))
    await radio.answer(Accepted(mr=1))
    await asyncio.wait_for(stopping, 5)
    assert (await field.message(message_id)).status is Status.SENT


def _report(submit: Submit, *, mr: int) -> bytes:
    now = datetime.now(UTC)
    return report_on(submit, mr=mr, scts=now, discharged=now, status=0).encode()


async def _crash(store: SqliteStore) -> None:
    """Let the store go without telling dispatch, as the end of the process would."""
    await store.close()


async def test_a_store_that_cannot_write_costs_no_answer_no_report_and_no_text(make_field: MakeField) -> None:
    field = await make_field()
    radio = await field.radio(0)
    first, second = await field.accept(), await field.accept()
    await radio.asked_once()
    async with held_by_another(field.store):
        submit = await radio.answer(Accepted(mr=5))
        radio.route(_report(submit, mr=5))
        await until(lambda: field.dispatcher._outage.is_on and field.receiver._outage.is_on)
    await field.until(first, Status.DELIVERED)
    await radio.answer(Accepted(mr=6))
    await field.until(second, Status.SENT)
    assert len(radio.sent) == 2
    assert not field.dispatcher._outage.is_on


async def test_a_modem_plugged_in_while_the_store_cannot_write_serves_when_it_can(make_field: MakeField) -> None:
    field = await make_field()
    radio = await field.radio(0)
    await field.until_ready(1)
    async with held_by_another(field.store):
        radio.lose()
        radio.identity = replace(radio.identity, imei="another")
        radio.ready()
        await until(lambda: field.pool._outage.is_on)
    await until(lambda: any(view.is_usable and view.span.imei == "another" for view in field.board.views()))


async def test_a_report_that_was_read_but_is_not_in_the_store_yet_survives_the_process(make_field: MakeField) -> None:
    before = await make_field()
    radio = await before.radio(0)
    message_id = await before.accept()
    submit = await radio.answer(Accepted(mr=5))
    await before.until(message_id, Status.SENT)
    async with held_by_another(before.store):
        radio.route(_report(submit, mr=5))
        await until(lambda: before.receiver._outage.is_on)
        await before.end_pool()
    await _crash(before.store)
    after = await make_field()
    await after.until(message_id, Status.DELIVERED)
    await after.stop()
    assert _spooled(after) == [], "it is in the store now, so the next process must not hear of it"


def _spooled(field: Field) -> list[Received]:
    field.spool.open()
    return field.spool.leftovers(field.urls[0])


async def test_what_was_received_before_the_end_is_kept(make_field: MakeField) -> None:
    field = await make_field()
    radio = await field.radio(0)
    ids, submits = [], []
    for mr in range(3):
        ids.append(await field.accept())
        submits.append(await radio.answer(Accepted(mr=mr)))
        await field.until(ids[-1], Status.SENT)
    for mr, submit in enumerate(submits):
        radio.route(_report(submit, mr=mr))
    await field.end_pool()
    assert [(await field.message(one)).status for one in ids] == [Status.DELIVERED] * 3


async def test_a_message_that_cannot_be_encoded_any_more_fails_and_the_span_goes_on(make_field: MakeField) -> None:
    field = await make_field()
    wrong = await field.accept(text="x" * 400, segments=2)  # accepted with other settings: now it takes three
    right = await field.accept()
    await (await field.radio(0)).answer(Accepted(mr=1))
    await field.until(right, Status.SENT)
    assert "national_tables" in (await field.message(wrong)).cause
