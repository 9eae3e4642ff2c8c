"""The shelf of faults: every one can be listed, built, armed, struck and ended; wrong tables name their field."""

from __future__ import annotations

import dataclasses
import inspect
import json

import pytest

from modem.emulator.breakage.shelf import FaultKind, as_table, build, fault_kinds, load_faults, trigger_fields
from modem.emulator.fault import Cure, Fault, FaultError, Occasion, Trigger
from modem.emulator.faults.results import LateResult, Part
from tests.modem.emulator.bench import BOOT_S, ESC, Bench
from tests.modem.emulator.faults.sending import OK, submit

NAMES = list(load_faults())


@pytest.mark.parametrize("fault", load_faults().values(), ids=NAMES)
def test_a_fault_keeps_the_contract(fault: type[Fault]) -> None:
    assert dataclasses.is_dataclass(fault)
    assert all(field.kw_only for field in dataclasses.fields(fault))
    assert all("option" in field.metadata for field in dataclasses.fields(fault))
    assert not hasattr(fault(), "__dict__")
    assert fault.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert (inspect.getdoc(fault) or "").partition("\n")[0].endswith(".")


@pytest.mark.parametrize("kind", fault_kinds(), ids=NAMES)
def test_a_fault_is_listed_with_all_that_a_form_needs(kind: FaultKind) -> None:
    assert kind in fault_kinds()
    record = json.loads(json.dumps(dataclasses.asdict(kind)))
    assert record["name"]
    assert record["summary"].endswith(".")
    for field in record["fields"]:
        assert field["text"]
        assert (field["type"] == "choice") == bool(field["choices"])
        assert field["name"].endswith("_s") == (field["unit"] == "s")


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_is_built_from_the_defaults_that_the_list_gives(name: str) -> None:
    (kind,) = [kind for kind in fault_kinds() if kind.name == name]
    table = {"fault": name, **{field.name: field.default for field in kind.fields}}

    assert build(table) == (load_faults()[name](), Trigger())
    assert as_table(*build(table)) == {"fault": name}


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_is_armed_strikes_and_ends(name: str) -> None:
    bench = Bench()
    armed = bench.arm(name)
    occasion = armed.occasion

    assert armed.struck == (1 if occasion is Occasion.NOW else 0)
    if occasion is Occasion.SUBMIT:
        submit(bench)
        bench.type(ESC)
    elif occasion is Occasion.COMMAND:
        bench.at("+CSQ")
    elif occasion is Occasion.BOOT:
        bench.reboot()
    assert armed.struck == 1
    assert armed.state == ("active" if armed.fault.is_lasting else "over")

    if armed.is_active:
        bench.disarm(armed)
    bench.wait(60)
    bench.type(b"ATV1E0\r")
    bench.wait(BOOT_S)
    bench.read()
    assert bench.type(b"AT\r") == OK
    assert bench.machines[0].faults == ()
    assert bench.machines[0].next_timer() is None


@pytest.mark.parametrize("cure", [cure for cure in Cure if cure is not Cure.NEVER])
@pytest.mark.parametrize("name", [name for name, fault in load_faults().items() if fault.is_lasting])
def test_a_lasting_fault_is_cured_as_the_tester_says(name: str, cure: Cure) -> None:
    bench = Bench()
    armed = bench.arm(name, cured_by=cure.name.lower())
    assert armed.is_active

    if cure is Cure.ESCAPE and name not in ("wrong_baud", "bytewise", "slow_line"):
        bench.type(ESC)
    elif cure is Cure.CFUN and name not in ("wrong_baud", "bytewise", "slow_line"):
        bench.type(b"AT+CFUN=1\r")
    else:
        bench.reopen()
        bench.reboot()
    assert armed.is_over
    bench.wait(60)
    bench.type(b"ATE0\r")
    assert bench.type(b"AT\r") == OK


def test_the_example_of_the_documentation() -> None:
    fault, trigger = build({"fault": "late_result", "after_submits": 3, "delay_s": 20})

    assert fault == LateResult(delay_s=20.0, part=Part.ALL)
    assert trigger == Trigger(after_submits=3)
    assert as_table(fault, trigger) == {"fault": "late_result", "after_submits": 3}


def test_a_table_is_what_it_was_built_from() -> None:
    table = {
        "fault": "hang", "stage": "prompt", "echoes": True, "on": "submit", "every": 2, "times": 0, "cured_by": "cfun",
    }  # fmt: skip

    assert as_table(*build(table)) == table


@pytest.mark.parametrize(
    ("table", "field", "words"),
    [
        ({}, "fault", "is missing"),
        ({"fault": "late"}, "fault", "must be one of"),
        ({"fault": 3}, "fault", "must be one of"),
        ({"fault": "late_result", "delay": 3}, "delay", "no such field"),
        ({"fault": "late_result", "delay_s": "3"}, "delay_s", "must be a number"),
        ({"fault": "late_result", "delay_s": True}, "delay_s", "must be a number"),
        ({"fault": "late_result", "delay_s": float("nan")}, "delay_s", "must be a number"),
        ({"fault": "late_result", "delay_s": -1}, "delay_s", "must be 0 or more"),
        ({"fault": "late_result", "delay_s": None}, "delay_s", "must be a number"),
        ({"fault": "late_result", "part": "some"}, "part", "must be one of all, line, result"),
        ({"fault": "late_result", "part": ["all"]}, "part", "must be one of all, line, result"),
        ({"fault": "late_result", "sends": 1}, "sends", "must be true or false"),
        ({"fault": "late_result", "after_submits": 1.5}, "after_submits", "must be a whole number"),
        ({"fault": "late_result", "every": 0}, "every", "must be 1 or more"),
        ({"fault": "doubled_result", "count": 101}, "count", "must be 100 or less"),
        ({"fault": "half_hang", "commands": 3}, "commands", "must be a text"),
        ({"fault": "storage_full", "memory": "XX"}, "memory", "must be one of SM, ME"),
        ({"fault": "boot_burst", "lines": "RDY"}, "lines", "must be a list of texts"),
        ({"fault": "boot_burst", "lines": ["RDY", 1]}, "lines", "must be a list of texts"),
        ({"fault": "hang", "cured_by": "prayer"}, "cured_by", "must be one of escape, reopen, cfun, power, never"),
        ({"fault": "hang", "after_submits": 1, "on": "command"}, "after_submits", "submits only"),
        ({"fault": "hang", "after_submits": 1, "command": "+CSQ"}, "after_submits", "submits only"),
        ({"fault": "hang", "command": "+CSQ", "on": "now"}, "on", "must be command"),
        ({"fault": "hang", "every_s": 5, "on": "submit"}, "every_s", "neither submits nor commands"),
    ],
)
def test_a_wrong_table_names_its_field(table: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(FaultError, match=words) as caught:
        build(table)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")


def test_the_trigger_is_listed_too() -> None:
    names = [field.name for field in trigger_fields()]

    assert names == [
        "on", "command", "after_s", "after_submits", "after_commands", "every", "every_s", "times", "lasting_s",
        "cured_by",
    ]  # fmt: skip
