"""What spans' modems suffer from, and what was done about it, in words that a person understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

import structlog

from gateway.core.history import HistoryKind
from gateway.dispatch.radio import NeedsNobody, NeedsPerson, RecoveryStep, StorageAlarm

if TYPE_CHECKING:
    from gateway.core.types import Port
    from gateway.dispatch.radio import Trouble

log = structlog.get_logger(__name__)


def masked(number: str) -> str:
    """Give a number as it may be in the log: its last two digits."""
    return f"***{number[-2:]}" if number else ""


def describe(trouble: Trouble) -> tuple[HistoryKind, str]:
    """Give the line of the history."""
    match trouble:
        case RecoveryStep(step=step, symptom=symptom, is_cured=None):
            return HistoryKind.RECOVERY, f"{symptom}; trying: {step}"
        case RecoveryStep(step=step, symptom=symptom, is_cured=True):
            return HistoryKind.RECOVERED, f"{symptom}; helped: {step}"
        case RecoveryStep(step=step, symptom=symptom):
            return HistoryKind.NOT_RECOVERED, f"{symptom}; did not help: {step}"
        case NeedsPerson(symptom=symptom, tried=tried):
            return HistoryKind.NEEDS_PERSON, f"{symptom}; tried: {', '.join(tried) or 'nothing, no step is possible'}"
        case NeedsNobody(symptom=symptom):
            return HistoryKind.NEEDS_NOBODY, f"over: {symptom}"
        case StorageAlarm(memory=memory, used=used, total=total, is_over=is_over):
            kind = HistoryKind.STORAGE_WELL if is_over else HistoryKind.STORAGE_ALARM
            return kind, f"memory {memory}: {used} of {total}"
        case _:
            assert_never(trouble)


def log_trouble(trouble: Trouble, *, port: Port | None, url: str) -> None:
    """Write one line: INFO for what goes on by itself, WARNING and ERROR for what somebody should know."""
    kind, _ = describe(trouble)
    facts: dict[str, Any] = {"action": kind.value, "span": port, "path": url}
    match trouble:
        case RecoveryStep(step=step, symptom=symptom, is_cured=None):
            log.warning("modem in trouble, recovery step begun", symptom=symptom, step=step, **facts)
        case RecoveryStep(step=step, symptom=symptom, is_cured=True):
            log.info("recovery step helped", symptom=symptom, step=step, **facts)
        case RecoveryStep(step=step, symptom=symptom):
            log.info("recovery step did not help", symptom=symptom, step=step, **facts)
        case NeedsPerson(symptom=symptom, tried=tried):
            log.error("modem needs a person", symptom=symptom, tried=list(tried), **facts)
        case NeedsNobody(symptom=symptom):
            log.info("modem needs nobody any more", symptom=symptom, **facts)
        case StorageAlarm(memory=memory, used=used, total=total, is_over=True):
            log.info("memory for messages has room again", memory=memory, used=used, total=total, **facts)
        case StorageAlarm(memory=memory, used=used, total=total):
            log.warning("memory for messages nearly full", memory=memory, used=used, total=total, **facts)
        case _:
            assert_never(trouble)
