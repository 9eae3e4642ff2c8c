"""USSD dialogues and balances of SIMs."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gateway.core.balance import Balance
from gateway.core.callback import CallbackEvent
from gateway.core.ussd import UssdDialogue, UssdId, UssdState, UssdTurn
from gateway.store.backends.sqlite.callbacks import owe

if TYPE_CHECKING:
    import sqlite3

    from gateway.core.types import AccountId, EpochMs, Port
    from gateway.store.backends.sqlite.transaction import Transaction

# The newest so many dialogues are kept.
KEPT = 10_000
# Who asked has not been answered yet, or does not want to be any more.
_NO_NEWS = frozenset({UssdState.WAITING, UssdState.CANCELLED})

ADD = """
INSERT INTO ussd (account_id, port, sim, client_ref, state, reason, turns, begun_at)
VALUES (:account_id, :port, :sim, :client_ref, :state, '', '[]', :begun_at)
"""
SAVE = "UPDATE ussd SET state = :state, reason = :reason, turns = :turns, ended_at = :ended_at WHERE id = :id"
FORGET = "DELETE FROM ussd WHERE id <= :id - :kept AND ended_at IS NOT NULL"
_READ = "SELECT id, account_id, port, sim, client_ref, state, reason, turns, begun_at, ended_at FROM ussd"
READ_ONE = f"{_READ} WHERE id = :id"
READ_OF_PORT = f"{_READ} WHERE port = :port ORDER BY id DESC LIMIT :limit"
READ_OPEN = f"{_READ} WHERE ended_at IS NULL ORDER BY id"

READ_BALANCES = "SELECT sim, amount, reply, asked_at, read_at, is_low FROM balance"
SAVE_BALANCE = """
INSERT INTO balance (sim, amount, reply, asked_at, read_at, is_low)
VALUES (:sim, :amount, :reply, :asked_at, :read_at, :is_low)
ON CONFLICT (sim) DO UPDATE SET amount = excluded.amount, reply = excluded.reply, asked_at = excluded.asked_at,
    read_at = excluded.read_at, is_low = excluded.is_low
"""


def add(
    tx: Transaction, *, account_id: AccountId | None, port: Port, sim: str, client_ref: str, now: EpochMs
) -> UssdDialogue:
    """Begin a dialogue; very old ones leave."""
    values = {"account_id": account_id, "port": port, "sim": sim, "client_ref": client_ref, "begun_at": now}
    cursor = tx.execute(ADD, {**values, "state": UssdState.WAITING.value})
    dialogue_id = UssdId(int(cursor.lastrowid or 0))
    tx.execute(FORGET, {"id": dialogue_id, "kept": KEPT})
    return UssdDialogue(
        id=dialogue_id,
        account_id=account_id,
        port=port,
        sim=sim,
        client_ref=client_ref,
        state=UssdState.WAITING,
        reason="",
        turns=(),
        begun_at=now,
        ended_at=None,
    )


def save(tx: Transaction, dialogue: UssdDialogue) -> None:
    """Keep what has become of a dialogue, with the callbacks owed for it."""
    turns = json.dumps([[turn.sent, turn.reply, turn.result, turn.at] for turn in dialogue.turns], ensure_ascii=False)
    tx.execute(
        SAVE,
        {
            "id": dialogue.id,
            "state": dialogue.state.value,
            "reason": dialogue.reason,
            "turns": turns,
            "ended_at": dialogue.ended_at,
        },
    )
    if dialogue.account_id is not None and dialogue.state not in _NO_NEWS:
        _owe(tx, dialogue, dialogue.account_id)


def _owe(tx: Transaction, dialogue: UssdDialogue, account_id: AccountId) -> None:
    """Owe the account that began the dialogue what the network said, or that it does not answer."""
    last = dialogue.turns[-1] if dialogue.turns else None
    if last is not None and dialogue.ended_at not in {None, last.at}:
        return  # it was answered before, and ended without another word
    for dialect, events in tx.memory.subscriptions.get(account_id, {}).items():
        if CallbackEvent.USSD in events:
            owe(
                tx,
                account_id=account_id,
                dialect=dialect,
                event=CallbackEvent.USSD,
                ussd_id=dialogue.id,
                status=dialogue.state.value,
                report_status=None if last is None else last.result,
                now=dialogue.ended_at or dialogue.begun_at if last is None else last.at,
            )


def read_one(connection: sqlite3.Connection, dialogue_id: UssdId) -> UssdDialogue | None:
    """Give a dialogue, None when unknown."""
    row = connection.execute(READ_ONE, {"id": dialogue_id}).fetchone()
    return None if row is None else _dialogue(row)


def read_of_port(connection: sqlite3.Connection, port: Port, limit: int) -> list[UssdDialogue]:
    """Give the newest dialogues of a span, newest first."""
    return [_dialogue(row) for row in connection.execute(READ_OF_PORT, {"port": port, "limit": limit})]


def read_open(connection: sqlite3.Connection) -> list[UssdDialogue]:
    """Give the dialogues that are not over."""
    return [_dialogue(row) for row in connection.execute(READ_OPEN)]


def _dialogue(row: tuple[Any, ...]) -> UssdDialogue:
    dialogue_id, account_id, port, sim, client_ref, state, reason, turns, begun_at, ended_at = row
    return UssdDialogue(
        id=dialogue_id,
        account_id=account_id,
        port=port,
        sim=sim,
        client_ref=client_ref,
        state=UssdState(state),
        reason=reason,
        turns=tuple(
            UssdTurn(sent=sent, reply=reply, result=result, at=at) for sent, reply, result, at in json.loads(turns)
        ),
        begun_at=begun_at,
        ended_at=ended_at,
    )


def save_balance(tx: Transaction, balance: Balance) -> None:
    """Insert or update by SIM."""
    values: dict[str, Any] = {name: getattr(balance, name) for name in Balance.__slots__}
    values["amount"] = None if balance.amount is None else str(balance.amount)
    tx.execute(SAVE_BALANCE, values)


def read_balances(connection: sqlite3.Connection) -> list[Balance]:
    """Give the last balance of each SIM."""
    return [
        Balance(
            sim=sim,
            amount=None if amount is None else Decimal(amount),
            reply=reply,
            asked_at=asked_at,
            read_at=read_at,
            is_low=bool(is_low),
        )
        for sim, amount, reply, asked_at, read_at, is_low in connection.execute(READ_BALANCES)
    ]
