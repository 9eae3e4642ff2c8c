"""Says why a text goes out in its encoding and in so many segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.pdu import Alphabet, capacity
from modem.pdu.alphabet import DEFAULT_CODEC

if TYPE_CHECKING:
    from modem.pdu import Plan

_MOST_NAMED: Final = 5


def encoding_text(plan: Plan) -> str:
    """Return the encoding of a plan in words."""
    encoding = plan.encoding
    if encoding.alphabet is Alphabet.UCS2:
        return "UCS2"
    if encoding.alphabet is Alphabet.DATA8:
        return "8-bit data"
    tables = [
        f"{language.name.title()} {kind} table"
        for language, kind in ((encoding.single_shift, "single shift"), (encoding.locking_shift, "locking shift"))
        if language is not None
    ]
    return f"GSM 7-bit alphabet, {' and '.join(tables)}" if tables else "GSM 7-bit alphabet"


def encoding_reason(plan: Plan, text: str, *, has_tables: bool) -> str:
    """Return why `text` is sent in the plan's encoding; `has_tables` says that national tables were allowed."""
    encoding = plan.encoding
    if encoding.alphabet is Alphabet.DATA8:
        return "8-bit data were asked for"
    strange = list(dict.fromkeys(character for character in text if character not in DEFAULT_CODEC.characters))
    if not strange:
        return "the GSM 7-bit alphabet has every character"
    lacks = f"the GSM 7-bit alphabet lacks {_named(strange)}"
    if encoding.alphabet is Alphabet.UCS2:
        return f"{lacks}, and no national table that was allowed saves a segment" if has_tables else lacks
    return f"{lacks}; with this table the segments are fewest"


def _named(characters: list[str]) -> str:
    named = ", ".join(_name(character) for character in characters[:_MOST_NAMED])
    more = len(characters) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _name(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"{character} ({code})" if character.isprintable() and not character.isspace() else code


def unit_of(plan: Plan) -> str:
    """Return what the lengths of a plan's bodies count."""
    return "septets" if plan.encoding.alphabet is Alphabet.GSM7 else "octets"


def segments_reason(plan: Plan) -> str:
    """Return why there are so many segments."""
    unit = unit_of(plan)
    length = sum(map(len, plan.bodies))
    alone = capacity(plan.encoding, ports=plan.ports)
    if plan.segment_count == 1:
        return f"{length} {unit}, {alone} fit into a message of one segment"
    room = capacity(plan.encoding, concat_bits=plan.concat_bits, ports=plan.ports)
    return f"{length} {unit}, {alone} fit into a message of one segment, {room} into each of several"
