"""What a service centre makes of a submit: the deliver for its recipient, the report for its sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.pdu.deliver import Deliver
from modem.pdu.status_report import StatusReport
from modem.pdu.timestamp import Timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from modem.pdu.address import Address
    from modem.pdu.submit import Submit


def deliver_from(submit: Submit, originator: Address, scts: datetime) -> Deliver:
    """Return the deliver that carries `submit` to its recipient; `scts` is when the service centre took it."""
    return Deliver(
        originator=originator,
        scts=Timestamp.of(scts),
        dcs=submit.dcs,
        pid=submit.pid,
        header=submit.header,
        body=submit.body,
        reply_path=submit.reply_path,
    )


def report_on(submit: Submit, *, mr: int, scts: datetime, discharged: datetime, status: int) -> StatusReport:
    """Return the status report on `submit`, which went out as `mr`, was taken at `scts` and ended at `discharged`."""
    return StatusReport(
        mr=mr,
        recipient=submit.destination,
        scts=Timestamp.of(scts),
        discharged=Timestamp.of(discharged),
        status=status,
    )
