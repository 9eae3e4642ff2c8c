from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.multipart import Part, split_multipart

# RFC 7578 section 4 and RFC 2046 5.1.1: preamble, epilogue, blanks behind the delimiter.
BODY = (
    b"preamble\r\n--AaB03x  \r\n"
    b'content-disposition: form-data; name="field1"\r\ncontent-type: text/plain;charset=windows-1250\r\n\r\n'
    b"Joe owes \x80100.\r\n--AaB03x\r\n"
    b'Content-Disposition: form-data; name="empty"\r\n\r\n\r\n--AaB03x\r\n'
    b'Content-Disposition: form-data; name="files"; filename="file1.txt"\r\n\r\nx\r\n--AaB03x--\r\nepilogue'
)


def test_parts_of_the_standards_example() -> None:
    assert list(split_multipart(BODY, "AaB03x")) == [
        Part("field1", b"Joe owes \x80100.", "text/plain;charset=windows-1250"),
        Part("empty", b"", ""),
    ]


@pytest.mark.parametrize("body", [b"", b"--", b"--b", b"--b--", b"--b\r\n\r\n", b"no delimiter at all"])
def test_broken_bodies_have_no_parts(body: bytes) -> None:
    assert list(split_multipart(body, "b")) == []


@given(st.binary(max_size=200))
@pytest.mark.filterwarnings("ignore")
def test_any_octets_give_parts(body: bytes) -> None:
    for part in split_multipart(b'--b\r\nContent-Disposition: form-data; name="a"' + body, "b"):
        assert isinstance(part.name, str)
