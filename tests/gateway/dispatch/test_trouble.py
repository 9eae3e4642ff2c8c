"""What a person reads in the log about a modem in trouble."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from gateway.core.types import Port
from gateway.dispatch.radio import NeedsNobody, NeedsPerson, RecoveryStep, StorageAlarm, Trouble
from gateway.dispatch.trouble import log_trouble

SILENT = "it does not answer AT"


@pytest.mark.parametrize(
    ("trouble", "level", "action"),
    [
        (RecoveryStep(step="ESC and AT", symptom=SILENT, is_cured=None), "warning", "recovery"),
        (RecoveryStep(step="ESC and AT", symptom=SILENT, is_cured=True), "info", "recovered"),
        (RecoveryStep(step="ESC and AT", symptom=SILENT, is_cured=False), "info", "not recovered"),
        (NeedsPerson(symptom=SILENT, tried=("ESC and AT",)), "error", "needs person"),
        (NeedsNobody(symptom=SILENT), "info", "needs nobody"),
        (StorageAlarm(memory="SM", used=16, total=20, is_over=False), "warning", "storage alarm"),
        (StorageAlarm(memory="SM", used=1, total=20, is_over=True), "info", "storage well"),
    ],
)
def test_each_trouble_is_one_line_that_names_span_and_port(trouble: Trouble, level: str, action: str) -> None:
    with capture_logs() as lines:
        log_trouble(trouble, port=Port(3), url="/dev/ttyUSB2")
    assert [(line["log_level"], line["action"], line["span"], line["path"]) for line in lines] == [
        (level, action, 3, "/dev/ttyUSB2")
    ]


def test_person_reads_what_was_tried() -> None:
    with capture_logs() as lines:
        log_trouble(NeedsPerson(symptom=SILENT, tried=("ESC and AT", "power off and on")), port=None, url="/dev/x")
    assert (lines[0]["symptom"], lines[0]["tried"]) == (SILENT, ["ESC and AT", "power off and on"])
