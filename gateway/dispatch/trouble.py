"""What spans' modems suffer from, and what was done about it, as lines of the log that a person understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import structlog

from gateway.dispatch.radio import NeedsNobody, NeedsPerson, RecoveryStep, StorageAlarm

if TYPE_CHECKING:
    from gateway.core.types import Port
    from gateway.dispatch.radio import Trouble

log = structlog.get_logger(__name__)


def log_trouble(trouble: Trouble, *, port: Port | None, url: str) -> None:
    """Write one line: INFO for what goes on by itself, WARNING and ERROR for what somebody should know."""
    span = log.bind(span=port, path=url)
    match trouble:
        case RecoveryStep(step=step, symptom=symptom, is_cured=None):
            span.warning("modem in trouble, recovery step begun", action="recovery", symptom=symptom, step=step)
        case RecoveryStep(step=step, symptom=symptom, is_cured=True):
            span.info("recovery step helped", action="recovered", symptom=symptom, step=step)
        case RecoveryStep(step=step, symptom=symptom):
            span.info("recovery step did not help", action="not recovered", symptom=symptom, step=step)
        case NeedsPerson(symptom=symptom, tried=tried):
            span.error("modem needs a person", action="needs person", symptom=symptom, tried=list(tried))
        case NeedsNobody(symptom=symptom):
            span.info("modem needs nobody any more", action="needs nobody", symptom=symptom)
        case StorageAlarm(memory=memory, is_over=is_over):
            facts = {"memory": memory, "used": trouble.used, "total": trouble.total}
            if is_over:
                span.info("memory for messages has room again", action="storage well", **facts)
            else:
                span.warning("memory for messages nearly full", action="storage alarm", **facts)
        case _:
            assert_never(trouble)
