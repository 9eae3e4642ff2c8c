"""`gsm-modem decode` as a person uses it; the PDUs and what they hold are from the sources named beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from modem.cli import main

# python-gsmmodem test/test_pdu.py
REPORT = "0006D60B911326880736F4111011719551401110117195714000"
ABSOLUTE = "0019000B917228001011F100003170013193008017D474BB3CA787DB70903DCC4E93D3F43C885E9ED301"
RELATIVE = "07911326040000F0310D0B911326880736F40000A90FF7FBDD454E87CDE1B0DB357EB701"
DATA = "0591721891F101000B917228214365F700040C48656C6C6F20776F726C6421"
# Android's GsmSmsTest: a WAP push in two segments, the second; a voice mail indication
PUSH = (
    "07914140279510F6440A8111110301003BF56080207130238A3B0B05040B8423F000032A0202362E3130322E3137312E3135302F524E453955"
    "304A6D713551414142666C414141414D774141423651414141414100"
)
WAITING = "07912180958750F84401800500C07020027160112B06040102000000"
# warthog618/sms README: one text in three submits, wr-001 to wr-003 of the vectors
VECTORS = Path(__file__).parents[2] / "pdu" / "vectors" / "pdu.json"
LONG = [vector["pdu"] for vector in json.loads(VECTORS.read_text()) if vector["id"] in {"wr-001", "wr-002", "wr-003"}]
LONG_TEXT = (
    "this is a very long message that does not fit in a single SMS message, at least it will if I keep adding more "
    "to it as 160 characters is more than you might think \U0001f601"
)
# gammu tests/at-sms/05.dump, announced by `+CMGR: 3,,16`
STORED = "0791539111161616114F048123000000FF06D0B79BFE9E03"


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["decode", *arguments], input=text)


def rows(output: str) -> dict[str, str]:
    return {label: words.strip() for label, _, words in (line.partition(":") for line in output.splitlines()) if words}


def document(*arguments: str, text: str | None = None) -> dict[str, Any]:
    result = run("--json", *arguments, text=text)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_submit_with_absolute_validity_is_shown_in_words() -> None:
    result = run(ABSOLUTE)

    assert result.exit_code == 0
    shown = rows(result.output)
    assert shown["type"] == "SUBMIT, a message to be sent"
    assert shown["to"] == "+27820001111 (international, telephone plan E.164)"
    assert shown["valid for"] == "until 2013-07-10 13:39:00+02:00"
    assert shown["coding"] == "GSM 7-bit alphabet (00)"
    assert shown["protocol"] == "plain message (00)"
    assert shown["text"] == "Timestamp validity test"


def test_a_submit_with_relative_validity_says_what_is_asked_for() -> None:
    shown = rows(run(RELATIVE).output)

    assert shown["service centre"].startswith("+31624000000 (international")
    assert shown["valid for"] == "3 days (A9)"
    assert shown["flags"] == "a report is asked for"
    assert shown["reference"] == "13"


def test_a_status_report_says_what_became_of_the_message() -> None:
    shown = rows(run(REPORT).output)

    assert shown["type"] == "STATUS-REPORT, what became of a message"
    assert shown["about"].startswith("+31628870634 ")
    assert shown["reference"] == "214"
    assert shown["status"] == "received by the recipient's phone (00, final)"
    assert shown["delivered"].startswith("2011-01-11 17:59:17")


def test_a_segment_with_ports_names_every_element_and_shows_data_as_hex() -> None:
    result = run(PUSH)
    shown = rows(result.output)

    assert shown["segment"] == "2 of 2, reference 42 (8 bits)"
    assert shown["ports"] == "to 2948 (WAP push), from 9200 (WAP browsing)"
    assert shown["header"] == "05 application ports, 16 bits: 0B8423F0"
    assert "00 concatenation, 8-bit reference: 2A0202" in result.output
    assert "MISSING: 1" in shown["message"]
    assert shown["coding"] == "8-bit data, class 1, for the phone (F5)"


def test_voice_mail_indications_are_named() -> None:
    assert rows(run(WAITING).output)["waiting"] == "voicemail no longer waits; this message may be thrown away"


def test_json_says_the_same() -> None:
    (pdu,) = document(DATA)["pdus"]

    assert pdu["type"] == "submit"
    assert pdu["smsc"] == {"number": "+2781191", "ton": "international", "npi": 1}
    assert pdu["destination"]["number"] == "+27821234567"
    assert pdu["data"] == "48656C6C6F20776F726C6421"
    assert pdu["dcs"]["alphabet"] == "data8"


def test_an_at_dialogue_may_surround_the_pdus() -> None:
    dialogue = f"AT+CMGR=1\n+CMGR: 3,,16\n{STORED}\n\nOK\nAT+CGSN\n867962045555555\n\nOK\n+CDS: 25\n{REPORT}\n"
    pdus = document(text=dialogue)["pdus"]

    assert [pdu["type"] for pdu in pdus] == ["submit", "status_report"]
    assert pdus[0]["text"] == "Pontos"


@pytest.mark.parametrize(
    ("pdu", "field", "octet"),
    [
        (RELATIVE[:30], "submit.destination", 12),  # 8 octets of service centre, 2 of flags and TP-MR, 2 of address
        ("07XX", "pdu", 1),
        ("079", "pdu", 1),
    ],
    ids=["cut", "no hex", "half an octet"],
)
def test_what_cannot_be_read_is_named_with_its_octet(pdu: str, field: str, octet: int) -> None:
    result = run(pdu)

    assert result.exit_code == 1
    assert f"{field} at octet {octet}: " in result.stderr
    assert pdu in result.stderr
    (error,) = document(pdu)["errors"]
    assert (error["field"], error["octet"]) == (field, octet)


def test_one_bad_pdu_does_not_hide_the_others() -> None:
    result = run(REPORT, "07XX", ABSOLUTE)

    assert result.exit_code == 1
    assert result.stdout.count("type:") == 2


def test_the_direction_decides_what_the_same_octets_mean() -> None:
    assert run("--direction", "out", ABSOLUTE).exit_code == 0
    result = run("--direction", "in", ABSOLUTE)

    assert result.exit_code == 1
    assert "deliver.first_octet" in result.stderr


def test_nothing_to_decode_is_said() -> None:
    result = run(text="OK\n")

    assert result.exit_code == 1
    assert "there is no PDU here" in result.stderr


def test_hex_in_a_log_that_is_no_pdu_is_passed_over() -> None:
    result = run(text=f"commit da39a3ee5e6b4b0d3255bfef95601890afd80709\nsent {ABSOLUTE} to modem\n")

    assert result.exit_code == 0
    assert result.stdout.count("type:") == 1
    assert "no PDU: hex in the middle of lines, 1 times" in result.stderr


def test_segments_in_any_order_are_joined() -> None:
    first, second, third = LONG
    result = run(third, first, second)

    assert rows(result.output)["message"] == "to +12345, 3 segments, reference 1"
    (message,) = document(third, first, second)["messages"]
    assert (message["text"], message["missing"]) == (LONG_TEXT, [])


def test_a_missing_segment_is_named() -> None:
    (message,) = document(LONG[0], LONG[2])["messages"]

    assert message["missing"] == [2]
    assert "MISSING: 2" in run(LONG[0], LONG[2]).output
