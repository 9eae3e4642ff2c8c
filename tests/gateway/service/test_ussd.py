"""USSD as callers see it, with a modem that answers as the test says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from gateway.core.account import Account, Role
from gateway.core.span import Span, SpanState
from gateway.core.types import AccountId, Port
from gateway.core.ussd import UssdId, UssdReply, UssdState
from gateway.errors import InvalidFieldError, NoSpanError, NotAllowedError
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.service.ussd import Connection, UssdDesk
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from gateway.core.ussd import UssdDialogue

ONE, TWO = Port(1), Port(2)
BALANCE = UssdReply(result=0, text="5.00 EUR")
MENU = UssdReply(result=1, text="1 Balance")
OPERATOR = Account(id=AccountId(1), name="operator", role=Role.OPERATOR, spans=frozenset({ONE}))
SENDER = Account(id=AccountId(2), name="sender", role=Role.SENDER)


@dataclass
class Line:
    """A modem: keeps what it was asked, and answers when the test puts something into `replies`."""

    asked: list[tuple[str, bool]] = field(default_factory=list)
    cancelled: int = 0

    def __post_init__(self) -> None:
        self.replies: asyncio.Queue[UssdReply] = asyncio.Queue()

    async def ussd(self, text: str, *, is_answer: bool, timeout_s: float) -> UssdReply:
        self.asked.append((text, is_answer))
        return await self.replies.get()

    async def cancel_ussd(self) -> None:
        self.cancelled += 1


class Office:
    """A desk with two spans, of which the first has a modem."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.line = Line()
        self.board = SpanBoard(lambda: store.load)
        self.board.put([Span(port=ONE, name="gsm-1"), Span(port=TWO, name="gsm-2")])
        self.board.set_condition(ONE, SpanCondition(state=SpanState.READY, iccid="8949"))
        self.board.set_condition(TWO, SpanCondition(reason="no modem"))
        self.desk = self.new_desk()

    def new_desk(self) -> UssdDesk:
        connection = Connection(line=self.line, sim="8949")
        desk = UssdDesk(self.store, board=self.board, clock=FakeClock())
        desk.connect(lambda port: connection if port == ONE else None)
        return desk

    async def after(self, dialogue: UssdDialogue, reply: UssdReply) -> UssdDialogue:
        self.line.replies.put_nowait(reply)
        return await self.desk.wait(dialogue.id, timeout_s=5)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    for account in (OPERATOR, SENDER):
        await store.add_account(account, "-", FakeClock().now_ms())
    made = Office(store)
    await made.desk.start()
    yield made
    await made.desk.stop()
    await store.close()


async def test_an_answer_is_kept_and_told(office: Office) -> None:
    told: list[UssdDialogue] = []
    office.desk.listen(told.append)
    begun = await office.desk.begin(OPERATOR, "*100#", port=ONE, client_ref="mine")
    assert (begun.state, begun.sim, begun.client_ref, begun.account_id) == (UssdState.WAITING, "8949", "mine", 1)
    assert await office.store.ussd(begun.id) == begun
    done = await office.after(begun, BALANCE)
    assert (done.state, done.reply, done.ended_at is not None) == (UssdState.DONE, "5.00 EUR", True)
    assert [(turn.sent, turn.reply, turn.result) for turn in done.turns] == [("*100#", "5.00 EUR", 0)]
    assert await office.desk.dialogue(OPERATOR, begun.id) == done
    assert told == [done]
    assert office.line.asked == [("*100#", False)]


async def test_menus_are_gone_through(office: Office) -> None:
    for reply in (MENU, UssdReply(result=1, text="2 More"), BALANCE):
        office.line.replies.put_nowait(reply)
    done = await office.desk.ask(None, "*101#", port=ONE, answers=("1", "2", "never given"))
    assert (done.state, done.reply, done.account_id) == (UssdState.DONE, "5.00 EUR", None)
    assert office.line.asked == [("*101#", False), ("1", True), ("2", True)]
    assert len(done.turns) == 3


async def test_a_new_code_takes_the_place_of_a_menu_that_is_open_but_not_of_a_question(office: Office) -> None:
    menu = await office.after(await office.desk.begin(None, "*101#", port=ONE), MENU)
    second = await office.desk.begin(None, "*100#", port=ONE)
    ended = await office.desk.dialogue(None, menu.id)
    assert (ended.state, ended.reason) == (UssdState.CANCELLED, "another code was sent")
    with pytest.raises(InvalidFieldError, match="under way"):
        await office.desk.begin(None, "*100#", port=ONE)
    assert (await office.after(second, BALANCE)).state is UssdState.DONE


