"""Status reports: every class of TP-ST, and everything that goes wrong with them in the field."""

from __future__ import annotations

import pytest

from modem.emulator.network import Answer, AnswerRule, Delay, Recipient, RecipientForm, Reorder, Reports, Window
from modem.emulator.radio import Answered, Arriving
from modem.errors import BehaviourError
from modem.pdu import StatusClass, TypeOfNumber, status_class
from tests.modem.emulator.network.site import PERSON, Site, number


def reporting(**values: object) -> Site:
    """Return a site where messages to PERSON are reported like that."""
    site = Site(2, report_delay_s=2)
    site.network.behave(PERSON, Recipient(reports=Reports(**values)))  # type: ignore[arg-type]
    return site


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (0x00, StatusClass.COMPLETED),
        (0x01, StatusClass.COMPLETED),
        (0x02, StatusClass.COMPLETED),
        (0x1F, StatusClass.COMPLETED),
        (0x20, StatusClass.TEMPORARY),
        (0x3F, StatusClass.TEMPORARY),
        (0x40, StatusClass.PERMANENT),
        (0x5F, StatusClass.PERMANENT),
        (0x60, StatusClass.TEMPORARY_FINAL),
        (0x7F, StatusClass.TEMPORARY_FINAL),
        (0x80, StatusClass.RESERVED),
        (0xFF, StatusClass.RESERVED),
    ],
)
def test_every_class_of_status_can_be_reported(status: int, kind: StatusClass) -> None:
    site = reporting(status=status)
    site.submit(report=True)
    site.wait(10)

    assert site.statuses() == [status]
    assert status_class(status) is kind
    assert site.shown() == ["hello"]


def test_a_network_may_never_report() -> None:
    site = reporting(is_sent=False)
    site.submit(report=True)
    site.wait(86400 * 10)

    assert (site.shown(), site.reports()) == (["hello"], [])


def test_nobody_reports_what_was_not_asked_for() -> None:
    site = reporting(copies=3, lead_s=1)
    site.submit()
    site.wait(100)

    assert (site.answers(), site.reports()) == ([None], [])


def test_a_report_can_come_more_than_once() -> None:
    site = reporting(copies=3)
    site.submit(report=True)
    site.wait(10)

    first, *others = site.reports()
    assert others == [first, first]


def test_a_temporary_report_is_followed_by_the_final_one() -> None:
    site = reporting(temporary=(0x22, 0x21))
    site.submit(report=True)
    site.wait(10)

    assert site.statuses() == [0x22, 0x21, 0x00]


def test_a_temporary_report_comes_with_each_try_that_fails() -> None:
    site = Site()
    absence = Window(from_s=0, until_s=100)
    site.network.behave(PERSON, Recipient(absences=(absence,), reports=Reports(temporary=(0x22, 0x22, 0x20))))
    site.submit(report=True)
    assert site.statuses() == [0x22]
    site.wait(30)  # the first try again
    assert site.statuses() == [0x22, 0x22]
    site.wait(60)
    assert site.statuses() == [0x22, 0x22, 0x20]
    site.wait(10)

    assert site.statuses() == [0x22, 0x22, 0x20, 0x00]


def test_a_report_can_come_before_the_answer() -> None:
    site = reporting(lead_s=1.5)
    site.submit(report=True)
    site.wait(10)

    assert [(at, type(event)) for at, event in site.heard] == [(0, Arriving), (1.5, Answered)]


def test_a_report_can_be_the_only_sign_of_a_message() -> None:
    site = reporting()
    site.network.rule(AnswerRule(answer=Answer(is_heard=False)))
    submit = site.submit(report=True)
    site.wait(10)

    assert site.answers() == []
    (report,) = site.reports()
    assert (report.mr, report.recipient) == (submit.mr, submit.destination)


def test_reports_can_be_turned_round_for_each_sender() -> None:
    site = reporting(reorder=Reorder(count=2, within_s=30))
    for index in (0, 0, 1, 0):
        site.submit(index=index, report=True)
    site.wait(100)

    assert [report.mr for report in site.reports(0)] == [1, 0, 2]
    assert [report.mr for report in site.reports(1)] == [0]


def test_a_delay_left_to_chance_stays_within_its_bounds() -> None:
    site = reporting(delay=Delay(least_s=2, most_s=12))
    for _ in range(50):
        site.submit(report=True)
    site.wait(100)

    times = site.times(Arriving)
    assert len(times) == 50
    assert 2 <= min(times) < 4
    assert 10 < max(times) <= 12


def test_a_reference_comes_again_while_its_first_report_is_still_due() -> None:
    """256 submits later the same TP-MR is on the air for another message (3GPP TS 23.040 9.2.3.6)."""
    site = reporting(delay=Delay(least_s=3600))
    site.submit("first", report=True)
    for count in range(255):
        site.submit(str(count))
    site.wait(1800)
    site.submit("second", report=True)
    site.wait(10000)

    first, second = site.reports()
    assert (first.mr, second.mr, first.recipient == second.recipient) == (0, 0, True)
    assert first.scts != second.scts


def test_a_report_can_name_another_message() -> None:
    site = reporting(mr_offset=255)
    site.submit(report=True)
    site.submit(report=True)
    site.wait(10)

    assert [report.mr for report in site.reports()] == [255, 0]


@pytest.mark.parametrize(
    ("form", "dialled", "wanted", "ton"),
    [
        (RecipientForm.AS_DIALLED, "0639980002", "0639980002", TypeOfNumber.UNKNOWN),
        (RecipientForm.INTERNATIONAL, "0639980002", "+33639980002", TypeOfNumber.INTERNATIONAL),
        (RecipientForm.NATIONAL, "+33639980002", "0639980002", TypeOfNumber.UNKNOWN),
        (RecipientForm.NATIONAL, "+4930123456", "+4930123456", TypeOfNumber.INTERNATIONAL),
        (RecipientForm.INTERNATIONAL, "004930123456", "+4930123456", TypeOfNumber.INTERNATIONAL),
        (RecipientForm.INTERNATIONAL, "12345", "12345", TypeOfNumber.UNKNOWN),
    ],
)
def test_a_report_may_write_the_recipient_in_another_form(
    form: RecipientForm, dialled: str, wanted: str, ton: TypeOfNumber
) -> None:
    site = Site(2)
    reports = Reports(recipient_form=form)
    site.network.behave_by_default(Recipient(reports=reports))
    site.network.behave(number(1), Recipient(reports=reports))
    site.submit(to=dialled, report=True)

    (report,) = site.reports()
    assert (report.recipient.text, report.recipient.ton) == (wanted, ton)


def test_reports_may_come_from_another_service_centre() -> None:
    site = reporting(smsc="+33639980099")
    site.submit(report=True)
    site.wait(10)

    assert [event.delivery.smsc for event in site.all_heard(Arriving)] == ["+33639980099"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"status": 256}, "status"), ({"temporary": (0x20, -1)}, "temporary"), ({"copies": 0}, "copies")],
)
def test_reports_that_make_no_sense_are_refused(values: dict[str, object], field: str) -> None:
    with pytest.raises(BehaviourError) as caught:
        Reports(**values)  # type: ignore[arg-type]

    assert caught.value.field == field
