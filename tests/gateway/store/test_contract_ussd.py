"""What every store keeps of USSD dialogues and balances."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from gateway.core.balance import Balance
from gateway.core.types import AccountId, EpochMs, Port
from gateway.core.ussd import UssdId, UssdState, UssdTurn
from tests.support.store import NOW

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
