from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.multipart import Part, split_multipart
from gateway.api.refusals import MalformedError

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


@pytest.mark.parametrize("body", [b"", b"\r\n", b"--b", b"--b--", b"--b\r\n", b"--b\r\n\r\n"])
def test_a_body_with_nothing_in_it_has_no_parts(body: bytes) -> None:
    assert list(split_multipart(body, "b")) == []


@pytest.mark.parametrize(
    "body",
    [
        b"no boundary at all",
        b"--",
        b"--c\r\n",
        b"--b\r\nContent-Disposition: form-data",
        b'--b\r\nContent-Disposition: form-data; name="msg"\r\n\r\nIt is a SM',
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\nContent-Disp',
    ],
)
def test_a_body_that_is_cut_off_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        list(split_multipart(body, "b"))


def test_the_end_may_lack_its_last_hyphens() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\n'
    assert list(split_multipart(body, "b")) == [Part("a", b"1", "")]


@given(st.binary(max_size=200))
@pytest.mark.filterwarnings("ignore")
def test_any_octets_give_parts(body: bytes) -> None:
    for part in split_multipart(b'--b\r\nContent-Disposition: form-data; name="a"' + body + b"\r\n--b--", "b"):
        assert isinstance(part.name, str)
