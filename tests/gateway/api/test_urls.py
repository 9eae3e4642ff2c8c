from __future__ import annotations

import string

import pytest
from yarl import URL

from gateway.api.urls import build_url, encode_as_it_stands, is_host, is_printable, percent_encode, read_address


def test_everything_is_encoded_but_the_unreserved_characters() -> None:
    kept = string.ascii_letters + string.digits + "-._~"
    assert percent_encode(kept) == kept
    assert percent_encode(" +&=/?#%'\n") == "%20%2B%26%3D%2F%3F%23%25%27%0A"
    assert percent_encode("ü€👍") == "%C3%BC%E2%82%AC%F0%9F%91%8D"
    assert percent_encode("\ud83d") == "%3F"


def test_text_as_it_stands_keeps_its_signs() -> None:
    assert encode_as_it_stands("a=1&b=%20+c d/ü#") == "a=1&b=%20+c%20d/%C3%BC%23"


@pytest.mark.parametrize(
    "host", ["crm.example", "crm", "192.0.2.7", "2001:db8::1", "[2001:db8::1]", "::ffff:192.0.2.7", "a_b-c.example."]
)
def test_hosts(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", "http://crm", "crm/x", "crm:80", "192.0.2.7:8080", "a b", "-crm", "crm-", "user@crm", "crm?x", "crm#x"),
        *("ç.az", "crm..example", ".crm", "a" * 64, "a." * 128, "::::", "12:34", "[2001:db8::1", "2001:db8::1]"),
    ],
)
def test_no_hosts(host: str) -> None:
    assert not is_host(host)


@pytest.mark.parametrize(
    ("host", "port", "path", "url"),
    [
        ("crm.example", "80", "/sms.php", "http://crm.example:80/sms.php?a=1&b=2"),
        ("crm.example", "", "/", "http://crm.example/?a=1&b=2"),
        ("2001:db8::1", "8080", "/x", "http://[2001:db8::1]:8080/x?a=1&b=2"),
        ("[2001:db8::1]", "", "/x", "http://[2001:db8::1]/x?a=1&b=2"),
        ("crm.example", "", "/x?key=v", "http://crm.example/x?key=v&a=1&b=2"),
        ("crm.example", "", "/a b/ü#c", "http://crm.example/a%20b/%C3%BC%23c?a=1&b=2"),
    ],
)
def test_address(host: str, port: str, path: str, url: str) -> None:
    built = build_url("http", host, port, path, ["a=1", "", "b=2"])
    assert built == url
    assert str(URL(built, encoded=True)).replace(":80/", "/") == url.replace(":80/", "/")


@pytest.mark.parametrize(
    ("text", "is_right"),
    [("a b ü\xa0", True), ("a\n", False), ("\x7f", False), ("\x85", False), ("\ud800", False)],
)
def test_printable(text: str, is_right: bool) -> None:
    assert is_printable(text) is is_right


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://crm.example/hook?k=1 ", "https://crm.example/hook?k=1"),
        ("http://10.0.0.1:8080/a b", "http://10.0.0.1:8080/a%20b"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
        ("HTTP://crm.example", "HTTP://crm.example"),
        ("https://crm.example/ü#part", "https://crm.example/%C3%BC"),
        ("ftp://crm.example/", None),
        ("crm.example/hook", None),
        ("https://", None),
        ("https://crm.example:0/", None),
        ("https://crm.example:99999/", None),
        ("https://[::1", None),
        ("https://a b/", None),
        ("https://crm.example/\x01", None),
        ("https://crm.example/" + "x" * 2048, None),
        ("", None),
    ],
)
def test_address_that_a_caller_gives(text: str, address: str | None) -> None:
    assert read_address(text) == address
