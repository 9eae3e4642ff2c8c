"""Codes in words: the tables cover every value, and say what 3GPP TS 23.040 says."""

from __future__ import annotations

import pytest

from modem.pdu import (
    TypeOfNumber,
    element_text,
    numbering_plan_text,
    port_text,
    protocol_text,
    type_of_number_text,
)


@pytest.mark.parametrize(
    ("pid", "words"),
    [
        (0x00, "plain message"),
        (0x22, "for another service: group 3 telefax"),
        (0x32, "for another service: Internet e-mail"),
        (0x38, "for another service: number 1 of the service centre's own"),
        (0x3E, "for another service: number 7 of the service centre's own"),
        (0x3F, "for another service: mobile phone"),
        (0x2E, "for another service: reserved device"),
        (0x05, "between two phones, protocol 5 of their own"),
        (0x40, "message of type 0: acknowledged, not shown"),
        (0x47, "replaces the message of replace type 7"),
        (0x5F, "return call"),
        (0x7F, "data download to the SIM"),
        (0x50, "reserved"),
        (0x80, "reserved"),
        (0xC0, "service centre's own protocol"),
    ],
)
def test_protocol_in_words(pid: int, words: str) -> None:
    assert protocol_text(pid) == words


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        (0x00, "concatenation, 8-bit reference"),
        (0x05, "application ports, 16 bits"),
        (0x25, "national language, locking shift table"),
        (0x02, "reserved element"),
        (0x6F, "reserved element"),
        (0x70, "SIM toolkit security header"),
        (0x7F, "SIM toolkit security header"),
        (0x9F, "element agreed between the two ends"),
        (0xA0, "reserved element"),
        (0xC0, "service centre's own element"),
        (0xFF, "reserved element"),
    ],
)
def test_elements_in_words(identifier: int, words: str) -> None:
    assert element_text(identifier) == words


def test_every_code_has_words() -> None:
    assert all(protocol_text(octet) and element_text(octet) for octet in range(256))
    assert all(type_of_number_text(ton) for ton in TypeOfNumber)
    assert len({numbering_plan_text(npi) for npi in range(16)}) == 15  # 5 and 6 are both the service centre's


def test_known_ports_have_a_name() -> None:
    assert (port_text(2948), port_text(5505), port_text(12345)) == ("WAP push", "ring tone", None)
