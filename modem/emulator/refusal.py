"""How a command is refused, and what the host reads then.

RefusedError
    CmeError                 +CME ERROR (3GPP TS 27.007 9.2)
        UnknownCommandError  the model has no such command
    CmsError                 +CMS ERROR (3GPP TS 27.005 3.2.5)
    WordedError              whatever the model says
    NoCallError              NO CARRIER, BUSY or NO ANSWER (ITU-T V.250 5.7.1)
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from modem.emulator.radio import Clearing


class Cme(IntEnum):
    """The +CME ERROR codes this modem uses."""

    NOT_ALLOWED = 3
    NOT_SUPPORTED = 4
    NO_CARD = 10
    PIN_REQUIRED = 11
    PUK_REQUIRED = 12
    CARD_FAILURE = 13
    CARD_BUSY = 14
    INCORRECT_PASSWORD = 16
    PUK2_REQUIRED = 18
    MEMORY_FULL = 20
    INVALID_INDEX = 21
    NOT_FOUND = 22
    TEXT_TOO_LONG = 24
    INVALID_TEXT = 25
    NUMBER_TOO_LONG = 26
    INVALID_NUMBER = 27
    NO_NETWORK = 30
    INCORRECT_PARAMETERS = 50


class Cms(IntEnum):
    """The +CMS ERROR codes this modem uses by itself; the network adds RP causes."""

    NOT_ALLOWED = 302
    NOT_SUPPORTED = 303
    INVALID_PDU_PARAMETER = 304
    INVALID_TEXT_PARAMETER = 305
    NO_CARD = 310
    PIN_REQUIRED = 311
    CARD_FAILURE = 313
    CARD_BUSY = 314
    PUK_REQUIRED = 316
    INVALID_INDEX = 321
    MEMORY_FULL = 322
    SMSC_UNKNOWN = 330
    NO_NETWORK = 331
    NO_ACKNOWLEDGEMENT_EXPECTED = 340


class RefusedError(Exception):
    """The command cannot be done."""


class CmeError(RefusedError):
    """The mobile equipment refuses; `code` is the number of +CME ERROR."""

    def __init__(self, code: int) -> None:
        super().__init__(f"+CME ERROR: {code}")
        self.code = code


class UnknownCommandError(CmeError):
    """The model has no such command; `wording` is its own final result for that, "" for +CME ERROR: 4."""

    def __init__(self, wording: str) -> None:
        super().__init__(Cme.NOT_SUPPORTED)
        self.wording = wording


class CmsError(RefusedError):
    """The message service refuses; `code` is the number of +CMS ERROR."""

    def __init__(self, code: int) -> None:
        super().__init__(f"+CMS ERROR: {code}")
        self.code = code


class NoCallError(RefusedError):
    """The call did not come about, or is over; `clearing` says which final result tells it."""

    def __init__(self, clearing: Clearing = Clearing.NO_CARRIER) -> None:
        super().__init__(clearing.value)
        self.clearing = clearing


class WordedError(RefusedError):
    """The model refuses with a final result of its own choice, `wording`."""

    def __init__(self, wording: str) -> None:
        super().__init__(wording)
        self.wording = wording


def refusal_in_words(wording: str) -> RefusedError:
    """Return the refusal whose final result is `wording`: +CME and +CMS errors obey +CMEE like all others."""
    name, _, code = wording.partition(" ERROR: ")
    if name in _NUMBERED and code.isdigit():
        return _NUMBERED[name](int(code))
    return RefusedError(wording) if wording == "ERROR" else WordedError(wording)


_NUMBERED: Final = {"+CME": CmeError, "+CMS": CmsError}
