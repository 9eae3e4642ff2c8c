"""USSD dialogues: what was asked of the network, and what it said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from gateway.core.types import AccountId, EpochMs, Port

UssdId = NewType("UssdId", int)

# What a keypad writes, 182 characters at most (3GPP TS 22.090 4, TS 24.090). Most codes are *…#, but not all.
_CODE = re.compile(r"[0-9*#][0-9*#+]{0,181}", re.ASCII)


class UssdState(StrEnum):
    """Where a dialogue stands: the network is to speak, we are, or it is over in one of three ways."""

    WAITING = "waiting"
    ANSWER_WANTED = "answer wanted"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether anything may still come."""
        return self in {UssdState.WAITING, UssdState.ANSWER_WANTED}


class UssdResultCode(StrEnum):
    """What the numbers of +CUSD mean, in plain words; 3GPP TS 27.007 7.15."""

    TERMINATED = "the network ended the dialogue"
    OTHER_CLIENT = "another client has answered"
    NOT_SUPPORTED = "the network does not know this code"
    TIMED_OUT = "the network did not answer"


_ENDS = {
    2: UssdResultCode.TERMINATED,
    3: UssdResultCode.OTHER_CLIENT,
    4: UssdResultCode.NOT_SUPPORTED,
    5: UssdResultCode.TIMED_OUT,
}
_ANSWER_WANTED = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdReply:
    """What came back: `result` is the number of +CUSD (0..5), None when nothing came, and then `text` says why."""

    result: int | None
    text: str

    @property
    def state(self) -> UssdState:
        """What the dialogue is after it; a text with the end of a dialogue is an answer all the same."""
        if self.result == _ANSWER_WANTED:
            return UssdState.ANSWER_WANTED
        is_answer = self.result == 0 or (self.result == 2 and self.text)
        return UssdState.DONE if is_answer else UssdState.FAILED

    @property
    def reason(self) -> str:
        """Why there is no answer, in plain words; empty when there is one."""
        if self.state is not UssdState.FAILED:
            return ""
        return self.text if self.result is None else str(_ENDS.get(self.result, ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdTurn:
    """One step: what we `sent` (empty when the network began), the network's `reply`, the number of +CUSD with it."""

    sent: str
    reply: str
    result: int | None
    at: EpochMs


@dataclass(frozen=True, kw_only=True, slots=True)
class UssdDialogue:
    """A dialogue as stored; `account_id` None is the box itself or the network, `reason` why it failed."""

    id: UssdId
    account_id: AccountId | None
    port: Port
    sim: str
    client_ref: str
    state: UssdState
    reason: str
    turns: tuple[UssdTurn, ...]
    begun_at: EpochMs
    ended_at: EpochMs | None

    @property
    def reply(self) -> str:
        """The last word of the network."""
        return next((turn.reply for turn in reversed(self.turns) if turn.reply), "")


def is_code(text: str) -> bool:
    """Tell whether `text` can begin a dialogue."""
    return _CODE.fullmatch(text) is not None
