"""What follows from a try that did not go out, in plain words: the same in the log and in the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.core.types import Port

_ENDS = {
    Status.FAILED: "given up",
    Status.EXPIRED: "given up, its validity is over",
    Status.UNKNOWN: "given up, it may have been sent",
    Status.CANCELLED: "withdrawn",
    Status.HELD: "held",
}


def follow_words(
    status: Status | None, *, wait_ms: int = 0, spans: Sequence[Port] | None = None, name: Callable[[Port], str]
) -> str:
    """Give what becomes of the message, "" when nothing does; `spans` are those that can send it instead.

    Empty they say that none can at present: the first that can has it, and the same one after `wait_ms`.

    >>> follow_words(Status.QUEUED, wait_ms=5000, name=str)
    'tried again in 5 s'
    >>> follow_words(Status.QUEUED, spans=[2, 3], name="gsm-{}".format)
    'tried on gsm-2 or gsm-3'
    >>> follow_words(Status.QUEUED, wait_ms=900_000, spans=[], name=str)
    'tried on the first other span that can send it, or here again in 15 min'
    """
    if status is None:
        return ""
    if status is not Status.QUEUED:
        return _ENDS.get(status, status.value)
    when = f" in {duration_words(wait_ms)}" if wait_ms >= 1000 else ""
    if spans:
        return f"tried on {' or '.join(name(port) for port in spans)}{when}"
    if spans is not None:
        return f"tried on the first other span that can send it, or here again{when}"
    return f"tried again{when or ' at once'}"


def wait_words(wait_ms: int) -> str:
    """Give what follows when no answer came and evidence is awaited for `wait_ms`."""
    return f"it may have been sent; evidence is awaited for {duration_words(wait_ms)}"


def duration_words(span_ms: int) -> str:
    """Give a time in its largest sensible unit.

    >>> [duration_words(span_ms) for span_ms in (12, 5000, 900_000, 10_800_000, 259_200_000)]
    ['12 ms', '5 s', '15 min', '3 h', '3 days']
    """
    if span_ms < 1000:
        return f"{span_ms} ms"
    seconds = span_ms / 1000
    if seconds < 120:
        return f"{round(seconds, 1):g} s"
    if seconds < 7200:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 172_800 else f"{round(seconds / 86_400)} days"
