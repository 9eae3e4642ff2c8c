"""What is kept of SIMs: PINs that were tried, and whether they are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.sim import PinTry, SimStop

if TYPE_CHECKING:
    import sqlite3

    from gateway.store.backends.sqlite.transaction import Transaction

READ_PIN_TRIES = "SELECT salt, digest, is_rejected, is_costly FROM pin_try WHERE iccid = :iccid"
SAVE_PIN_TRY = """
INSERT INTO pin_try (iccid, digest, salt, is_rejected, is_costly)
VALUES (:iccid, :digest, :salt, :is_rejected, :is_costly)
ON CONFLICT (iccid, digest) DO UPDATE SET is_rejected = excluded.is_rejected, is_costly = excluded.is_costly
"""
DROP_PIN_TRY = "DELETE FROM pin_try WHERE iccid = :iccid AND digest = :digest"
DROP_OPEN = "DELETE FROM pin_try WHERE iccid = :iccid AND is_rejected = 0"
FORGET_COSTS = "UPDATE pin_try SET is_costly = 0 WHERE iccid = :iccid"

READ_STOPS = "SELECT sim, reason, since, until, strikes FROM sim_stop"
SAVE_STOP = """
INSERT INTO sim_stop (sim, reason, since, until, strikes) VALUES (:sim, :reason, :since, :until, :strikes)
ON CONFLICT (sim) DO UPDATE SET reason = excluded.reason, since = excluded.since, until = excluded.until,
    strikes = excluded.strikes
"""
DROP_STOP = "DELETE FROM sim_stop WHERE sim = :sim"


def read_pin_tries(connection: sqlite3.Connection, iccid: str) -> list[PinTry]:
    """Give the PINs that were tried on a SIM and did not open it."""
    return [
        PinTry(salt=salt, digest=digest, is_rejected=bool(is_rejected), is_costly=bool(is_costly))
        for salt, digest, is_rejected, is_costly in connection.execute(READ_PIN_TRIES, {"iccid": iccid})
    ]


def save_pin_try(tx: Transaction, iccid: str, one: PinTry) -> None:
    """Insert or update by digest."""
    tx.execute(
        SAVE_PIN_TRY,
        {
            "iccid": iccid,
            "digest": one.digest,
            "salt": one.salt,
            "is_rejected": one.is_rejected,
            "is_costly": one.is_costly,
        },
    )


def drop_pin_try(tx: Transaction, iccid: str, digest: bytes) -> None:
    """Forget one PIN."""
    tx.execute(DROP_PIN_TRY, {"iccid": iccid, "digest": digest})


def accept_pin(tx: Transaction, iccid: str) -> None:
    """Forget what was open; keep what was rejected, at no cost."""
    tx.execute(DROP_OPEN, {"iccid": iccid})
    tx.execute(FORGET_COSTS, {"iccid": iccid})


def read_stops(connection: sqlite3.Connection) -> list[SimStop]:
    """Give the SIMs that are left alone."""
    return [
        SimStop(sim=sim, reason=reason, since=since, until=until, strikes=strikes)
        for sim, reason, since, until, strikes in connection.execute(READ_STOPS)
    ]


def save_stop(tx: Transaction, stop: SimStop) -> None:
    """Insert or update by SIM."""
    tx.execute(SAVE_STOP, {name: getattr(stop, name) for name in SimStop.__slots__})


def drop_stop(tx: Transaction, sim: str) -> None:
    """Let the SIM send again, with a clean record."""
    tx.execute(DROP_STOP, {"sim": sim})
