"""Scenario files with mistakes: all at once, each with its line, its key and what is allowed."""

from __future__ import annotations

import pytest

from modem.emulator.scenario import ScenarioError, read_scenario

HEAD = "[[modems]]\n"


def findings(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text)
    return [(finding.line, finding.key) for finding in caught.value.findings]


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_lines() -> None:
    text = """seed = "x"
clok = "virtual"
tcp = ["127.0.0.1:7000",
   "nowhere"]

[[modems]]
count = 2
model = "abacus"
sim = { pin = "12", balance = 3 }

[[modems]]
cell = "moon"
signal = { rssi = 40, jitter = 99 }
  [[modems.faults]]
  fault = "hang"
  cured_by = "prayer"
  [[modems.faults]]
  fault = "thirst"

[network]
radio_time = "gsmm"

[recipients."+491711234567"]
refusal = 1
absent = true

[[timeline]]
at_s = 1
do = "unplug"
modem = 3
[[timeline]]
at_s = -1
do = "dance"
[[timeline]]
at_s = 5
do = "arm"
modem = 0
fault = "late_result"
delay_s = "x"
"""
    assert findings(text) == [
        (1, "seed"),
        (2, "clok"),
        (4, "tcp[1]"),
        (8, "modems[0].model"),
        (9, "modems[0].sim.pin"),
        (9, "modems[0].sim.balance"),
        (12, "modems[1].cell"),
        (13, "modems[1].signal.rssi"),
        (13, "modems[1].signal.jitter"),
        (16, "modems[1].faults[0].cured_by"),
        (18, "modems[1].faults[1].fault"),
        (21, "network.radio_time"),
        (24, 'recipients."+491711234567".refusal'),
        (25, 'recipients."+491711234567".absent'),
        (30, "timeline[0].modem"),
        (33, "timeline[1].do"),
        (39, "timeline[2].delay_s"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "key", "allowed"),
    [
        ("", 1, "modems", "is missing"),
        ("modems = 3\n", 1, "modems", "must be a list"),
        ("modems = []\n", 1, "modems", "at least 1 item"),
        (HEAD + "count = 0\n", 2, "modems[0].count", "at least 1"),
        (HEAD + 'count = "2"\n', 2, "modems[0].count", "must be a whole number"),
        (HEAD + "count = true\n", 2, "modems[0].count", "must be a whole number"),
        (HEAD + "counts = 2\n", 2, "modems[0].counts", "count, faults, is_plugged, model"),
        (HEAD + "[modems.sim]\n\npin = 1234\n", 4, "modems[0].sim.pin", "must be a text"),
        (
            HEAD + "[network]\nreport_delay = {least_s = 5, most_s = 3}\n",
            3,
            "network.report_delay.most_s",
            "at least 5",
        ),
        (HEAD + "[network]\nreport_delay = nan\n", 3, "network.report_delay", "finite"),
        (HEAD + "[[network.ussd]]\ncode = '*1#'\npages = {}\n", 4, "network.ussd[0].pages", "'start'"),
        (HEAD + "[[network.rules]]\nshare = 0.5\n", 2, "network.rules[0].answer", "is missing"),
        (HEAD + "[[timeline]]\ndo = 'plug'\nmodem = 0\n", 2, "timeline[0].at_s", "is missing"),
        (HEAD + "[[timeline]]\nat_s = 1\n", 2, "timeline[0].do", "is missing"),
        (HEAD + "[[timeline]]\nat_s = 1\ndo = 'arm'\nmodem = 0\n", 2, "timeline[0].fault", "is missing"),
        (
            HEAD + "[[timeline]]\nat_s = 1\ndo = 'plug'\nmodem = 0\nagain_times = 3\n",
            6,
            "timeline[0].again_times",
            "again_after_s",
        ),
        (
            HEAD + "[[timeline]]\nat_s = 1\ndo = 'arm'\nmodem = 0\nfault = 'hang'\non = 'boot'\ncommand = '+CSQ'\n",
            7,
            "timeline[0].on",
            "must be command",
        ),
        (HEAD + "[[timeline]]\nat_s = 1\ndo = 'move'\nmodem = 0\ncell = 'moon'\n", 6, "timeline[0].cell", "only home"),
        (HEAD + "count = 1\ncount = 2\n", 3, "", "overwrite"),
        (HEAD + "a =\n", 2, "", "no TOML"),
        (HEAD + 'model = "generic', 2, "", "no TOML"),
    ],
)
def test_a_mistake_comes_with_its_line_its_key_and_what_is_allowed(
    text: str, line: int, key: str, allowed: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text)
    (finding,) = caught.value.findings

    assert (finding.line, finding.key) == (line, key)
    assert allowed in finding.reason


def test_a_cell_that_is_described_is_there() -> None:
    scenario = read_scenario(
        "[[modems]]\ncell = 'cellar'\n[[network.cells]]\nname = 'cellar'\n"
        "[[timeline]]\nat_s = 1\ndo = 'add_cell'\ncell = { name = 'roof' }\n"
        "[[timeline]]\nat_s = 2\ndo = 'move'\nmodem = 0\ncell = 'roof'\n"
    )

    assert scenario.modem_count == 1
