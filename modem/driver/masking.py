"""AT traffic as it may be logged: no message, no number, no PIN."""

from __future__ import annotations

import re
from typing import Final

# A hex run this long is a PDU or a SIM file; longer digit runs are telephone numbers or identities.
_HEX_RUN: Final = re.compile(r"[0-9A-Fa-f]{16,}")
_DIGIT_RUN: Final = re.compile(r"\+?\d{5,}")
_PIN: Final = re.compile(r"(\+CPIN=)[^\r\n]*")


def shorten(data: bytes) -> str:
    """Return `data` for a DEBUG line: PDUs by their length, numbers by their last two digits."""
    text = data.decode("latin-1")
    text = _PIN.sub(r"\1***", text)
    text = _HEX_RUN.sub(lambda run: f"<{len(run[0]) // 2} octets>", text)
    text = _DIGIT_RUN.sub(lambda run: f"***{run[0][-2:]}", text)
    return text.encode("unicode_escape").decode("ascii")
