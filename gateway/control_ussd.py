"""USSD by the control socket: for this box's own operator, who needs no account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.types import Port
from gateway.core.ussd import UssdState
from gateway.errors import InvalidFieldError, NoSpanError

if TYPE_CHECKING:
    from gateway.core.ussd import UssdDialogue
    from gateway.service.ussd import UssdDesk


class LocalUssd:
    """Answers calls of the control socket whose first word is `ussd`; dialogues go out as JSON objects."""

    def __init__(self, desk: UssdDesk) -> None:
        self._desk = desk

    async def call(self, call: str, arguments: dict[str, Any]) -> Any:
        """`ask`: send `code` (none: go on with the open dialogue), give `answers`; `cancel`; `list`."""
        port = Port(arguments["port"])
        match call:
            case "ask":
                return _to_json(await self._ask(port, arguments))
            case "cancel":
                return _to_json(await self._desk.cancel(None, (await self._open(port)).id))
            case "list":
                return [_to_json(one) for one in await self._desk.newest(None, port, limit=arguments["limit"])]
            case _:
                raise InvalidFieldError("call", f"unknown: ussd {call}")

    async def _ask(self, port: Port, arguments: dict[str, Any]) -> UssdDialogue:
        answers, timeout_s = tuple(arguments["answers"]), float(arguments["timeout_s"])
        if arguments["code"]:
            try:
                return await self._desk.ask(None, arguments["code"], port=port, answers=answers, timeout_s=timeout_s)
            except NoSpanError as error:
                raise InvalidFieldError("port", "no span can be asked") from error
        dialogue = await self._open(port)
        return await self._desk.give(None, dialogue, answers, timeout_s=timeout_s)

    async def _open(self, port: Port) -> UssdDialogue:
        newest = await self._desk.newest(None, port, limit=1)
        if not newest or not newest[0].state.is_open:
            raise InvalidFieldError("port", f"no USSD dialogue is open on span {port}")
        return newest[0]


def _to_json(dialogue: UssdDialogue) -> dict[str, Any]:
    return {
        "id": dialogue.id,
        "port": dialogue.port,
        "sim": dialogue.sim,
        "state": dialogue.state.value,
        "is_open": dialogue.state is UssdState.ANSWER_WANTED,
        "reason": dialogue.reason,
        "begun_at": dialogue.begun_at,
        "ended_at": dialogue.ended_at,
        "turns": [
            {"sent": turn.sent, "reply": turn.reply, "result": turn.result, "at": turn.at} for turn in dialogue.turns
        ],
    }
