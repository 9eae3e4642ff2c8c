"""TP-VP: tells the service centre how long a message is good for, in a form that it takes (3GPP TS 23.040 9.2.3.12).

Some service centres refuse one form (TP-FCS 198, "TP-VPF not supported") or any (199, "TP-VP not supported"). What one
SIM's service centre refused is not tried with that SIM again until the gateway is restarted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import modem.pdu as sms

if TYPE_CHECKING:
    from gateway.core.types import EpochMs

FORM_REFUSED: Final = 198
_LONGEST: Final = timedelta(weeks=63)


class ValidityForm(StrEnum):
    """How the end of validity is written, in words for people."""

    RELATIVE = "as a period"
    ABSOLUTE = "as a point of time"
    NONE = "without validity"


class ValidityForms:
    """Which form each SIM's service centre takes."""

    def __init__(self) -> None:
        self._by_sim: dict[str, ValidityForm] = {}

    def of(self, sim: str) -> ValidityForm:
        """Give the form to write."""
        return self._by_sim.get(sim, ValidityForm.RELATIVE)

    def refuse(self, sim: str, code: int) -> ValidityForm | None:
        """Note that the form was refused with TP-FCS `code`; gives the one to try next, None when none is left."""
        form = self.of(sim)
        if form is ValidityForm.NONE:
            return None
        is_another_left = form is ValidityForm.RELATIVE and code == FORM_REFUSED
        self._by_sim[sim] = ValidityForm.ABSOLUTE if is_another_left else ValidityForm.NONE
        return self._by_sim[sim]


def validity(form: ValidityForm, *, until: EpochMs, now: EpochMs) -> sms.Validity | None:
    """Write the end of a message's validity; the standard's shortest period is 5 minutes, its longest 63 weeks."""
    left = min(timedelta(milliseconds=max(0, until - now)), _LONGEST)
    match form:
        case ValidityForm.RELATIVE:
            return sms.Relative.of(left)
        case ValidityForm.ABSOLUTE:
            return sms.Absolute.of(datetime.fromtimestamp(now / 1000, UTC) + left)
        case ValidityForm.NONE:
            return None
