"""The secrets of a card: PIN and PUK with their counters (3GPP TS 31.101 9, ETSI TS 102 221 9.5)."""

from __future__ import annotations

from typing import Final

PIN_TRIES: Final = 3
PUK_TRIES: Final = 10
_PIN_LENGTHS: Final = range(4, 9)
_PUK_LENGTH: Final = 8


class Secret:
    """One PIN: right entries restore its counter, three wrong ones block it, and only its PUK unblocks it."""

    def __init__(self, code: str, unblock_code: str) -> None:
        self.code = code
        self.unblock_code = unblock_code
        self.tries_left = PIN_TRIES
        self.unblock_tries_left = PUK_TRIES

    @property
    def is_blocked(self) -> bool:
        """Whether only the PUK helps."""
        return self.tries_left == 0

    @property
    def is_dead(self) -> bool:
        """Whether not even the PUK helps any more."""
        return self.unblock_tries_left == 0

    def verify(self, code: str) -> bool:
        """Compare an entry and count it; a blocked PIN is right for nobody."""
        if self.is_blocked:
            return False
        if code != self.code:
            self.tries_left -= 1
            return False
        self.tries_left = PIN_TRIES
        return True

    def unblock(self, unblock_code: str, new_code: str) -> bool:
        """Compare a PUK and count it; the right one sets `new_code` and restores both counters."""
        if self.is_dead:
            return False
        if unblock_code != self.unblock_code:
            self.unblock_tries_left -= 1
            return False
        self.code = new_code
        self.tries_left, self.unblock_tries_left = PIN_TRIES, PUK_TRIES
        return True


def is_pin(text: str) -> bool:
    """Tell whether `text` could be a PIN: four to eight digits (3GPP TS 31.101 9.5.1)."""
    return text.isascii() and text.isdigit() and len(text) in _PIN_LENGTHS


def is_puk(text: str) -> bool:
    """Tell whether `text` could be a PUK: eight digits."""
    return text.isascii() and text.isdigit() and len(text) == _PUK_LENGTH
