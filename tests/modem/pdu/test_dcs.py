"""Data coding schemes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import EncodeError
from modem.pdu import Alphabet, Dcs, Waiting, WaitingKind

GSM7, DATA8, UCS2 = Alphabet.GSM7, Alphabet.DATA8, Alphabet.UCS2


def waiting(kind: WaitingKind, *, is_active: bool, is_stored: bool) -> Waiting:
    return Waiting(kind=kind, is_active=is_active, is_stored=is_stored)


@pytest.mark.parametrize(
    ("octet", "expected"),
    [
        (0x00, Dcs()),
        (0x04, Dcs(alphabet=DATA8)),
        (0x08, Dcs(alphabet=UCS2)),
        (0x0C, Dcs()),
        (0x1D, Dcs(message_class=1)),
        (0x2C, Dcs()),  # reserved codings are read "the same as codepoint 00000000": as text, not compressed
        (0x10, Dcs(message_class=0)),
        (0x13, Dcs(message_class=3)),
        (0x14, Dcs(alphabet=DATA8, message_class=0)),
        (0x19, Dcs(alphabet=UCS2, message_class=1)),
        (0x03, Dcs()),
        (0x28, Dcs(alphabet=UCS2, is_compressed=True)),
        (0x40, Dcs(is_deleted_when_read=True)),
        (0x58, Dcs(alphabet=UCS2, message_class=0, is_deleted_when_read=True)),
        (0x80, Dcs()),
        (0xB8, Dcs()),
        (0xC8, Dcs(waiting=waiting(WaitingKind.VOICEMAIL, is_active=True, is_stored=False))),
        (0xD1, Dcs(waiting=waiting(WaitingKind.FAX, is_active=False, is_stored=True))),
        (0xE0, Dcs(alphabet=UCS2, waiting=waiting(WaitingKind.VOICEMAIL, is_active=False, is_stored=True))),
        (0xEA, Dcs(alphabet=UCS2, waiting=waiting(WaitingKind.EMAIL, is_active=True, is_stored=True))),
        (0xF0, Dcs(message_class=0)),
        (0xF1, Dcs(message_class=1)),
        (0xF5, Dcs(alphabet=DATA8, message_class=1)),
        (0xFB, Dcs(message_class=3)),
    ],
    ids=lambda value: f"{value:02X}" if isinstance(value, int) else "",
)
def test_octet_of_every_group_is_read(octet: int, expected: Dcs) -> None:
    assert Dcs.decode(octet) == expected


@pytest.mark.parametrize("octet", range(256), ids=lambda octet: f"{octet:02X}")
def test_what_an_octet_says_survives(octet: int) -> None:
    said = Dcs.decode(octet)
    assert Dcs.decode(said.encode()) == said


@pytest.mark.parametrize("octet", [0x00, 0x04, 0x08, 0x10, 0x15, 0x1A, 0x39, 0x58, 0xC8, 0xD0, 0xEB])
def test_the_usual_octet_is_written(octet: int) -> None:
    assert Dcs.decode(octet).encode() == octet


waitings = st.builds(Waiting, kind=st.sampled_from(WaitingKind), is_active=st.booleans(), is_stored=st.booleans())


@given(
    st.builds(
        Dcs,
        alphabet=st.sampled_from(Alphabet),
        message_class=st.one_of(st.none(), st.integers(-1, 300)),
        is_compressed=st.booleans(),
        is_deleted_when_read=st.booleans(),
        waiting=st.one_of(st.none(), waitings),
    )
)
def test_an_octet_says_all_of_it_or_none_is_written(dcs: Dcs) -> None:
    can_be_said = any(Dcs.decode(octet) == dcs for octet in range(256))
    if can_be_said:
        assert Dcs.decode(dcs.encode()) == dcs
    else:
        with pytest.raises(EncodeError, match="dcs: no octet says"):
            dcs.encode()


@pytest.mark.parametrize(
    ("octet", "counts_septets", "is_text"),
    [(0x00, True, True), (0x20, False, False), (0x04, False, False), (0x08, False, True), (0x28, False, False)],
)
def test_only_uncompressed_gsm7_counts_septets(octet: int, counts_septets: bool, is_text: bool) -> None:
    assert Dcs.decode(octet).counts_septets is counts_septets
    assert Dcs.decode(octet).is_text is is_text
