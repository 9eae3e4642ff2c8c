"""From a text to submits: the cheapest encoding, cut into segments (3GPP TS 23.040 9.2.3.24.1)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from modem.errors import EncodeError
from modem.pdu import septets, udh
from modem.pdu.alphabet import DEFAULT_CODEC, encode_ucs2, septet_codec
from modem.pdu.dcs import Alphabet, Dcs
from modem.pdu.graphemes import last_boundary
from modem.pdu.submit import Submit
from modem.pdu.tables.locking import LOCKING_SHIFT
from modem.pdu.udh import Concat, Header, Ports
from modem.pdu.userdata import MOST_OCTETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.pdu.address import Address
    from modem.pdu.alphabet import SeptetCodec
    from modem.pdu.language import Language
    from modem.pdu.validity import Validity

MOST_SEGMENTS: Final = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """An alphabet and, for the GSM 7-bit alphabet, its national tables."""

    alphabet: Alphabet
    single_shift: Language | None = None
    locking_shift: Language | None = None


GSM7: Final = Encoding(alphabet=Alphabet.GSM7)
DATA8: Final = Encoding(alphabet=Alphabet.DATA8)
UCS2: Final = Encoding(alphabet=Alphabet.UCS2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How a message goes out: the bodies of its segments, in order, at least one."""

    encoding: Encoding
    bodies: tuple[bytes, ...]
    """One septet per byte for the GSM 7-bit alphabet, else octets."""
    concat_bits: int = 8
    ports: Ports | None = None

    @property
    def segment_count(self) -> int:
        """How many segments there are, 1..255."""
        return len(self.bodies)


def plan(
    text: str,
    *,
    national_tables: Sequence[Language] = (),
    concat_bits: int = 8,
    ports: Ports | None = None,
) -> Plan:
    """Return the plan with the fewest segments of plain GSM 7-bit, the national tables given, and UCS2.

    On a tie the first of these wins. Escape and surrogate pairs are never separated, grapheme
    clusters only where one does not fit in a segment. Raises EncodeError for half of a surrogate
    pair and for more than 255 segments.
    """
    best: Plan | None = None
    for encoding, codec in _encodings(tuple(national_tables)):
        most = best.segment_count - 1 if best else MOST_SEGMENTS
        if most == 0:
            break
        bodies = _split(text, encoding, codec, concat_bits=concat_bits, ports=ports, most_segments=most)
        if bodies is not None:
            best = Plan(encoding=encoding, bodies=bodies, concat_bits=concat_bits, ports=ports)
    if best is None:
        raise EncodeError("text", f"needs more than {MOST_SEGMENTS} segments")
    return best


def plan_data(data: bytes, *, concat_bits: int = 8, ports: Ports | None = None) -> Plan:
    """Return the plan for 8-bit data. Raises EncodeError for more than 255 segments."""
    room = capacity(DATA8, ports=ports)
    if len(data) > room:
        room = capacity(DATA8, concat_bits=concat_bits, ports=ports)
    bodies = tuple(data[start : start + room] for start in range(0, len(data), room)) or (b"",)
    if len(bodies) > MOST_SEGMENTS:
        raise EncodeError("data", f"needs {len(bodies)} segments, at most {MOST_SEGMENTS} are possible")
    return Plan(encoding=DATA8, bodies=bodies, concat_bits=concat_bits, ports=ports)


def capacity(encoding: Encoding, *, concat_bits: int | None = None, ports: Ports | None = None) -> int:
    """Return how many bytes of body one segment holds: septets for the GSM 7-bit alphabet, else octets.

    `concat_bits` (8 or 16) is given for a segment of several.
    """
    elements = (
        (udh.CONCAT_OCTETS[concat_bits] if concat_bits else 0)
        + (udh.PORTS_OCTETS[ports.bits] if ports else 0)
        + (udh.SHIFT_OCTETS if encoding.single_shift else 0)
        + (udh.SHIFT_OCTETS if encoding.locking_shift else 0)
    )
    header_octets = elements + 1 if elements else 0
    if encoding.alphabet is Alphabet.GSM7:
        return MOST_OCTETS * 8 // 7 - septets.septets_for(header_octets)
    return MOST_OCTETS - header_octets


