"""The numbers and titles of statuses, and which messages a number stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gateway.core.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.core.message import Message

    Keep = Callable[[Message], bool]

INCOMING = 5
TITLES = {
    1: "New",
    2: "sending",
    3: "queued",
    INCOMING: "Income",
    6: "sent",
    7: "delivered",
    8: "not delivered",
    9: "Generic failure",
    10: "No service",
    11: "Null PDU",
    12: "Radio off",
    100: "Not allowed",
}
_BY_STATUS = {
    Status.HELD: 1,
    Status.SENDING: 2,
    Status.SENT: 6,
    Status.DELIVERED: 7,
    Status.UNDELIVERED: 8,
    Status.CANCELLED: 9,
}
# 3GPP TS 27.005 3.2.5 (RP causes: 24.011 E.2) and 27.007 9.2: no network, a PDU that is none, no SIM that works.
_CMS = {
    **dict.fromkeys((38, 41, 42, 331, 332), 10),
    **dict.fromkeys((304, 305), 11),
    **dict.fromkeys((310, 311, 312, 313, 315, 316, 317, 318), 12),
}
_CME = {**dict.fromkeys((30, 31, 32), 10), **dict.fromkeys((10, 11, 12, 13, 15, 16, 17, 18), 12)}
_FAILURES = {"credit": 100, "not sent": 12}
_CODE = re.compile(r"\+(CM[SE]) ERROR ([0-9]{1,5})")
_SAME_AS = {101: 100}
_CANDIDATES = {
    1: frozenset({Status.QUEUED, Status.HELD}),
    2: frozenset({Status.SENDING}),
    3: frozenset({Status.QUEUED}),
    6: frozenset({Status.SENT}),
    7: frozenset({Status.DELIVERED}),
    8: frozenset({Status.UNDELIVERED, Status.EXPIRED}),
    9: frozenset({Status.FAILED, Status.EXPIRED, Status.UNKNOWN, Status.CANCELLED}),
    **dict.fromkeys((10, 11, 12, 100), frozenset({Status.FAILED})),
}
_ALWAYS = frozenset({2, 6, 7})


def status_number(message: Message, unknown_as: str, status: Status | None = None) -> int:
    """Give the number of a message's status, or of one that it had."""
    status = message.status if status is None else status
    match status:
        case Status.QUEUED:
            return 3 if message.was_tried else 1
        case Status.EXPIRED:
            return 9 if message.sent_at is None and message.report_status is None else 8
        case Status.UNKNOWN:
            return 6 if unknown_as == "sent" else 9
        case Status.FAILED:
            return _failure_number(message.failure_code)
    return _BY_STATUS[status]


def _failure_number(code: str) -> int:
    match = _CODE.fullmatch(code)
    if match is None:
        return _FAILURES.get(code, 9)
    return (_CMS if match[1] == "CMS" else _CME).get(int(match[2]), 9)


def outbound_filter(number: int, unknown_as: str) -> tuple[frozenset[Status], Keep | None]:
    """Give the statuses that a number may stand for, and what tells of a message whether it does, None: all do."""
    number = _SAME_AS.get(number, number)
    statuses = _CANDIDATES.get(number, frozenset())
    if number == 6 and unknown_as == "sent":
        statuses |= {Status.UNKNOWN}
    if number in _ALWAYS or not statuses:
        return statuses, None
    return statuses, lambda message: status_number(message, unknown_as) == number
