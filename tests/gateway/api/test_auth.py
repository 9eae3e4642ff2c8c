from __future__ import annotations

from ipaddress import ip_network

import pytest

from gateway.api.auth import source_address

PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1/128")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.9"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["203.0.113.5, 198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["203.0.113.5", "198.51.100.9, 10.0.0.2"], "198.51.100.9"),
        ("::ffff:10.0.0.1", ["198.51.100.9"], "198.51.100.9"),
        ("::1", ["2001:db8::7"], "2001:db8::7"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.9, "], "10.0.0.1"),
        ("", ["198.51.100.9"], ""),
    ],
)
def test_source_is_the_last_address_that_is_not_trusted(peer: str, forwarded: list[str], source: str) -> None:
    assert source_address(peer, forwarded, PROXIES) == source


def test_without_trusted_proxies_the_header_is_nothing() -> None:
    assert source_address("10.0.0.1", ["198.51.100.9"], []) == "10.0.0.1"
