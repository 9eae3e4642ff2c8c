"""/sendsms: one text to one or several numbers, each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.api.dialects.openvox.get_wire import (
    NO_MESSAGE,
    NO_RECEIVER,
    TOO_MANY_RECEIVERS,
    Record,
    Refused,
    Slot,
    answer_report,
    read_pieces,
    read_reference,
    read_slots,
    read_timeout_s,
    record_of,
)
from gateway.api.dialects.openvox.profile import NO_PORT, Profile, profile_of
from gateway.api.dialects.openvox.settings import NAME, Settings
from gateway.api.dialects.openvox.wire import send_status
from gateway.errors import InvalidFieldError, NoSpanError, QueueFullError, RequestError, RuleRefusalError
from gateway.service.submitting import NOT_SENDABLE, Submission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.api.dialect import Answer, Call
    from gateway.core.account import Account
    from gateway.core.number import Number
    from gateway.service.desk import Service
    from gateway.service.submitting import Accepted

    GetCall = Call[Settings]


async def send_sms(call: GetCall, account: Account, values: Mapping[str, Any]) -> Answer:
    """Accept one text for one or several numbers; wait for the outcome where the profile says so."""
    service = call.service
    profile = profile_of(call.settings, values)
    pieces = _read_receivers(call)
    text, is_too_long = _read_text(call)
    reference = read_reference(call.params)
    if is_too_long:
        too_long = [_unsent(piece, "message too long") for piece in pieces]
        return answer_report(call, account, profile, text, too_long, reference=reference, is_refused=True)
    plan = _plan(call, account, profile, pieces)
    submission = Submission(
        dialect=NAME,
        numbers=list(plan.numbers.values()),
        text=text,
        spans=tuple(slot.port for slot in plan.slots if slot.port is not None),
        client_ref=reference,
    )
    outcomes = await _submit(account, submission, service) if plan.numbers else []
    accepted: dict[int, Accepted] = {}
    refused: dict[int, RequestError] = {}
    for at, one in zip(plan.numbers, outcomes, strict=True):
        if isinstance(one, RequestError):
            refused[at] = one
        else:
            accepted[at] = one
    records = plan.records
    if refused:
        records |= _refused_records(refused, pieces, plan)
    if profile.is_sync and accepted:
        records |= await _outcomes(call, profile, pieces, accepted)
    else:
        for at, message in accepted.items():
            records[at] = Record(port=profile.port_word(message.port), number=pieces[at], result="sending")
    return answer_report(
        call,
        account,
        profile,
        text,
        [records[at] for at in range(len(pieces))],
        reference=reference,
        is_refused=not accepted,
        retry_after_s=_retry_after_s(refused),
    )


def _retry_after_s(refused: Mapping[int, RequestError]) -> int | None:
    """Give when there should be room again, None when there was."""
    for error in refused.values():
        if isinstance(error, QueueFullError):
            return error.retry_after_s
    return None


# --- reading --------------------------------------------------------------------------------------


def _read_receivers(call: GetCall) -> list[str]:
    pieces = read_pieces(call.params)
    if not pieces:
        raise Refused(NO_RECEIVER, has_usage=True)
    if len(pieces) > call.service.settings.http.max_recipients:
        raise Refused(TOO_MANY_RECEIVERS, has_usage=True)
    return pieces


def _read_text(call: GetCall) -> tuple[str, bool]:
    """Read the text, and whether it is too long."""
    try:
        text = call.params.read_text("message")
    except InvalidFieldError as error:
        raise Refused(NO_MESSAGE, has_usage=True) from error
    if text is None:
        raise Refused(NO_MESSAGE, has_usage=True)
    try:
        call.service.count_segments(text)
    except InvalidFieldError as error:
        if error.reason == NOT_SENDABLE:
            raise Refused(NO_MESSAGE, has_usage=True) from error
        return text, True
    return text, len(text.encode()) > call.settings.message_limit_octets


# --- who goes where -------------------------------------------------------------------------------


class _Plan(NamedTuple):
    """By place in the request: the numbers that are to go, and the records of those that cannot."""

    numbers: dict[int, Number]
    records: dict[int, Record]
    slots: Sequence[Slot]


def _plan(call: GetCall, account: Account, profile: Profile, pieces: Sequence[str]) -> _Plan:
    service = call.service
    refuses_unready = call.settings.when_not_ready == "refuse"
    slots = read_slots(call.params, account, service, profile, refuses_unready=refuses_unready)
    numbers: dict[int, Number] = {}
    records: dict[int, Record] = {}
    for at, piece in enumerate(pieces):
        number = service.read_number(piece)
        if number is None:
            records[at] = _unsent(piece, "fail")
        else:
            numbers[at] = number
    for at, slot in _barred(list(numbers), slots).items():
        records[at] = Record(port=slot.shown, number=pieces[at], result=slot.result)
        del numbers[at]
    if refuses_unready and not slots and _is_none_ready(account, service):
        records |= {at: _unsent(pieces[at], "not ready") for at in numbers}
        numbers = {}
    return _Plan(numbers=numbers, records=records, slots=slots)


def _is_none_ready(account: Account, service: Service) -> bool:
    """Whether there are spans for the account, and none of them can send."""
    candidates = service.board.candidates(account)
    return bool(candidates) and not any(one.is_usable for one in candidates)


def _barred(places: Sequence[int], slots: Sequence[Slot]) -> dict[int, Slot]:
    """Give the places of the numbers whose turn falls on a port that cannot be had.

    Turns go round over all ports that were named; a single number goes wherever one of them can be had.
    """
    if not slots or (len(places) == 1 and any(slot.port is not None for slot in slots)):
        return {}
    turns = {at: slots[turn % len(slots)] for turn, at in enumerate(places)}
    return {at: slot for at, slot in turns.items() if slot.port is None}


def _unsent(piece: str, result: str) -> Record:
    return Record(port=NO_PORT, number=piece, result=result)


# --- what became of them --------------------------------------------------------------------------


async def _submit(account: Account, submission: Submission, service: Service) -> list[Accepted | RequestError]:
    try:
        return await service.submit_some(account, submission)
    except (NoSpanError, RuleRefusalError) as error:
        return [error for _ in submission.numbers]


def _refused_records(refused: Mapping[int, RequestError], pieces: Sequence[str], plan: _Plan) -> dict[int, Record]:
    shown = [slot.shown for slot in plan.slots if slot.port is not None] or [NO_PORT]
    turns = {at: turn for turn, at in enumerate(plan.numbers)}
    return {
        at: _unsent(pieces[at], "not select")
        if isinstance(error, NoSpanError)
        else Record(port=shown[turns[at] % len(shown)], number=pieces[at], result="fail")
        for at, error in refused.items()
    }


async def _outcomes(
    call: GetCall, profile: Profile, pieces: Sequence[str], accepted: Mapping[int, Accepted]
) -> dict[int, Record]:
    """Wait for the outcome of messages as long as the caller wants."""
    service, settings = call.service, call.settings
    timeout_s = read_timeout_s(
        call.params, profile, default_s=settings.sync_timeout_default_s, most_s=settings.sync_timeout_max_s
    )
    messages = await service.wait_sent([one.id for one in accepted.values()], timeout_s)
    unknown_as = service.settings.api.unknown_as
    return {
        at: record_of(pieces[at], message, profile, send_status(message, unknown_as))
        for at, message in zip(accepted, messages, strict=True)
    }
