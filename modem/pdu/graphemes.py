"""Where a text may be cut without tearing what a reader sees as one character.

A close approximation of the extended grapheme clusters of Unicode Standard Annex #29 from what
`unicodedata` knows. Where it errs it keeps more together: everything behind a zero width joiner, and
all Indic conjuncts.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_ZERO_WIDTH_NON_JOINER: Final = "\u200c"
_ZERO_WIDTH_JOINER: Final = "\u200d"
_MARKS: Final = frozenset(("Mn", "Mc", "Me"))
_CONTROLS: Final = frozenset(("Cc", "Cf", "Zl", "Zp"))
_VIRAMA_CLASS: Final = 9
# Signs that belong to the following letter (Grapheme_Cluster_Break=Prepend of Unicode 15).
_PREPENDED: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3"
    "\U0001193f\U00011941\U00011a3a\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89\U00011d46\U00011f02"
)


def is_boundary(text: str, at: int, start: int = 0) -> bool:
    """Return whether a grapheme cluster begins at index `at` of `text`.

    `start` is an earlier boundary; what stands before it is not looked at.
    """
    if not start < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before < "\x80" and after < "\x80":
        return (before, after) != ("\r", "\n")
    if before == _ZERO_WIDTH_JOINER or before in _PREPENDED:
        return unicodedata.category(after) in _CONTROLS and not _extends(after) and after not in _PREPENDED
    if _extends(after):
        return unicodedata.category(before) in _CONTROLS and not _extends(before)
    return not (
        _continues_conjunct(text, at, start) or _continues_syllable(before, after) or _completes_flag(text, at, start)
    )


def last_boundary(text: str, start: int, limit: int) -> int:
    """Return the last boundary in `start`+1..`limit`, or `limit` when one cluster fills all of it."""
    for at in range(limit, start, -1):
        if is_boundary(text, at, start):
            return at
    return limit


def _extends(character: str) -> bool:
    """Whether the character never begins a cluster (GB9, GB9a)."""
    return (
        unicodedata.category(character) in _MARKS
        or character in (_ZERO_WIDTH_NON_JOINER, _ZERO_WIDTH_JOINER)
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags of subdivision flags
        or character in "\u0e33\u0eb3"  # Thai and Lao am: letters that are spacing marks too
        or character in "\uff9e\uff9f"  # halfwidth voiced sound marks
    )


def _continues_conjunct(text: str, at: int, start: int) -> bool:
    """Whether a virama, maybe with other marks behind it, joins the consonant at `at` (GB9c)."""
    if unicodedata.category(text[at]) != "Lo":
        return False
    before = at - 1
    while before >= start and unicodedata.category(text[before]) in _MARKS:
        if unicodedata.combining(text[before]) == _VIRAMA_CLASS:
            return True
        before -= 1
    return False


def _continues_syllable(before: str, after: str) -> bool:
    """Whether two Hangul letters or syllables are one syllable (GB6 to GB8)."""
    kind, next_kind = _hangul(before), _hangul(after)
    if kind == "L":
        return next_kind in {"L", "V", "LV", "LVT"}
    if kind in {"V", "LV"}:
        return next_kind in {"V", "T"}
    return kind in {"T", "LVT"} and next_kind == "T"


def _hangul(character: str) -> str:
    if "\u1100" <= character <= "\u115f" or "\ua960" <= character <= "\ua97c":
        return "L"
    if "\u1160" <= character <= "\u11a7" or "\ud7b0" <= character <= "\ud7c6":
        return "V"
    if "\u11a8" <= character <= "\u11ff" or "\ud7cb" <= character <= "\ud7fb":
        return "T"
    if "\uac00" <= character <= "\ud7a3":
        return "LVT" if (ord(character) - 0xAC00) % 28 else "LV"
    return ""


def _completes_flag(text: str, at: int, start: int) -> bool:
    """Whether `at` stands between the two regional indicators of one flag (GB12, GB13)."""
    if not _is_regional_indicator(text[at]):
        return False
    first = at
    while first > start and _is_regional_indicator(text[first - 1]):
        first -= 1
    return (at - first) % 2 == 1


def _is_regional_indicator(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
