"""Public PDUs with the fields that their sources assert.

vectors/pdu.json was extracted by program from the test suites of ModemManager, python-messaging,
python-gsmmodem, gammu, node-pdu, oFono, Android, chan_dongle, warthog618/sms and python-gammu; each
vector names file and commit. `derived_fields` lists what the source does not assert itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from modem.errors import DecodeError
from modem.pdu import (
    Absolute,
    Address,
    Alphabet,
    Dcs,
    Deliver,
    Enhanced,
    Language,
    PduLine,
    Relative,
    StatusReport,
    Submit,
    decode_deliver,
    decode_incoming,
    decode_status_report,
    decode_submit,
    format_pdu,
    parse_pdu,
    plan,
    submits,
)
from modem.pdu.alphabet import decode_septets

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("vectors").joinpath("pdu.json").read_text("utf-8"))
DECODERS: dict[str, Callable[[bytes], Submit | Deliver | StatusReport]] = {
    "deliver": decode_deliver,
    "submit": decode_submit,
    "report": decode_status_report,
}

MALFORMED = [vector for vector in VECTORS if "negative" in vector.get("tags", [])]
WELL_FORMED = [vector for vector in VECTORS if vector not in MALFORMED]
SINGLE_TEXTS_OF_ENCODERS = [
    vector
    for vector in WELL_FORMED
    if vector["kind"] == "submit"
    and "encode" in vector.get("tags", [])
    and not {"concat", "data_hex"} & vector["expected"].keys()
]

# These PDUs are valid, but not the only or the tidiest way to write the same: what differs, and why.
NOT_CANONICAL = {
    "an-014": "an odd number of digits filled with 0 instead of F, and a type octet without numbering plan",
    "gas-14": "two octets behind the user data",
    "gas-20": "header bit set on an empty message",
    "gas-39": "octets behind the user data",
    "gas-41": "the user data is shorter than its length says",
    "mm-011": "fill bit behind the header set",
    "mm-012": "fill bit behind the header set",
    "of-007": "an odd number of digits filled with 1 instead of F",
    "of-008": "an odd number of digits filled with 1 instead of F",
    "pg-010": "fill bit behind the header set",
}

WHOLE_TEXTS = (["pgm-005", "pgm-006"], ["pg-014", "pg-015", "pg-016"], ["wr-001", "wr-002", "wr-003"])


def vector_id(vector: dict[str, Any]) -> str:
    return str(vector["id"])


def decode(vector: dict[str, Any]) -> tuple[PduLine, Submit | Deliver | StatusReport]:
    line = parse_pdu(vector["pdu"])
    return line, DECODERS[vector["kind"]](line.tpdu)


def number_of(tpdu: Submit | Deliver | StatusReport) -> str:
    return address_of(tpdu).text


def address_of(tpdu: Submit | Deliver | StatusReport) -> Address:
    if isinstance(tpdu, Submit):
        return tpdu.destination
    return tpdu.originator if isinstance(tpdu, Deliver) else tpdu.recipient


def test_there_are_as_many_vectors_as_were_collected() -> None:
    assert len(VECTORS) == 150
    assert len(MALFORMED) == 8


@pytest.mark.parametrize("vector", WELL_FORMED, ids=vector_id)
def test_every_field_that_the_source_asserts_is_read(vector: dict[str, Any]) -> None:
    line, tpdu = decode(vector)
    fields = dict(vector["expected"])
    if "locking_language" in fields:
        del fields["text"]  # of a table that the source forces and the PDU does not name
    if vector["id"] == "gas-41":
        # Three septets are missing. The decoder that derived the text took them for zeros.
        fields["text"] = fields["text"].removesuffix("@@@")
    for field, expected in fields.items():
        CHECKS[field](line, tpdu, expected)


@pytest.mark.parametrize("vector", WELL_FORMED, ids=vector_id)
def test_service_centre_field_and_tpdu_are_told_apart(vector: dict[str, Any]) -> None:
    octets = bytes.fromhex(vector["pdu"])
    tpdu_octets = len(octets) - (octets[0] + 1 if vector["has_smsc"] else 0)
    assert parse_pdu(vector["pdu"]).tpdu == octets[len(octets) - tpdu_octets :]
    assert parse_pdu(vector["pdu"], length=tpdu_octets) == parse_pdu(vector["pdu"])
    if "announces" not in vector.get("note", ""):
        assert tpdu_octets == vector.get("tpdu_length_octets", tpdu_octets)


@pytest.mark.parametrize("vector", MALFORMED, ids=vector_id)
def test_what_the_source_rejects_gives_an_error_with_field_and_offset(vector: dict[str, Any]) -> None:
    assert vector["expected"] in ({"accepted": False}, {"invalid": True})
    with pytest.raises(DecodeError) as caught:
        decode(vector)
    assert caught.value.field.startswith(f"{vector['kind']}.")
    assert 0 <= caught.value.offset <= len(vector["pdu"]) // 2


@pytest.mark.parametrize("vector", WELL_FORMED, ids=vector_id)
def test_encoding_what_was_decoded_gives_the_same_pdu(vector: dict[str, Any]) -> None:
    line, tpdu = decode(vector)
    encoded = format_pdu(tpdu.encode(), line.smsc)
    if vector["id"] in NOT_CANONICAL:
        assert decode({**vector, "pdu": encoded})[1] == tpdu
        assert encoded != vector["pdu"]
    else:
        assert encoded.removeprefix("" if vector["has_smsc"] else "00") == vector["pdu"]


@pytest.mark.parametrize("vector", [v for v in WELL_FORMED if v["kind"] != "submit"], ids=vector_id)
def test_what_a_modem_received_needs_no_hint_of_its_kind(vector: dict[str, Any]) -> None:
    line, tpdu = decode(vector)
    assert decode_incoming(line.tpdu) == tpdu


@pytest.mark.parametrize("vector", SINGLE_TEXTS_OF_ENCODERS, ids=vector_id)
def test_planning_the_text_of_a_single_segment_gives_the_body_of_the_vector(vector: dict[str, Any]) -> None:
    _, tpdu = decode(vector)
    assert isinstance(tpdu, Submit)
    assert tpdu.text is not None
    (submit,) = submits(
        plan(tpdu.text), tpdu.destination, concat_ref=0, message_class=tpdu.coding.message_class, validity=tpdu.validity
    )
    assert (submit.body, submit.dcs, submit.header) == (tpdu.body, tpdu.dcs, tpdu.header)


@pytest.mark.parametrize("ids", WHOLE_TEXTS, ids=lambda ids: ids[0])
def test_planning_a_long_text_cuts_it_where_the_vectors_do(ids: list[str]) -> None:
    parts = [decode(vector)[1] for vector in VECTORS if vector["id"] in ids]
    first = parts[0]
    assert isinstance(first, Submit)
    assert first.concat is not None
    text = "".join(part.text or "" for part in parts)
    outgoing = submits(plan(text), first.destination, concat_ref=first.concat.ref)
    assert [(submit.header, submit.body) for submit in outgoing] == [(part.header, part.body) for part in parts]


def check_number(_line: PduLine, tpdu: Any, expected: str) -> None:
    # oFono and gammu print national numbers as they are; nobody prints the type of number.
    assert number_of(tpdu) == expected


def check_smsc(line: PduLine, _tpdu: Any, expected: str | None) -> None:
    assert (line.smsc.text if line.smsc else None) == expected


def check_concat(_line: PduLine, tpdu: Any, expected: dict[str, int]) -> None:
    concat = tpdu.concat
    assert {"ref": concat.ref, "total": concat.total, "seq": concat.seq, "bits": concat.bits} == expected


def check_ports(_line: PduLine, tpdu: Any, expected: dict[str, int]) -> None:
    ports = tpdu.ports
    assert {"dst": ports.destination, "src": ports.source, "bits": ports.bits} == expected


def check_text(_line: PduLine, tpdu: Any, expected: str) -> None:
    assert tpdu.text == expected


def check_locking_language(_line: PduLine, tpdu: Any, expected: str) -> None:
    vector_text = next(v["expected"]["text"] for v in VECTORS if v["expected"].get("locking_language") == expected)
    assert decode_septets(tpdu.body, locking_shift=Language[expected.upper()]) == vector_text


def check_vpf(_line: PduLine, tpdu: Any, expected: str) -> None:
    formats = {type(None): "none", Relative: "relative", Absolute: "absolute", Enhanced: "enhanced"}
    assert formats[type(tpdu.validity)] == expected


def check_vp(_line: PduLine, tpdu: Any, expected: int | str) -> None:
    if isinstance(expected, int):
        assert tpdu.validity == Relative(octet=expected)
    else:
        assert tpdu.validity.at.value == datetime.fromisoformat(expected)


def check_scts(_line: PduLine, tpdu: Any, expected: str) -> None:
    assert tpdu.scts.value == datetime.fromisoformat(expected)
    assert tpdu.scts.value.utcoffset() == datetime.fromisoformat(expected).utcoffset()


def check_scts_wall(_line: PduLine, tpdu: Any, expected: str) -> None:
    assert tpdu.scts.value.replace(tzinfo=None) == datetime.fromisoformat(expected)


def check_discharge(_line: PduLine, tpdu: Any, expected: str) -> None:
    assert tpdu.discharged.value == datetime.fromisoformat(expected)


def check_discharge_wall(_line: PduLine, tpdu: Any, expected: str) -> None:
    assert tpdu.discharged.value.replace(tzinfo=None) == datetime.fromisoformat(expected)


def check_waiting(_line: PduLine, tpdu: Any, expected: str) -> None:
    assert [waiting.is_active for waiting in tpdu.waiting] == [expected == "set"]


def check_mwi_store(_line: PduLine, tpdu: Any, expected: bool) -> None:
    assert [waiting.is_stored for waiting in tpdu.waiting] == [expected]


def check_length(_line: PduLine, tpdu: Any, expected: int) -> None:
    assert len(tpdu.encode()) == expected


def check_udl(_line: PduLine, tpdu: Any, expected: int) -> None:
    assert tpdu.header is None
    assert len(tpdu.body) == expected


def check_data(_line: PduLine, tpdu: Any, expected: str) -> None:
    assert tpdu.coding == Dcs(alphabet=Alphabet.DATA8)
    assert tpdu.text is None
    assert tpdu.data == bytes.fromhex(expected)


def check_toa(_line: PduLine, tpdu: Any, expected: int) -> None:
    assert address_of(tpdu).type_octet == expected


def check_days(_line: PduLine, tpdu: Any, expected: int) -> None:
    assert tpdu.validity.period.days == expected


def check_weeks(_line: PduLine, tpdu: Any, expected: int) -> None:
    assert tpdu.validity.period.days == 7 * expected


def check_octets_inside(_line: PduLine, tpdu: Any, expected: str) -> None:
    # An MMS notification in WAP encoding: nothing of it is ours to decode, but nothing may be lost.
    assert expected.encode("ascii") in tpdu.data


def check_size_inside(_line: PduLine, tpdu: Any, expected: int) -> None:
    assert expected.to_bytes(4, "big").lstrip(b"\0") in tpdu.data


def check_nothing(_line: PduLine, _tpdu: Any, _expected: Any) -> None:
    """Decoding, or another test of this file, has already checked it."""


CHECKS: dict[str, Any] = {
    "accepted": check_nothing,
    "class": lambda _line, tpdu, expected: check_equal(tpdu.coding.message_class, expected),
    "cmgs_length": check_length,
    "concat": check_concat,
    "data_hex": check_data,
    "dcs": lambda _line, tpdu, expected: check_equal(tpdu.dcs, expected),
    "discharge": check_discharge,
    "discharge_wall": check_discharge_wall,
    # "sender /body" is how e-mail gateways write a plain text; a reader gets it as it is.
    "email_body": lambda _line, tpdu, expected: check_equal(tpdu.text.partition(" /")[2], expected),
    "email_from": lambda _line, tpdu, expected: check_equal(tpdu.text.partition(" /")[0], expected),
    "locking_language": check_locking_language,
    "mms_sender": check_octets_inside,
    "mms_size": check_size_inside,
    "mms_url": check_octets_inside,
    "mr": lambda _line, tpdu, expected: check_equal(tpdu.mr, expected),
    "multipart": lambda _line, tpdu, expected: check_equal(tpdu.concat is not None, expected),
    "mwi": check_waiting,
    "mwi_store": check_mwi_store,
    "number": check_number,
    "pid": lambda _line, tpdu, expected: check_equal(tpdu.pid, expected),
    "ports": check_ports,
    "rd": lambda _line, tpdu, expected: check_equal(tpdu.reject_duplicates, expected),
    "replace": lambda _line, tpdu, expected: check_equal(tpdu.replace_type is not None, expected),
    "roundtrip": check_nothing,
    "scts": check_scts,
    "scts_wall": check_scts_wall,
    "smsc": check_smsc,
    "srr": lambda _line, tpdu, expected: check_equal(tpdu.request_report, expected),
    "status": lambda _line, tpdu, expected: check_equal(tpdu.status, expected),
    "text": check_text,
    "text_input": check_nothing,
    "text_rendered": lambda _line, tpdu, expected: check_equal((tpdu.status, expected), (0, "Delivered")),
    "toa": check_toa,
    "udl": check_udl,
    "vp": check_vp,
    "vp_days": check_days,
    "vp_weeks": check_weeks,
    "vpf": check_vpf,
}


def check_equal(actual: object, expected: object) -> None:
    assert actual == expected
