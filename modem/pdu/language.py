"""The national languages of the GSM 7-bit alphabet."""

from __future__ import annotations

from enum import IntEnum


class Language(IntEnum):
    """National language identifier, the value of the information elements 24 and 25 (3GPP TS 23.038 6.2.1.2.4)."""

    TURKISH = 1
    SPANISH = 2
    PORTUGUESE = 3
    BENGALI = 4
    GUJARATI = 5
    HINDI = 6
    KANNADA = 7
    MALAYALAM = 8
    ORIYA = 9
    PUNJABI = 10
    TAMIL = 11
    TELUGU = 12
    URDU = 13
