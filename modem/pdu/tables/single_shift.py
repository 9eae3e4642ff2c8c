"""National language single shift tables, written as runs of codes (3GPP TS 23.038 A.2).

A later run replaces an earlier one. A character that stands at two codes (`*` and `¡` in the
Indic tables) is encoded with the lower one.
"""

from __future__ import annotations

from modem.pdu.language import Language
from modem.pdu.tables.default import EXTENSION


def _run(first_code: int, characters: str) -> dict[int, str]:
    """Return the characters at consecutive codes from `first_code` on."""
    return dict(enumerate(characters, first_code))


_INDIC = {
    **_run(0x00, "@£$¥¿\"¤%&'\x0c*+"),
    **_run(0x0E, "-/<=>¡^¡_#*"),
    **_run(0x28, "{}"),
    **_run(0x2F, "\\"),
    **_run(0x3C, "[~]"),
    **_run(0x40, "|ABCDEFGHIJKLMNO"),
    **_run(0x50, "PQRSTUVWXYZ"),
    **_run(0x65, "\u20ac"),
}

SINGLE_SHIFT = {
    Language.TURKISH: {
        **EXTENSION,
        **_run(0x47, "Ğ"),
        **_run(0x49, "İ"),
        **_run(0x53, "Ş"),
        **_run(0x63, "ç"),
        **_run(0x67, "ğ"),
        **_run(0x69, "ı"),
        **_run(0x73, "ş"),
    },
    Language.SPANISH: {
        **EXTENSION,
        **_run(0x09, "ç"),
        **_run(0x41, "Á"),
        **_run(0x49, "Í"),
        **_run(0x4F, "Ó"),
        **_run(0x55, "Ú"),
        **_run(0x61, "á"),
        **_run(0x69, "í"),
        **_run(0x6F, "ó"),
        **_run(0x75, "ú"),
    },
    Language.PORTUGUESE: {
        **EXTENSION,
        **_run(0x05, "ê"),
        **_run(0x09, "ç"),
        **_run(0x0B, "Ôô"),
        **_run(0x0E, "Áá"),
        **_run(0x12, "ΦΓ"),
        **_run(0x15, "ΩΠΨΣΘ"),
        **_run(0x1F, "Ê"),
        **_run(0x41, "À"),
        **_run(0x49, "Í"),
        **_run(0x4F, "Ó"),
        **_run(0x55, "Ú"),
        **_run(0x5B, "ÃÕ"),
        **_run(0x61, "Â"),
        **_run(0x69, "í"),
        **_run(0x6F, "ó"),
        **_run(0x75, "ú"),
        **_run(0x7B, "ãõ"),
        **_run(0x7F, "â"),
    },
    Language.BENGALI: {
        **_INDIC,
        **_run(0x19, "\u09e6\u09e7"),
        **_run(0x1C, "\u09e8\u09e9\u09ea\u09eb\u09ec\u09ed\u09ee\u09ef\u09df\u09e0\u09e1\u09e2"),
        **_run(0x2A, "\u09e3\u09f2\u09f3\u09f4\u09f5"),
        **_run(0x30, "\u09f6\u09f7\u09f8\u09f9\u09fa"),
    },
    Language.GUJARATI: {
        **_INDIC,
        **_run(0x19, "\u0964\u0965"),
        **_run(0x1C, "\u0ae6\u0ae7\u0ae8\u0ae9\u0aea\u0aeb\u0aec\u0aed\u0aee\u0aef"),
    },
    Language.HINDI: {
        **_INDIC,
        **_run(0x19, "\u0964\u0965"),
        **_run(0x1C, "\u0966\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e\u096f\u0951\u0952"),
        **_run(0x2A, "\u0953\u0954\u0958\u0959\u095a"),
        **_run(0x30, "\u095b\u095c\u095d\u095e\u095f\u0960\u0961\u0962\u0963\u0970\u0971"),
    },
    Language.KANNADA: {
        **_INDIC,
        **_run(0x19, "\u0964\u0965"),
        **_run(0x1C, "\u0ce6\u0ce7\u0ce8\u0ce9\u0cea\u0ceb\u0cec\u0ced\u0cee\u0cef\u0cde\u0cf1"),
        **_run(0x2A, "\u0cf2"),
    },
    Language.MALAYALAM: {
        **_INDIC,
        **_run(0x19, "\u0964\u0965"),
        **_run(0x1C, "\u0d66\u0d67\u0d68\u0d69\u0d6a\u0d6b\u0d6c\u0d6d\u0d6e\u0d6f\u0d70\u0d71"),
        **_run(0x2A, "\u0d72\u0d73\u0d74\u0d75\u0d7a"),
        **_run(0x30, "\u0d7b\u0d7c\u0d7d\u0d7e\u0d7f"),
    },
    Language.ORIYA: {
        **_INDIC,
        **_run(0x19, "\u0964\u0965"),
        **_run(0x1C, "\u0b66\u0b67\u0b68\u0b69\u0b6a\u0b6b\u0b6c\u0b6d\u0b6e\u0b6f\u0b5c\u0b5d"),
        **_run(0x2A, "\u0b5f\u0b70\u0b71"),
    },
    Language.PUNJABI: {
        **_INDIC,
        **_run(0x19, "\u0964\u0965"),
        **_run(0x1C, "\u0a66\u0a67\u0a68\u0a69\u0a6a\u0a6b\u0a6c\u0a6d\u0a6e\u0a6f\u0a59\u0a5a"),
        **_run(0x2A, "\u0a5b\u0a5c\u0a5e\u0a75"),
    },
    Language.TAMIL: {
        **_INDIC,
        **_run(0x19, "\u0964\u0965"),
        **_run(0x1C, "\u0be6\u0be7\u0be8\u0be9\u0bea\u0beb\u0bec\u0bed\u0bee\u0bef\u0bf3\u0bf4"),
        **_run(0x2A, "\u0bf5\u0bf6\u0bf7\u0bf8\u0bfa"),
    },
    Language.TELUGU: {
        **_INDIC,
        **_run(0x1C, "\u0c66\u0c67\u0c68\u0c69\u0c6a\u0c6b\u0c6c\u0c6d\u0c6e\u0c6f\u0c58\u0c59"),
        **_run(0x2A, "\u0c78\u0c79\u0c7a\u0c7b\u0c7c"),
        **_run(0x30, "\u0c7d\u0c7e\u0c7f"),
    },
    Language.URDU: {
        **_INDIC,
        **_run(0x19, "\u0600\u0601"),
        **_run(0x1C, "\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9\u060c\u060d"),
        **_run(0x2A, "\u060e\u060f\u0610\u0611\u0612"),
        **_run(0x30, "\u0613\u0614\u061b\u061f\u0640\u0652\u0658\u066b\u066c\u0672\u0673\u06cd"),
        **_run(0x3F, "\u06d4"),
    },
}
