"""Alphabets as data.

A table of 128 characters is one string, with U+FFFE where a code has none (what Python's charmap
codecs call undefined); the sparse extension and single shift tables are dicts from code to character.
Two independent transcriptions of 3GPP TS 23.038 (Android's GsmAlphabet and warthog618/sms) agree on
these values. Where the text of V9.1.1 misprints a code (Kannada locking 24, Tamil single 24, Telugu
single 22 and 23) the corrected one is used.
"""
