"""Any command refused, unheard or answered wrongly."""

from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"code": 515}, "+CME ERROR: 515"),
        ({"kind": "cms", "code": 302}, "+CMS ERROR: 302"),
        ({"kind": "error"}, "ERROR"),
    ],
)
def test_any_command_refused(fields: dict[str, object], expected: str) -> None:
    bench = Bench()
    bench.at("+CMEE=1")
    bench.arm("command_refused", command="+COPS*", **fields)

    assert bench.at("+CSQ;+COPS?") == ["+CSQ: 21,0", expected]
    assert bench.at("+COPS=3,2") == ["OK"]


def test_any_command_unanswered() -> None:
    bench = Bench()
    bench.arm("command_unanswered", command="+CSQ", times=2)

    assert [bench.at("+CSQ"), bench.at("+CSQ"), bench.at("")] == [[], [], ["OK"]]


def test_any_command_answered_wrongly() -> None:
    bench = Bench()
    bench.arm("wrong_answer", command="+CMGR=1", lines=["+CMGR: 0,,0"])

    assert bench.at("+CMGR=1") == ["+CMGR: 0,,0", "OK"]
