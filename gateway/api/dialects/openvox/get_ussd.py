"""/sendussd: one USSD code over one or several ports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from gateway.api.dialects.openvox.get_wire import (
    NO_CODE,
    Record,
    Refused,
    Slot,
    answer_report,
    read_reference,
    read_slots,
    read_timeout_s,
)
from gateway.api.dialects.openvox.profile import NO_PORT, Profile, profile_of
from gateway.core.ussd import UssdState, is_code
from gateway.errors import InvalidFieldError, NoSpanError
from gateway.service.ussd import DEFAULT_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.api.dialect import Answer, Call
    from gateway.api.dialects.openvox.settings import Settings
    from gateway.core.account import Account
    from gateway.core.ussd import UssdDialogue
    from gateway.service.desk import Service

    GetCall = Call[Settings]


async def send_ussd(call: GetCall, account: Account, values: Mapping[str, Any]) -> Answer:
    """Send a USSD code over each port that is named; wait for the network's reply where the profile says so."""
    params, service, settings = call.params, call.service, call.settings
    profile = profile_of(settings, values)
    try:
        code = (params.read_string("message") or "").strip()
    except InvalidFieldError as error:
        raise Refused(NO_CODE, has_usage=True) from error
    if not is_code(code):
        raise Refused(NO_CODE, has_usage=True)
    slots = read_slots(params, account, service, profile, refuses_unready=settings.when_not_ready == "refuse")
    timeout_s = read_timeout_s(params, profile, default_s=settings.ussd_timeout_s, most_s=settings.sync_timeout_max_s)
    begun: list[Record | UssdDialogue] = []
    for slot in slots or [Slot(port=None, shown=NO_PORT)]:
        if slot.result:
            begun.append(Record(port=slot.shown, result=slot.result))
        else:
            begun.append(await _begin(call, account, code, slot, timeout_s))
    if profile.is_sync:
        begun = list(await asyncio.gather(*(_awaited(one, service, timeout_s) for one in begun)))
    records = [
        one if isinstance(one, Record) else _ussd_record(one, profile, has_response=profile.is_sync) for one in begun
    ]
    is_refused = all(isinstance(one, Record) for one in begun)
    reference = read_reference(params)
    return answer_report(call, account, profile, code, records, reference=reference, is_refused=is_refused)


async def _begin(call: GetCall, account: Account, code: str, slot: Slot, timeout_s: float) -> Record | UssdDialogue:
    service = call.service
    try:
        return await service.ussd.begin(
            account,
            code,
            port=slot.port,
            # The reply may come after the answer to the caller: it is pushed then.
            timeout_s=max(timeout_s, DEFAULT_TIMEOUT_S),
            client_ref=read_reference(call.params),
        )
    except NoSpanError:
        has_any = bool(service.board.candidates(account))
        return Record(port=NO_PORT, result="not ready" if has_any else "not select")
    except InvalidFieldError:  # another dialogue is under way there
        return Record(port=slot.shown, result="fail")


async def _awaited(one: Record | UssdDialogue, service: Service, timeout_s: float) -> Record | UssdDialogue:
    return one if isinstance(one, Record) else await service.ussd.wait(one.id, timeout_s=timeout_s)


def _ussd_record(dialogue: UssdDialogue, profile: Profile, *, has_response: bool) -> Record:
    port = profile.port_word(dialogue.port)
    if dialogue.state is UssdState.WAITING:
        return Record(port=port, result="sending")
    if dialogue.state in {UssdState.DONE, UssdState.ANSWER_WANTED}:
        return Record(port=port, result="success", response=dialogue.reply if has_response else None)
    return Record(port=port, result="fail")
