"""USSD for whoever asks: one dialogue per span at a time, each kept in the store with its turns."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from gateway.core.account import Permission
from gateway.core.ussd import UssdReply, UssdState, UssdTurn, is_code
from gateway.errors import InvalidFieldError, NoSpanError, NotAllowedError
from gateway.store.outage import Outage

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.clock import Clock
    from gateway.core.account import Account
    from gateway.core.types import Port
    from gateway.core.ussd import UssdDialogue, UssdId
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store

log = structlog.get_logger(__name__)

DEFAULT_TIMEOUT_S: Final = 30.0
MOST_ANSWER_CHARACTERS: Final = 182


class UssdLine(Protocol):
    """What the desk needs of a modem; whatever happens is a reply."""

    async def ussd(self, text: str, *, is_answer: bool, timeout_s: float) -> UssdReply:
        """Send a code, or the answer to what the network asked."""
        ...

    async def cancel_ussd(self) -> None:
        """End the dialogue, and the waiting for its answer."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A modem that can be asked, with the SIM in it."""

    line: UssdLine
    sim: str


class UssdDesk:
    """The dialogues of all spans, once `connect` has said where their modems are.

    An account needs the permission ussd and the span; None stands for the box's own operator. Every call gives the
    dialogue as it stands then: `wait` for what the network says.
    """

    def __init__(self, store: Store, *, board: SpanBoard, clock: Clock) -> None:
        self._store = store
        self._board = board
        self._clock = clock
        self._connection: Callable[[Port], Connection | None] = lambda _: None
        self._outage = Outage()
        self._open: dict[Port, UssdDialogue] = {}
        self._tasks: dict[Port, asyncio.Task[None]] = {}
        self._errands: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._listeners: list[Callable[[UssdDialogue], None]] = []

    # --- life -------------------------------------------------------------------------------------

    def connect(self, connection: Callable[[Port], Connection | None]) -> None:
        """Have `connection` give the modem of a span from now on, None while none answers."""
        self._connection = connection

    async def start(self) -> None:
        """End what an earlier process left open."""
        for dialogue in await self._store.open_ussd():
            await self._save(self._ended(dialogue, UssdState.FAILED, "the gateway was restarted"))

    async def stop(self) -> None:
        """Wait for nobody any more; dialogues that are open are ended at the next start."""
        tasks = [*self._tasks.values(), *self._errands]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def listen(self, listener: Callable[[UssdDialogue], None]) -> None:
        """Call `listener` with each dialogue that the network has answered, or that ended, from now on."""
        self._listeners.append(listener)

    # --- asking -----------------------------------------------------------------------------------

    async def begin(
        self,
        account: Account | None,
        code: str,
        *,
        port: Port | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        client_ref: str = "",
    ) -> UssdDialogue:
        """Send `code` on a span; without `port` on the usable one that has least to send.

        The dialogue is durable when this returns, and waiting, or failed when no modem answers there. One that waits
        for an answer of ours is ended by it. Raises NotAllowedError, InvalidFieldError ("code", or "port" while the
        network is to speak in another dialogue there), NoSpanError.
        """
        self._check(account, port)
        if not is_code(code):
            raise InvalidFieldError("code", "a USSD code is made of digits, * and #, such as *100#")
        chosen = self._choose(account) if port is None else port
        if self._board.span(chosen) is None:
            raise InvalidFieldError("port", f"there is no span {chosen}")
        before = self._open.get(chosen)
        if before is not None and before.state is UssdState.WAITING:
            raise InvalidFieldError("port", "a USSD dialogue is under way there, and the network has not answered yet")
        connection = self._connection(chosen)
        dialogue = await self._store.add_ussd(
            account_id=None if account is None else account.id,
            port=chosen,
            sim="" if connection is None else connection.sim,
            client_ref=client_ref,
            now=self._clock.now_ms(),
        )
        if before is not None and chosen in self._open:
            await self._finish(self._ended(before, UssdState.CANCELLED, "another code was sent"))
        if connection is None:
            reason = self._board.condition(chosen).reason or "no modem answers there"
            return await self._finish(self._ended(dialogue, UssdState.FAILED, reason))
        self._exchange(dialogue, connection, code, is_answer=False, timeout_s=timeout_s)
        return dialogue

    async def answer(
        self, account: Account | None, dialogue_id: UssdId, text: str, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> UssdDialogue:
        """Answer what the network asked. Raises NotAllowedError, InvalidFieldError ("id", "text")."""
        dialogue = await self.dialogue(account, dialogue_id)
        current = self._open.get(dialogue.port)
        if current is None or current.id != dialogue_id or current.state is not UssdState.ANSWER_WANTED:
            raise InvalidFieldError("id", "the network does not wait for an answer in this dialogue")
        if not 0 < len(text) <= MOST_ANSWER_CHARACTERS or not text.isprintable():
            raise InvalidFieldError("text", f"an answer has 1 to {MOST_ANSWER_CHARACTERS} characters in one line")
        connection = self._connection(current.port)
        if connection is None:
            return await self._finish(self._ended(current, UssdState.FAILED, "the modem does not answer any more"))
        waiting = replace(current, state=UssdState.WAITING)
        self._exchange(waiting, connection, text, is_answer=True, timeout_s=timeout_s)
        return waiting

    async def cancel(self, account: Account | None, dialogue_id: UssdId) -> UssdDialogue:
        """End a dialogue; one that is over stays as it is. Raises NotAllowedError, InvalidFieldError("id")."""
        dialogue = await self.dialogue(account, dialogue_id)
        current = self._open.get(dialogue.port)
        if current is None or current.id != dialogue_id:
            return dialogue
        ended = await self._finish(self._ended(current, UssdState.CANCELLED, "cancelled"))
        connection = self._connection(current.port)
        if connection is not None:
            await connection.line.cancel_ussd()
        return ended

    async def wait(self, dialogue_id: UssdId, *, timeout_s: float) -> UssdDialogue:
        """Give the dialogue once the network has spoken or it is over, or as it stands after `timeout_s`."""
        async with self._changed:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._changed.wait_for(lambda: not self._is_waiting(dialogue_id))
            except TimeoutError:
                pass  # the caller asked for how things stand by then
        return await self._get(dialogue_id)

    async def ask(
        self,
        account: Account | None,
        code: str,
        *,
        port: Port | None = None,
        answers: tuple[str, ...] = (),
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> UssdDialogue:
        """Send `code`, give `answers` to the menus that follow, and give the dialogue as it is after the last."""
        dialogue = await self.begin(account, code, port=port, timeout_s=timeout_s)
        # The modem has its own timeout; ours is only there for the case that it does not keep it.
        dialogue = await self.wait(dialogue.id, timeout_s=2 * timeout_s)
        return await self.give(account, dialogue, answers, timeout_s=timeout_s)

    async def give(
        self, account: Account | None, dialogue: UssdDialogue, answers: tuple[str, ...], *, timeout_s: float
    ) -> UssdDialogue:
        """Give `answers` one after the other as long as the network wants one; the dialogue as it is after the last."""
        for answer in answers:
            if dialogue.state is not UssdState.ANSWER_WANTED:
                break
            await self.answer(account, dialogue.id, answer, timeout_s=timeout_s)
            dialogue = await self.wait(dialogue.id, timeout_s=2 * timeout_s)
        return dialogue

    # --- reading ----------------------------------------------------------------------------------

    async def dialogue(self, account: Account | None, dialogue_id: UssdId) -> UssdDialogue:
        """Give a dialogue that the account may see. Raises NotAllowedError, InvalidFieldError("id")."""
        dialogue = await self._get(dialogue_id)
        self._check(account, dialogue.port)
        return dialogue

    async def newest(self, account: Account | None, port: Port, *, limit: int = 20) -> list[UssdDialogue]:
        """Give the newest dialogues of a span, newest first. Raises NotAllowedError."""
        self._check(account, port)
        return await self._store.ussd_of(port, limit=limit)

    # --- what the network says unasked ------------------------------------------------------------

    def said(self, port: Port, reply: UssdReply) -> None:
        """The network said something that no request waits for: it goes on, ends, or begins a dialogue."""
        task = asyncio.get_running_loop().create_task(self._take(port, reply), name=f"ussd {port}")
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _take(self, port: Port, reply: UssdReply) -> None:
        dialogue = self._open.get(port)
        if dialogue is None:
            connection = self._connection(port)
            sim = "" if connection is None else connection.sim
            dialogue = await self._store.add_ussd(
                account_id=None, port=port, sim=sim, client_ref="", now=self._clock.now_ms()
            )
        await self._finish(self._with_reply(dialogue, "", reply))

    # --- inside -----------------------------------------------------------------------------------

    def _check(self, account: Account | None, port: Port | None) -> None:
        if account is None:
            return
        if not account.may(Permission.USSD):
            raise NotAllowedError
        if port is not None and not account.may_use(port):
            raise NotAllowedError(port)

    def _choose(self, account: Account | None) -> Port:
        usable = [
            view
            for view in self._board.views()
            if view.is_usable and view.span.port not in self._open and (not account or account.may_use(view.span.port))
        ]
        if not usable:
            raise NoSpanError
        return min(usable, key=lambda view: (view.waiting_segments, view.span.port)).span.port

    def _exchange(
        self, dialogue: UssdDialogue, connection: Connection, text: str, *, is_answer: bool, timeout_s: float
    ) -> None:
        self._open[dialogue.port] = dialogue

        async def work() -> None:
            reply = await connection.line.ussd(text, is_answer=is_answer, timeout_s=timeout_s)
            if self._open.get(dialogue.port) is dialogue:
                await self._finish(self._with_reply(dialogue, text, reply))

        task = asyncio.get_running_loop().create_task(work(), name=f"ussd {dialogue.port}")
        self._tasks[dialogue.port] = task
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("USSD dialogue broken", action="ussd", exc_info=error)

    def _with_reply(self, dialogue: UssdDialogue, sent: str, reply: UssdReply) -> UssdDialogue:
        now = self._clock.now_ms()
        text = "" if reply.result is None else reply.text
        turn = UssdTurn(sent=sent, reply=text, result=reply.result, at=now)
        ended_at = None if reply.state.is_open else now
        turns = (*dialogue.turns, turn)
        return replace(dialogue, state=reply.state, reason=reply.reason, turns=turns, ended_at=ended_at)

    def _ended(self, dialogue: UssdDialogue, state: UssdState, reason: str) -> UssdDialogue:
        return replace(dialogue, state=state, reason=reason, ended_at=self._clock.now_ms())

    async def _finish(self, dialogue: UssdDialogue) -> UssdDialogue:
        """Keep what a dialogue has become, and tell those who wait."""
        await self._save(dialogue)
        if dialogue.state.is_open:
            self._open[dialogue.port] = dialogue
        else:
            self._open.pop(dialogue.port, None)
        log.info(
            "USSD", action="ussd", span=dialogue.port, dialogue=dialogue.id, state=dialogue.state.value,
            reason=dialogue.reason or None,
        )  # fmt: skip
        for listener in self._listeners:
            listener(dialogue)
        async with self._changed:
            self._changed.notify_all()
        return dialogue

    async def _save(self, dialogue: UssdDialogue) -> None:
        await self._outage.ride_out(lambda: self._store.save_ussd(dialogue))

    def _is_waiting(self, dialogue_id: UssdId) -> bool:
        return any(one.id == dialogue_id and one.state is UssdState.WAITING for one in self._open.values())

    async def _get(self, dialogue_id: UssdId) -> UssdDialogue:
        current = next((one for one in self._open.values() if one.id == dialogue_id), None)
        dialogue = current or await self._store.ussd(dialogue_id)
        if dialogue is None:
            raise InvalidFieldError("id", f"there is no USSD dialogue {dialogue_id}")
        return dialogue
