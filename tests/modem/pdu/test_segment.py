"""Plans and submits: encoding, sizes, cuts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.errors import EncodeError
from modem.pdu import (
    Address,
    Alphabet,
    Encoding,
    Language,
    Plan,
    Ports,
    Relative,
    capacity,
    decode_deliver,
    decode_submit,
    deliver_from,
    join,
    plan,
    plan_data,
    submits,
)
from modem.pdu.graphemes import is_boundary
from tests.modem.pdu.strategies import NOON, languages, ports, texts

TO = Address.parse("+46708251358")
GSM7, UCS2 = Encoding(alphabet=Alphabet.GSM7), Encoding(alphabet=Alphabet.UCS2)
DATA8 = Encoding(alphabet=Alphabet.DATA8)
TURKISH, PORTUGUESE, SPANISH, HINDI = Language.TURKISH, Language.PORTUGUESE, Language.SPANISH, Language.HINDI
FAMILY = "👩\u200d👩\u200d👧\u200d👦"  # 11 units, one character for a reader


def segment_texts(planned: Plan) -> list[str]:
    return [submit.text or "" for submit in submits(planned, TO, concat_ref=0)]


def arrived(planned: Plan) -> str | None:
    """Return the text at a phone, over the octets of submit and deliver."""
    outgoing = [submit.encode() for submit in submits(planned, TO, concat_ref=7)]
    delivers = [deliver_from(decode_submit(octets), TO, NOON).encode() for octets in outgoing]
    return join([decode_deliver(octets) for octets in delivers])


def single(language: Language) -> Encoding:
    return Encoding(alphabet=Alphabet.GSM7, single_shift=language)


def locking(language: Language) -> Encoding:
    return Encoding(alphabet=Alphabet.GSM7, locking_shift=language)


def both(language: Language) -> Encoding:
    return Encoding(alphabet=Alphabet.GSM7, single_shift=language, locking_shift=language)


WIDE, NARROW = Ports(destination=1, source=2), Ports(destination=1, source=2, bits=8)


@pytest.mark.parametrize(
    ("encoding", "with_ports", "alone", "of_several", "of_several_16"),
    [
        (GSM7, None, 160, 153, 152),
        (DATA8, None, 140, 134, 133),
        (UCS2, None, 140, 134, 133),
        (single(TURKISH), None, 155, 149, 148),
        (locking(HINDI), None, 155, 149, 148),
        (both(TURKISH), None, 152, 146, 145),
        (GSM7, WIDE, 152, 146, 145),
        (DATA8, WIDE, 133, 128, 127),
        (UCS2, WIDE, 133, 128, 127),
        (DATA8, NARROW, 135, 130, 129),
    ],
)
def test_one_segment_holds_what_the_standard_leaves(
    encoding: Encoding, with_ports: Ports | None, alone: int, of_several: int, of_several_16: int
) -> None:
    assert capacity(encoding, ports=with_ports) == alone
    assert capacity(encoding, concat_bits=8, ports=with_ports) == of_several
    assert capacity(encoding, concat_bits=16, ports=with_ports) == of_several_16


@pytest.mark.parametrize(
    ("text", "concat_bits", "encoding", "lengths"),
    [
        ("", 8, GSM7, [0]),
        ("a" * 160, 8, GSM7, [160]),
        ("a" * 161, 8, GSM7, [153, 8]),
        ("a" * 306, 8, GSM7, [153, 153]),
        ("a" * 307, 8, GSM7, [153, 153, 1]),
        ("a" * 1530, 8, GSM7, [153] * 10),
        ("a" * 305, 16, GSM7, [152, 152, 1]),
        ("€" * 80, 8, GSM7, [160]),
        ("€" * 81, 8, GSM7, [152, 10]),
        ("a" + "€" * 80, 8, GSM7, [153, 8]),
        ("ш" * 70, 8, UCS2, [140]),
        ("ш" * 71, 8, UCS2, [134, 8]),
        ("ш" * 134, 8, UCS2, [134, 134]),
        ("ш" * 135, 8, UCS2, [134, 134, 2]),
        ("ш" * 133, 16, UCS2, [132, 132, 2]),
        ("😀" * 35, 8, UCS2, [140]),
        ("😀" * 36, 8, UCS2, [132, 12]),
        ("ç", 8, UCS2, [2]),
        ("\0", 8, UCS2, [2]),
    ],
    ids=lambda value: f"{value[:3]!r}x{len(value)}" if isinstance(value, str) else "",
)
def test_a_text_takes_the_segments_it_needs(
    text: str, concat_bits: int, encoding: Encoding, lengths: list[int]
) -> None:
    planned = plan(text, concat_bits=concat_bits)
    assert planned.encoding == encoding
    assert [len(body) for body in planned.bodies] == lengths
    assert planned.segment_count == len(lengths)
    assert arrived(planned) == text


@pytest.mark.parametrize(
    ("text", "tables", "encoding", "count"),
    [
        # Android GsmAlphabet: 77 characters behind the escape are 154 septets, 155 fit.
        ("ş" * 77, [TURKISH], single(TURKISH), 1),
        ("ş" * 78, [TURKISH], locking(TURKISH), 1),
        ("ş" * 156, [TURKISH], locking(TURKISH), 2),
        ("ş" * 77, [], UCS2, 2),
        ("ş" * 70, [], UCS2, 1),
        ("Hello", [TURKISH, HINDI], GSM7, 1),
        ("a" * 161, [TURKISH], GSM7, 2),
        ("€" * 81, [TURKISH], locking(TURKISH), 1),
        ("á" * 70, [SPANISH], single(SPANISH), 1),
        ("á" * 78, [SPANISH], single(SPANISH), 2),
        ("á" * 78, [SPANISH, PORTUGUESE], locking(PORTUGUESE), 1),
        ("नमस्ते", [HINDI], locking(HINDI), 1),
        ("नमस्ते A", [HINDI], both(HINDI), 1),
        ("क" * 152, [HINDI], locking(HINDI), 1),
        ("ş क", [TURKISH, HINDI], Encoding(alphabet=Alphabet.GSM7, single_shift=TURKISH, locking_shift=HINDI), 1),
        ("ş क ш", [TURKISH, HINDI], UCS2, 1),
    ],
    ids=lambda value: f"{value[:8]!r}x{len(value)}" if isinstance(value, str) else "",
)
def test_the_encoding_with_the_fewest_segments_is_chosen(
    text: str, tables: list[Language], encoding: Encoding, count: int
) -> None:
    planned = plan(text, national_tables=tables)
    assert (planned.encoding, planned.segment_count) == (encoding, count)
    assert arrived(planned) == text


def test_no_encoding_that_is_switched_on_needs_fewer_segments() -> None:
    """On a tie plain GSM 7-bit goes before the national tables and these before UCS2."""
    assert plan("ğ" * 70, national_tables=[TURKISH]).encoding == single(TURKISH)
    assert plan("[" * 80, national_tables=[TURKISH]).encoding == GSM7


@pytest.mark.parametrize(
    ("text", "texts_of_segments"),
    [
        ("a" * 152 + "€" + "b" * 20, ["a" * 152, "€" + "b" * 20]),
        ("a" * 152 + "\r\n" + "b" * 20, ["a" * 152, "\r\n" + "b" * 20]),
        ("ш" * 66 + "😀" + "b" * 10, ["ш" * 66, "😀" + "b" * 10]),
        ("ш" * 66 + "e\u0301" + "b" * 10, ["ш" * 66, "e\u0301" + "b" * 10]),
        ("ш" * 60 + FAMILY + "b" * 10, ["ш" * 60, FAMILY + "b" * 10]),
        ("ш" * 65 + "🇩🇪" + "b" * 10, ["ш" * 65, "🇩🇪" + "b" * 10]),
        ("न" * 65 + "क्ष" + "b" * 10, ["न" * 65, "क्ष" + "b" * 10]),
    ],
    ids=["escape pair", "line end", "surrogate pair", "combining mark", "family", "flag", "conjunct"],
)
def test_what_belongs_together_stays_together(text: str, texts_of_segments: list[str]) -> None:
    assert segment_texts(plan(text)) == texts_of_segments


def test_a_cluster_that_fits_in_no_segment_is_cut_between_characters() -> None:
    text = "e" + "\u0301" * 200
    assert [len(part) for part in segment_texts(plan(text))] == [67, 67, 67]


def test_a_leading_byte_order_mark_is_content() -> None:
    for text in ("\ufeff", "\ufeffHello", "\ufeff" * 100, "ш" * 67 + "\ufeff" * 10):
        assert arrived(plan(text)) == text


@settings(max_examples=400)
@given(
    texts,
    st.lists(languages, max_size=2, unique=True),
    st.sampled_from([8, 16]),
    st.one_of(st.none(), ports),
)
def test_any_text_arrives_whole(text: str, tables: list[Language], concat_bits: int, with_ports: Ports | None) -> None:
    planned = plan(text, national_tables=tables, concat_bits=concat_bits, ports=with_ports)
    outgoing = submits(planned, TO, concat_ref=200)
    assert all(len(submit.encode()) <= 164 and submit.ports == with_ports for submit in outgoing)
    assert arrived(planned) == text


@given(texts, st.lists(languages, max_size=2, unique=True))
def test_segments_end_at_boundaries_unless_a_cluster_fills_them(text: str, tables: list[Language]) -> None:
    planned = plan(text, national_tables=tables)
    ends = [0]
    for part in segment_texts(planned):
        ends.append(ends[-1] + len(part))
    assert ends[-1] == len(text)
    for start, end in pairwise(ends):
        whole = is_boundary(text, end, start)
        assert whole or not any(is_boundary(text, at, start) for at in range(start + 1, end))


@given(texts)
def test_national_tables_never_cost_a_segment(text: str) -> None:
    most = plan(text).segment_count
    assert plan(text, national_tables=[TURKISH, HINDI]).segment_count <= most


def test_every_language_may_be_switched_on_at_once() -> None:
    planned = plan("ş" * 75 + "क", national_tables=list(Language))
    assert planned.encoding == Encoding(alphabet=Alphabet.GSM7, single_shift=TURKISH, locking_shift=HINDI)
    assert planned.segment_count == 1
    assert arrived(planned) == "ş" * 75 + "क"


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a" * 153 * 255, True), ("a" * (153 * 255 + 1), False), ("ш" * 67 * 255, True), ("ш" * (67 * 255 + 1), False)],
    ids=["septets that fit", "septets too many", "units that fit", "units too many"],
)
def test_255_segments_are_possible_and_not_one_more(text: str, fits: bool) -> None:
    if fits:
        assert plan(text).segment_count == 255
        assert arrived(plan(text)) == text
    else:
        with pytest.raises(EncodeError, match="text: needs more than 255 segments"):
            plan(text)


def test_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(EncodeError, match="text: character 2 is half of a surrogate pair"):
        plan("ab\ud83d")


@pytest.mark.parametrize(
    ("octets", "lengths"),
    [(0, [0]), (140, [140]), (141, [134, 7]), (268, [134, 134]), (269, [134, 134, 1])],
)
def test_data_is_cut_by_octets(octets: int, lengths: list[int]) -> None:
    data = bytes(at % 251 for at in range(octets))
    planned = plan_data(data)
    outgoing = [decode_submit(submit.encode()) for submit in submits(planned, TO, concat_ref=1)]
    assert [len(submit.data) for submit in outgoing] == lengths
    assert b"".join(submit.data for submit in outgoing) == data
    assert {submit.dcs for submit in outgoing} == {0x04}


def test_data_of_more_than_255_segments_is_refused() -> None:
    assert plan_data(bytes(134 * 255)).segment_count == 255
    with pytest.raises(EncodeError, match="data: needs 256 segments"):
        plan_data(bytes(134 * 255 + 1))


@pytest.mark.parametrize(
    ("message_class", "dcs_of"),
    [(None, (0x00, 0x08)), (0, (0x10, 0x18)), (1, (0x11, 0x19)), (2, (0x12, 0x1A)), (3, (0x13, 0x1B))],
)
def test_message_class_goes_into_the_dcs(message_class: int | None, dcs_of: tuple[int, int]) -> None:
    for text, dcs in zip(("a", "ш"), dcs_of, strict=True):
        (submit,) = submits(plan(text), TO, concat_ref=0, message_class=message_class)
        assert submit.dcs == dcs


def test_submits_carry_what_was_asked() -> None:
    first, second = submits(
        plan("ш" * 71), TO, concat_ref=300 % 256, request_report=False, validity=Relative(octet=167)
    )
    assert (first.destination, first.request_report, first.validity) == (TO, False, Relative(octet=167))
    assert first.concat is not None
    assert second.concat is not None
    assert (first.concat.ref, first.concat.total, first.concat.seq, second.concat.seq) == (44, 2, 1, 2)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"concat_ref": 256}, "udh.concat.ref"),
        ({"concat_ref": -1}, "udh.concat.ref"),
        ({"concat_ref": 0, "message_class": 4}, "message_class"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, int], field: str) -> None:
    with pytest.raises(EncodeError) as caught:
        submits(plan("a" * 161), TO, **arguments)  # type: ignore[arg-type]  # a table of arguments
    assert caught.value.field == field
