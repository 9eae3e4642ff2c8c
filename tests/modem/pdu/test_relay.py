"""What a service centre makes of a submit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from modem.pdu import Address, Submit, decode_deliver, decode_status_report, deliver_from, report_on
from tests.modem.pdu.strategies import NOON, submits

SENDER = Address.parse("+46708251358")


@given(submits)
def test_the_recipient_gets_what_was_submitted(submit: Submit) -> None:
    deliver = decode_deliver(deliver_from(submit, SENDER, NOON).encode())
    assert (deliver.originator, deliver.scts.value) == (SENDER, NOON)
    assert (deliver.dcs, deliver.pid, deliver.header, deliver.body) == (
        submit.dcs,
        submit.pid,
        submit.header,
        submit.body,
    )
    assert (deliver.text, deliver.concat, deliver.ports) == (submit.text, submit.concat, submit.ports)
    assert deliver.reply_path == submit.reply_path


def test_the_sender_gets_a_report_under_the_reference_of_the_modem() -> None:
    submit = replace(Submit(destination=Address.parse("+4917112345678"), body=b"Hi"), mr=0)
    later = NOON + timedelta(seconds=9)
    report = decode_status_report(report_on(submit, mr=213, scts=NOON, discharged=later, status=0x46).encode())
    assert (report.mr, report.recipient, report.status) == (213, submit.destination, 0x46)
    assert (report.scts.value, report.discharged.value) == (NOON, later)
    assert (report.more_messages, report.is_for_command, report.body) == (False, False, b"")
