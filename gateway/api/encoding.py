"""Content-Encoding of a request's body: gzip and deflate, undone as a whole and never beyond a limit."""

from __future__ import annotations

import zlib

from gateway.api.refusals import MalformedError, OversizeError

_GZIP, _ZLIB, _BARE_DEFLATE = 31, 15, -15
"""`wbits` of zlib, one for each of its formats."""


def decoded(body: bytes, content_encoding: str, limit_octets: int) -> bytes:
    """Give the body without its encodings, the last one named undone first.

    Raises OversizeError when it grows over `limit_octets`, and MalformedError for an encoding that cannot
    be undone here or a body that is not encoded like that, one that is cut off too. RFC 9110 8.4.
    """
    for name in reversed(content_encoding.lower().split(",")):
        match name.strip():
            case "gzip" | "x-gzip":
                body = _inflated(body, _GZIP, limit_octets)
            case "deflate":
                # Some send deflate bare, without the zlib header that the word stands for.
                body = _inflated(body, _ZLIB if _has_zlib_header(body) else _BARE_DEFLATE, limit_octets)
            case "br" | "zstd" | "compress" | "x-compress":
                raise _unreadable()
            case _:
                pass  # identity, or a word that is no encoding, like the charset that some clients put here
    return body


def _inflated(body: bytes, wbits: int, limit_octets: int) -> bytes:
    parts = bytearray()
    while body:
        inflate = zlib.decompressobj(wbits)
        try:
            parts += inflate.decompress(body, limit_octets + 1 - len(parts))
        except zlib.error as error:
            raise _unreadable() from error
        if len(parts) > limit_octets:
            raise OversizeError
        if not inflate.eof:
            raise _unreadable()
        # Of gzip several members in a row are one body (RFC 1952 2.2); behind deflate comes nothing.
        body = inflate.unused_data if wbits == _GZIP else b""
    return bytes(parts)


def _has_zlib_header(body: bytes) -> bool:
    """RFC 1950 2.2: method 8, and the first two octets a multiple of 31."""
    return len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0


def _unreadable() -> MalformedError:
    return MalformedError("cannot be read as its Content-Encoding")
