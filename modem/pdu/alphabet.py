"""Text to septets and back, in the default alphabet or with national language tables; UCS2.

Theory of operation. A codec joins a main table (default or locking shift) with a table reached by the
escape 1B (extension or single shift). Encoding has two speeds: ASCII text goes through one
`bytes.translate`, which maps what is not a plain septet above 127; everything else goes through
Python's charmap codec with one dict, whose values for shifted characters are escape and code together.
"""

from __future__ import annotations

import codecs
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from modem.errors import EncodeError
from modem.pdu.tables.default import ALPHABET, EXTENSION
from modem.pdu.tables.locking import LOCKING_SHIFT
from modem.pdu.tables.single_shift import SINGLE_SHIFT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modem.pdu.language import Language

ESCAPE: Final = 0x1B
UNDEFINED: Final = "\ufffe"
REPLACEMENT: Final = "\ufffd"
_BYTE_ORDER_MARK: Final = "\ufeff"


class SeptetCodec:
    """One main table and one table behind the escape."""

    def __init__(self, single_shift: Language | None = None, locking_shift: Language | None = None) -> None:
        # Spanish has no locking table and an unknown language has none at all: the default table
        # serves instead (3GPP TS 23.038 6.2.1.2.4).
        self._main = LOCKING_SHIFT.get(locking_shift, ALPHABET) if locking_shift else ALPHABET
        shifted = SINGLE_SHIFT.get(single_shift, EXTENSION) if single_shift else EXTENSION
        self._encoding = _encoding_map(self._main, shifted)
        self._ascii = bytes(
            code if isinstance(code := self._encoding.get(character), int) else 0xFF for character in range(256)
        )
        self._after_escape = _after_escape(self._main, shifted)
        self.characters = frozenset(map(chr, self._encoding))

    def encode(self, text: str) -> bytes | None:
        """Return one septet per byte, or None when the tables lack a character."""
        if text.isascii():
            septets = text.encode("ascii").translate(self._ascii)
            if septets.isascii():
                return septets
        return self._encode_mapped(text)

    def widths(self, text: str) -> Iterator[int]:
        """Yield how many septets each character takes, for a text that `encode` accepts."""
        return (1 if isinstance(self._encoding[ord(character)], int) else 2 for character in text)

    def _encode_mapped(self, text: str) -> bytes | None:
        try:
            # typeshed knows only int values of the map; CPython takes bytes too (codecs.charmap_encode).
            return codecs.charmap_encode(text, "strict", cast("dict[int, int]", self._encoding))[0]
        except UnicodeEncodeError:
            return None

    def decode(self, septets: bytes) -> str:
        """Return the text; any octets are accepted.

        An escape before a code its table lacks gives the main table's character, an escape before
        an escape or at the end a space (3GPP TS 23.038 6.2.1.1); a code without character gives U+FFFD.
        """
        if ESCAPE not in septets:
            return self._plain(septets)
        pieces = []
        start = 0
        while (escape := septets.find(ESCAPE, start)) >= 0:
            pieces.append(self._plain(septets[start:escape]))
            shifted = septets[escape + 1 : escape + 2]
            pieces.append(self._after_escape.get(shifted[0], REPLACEMENT) if shifted else " ")
            start = escape + 2
        pieces.append(self._plain(septets[start:]))
        return "".join(pieces)

    def _plain(self, septets: bytes) -> str:
        return codecs.charmap_decode(septets, "replace", self._main)[0]


def _encoding_map(main: str, shifted: dict[int, str]) -> dict[int, int | bytes]:
    encoding: dict[int, int | bytes] = {}
    for code, character in enumerate(main):
        if character != UNDEFINED:
            encoding.setdefault(ord(character), code)
    for code, character in sorted(shifted.items()):
        encoding.setdefault(ord(character), bytes((ESCAPE, code)))
    return encoding


def _after_escape(main: str, shifted: dict[int, str]) -> dict[int, str]:
    characters = {code: REPLACEMENT if character == UNDEFINED else character for code, character in enumerate(main)}
    return {**characters, **shifted, ESCAPE: " "}


@cache
def septet_codec(single_shift: Language | None = None, locking_shift: Language | None = None) -> SeptetCodec:
    """Return the codec of a pair of tables; None is the default alphabet or extension table."""
    return SeptetCodec(single_shift, locking_shift)


DEFAULT_CODEC: Final = septet_codec()


def encode_septets(text: str, *, single_shift: Language | None = None, locking_shift: Language | None = None) -> bytes:
    """Return one septet per byte. Raises EncodeError naming the first character the tables lack."""
    codec = septet_codec(single_shift, locking_shift)
    septets = codec.encode(text)
    if septets is None:
        at = next(at for at, character in enumerate(text) if character not in codec.characters)
        raise EncodeError("text", f"character {at}, U+{ord(text[at]):04X}, is not in the alphabet")
    return septets


def decode_septets(
    septets: bytes, *, single_shift: Language | None = None, locking_shift: Language | None = None
) -> str:
    """Return the text of one septet per byte; see SeptetCodec.decode for codes without a character."""
    return septet_codec(single_shift, locking_shift).decode(septets)


def encode_ucs2(text: str) -> bytes:
    """Return big-endian UTF-16. Raises EncodeError for half of a surrogate pair.

    A text that begins with U+FEFF gets a second one, because receivers drop the first as a byte order mark.
    """
    try:
        octets = text.encode("utf-16-be")
    except UnicodeEncodeError as error:
        raise EncodeError("text", f"character {error.start} is half of a surrogate pair") from error
    return b"\xfe\xff" + octets if text.startswith(_BYTE_ORDER_MARK) else octets


def decode_ucs2(octets: bytes, *, is_start: bool = True) -> str:
    """Return the text of big-endian UTF-16; any octets are accepted.

    An odd last octet is dropped and half of a surrogate pair gives U+FFFD. A byte order mark, which
    some phones send, is dropped at the start of a message (`is_start`).
    """
    text = octets[: len(octets) & ~1].decode("utf-16-be", "replace")
    return text.removeprefix(_BYTE_ORDER_MARK) if is_start else text
