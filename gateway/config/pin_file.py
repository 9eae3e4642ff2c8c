"""The PIN of a SIM in a file of its own: reading it, and saying in plain words what is wrong with it."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_PIN: Final = re.compile(r"[0-9]{4,8}", re.ASCII)  # 3GPP TS 31.101 9.5.1
_MOST_OCTETS: Final = 64


class PinFileError(Exception):
    """The file holds no PIN that may be used; the text says why."""


def read_pin(path: Path) -> str:
    """Give the PIN in a file, without blanks and line ends around it. Raises PinFileError.

    A file that everybody may write is not believed: a wrong PIN costs one of three tries.
    """
    try:
        with path.open("rb") as file:
            mode = path.stat().st_mode
            octets = file.read(_MOST_OCTETS + 1)
    except OSError as error:
        raise PinFileError(f"PIN file {path} cannot be read: {error.strerror}") from error
    if mode & stat.S_IWOTH:
        raise PinFileError(f"PIN file {path} may be written by everybody: chmod 600 {path}")
    text = octets.decode("latin-1").strip()
    if not _PIN.fullmatch(text):
        raise PinFileError(f"PIN file {path} does not hold a PIN of 4 to 8 digits")
    return text


def is_open_to_all(path: Path) -> bool:
    """Tell whether everybody on this machine may read the file."""
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False  # read_pin says what is wrong
