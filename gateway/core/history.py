"""What happened to modems and SIMs, as the record that an operator reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.core.types import EpochMs, Port


class HistoryKind(StrEnum):
    """What sort of thing happened; the words are those of the log's `action`."""

    READY = "ready"
    NOT_READY = "not ready"
    LOST = "lost"
    BACK = "back"
    MOVED = "moved"
    SIM_CHANGED = "sim changed"
    MODEM_CHANGED = "modem changed"
    CLONE = "clone"
    RECOVERY = "recovery"
    RECOVERED = "recovered"
    NOT_RECOVERED = "not recovered"
    NEEDS_PERSON = "needs person"
    NEEDS_NOBODY = "needs nobody"
    STORAGE_ALARM = "storage alarm"
    STORAGE_WELL = "storage well"
    PAUSED = "paused"
    RESUMED = "resumed"
    DRAINING = "draining"
    DRAINED = "drained"
    RENAMED = "renamed"
    CALL = "call"
    BALANCE_LOW = "balance low"
    BALANCE_WELL = "balance well"


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryEvent:
    """One line of the history: which span, port, modem and SIM, and what happened in plain words.

    `port` is None before a modem has its number; `path`, `imei` and `iccid` are empty where unknown.
    """

    at: EpochMs
    kind: HistoryKind
    detail: str
    port: Port | None = None
    path: str = ""
    imei: str = ""
    iccid: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cure:
    """The recovery step that last brought a modem of this model back from this symptom; names of the driver."""

    model: str
    symptom: str
    step: str
