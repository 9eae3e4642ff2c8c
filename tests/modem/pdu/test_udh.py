"""User data headers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import EncodeError
from modem.pdu import Concat, Header, InformationElement, Language, Ports, Waiting, WaitingKind
from tests.modem.pdu.strategies import headers, languages, octets, ports


def decode(text: str) -> Header:
    return Header.decode(bytes.fromhex(text))


@pytest.mark.parametrize(
    ("elements", "concat"),
    [
        ("0003 2A 02 01", Concat(ref=42, total=2, seq=1)),
        ("0804 1234 03 02", Concat(ref=0x1234, total=3, seq=2, bits=16)),
        ("0003 2A 02 00", None),
        ("0003 2A 02 03", None),
        ("0003 2A 00 01", None),
        ("0003 01 02 01 0804 1234 03 02", Concat(ref=0x1234, total=3, seq=2, bits=16)),
        ("0804 1234 03 02 0003 01 02 01", Concat(ref=1, total=2, seq=1)),
        ("0003 01 02 01 0003 02 02 02", Concat(ref=2, total=2, seq=2)),
        ("0003 01 02 01 0003 02 00 00", Concat(ref=1, total=2, seq=1)),
        ("0002 2A 02", None),
        ("0A03 000410 0003 2A 02 01", Concat(ref=42, total=2, seq=1)),
        ("", None),
    ],
    ids=[
        "8 bits", "16 bits", "seq 0", "seq over total", "total 0", "both, 16 bits last", "both, 8 bits last",
        "repeated", "repeated, last one useless", "wrong length", "behind an unknown element", "no elements",
    ],
)  # fmt: skip
def test_concatenation_is_read(elements: str, concat: Concat | None) -> None:
    assert decode(elements).concat == concat


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ("0504 0B84 23F0", Ports(destination=2948, source=9200)),
        ("0402 F4 00", Ports(destination=0xF4, source=0, bits=8)),
        ("0402 F4 00 0504 0B84 23F0", Ports(destination=2948, source=9200)),
        ("0504 0B84 23", None),
    ],
)
def test_ports_are_read(elements: str, expected: Ports | None) -> None:
    assert decode(elements).ports == expected


def test_national_tables_are_read() -> None:
    header = decode("2401 01 2501 03")
    assert (header.single_shift, header.locking_shift) == (Language.TURKISH, Language.PORTUGUESE)


@pytest.mark.parametrize("elements", ["2401 0E", "2401 00", "2400", "2402 0101"])
def test_a_language_that_is_not_known_is_ignored(elements: str) -> None:
    assert decode(elements).single_shift is None


def test_waiting_messages_are_counted() -> None:
    assert decode("0102 80 03 0102 02 00").waiting == (
        Waiting(kind=WaitingKind.VOICEMAIL, is_active=True, is_stored=True, count=3),
        Waiting(kind=WaitingKind.EMAIL, is_active=False, is_stored=False, count=0),
    )


@pytest.mark.parametrize("elements", ["0003 2A 02", "0003 2A 02 01 00", "00"], ids=["too few", "too many", "no length"])
def test_a_header_whose_last_element_does_not_fit_is_ignored(elements: str) -> None:
    assert decode(elements) == Header()


@given(headers.filter(bool))
def test_any_header_survives(header: Header) -> None:
    encoded = header.encode()
    assert encoded[0] == len(encoded) - 1
    assert Header.decode(encoded[1:]) == header


@given(st.binary(max_size=139))
def test_any_octets_are_a_header_that_can_be_asked(elements: bytes) -> None:
    header = Header.decode(elements)
    assert header in (Header(), Header.decode(header.encode()[1:]))
    assert header.concat is None or 1 <= header.concat.seq <= header.concat.total
    assert isinstance(header.waiting, tuple)


sequence = st.integers(1, 255)
concats = st.one_of(
    st.none(),
    st.builds(lambda ref, a, b: Concat(ref=ref, total=max(a, b), seq=min(a, b)), octets, sequence, sequence),
    st.builds(
        lambda ref, a, b: Concat(ref=ref, total=max(a, b), seq=min(a, b), bits=16),
        st.integers(0, 0xFFFF),
        sequence,
        sequence,
    ),
)


@given(concats, st.one_of(st.none(), ports), st.one_of(st.none(), languages), st.one_of(st.none(), languages))
def test_a_built_header_says_what_it_was_built_from(
    concat: Concat | None, ports: Ports | None, single: Language | None, locking: Language | None
) -> None:
    header = Header.build(concat=concat, ports=ports, single_shift=single, locking_shift=locking)
    if header is None:
        assert (concat, ports, single, locking) == (None, None, None, None)
        return
    said = Header.decode(header.encode()[1:])
    assert (said.concat, said.ports, said.single_shift, said.locking_shift) == (concat, ports, single, locking)


@pytest.mark.parametrize(
    ("parts", "octets"),
    [
        ({"single_shift": Language.TURKISH}, "03 240101"),
        ({"locking_shift": Language.HINDI}, "03 250106"),
        ({"single_shift": Language.URDU, "locking_shift": Language.HINDI}, "06 24010D 250106"),
        ({"concat": Concat(ref=42, total=2, seq=1), "single_shift": Language.SPANISH}, "08 00032A0201 240102"),
        (
            {
                "concat": Concat(ref=0x1234, total=2, seq=1, bits=16),
                "single_shift": Language.TURKISH,
                "locking_shift": Language.TURKISH,
            },
            "0C 080412340201 240101 250101",
        ),
        (
            {"concat": Concat(ref=42, total=2, seq=1), "ports": Ports(destination=2948, source=9200)},
            "0B 00032A0201 05040B8423F0",
        ),
        ({"ports": Ports(destination=0xF4, source=0xF0, bits=8)}, "04 0402F4F0"),
    ],
    ids=["single", "locking", "both", "8 bits and single", "16 bits and both", "8 bits and ports", "narrow ports"],
)
def test_a_built_header_has_the_octets_of_the_standard(parts: dict[str, Any], octets: str) -> None:
    # Written by hand from 3GPP TS 23.040 9.2.3.24.1, .3, .4, .8, .15 and .16.
    header = Header.build(**parts)
    assert header is not None
    assert header.encode() == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("concat", "field"),
    [
        (Concat(ref=256, total=2, seq=1), "udh.concat.ref"),
        (Concat(ref=-1, total=2, seq=1), "udh.concat.ref"),
        (Concat(ref=0, total=2, seq=3), "udh.concat"),
        (Concat(ref=0, total=256, seq=3), "udh.concat"),
        (Concat(ref=0, total=2, seq=0), "udh.concat"),
        (Concat(ref=0, total=2, seq=1, bits=12), "udh.concat"),
    ],
)
def test_impossible_concatenation_is_refused(concat: Concat, field: str) -> None:
    with pytest.raises(EncodeError) as caught:
        Header.build(concat=concat)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "impossible",
    [
        Ports(destination=256, source=0, bits=8),
        Ports(destination=0, source=-1),
        Ports(destination=0, source=0, bits=32),
    ],
)
def test_impossible_ports_are_refused(impossible: Ports) -> None:
    with pytest.raises(EncodeError, match=r"udh\.ports"):
        Header.build(ports=impossible)


@pytest.mark.parametrize(
    "elements",
    [
        (InformationElement(id=256, data=b""),),
        (InformationElement(id=0x70, data=bytes(256)),),
        (InformationElement(id=0x70, data=bytes(138)),),
    ],
)
def test_a_header_that_does_not_fit_is_refused(elements: tuple[InformationElement, ...]) -> None:
    with pytest.raises(EncodeError, match="udh"):
        Header(elements=elements).encode()
