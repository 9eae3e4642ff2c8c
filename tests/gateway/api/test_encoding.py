from __future__ import annotations

import gzip
import zlib

import pytest

from gateway.api.encoding import decoded
from gateway.api.refusals import MalformedError, OversizeError

TEXT = b"username=demo&msg=hello " * 40
LIMIT = len(TEXT)


def bare_deflate(octets: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(octets) + deflate.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(TEXT, "identity", id="identity"),
        pytest.param(TEXT, "", id="nothing"),
        pytest.param(TEXT, "UTF-8", id="no encoding"),
        pytest.param(gzip.compress(TEXT), "gzip", id="gzip"),
        pytest.param(gzip.compress(TEXT), " GZip ", id="in another case"),
        pytest.param(gzip.compress(TEXT), "x-gzip", id="old name of gzip"),
        pytest.param(gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), "gzip", id="gzip of two members"),
        pytest.param(zlib.compress(TEXT), "deflate", id="deflate"),
        pytest.param(bare_deflate(TEXT), "deflate", id="deflate without its header"),
        pytest.param(gzip.compress(zlib.compress(TEXT)), "deflate, gzip", id="one in the other"),
    ],
)
def test_encodings_are_undone(body: bytes, encoding: str) -> None:
    assert decoded(body, encoding, LIMIT) == TEXT


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(TEXT, "gzip", id="not gzip"),
        pytest.param(TEXT, "deflate", id="not deflate"),
        pytest.param(gzip.compress(TEXT)[:-9], "gzip", id="cut off in the data"),
        pytest.param(gzip.compress(TEXT)[:-4], "gzip", id="cut off in the trailer"),
        pytest.param(zlib.compress(TEXT)[:-1], "deflate", id="deflate cut off"),
        pytest.param(gzip.compress(TEXT) + b"x", "gzip", id="rubbish behind it"),
        pytest.param(gzip.compress(TEXT)[:-8] + b"\0" * 8, "gzip", id="wrong checksum"),
        pytest.param(TEXT, "br", id="brotli"),
        pytest.param(gzip.compress(TEXT), "zstd, gzip", id="zstandard inside"),
    ],
)
def test_what_is_not_encoded_like_that_is_malformed(body: bytes, encoding: str) -> None:
    with pytest.raises(MalformedError):
        decoded(body, encoding, LIMIT)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(gzip.compress(TEXT + b"x"), "gzip", id="one octet too many"),
        pytest.param(gzip.compress(b" " * 50_000_000), "gzip", id="bomb"),
        pytest.param(gzip.compress(TEXT) + gzip.compress(b"x"), "gzip", id="second member"),
        pytest.param(gzip.compress(gzip.compress(b" " * 50_000_000)), "gzip, gzip", id="bomb in gzip"),
    ],
)
def test_body_over_the_limit_is_oversize(body: bytes, encoding: str) -> None:
    with pytest.raises(OversizeError):
        decoded(body, encoding, LIMIT)
