"""What every store keeps of USSD dialogues and balances."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from gateway.core.balance import Balance
from gateway.core.callback import CallbackEvent
from gateway.core.types import AccountId, EpochMs, Port
from gateway.core.ussd import UssdId, UssdState, UssdTurn
from tests.support.store import NOW, accept_one, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.core.ussd import UssdDialogue
    from gateway.store.backend import Store


async def begun(store: Store, port: int, at: int = 0) -> UssdDialogue:
    return await store.add_ussd(
        account_id=AccountId(1), port=Port(port), sim="8949", client_ref="mine", now=EpochMs(NOW + at)
    )


async def test_a_dialogue_is_kept_with_its_turns(store: Store, make_store: Callable[[], Store]) -> None:
    dialogue = await begun(store, 3)
    assert (dialogue.state, dialogue.turns, dialogue.ended_at) == (UssdState.WAITING, (), None)
    asked = UssdTurn(sent="*100#", reply="1 Guthaben\n2 „Mehr“", result=1, at=EpochMs(NOW + 1))
    answered = UssdTurn(sent="1", reply="", result=None, at=EpochMs(NOW + 2))
    ended = replace(
        dialogue, state=UssdState.FAILED, reason="port lost", turns=(asked, answered), ended_at=EpochMs(NOW + 2)
    )
    await store.save_ussd(ended)
    await store.close()
    again = make_store()
    await again.open()
    try:
        assert await again.ussd(dialogue.id) == ended
        assert await again.ussd(UssdId(99)) is None
    finally:
        await again.close()


async def test_who_began_a_dialogue_is_owed_each_word_of_the_network(store: Store) -> None:
    await store.set_subscriptions(AccountId(1), "openvox", frozenset({CallbackEvent.USSD, CallbackEvent.RESULT}))
    dialogue = await begun(store, 3)
    menu = UssdTurn(sent="*100#", reply="1 Balance", result=1, at=EpochMs(NOW + 1))
    asked = replace(dialogue, state=UssdState.ANSWER_WANTED, turns=(menu,))
    await store.save_ussd(asked)
    over = UssdTurn(sent="", reply="bye", result=2, at=EpochMs(NOW + 2))
    await store.save_ussd(replace(asked, state=UssdState.DONE, turns=(menu, over), ended_at=EpochMs(NOW + 2)))
    (first,) = await store.due_callbacks(EpochMs(NOW + 9), limit=9, busy=frozenset())
    assert (first.event, first.ussd_id, first.message_id) == (CallbackEvent.USSD, dialogue.id, 0)
    assert (first.status, first.status_at, first.report_status) == ("answer wanted", NOW + 1, 1)
    await store.callback_done(first.id, EpochMs(NOW + 9))
    (second,) = await store.due_callbacks(EpochMs(NOW + 9), limit=9, busy=frozenset())
    assert (second.ussd_id, second.status, second.report_status) == (dialogue.id, "done", 2)


async def test_a_dialogue_without_an_answer_is_told_once_and_one_that_was_withdrawn_never(store: Store) -> None:
    await store.set_subscriptions(AccountId(1), "openvox", frozenset({CallbackEvent.USSD}))
    failed, withdrawn, answered, unasked = [await begun(store, port) for port in (1, 2, 3, 4)]
    await store.save_ussd(replace(failed, state=UssdState.FAILED, reason="port lost", ended_at=EpochMs(NOW + 5)))
    await store.save_ussd(replace(withdrawn, state=UssdState.CANCELLED, ended_at=EpochMs(NOW + 5)))
    menu = replace(answered, turns=(UssdTurn(sent="*1#", reply="1 More", result=1, at=NOW),))
    await store.save_ussd(replace(menu, state=UssdState.FAILED, reason="restarted", ended_at=EpochMs(NOW + 5)))
    await store.save_ussd(replace(unasked, account_id=None, state=UssdState.DONE, ended_at=EpochMs(NOW + 5)))
    (owed,) = await store.due_callbacks(EpochMs(NOW + 9), limit=9, busy=frozenset())
    assert (owed.ussd_id, owed.status, owed.status_at, owed.report_status) == (failed.id, "failed", NOW + 5, None)


async def test_a_dialogue_does_not_wait_for_the_message_of_its_number(store: Store) -> None:
    await store.set_subscriptions(AccountId(1), "openvox", frozenset({CallbackEvent.USSD, CallbackEvent.RESULT}))
    message_id = await accept_one(store)
    await send(store, message_id, at=1)
    dialogue = await begun(store, 1)
    assert int(dialogue.id) == int(message_id)
    await store.save_ussd(replace(dialogue, state=UssdState.FAILED, ended_at=EpochMs(NOW + 5)))
    owed = await store.due_callbacks(EpochMs(NOW + 9), limit=9, busy=frozenset())
    assert [(one.message_id, one.ussd_id) for one in owed] == [(message_id, None), (0, dialogue.id)]


async def test_dialogues_of_a_span_come_newest_first_and_open_ones_oldest_first(store: Store) -> None:
    first, other, second = await begun(store, 1), await begun(store, 2, 1), await begun(store, 1, 2)
    assert await store.ussd_of(Port(1), limit=10) == [second, first]
    assert await store.ussd_of(Port(1), limit=1) == [second]
    assert await store.open_ussd() == [first, other, second]
    await store.save_ussd(replace(first, state=UssdState.DONE, ended_at=EpochMs(NOW + 3)))
    assert await store.open_ussd() == [other, second]


async def test_the_last_balance_of_each_sim_is_kept(store: Store) -> None:
    asked = Balance(sim="8949", amount=None, reply="busy", asked_at=NOW, read_at=None, is_low=False)
    read = replace(asked, amount=Decimal("5.10"), reply="5.10 EUR", read_at=NOW, is_low=True)
    other = replace(read, sim="8950", amount=Decimal(-3), is_low=False)
    for balance in (asked, read, other):
        await store.save_balance(balance)
    assert sorted(await store.balances(), key=lambda one: one.sim) == [read, other]
