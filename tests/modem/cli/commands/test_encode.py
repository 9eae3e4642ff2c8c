"""`gsm-modem encode` as a person uses it; the PDUs are those of other programs, named beside them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from modem.cli import main
from modem.pdu import Language

TO = "+491711234567"


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["encode", *arguments], input=text)


def document(command: str, *arguments: str, text: str | None = None) -> dict[str, Any]:
    result = CliRunner().invoke(main, [command, "--json", *arguments], input=text)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    ("arguments", "length", "pdu"),
    [
        # python-messaging test_sms.py
        (["--to", "+34616585119", "hola"], 17, "0001000B914316565811F9000004E8373B0C"),
        (["--to", "+34616585119", "--validity", "4d", "hola"], 18, "0011000B914316565811F90000AA04E8373B0C"),
        (["--to", "+34654123456", "--flash", "hey yo"], 19, "0001000B914356143254F6001006E8721E947F03"),
        (["--to", "+34654123456", "--report", "hey yo"], 19, "0021000B914356143254F6000006E8721E947F03"),
        (
            ["--to", "+34616585119", "--smsc", "+34646456456", "hola"],
            17,
            "07914346466554F601000B914316565811F9000004E8373B0C",
        ),
        # asterisk-chan-dongle test/gen.c
        (
            ["--to", "+46708251358", "--report", "--validity", "1h", "hello world\U0001f60b"],
            40,
            "0031000B916407281553F800080B1A00680065006C006C006F00200077006F0072006C0064D83DDE0B",
        ),
        # python-gsmmodem test_pdu.py
        (
            ["--to", "+27821234567", "--smsc", "+2781191", "--hex", "48656C6C6F20776F726C6421"],
            25,
            "0591721891F101000B917228214365F700040C48656C6C6F20776F726C6421",
        ),
    ],
    ids=["plain", "validity", "flash", "report", "smsc", "ucs2", "data"],
)
def test_the_pdu_is_that_of_other_programs(arguments: list[str], length: int, pdu: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-2:] == [f"AT+CMGS={length}", pdu]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("hello", []),
        ("[€] " * 60, []),
        ("Пожалуйста, " * 20, ["--concat-bits", "16", "--ref", "65535"]),
        ("şimdilik hoşça kal " * 12, ["--national-table", "turkish"]),
        ("família, ação, você " * 9, ["--national-table", "turkish", "--national-table", "Portuguese"]),
        ("\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 " * 30, ["--ref", "7"]),
        ("two\nlines", ["--port", "9204", "--source-port", "1", "--report", "--validity", "1w", "--flash"]),
        ("", []),
    ],
    ids=["short", "escaped", "ucs2", "turkish", "portuguese", "emoji", "ports", "empty"],
)
def test_decoding_what_was_encoded_gives_the_text(text: str, options: list[str]) -> None:
    made = run("--to", TO, *options, "--", text)
    decoded = document("decode", text=made.output)
    segments = document("encode", "--to", TO, *options, "--", text)["segments"]

    pdus = decoded["pdus"]
    assert decoded["errors"] == []
    assert len(pdus) == len(segments)
    assert {pdu["destination"]["number"] for pdu in pdus} == {TO}
    assert (decoded["messages"][0] if len(pdus) > 1 else pdus[0])["text"] == text
    assert [pdu["length"] for pdu in pdus] == [segment["length"] for segment in segments]


def test_every_option_is_found_again() -> None:
    made = run(
        *("--to", "12345", "--smsc", "+491710760000", "--report", "--validity", "2h", "--flash", "--concat-bits", "16"),
        *("--ref", "4660", "--port", "9204", "--source-port", "9205", "x" * 300),
    )
    pdus = document("decode", text=made.output)["pdus"]

    assert [pdu["concat"] for pdu in pdus] == [
        {"ref": 4660, "total": 3, "seq": seq, "bits": 16} for seq in range(1, 4)
    ]  # 300 septets; 140 octets hold a header of 14 octets and 144 septets
    for pdu in pdus:
        assert pdu["smsc"]["number"] == "+491710760000"
        assert pdu["destination"] == {"number": "12345", "ton": "unknown", "npi": 1}
        assert pdu["validity"] == {"format": "relative", "seconds": 7200}
        assert pdu["dcs"]["class"] == 0
        assert pdu["ports"] == {"destination": 9204, "source": 9205, "bits": 16}
        assert pdu["flags"]["request_report"] is True


def test_the_choice_is_explained() -> None:
    output = run("--to", TO, "--ref", "5", "--validity", "7h", "я" * 71).output

    assert "# UCS2: the GSM 7-bit alphabet lacks я (U+044F).\n" in output
    assert "# 2 segments: 142 octets, 140 fit into a message of one segment, 134 into each of several.\n" in output
    assert "# Reference 5 joins them.\n" in output
    assert "# Valid for 7 hours.\n" in output
    assert "# Segment 2 of 2, 8 octets\n" in output


def test_standard_input_is_taken_without_its_last_line_end() -> None:
    assert run("--to", "+34616585119", "-", text="hola\n").output == run("--to", "+34616585119", "hola").output


def test_every_language_can_be_named() -> None:
    for language in Language:
        assert run("--to", TO, "--national-table", language.name.lower(), "x").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["hello"], 2, "--to"),
        (["--to", "", "hello"], 1, "address: it is empty"),
        (["--to", "+49171x", "hello"], 1, "holds more than digits"),
        (["--to", TO, "--smsc", "Vodafone", "hello"], 1, "a service centre has a number, not a name"),
        (["--to", TO, "--validity", "soon", "hello"], 2, "'soon' is no period; write 30m, 2h, 3d or 1w"),
        (["--to", TO, "--validity", "64w", "hello"], 1, "outside 0..63 weeks"),
        (["--to", TO, "--ref", "256", "x" * 200], 1, "256 does not fit in 8 bits"),
        (["--to", TO, "--hex", "0"], 1, "TEXT is not hex"),
        (["--to", TO, "--source-port", "5", "x"], 2, "--source-port needs --port"),
        (["--to", TO, "x" * 40000], 1, "needs more than 255 segments"),
    ],
)
def test_mistakes_are_said_in_plain_words(arguments: list[str], status: int, words: str) -> None:
    result = run(*arguments)

    assert result.exit_code == status
    assert words in result.stderr


def test_input_that_is_no_text_is_refused() -> None:
    result = CliRunner().invoke(main, ["encode", "--to", TO, "-"], input=b"ab\xff")

    assert result.exit_code == 1
    assert "not UTF-8 (octet 2" in result.stderr