async def test_an_answer_needs_an_open_question(office: Office) -> None:
    menu = await office.after(await office.desk.begin(None, "*101#", port=ONE), MENU)
    for text in ("", "x" * 183, "a\nb"):
        with pytest.raises(InvalidFieldError) as caught:
            await office.desk.answer(None, menu.id, text)
        assert caught.value.field == "text"
    await office.desk.answer(None, menu.id, "1")
    done = await office.after(menu, BALANCE)
    assert done.state is UssdState.DONE
    with pytest.raises(InvalidFieldError, match="does not wait for an answer"):
        await office.desk.answer(None, menu.id, "1")
    with pytest.raises(InvalidFieldError, match="there is no USSD dialogue 99"):
        await office.desk.answer(None, UssdId(99), "1")


async def test_cancelling_ends_the_waiting(office: Office) -> None:
    begun = await office.desk.begin(None, "*100#", port=ONE)
    cancelled = await office.desk.cancel(None, begun.id)
    assert (cancelled.state, office.line.cancelled) == (UssdState.CANCELLED, 1)
    office.line.replies.put_nowait(UssdReply(result=None, text="cancelled"))
    assert (await office.desk.begin(None, "*100#", port=ONE)).state is UssdState.WAITING
    assert (await office.desk.cancel(None, begun.id)) == cancelled


async def test_a_span_without_a_modem_fails_with_its_reason(office: Office) -> None:
    failed = await office.desk.begin(None, "*100#", port=TWO)
    assert (failed.state, failed.reason) == (UssdState.FAILED, "no modem")
    with pytest.raises(InvalidFieldError, match="there is no span 9"):
        await office.desk.begin(None, "*100#", port=Port(9))


async def test_without_a_port_a_usable_span_that_is_free_is_taken(office: Office) -> None:
    begun = await office.desk.begin(None, "*100#")
    assert begun.port == ONE
    with pytest.raises(NoSpanError):
        await office.desk.begin(None, "*100#")


async def test_who_may_ask(office: Office) -> None:
    with pytest.raises(NotAllowedError):
        await office.desk.begin(SENDER, "*100#", port=ONE)
    with pytest.raises(NotAllowedError):
        await office.desk.begin(OPERATOR, "*100#", port=TWO)
    begun = await office.desk.begin(None, "*100#", port=TWO)
    with pytest.raises(NotAllowedError):
        await office.desk.dialogue(OPERATOR, begun.id)
    with pytest.raises(NotAllowedError):
        await office.desk.newest(SENDER, ONE)


@pytest.mark.parametrize("code", ["", "hello", "*100#; ATD112"])
async def test_what_is_no_code_is_refused(office: Office, code: str) -> None:
    with pytest.raises(InvalidFieldError) as caught:
        await office.desk.begin(None, code, port=ONE)
    assert caught.value.field == "code"


async def test_the_network_may_begin_go_on_and_end(office: Office) -> None:
    office.desk.said(ONE, UssdReply(result=1, text="Please rate us"))
    async with asyncio.timeout(5):
        while not (found := await office.desk.newest(None, ONE)) or found[0].state is UssdState.WAITING:
            await asyncio.sleep(0.005)  # nobody waits for what the network begins
    assert (found[0].state, found[0].account_id, found[0].turns[0].sent) == (UssdState.ANSWER_WANTED, None, "")
    office.desk.said(ONE, UssdReply(result=2, text=""))
    async with asyncio.timeout(5):
        while (ended := await office.desk.dialogue(None, found[0].id)).state.is_open:
            await asyncio.sleep(0.005)  # likewise
    assert (ended.state, ended.reason) == (UssdState.FAILED, "the network ended the dialogue")


async def test_what_a_restart_left_open_is_over(office: Office) -> None:
    begun = await office.desk.begin(None, "*100#", port=ONE)
    await office.desk.stop()
    again = office.new_desk()
    await again.start()
    ended = await again.dialogue(None, begun.id)
    assert (ended.state, ended.reason) == (UssdState.FAILED, "the gateway was restarted")


async def test_waiting_has_an_end(office: Office) -> None:
    begun = await office.desk.begin(None, "*100#", port=ONE)
    assert (await office.desk.wait(begun.id, timeout_s=0.01)).state is UssdState.WAITING
