"""Status reports as a service centre writes them: right, or wrong in the ways that are asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from modem.emulator.network.held import Held, Receipt
from modem.emulator.network.recipient import RecipientForm, Reports
from modem.emulator.numbering import dialled_forms
from modem.pdu import Address, TypeOfNumber, report_on

if TYPE_CHECKING:
    from datetime import datetime

# TP-ST, 3GPP TS 23.040 9.2.3.15.
DELIVERED: Final = 0x00
REPLACED: Final = 0x02
EXPIRED: Final = 0x46
GIVEN_UP: Final = 0x62  # no response from SME, the service centre makes no more attempts

_INTERNATIONAL_PREFIX: Final = "00"


def next_temporary(reports: Reports, receipt: Receipt) -> list[int]:
    """Return the temporary status that is due with a try that failed, and count it: one or none."""
    due = reports.temporary[receipt.reported : receipt.reported + 1]
    receipt.reported += len(due)
    return list(due)


def final(reports: Reports, receipt: Receipt, status: int) -> list[int]:
    """Return the statuses that end a message which ended with `status`: temporary ones that are left, and the last."""
    return [*reports.temporary[receipt.reported :], status if reports.status is None else reports.status]


def written(
    reports: Reports,
    receipt: Receipt,
    status: int,
    *,
    number: str | None,
    discharged: datetime,
    smsc: str,
    expires: float,
) -> Held:
    """Return one report; `number` is the recipient's in full where it is known."""
    submit = receipt.submit
    report = report_on(
        submit,
        mr=(submit.mr + reports.mr_offset) % 256,
        scts=receipt.taken_at,
        discharged=discharged,
        status=status,
    )
    if reports.recipient_form is not RecipientForm.AS_DIALLED:
        report = replace(report, recipient=_written_as(reports.recipient_form, submit.destination, number))
    smsc = reports.smsc or smsc
    return Held(message=report, originator=smsc, smsc=smsc, expires=expires, copies=reports.copies)


def _written_as(form: RecipientForm, dialled: Address, number: str | None) -> Address:
    """Return a number in another form; a short code, a name or a foreign number has no other."""
    full = number or dialled.text
    if full.startswith(_INTERNATIONAL_PREFIX):
        full = f"+{full.removeprefix(_INTERNATIONAL_PREFIX)}"
    if not full.startswith("+"):
        return dialled
    if form is RecipientForm.NATIONAL:
        # The national form, where there is one, is the last.
        *_, last = dialled_forms(full)
        return Address(number=last, ton=TypeOfNumber.UNKNOWN) if not last.startswith(_INTERNATIONAL_PREFIX) else dialled
    return Address.parse(full)
