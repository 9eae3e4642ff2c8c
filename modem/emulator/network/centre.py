"""How the service centre stores and forwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING

from modem.emulator.network.chance import Delay, check_range
from modem.emulator.numbering import SMSC_NUMBER
from modem.errors import BehaviourError
from modem.pdu import Absolute, Enhanced, Relative

if TYPE_CHECKING:
    from datetime import datetime

    from modem.pdu import Validity

_FORMATS = {Relative: "relative", Absolute: "absolute", Enhanced: "enhanced"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Centre:
    """The rules of one service centre.

    `number`: its own. `wrong_number_cause`: the RP cause for a submit that was sent to another service centre, such as
    38, 50 or 69; None: it is taken all the same. `report_delay`: from the delivery to the report. `retries_s`: from one
    failed try to the next, the last for all that follow; a phone that comes back is tried at once. `validity_s`: of
    messages that say none; `longest_validity_s`: of all. `refused_validities`: formats of TP-VP that are refused with
    TP-FCS 0xC6, of "relative", "absolute", "enhanced". `capacity`: messages held for one number; more are refused with
    0xC0. `acknowledge_within_s`: how long a modem may take to acknowledge a delivery (TR1N, 3GPP TS 24.011 10).
    """

    number: str = SMSC_NUMBER
    wrong_number_cause: int | None = None
    report_delay: Delay = field(default_factory=Delay)
    retries_s: tuple[float, ...] = (30.0, 60.0, 300.0, 900.0, 3600.0)
    validity_s: float = 2 * 86400.0
    longest_validity_s: float = 7 * 86400.0
    refused_validities: tuple[str, ...] = ()
    capacity: int = 100_000
    acknowledge_within_s: float = 40.0

    def __post_init__(self) -> None:
        if self.wrong_number_cause is not None:
            check_range("wrong_number_cause", self.wrong_number_cause, 1, 255)
        if not self.retries_s:
            raise BehaviourError("retries_s", "there must be at least one")
        for retry_s in self.retries_s:
            check_range("retries_s", retry_s, 0.001, inf)
        check_range("validity_s", self.validity_s, 0, inf)
        check_range("longest_validity_s", self.longest_validity_s, 0, inf)
        check_range("capacity", self.capacity, 1, inf)
        check_range("acknowledge_within_s", self.acknowledge_within_s, 0.001, inf)
        for name in self.refused_validities:
            if name not in _FORMATS.values():
                raise BehaviourError("refused_validities", f"must be of {', '.join(_FORMATS.values())}, not {name!r}")

    def retry_s(self, tries: int) -> float:
        """Return the time from failed try number `tries`, from 1, to the next."""
        return self.retries_s[min(tries, len(self.retries_s)) - 1]

    def refuses(self, validity: Validity | None) -> bool:
        """Tell whether a format of TP-VP is refused."""
        return validity is not None and _FORMATS[type(validity)] in self.refused_validities

    def lifetime_s(self, validity: Validity | None, taken_at: datetime) -> float:
        """Return how long a message taken at `taken_at` is tried; a validity that says nothing is none."""
        wanted: timedelta | None = None
        if isinstance(validity, Absolute):
            end = validity.at.value
            wanted = None if end is None else max(timedelta(0), end - taken_at)
        elif validity is not None:
            wanted = validity.period
        return min(self.validity_s if wanted is None else wanted.total_seconds(), self.longest_validity_s)


def is_single_shot(validity: Validity | None) -> bool:
    """Tell whether the service centre shall try only once (3GPP TS 23.040 9.2.3.12.3)."""
    return isinstance(validity, Enhanced) and validity.is_single_shot
