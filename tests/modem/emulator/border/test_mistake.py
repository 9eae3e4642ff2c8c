"""Tables made from records and faults: what they take, and what they say of mistakes."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from modem.emulator.border import Checked, FromTable, ModemNumber, check, plain
from modem.emulator.border.record import table_of
from modem.emulator.network import (
    RADIO_TIMES,
    AnswerRule,
    Cell,
    Centre,
    Delay,
    RadioTime,
    Recipient,
    Reports,
    Tariff,
    UssdPage,
    UssdService,
    Window,
)
from modem.emulator.radio import Registration


class Everything(Checked):
    recipient: Annotated[Recipient, FromTable()] | None = None
    cell: Annotated[Cell, FromTable()] | None = None
    rule: Annotated[AnswerRule, FromTable()] | None = None
    registration: Annotated[Registration, FromTable()] = Registration.HOME
    delay: Annotated[Delay, FromTable()] | None = None
    modem: ModemNumber = 0


def mistakes(table: dict[str, Any]) -> dict[str, str]:
    found = check(Everything, table, {"modem_count": 1})
    assert isinstance(found, list), found
    return {mistake.key: mistake.reason for mistake in found}


def test_a_table_gives_the_record() -> None:
    table = {
        "recipient": {"transit": 3, "absences": [{"until_s": 5}, {"from_s": 9}], "reports": {"temporary": [34]}},
        "cell": {"radio_time": "gsm"},
        "registration": "sms_only_home",
        "delay": {"least_s": 1, "most_s": 2},
    }
    found = check(Everything, table, {})

    assert isinstance(found, Everything)
    assert found.recipient == Recipient(
        transit=Delay(least_s=3),
        absences=(Window(until_s=5), Window(from_s=9)),
        reports=Reports(temporary=(34,)),
    )
    assert found.cell == Cell(radio_time=RADIO_TIMES["gsm"])
    assert found.registration is Registration.SMS_ONLY_HOME
    assert found.delay == Delay(least_s=1, most_s=2)


@pytest.mark.parametrize(
    "record",
    [
        Recipient(refusal=0x43, absences=(Window(from_s=3),)),
        Centre(retries_s=(1, 2), refused_validities=("enhanced",)),
        Cell(channels=2, radio_time=RadioTime(first=Delay(least_s=1, most_s=2))),
        Tariff(balance_cents=5),
        UssdService(code="*1#", pages={"start": UssdPage(text="?", choices={"*": "start"})}),
    ],
    ids=lambda record: type(record).__name__,
)
def test_what_a_record_is_shown_as_gives_it_again(record: Any) -> None:
    table = plain(record)
    kind: Any = type(record)
    found = table_of(kind).model_validate(table)

    assert kind(**{name: getattr(found, name) for name in table}) == record


def test_every_mistake_is_found_also_behind_another_in_the_same_table() -> None:
    table = {
        "recipient": {"absence": [], "copies": 0, "failing": 2, "reports": {"status": 256, "copies": "x"}},
        "rule": {"answer": {"cause": 0}, "share": 2, "skip": -1},
        "registration": "hame",
        "modem": 1,
    }

    assert set(mistakes(table)) == {
        "recipient.absence",
        "recipient.copies",
        "recipient.failing",
        "recipient.reports.status",
        "recipient.reports.copies",
        "rule.answer.cause",
        "rule.share",
        "rule.skip",
        "registration",
        "modem",
    }


@pytest.mark.parametrize(
    ("table", "key", "words"),
    [
        ({"recipient": {"absence": 1}}, "recipient.absence", "allowed: absences, copies, failing"),
        ({"recipient": {"copies": 0}}, "recipient.copies", "must be 1 to 1000, not 0"),
        ({"recipient": {"copies": True}}, "recipient.copies", "must be a whole number"),
        ({"recipient": {"copies": "1"}}, "recipient.copies", "must be a whole number, not '1'"),
        ({"recipient": 5}, "recipient", "must be a table"),
        ({"registration": "hame"}, "registration", "'home'"),
        (
            {"cell": {"radio_time": "5g"}},
            "cell.radio_time",
            "none, gsm, umts, sgs, ims, a number of seconds or a table",
        ),
        ({"delay": "long"}, "delay", "must be a table"),
        ({"delay": {"most_s": -1}}, "delay.most_s", "at least 0"),
        ({"rule": {}}, "rule.answer", "is missing"),
        ({"modem": 1}, "modem", "there is no modem 1: they are numbered 0 to 0"),
    ],
)
def test_a_mistake_says_what_is_allowed(table: dict[str, Any], key: str, words: str) -> None:
    found = mistakes(table)

    assert list(found) == [key]
    assert words in found[key]