def submits(
    plan: Plan,
    destination: Address,
    *,
    concat_ref: int,
    request_report: bool = True,
    validity: Validity | None = None,
    message_class: int | None = None,
) -> list[Submit]:
    """Return the submits of a plan, in order; `concat_ref` is used when there are several.

    All carry TP-MR 0, which a modem replaces. Raises EncodeError for a reference outside
    the plan's bits or a class outside 0..3.
    """
    return [
        submit_of(
            plan,
            index,
            destination,
            concat_ref=concat_ref,
            request_report=request_report,
            validity=validity,
            message_class=message_class,
        )
        for index in range(plan.segment_count)
    ]


def submit_of(
    plan: Plan,
    index: int,
    destination: Address,
    *,
    concat_ref: int,
    mr: int = 0,
    request_report: bool = True,
    validity: Validity | None = None,
    message_class: int | None = None,
) -> Submit:
    """Return the submit of one segment; the first has `index` 0. Raises as `submits`."""
    if message_class is not None and not 0 <= message_class <= 3:
        raise EncodeError("message_class", f"{message_class} is outside 0..3")
    return Submit(
        destination=destination,
        dcs=Dcs(alphabet=plan.encoding.alphabet, message_class=message_class).encode(),
        mr=mr,
        header=_header(plan, concat_ref, index + 1),
        body=plan.bodies[index],
        validity=validity,
        request_report=request_report,
    )


def _header(plan: Plan, concat_ref: int, seq: int) -> Header | None:
    total = plan.segment_count
    return Header.build(
        concat=Concat(ref=concat_ref, total=total, seq=seq, bits=plan.concat_bits) if total > 1 else None,
        ports=plan.ports,
        single_shift=plan.encoding.single_shift,
        locking_shift=plan.encoding.locking_shift,
    )


@lru_cache(maxsize=16)
def _encodings(national_tables: tuple[Language, ...]) -> tuple[tuple[Encoding, SeptetCodec | None], ...]:
    """Return the encodings that may hold a text, the preferred ones first; 182 with all languages, hence the cache."""
    lockings = [language for language in national_tables if language in LOCKING_SHIFT]
    pairs: list[tuple[Language | None, Language | None]] = [(single, None) for single in national_tables]
    pairs += [(None, locking) for locking in lockings]
    pairs += [(single, locking) for locking in lockings for single in national_tables]
    national = [
        (Encoding(alphabet=Alphabet.GSM7, single_shift=single, locking_shift=locking), septet_codec(single, locking))
        for single, locking in pairs
    ]
    return ((GSM7, DEFAULT_CODEC), *national, (UCS2, None))


def _split(
    text: str,
    encoding: Encoding,
    codec: SeptetCodec | None,
    *,
    concat_bits: int,
    ports: Ports | None,
    most_segments: int,
) -> tuple[bytes, ...] | None:
    """Return the bodies of the segments, or None when they are more than `most_segments` or lack a character."""
    alone = capacity(encoding, ports=ports)
    room = capacity(encoding, concat_bits=concat_bits, ports=ports)
    # A character takes a byte at least: most encodings are out of the race before the text is encoded.
    if len(text) > max(alone, room * most_segments):
        return None
    body = encode_ucs2(text) if codec is None else codec.encode(text)
    if body is None:
        return None
    if len(body) <= alone:
        return (body,)
    if len(body) > room * most_segments:
        return None
    offsets = _offsets(text, codec, body)
    bodies: list[bytes] = []
    start = 0
    while start < len(text):
        if len(bodies) == most_segments:
            return None
        limit = bisect_right(offsets, offsets[start] + room) - 1
        end = last_boundary(text, start, limit)
        bodies.append(body[offsets[start] : offsets[end]])
        start = end
    return tuple(bodies)


def _offsets(text: str, codec: SeptetCodec | None, body: bytes) -> Sequence[int]:
    """Return where in `body` each character of `text` begins, and the end."""
    if codec is None:
        if len(body) == 2 * len(text):
            return range(0, len(body) + 1, 2)
        ends = list(accumulate(4 if character > "\uffff" else 2 for character in text))
        mark = len(body) - ends[-1]  # a byte order mark counts with the first character
        return [0, *(end + mark for end in ends)]
    if len(body) == len(text):
        return range(len(body) + 1)
    return [0, *accumulate(codec.widths(text))]
