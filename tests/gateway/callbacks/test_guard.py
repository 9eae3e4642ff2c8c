from __future__ import annotations

import socket
from ipaddress import ip_network

import pytest

from gateway.callbacks.guard import Guard

OPEN = Guard([], 8080)


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1", "this box itself"),
        ("127.255.0.9", "this box itself"),
        ("::1", "this box itself"),
        ("::ffff:127.0.0.1", "this box itself"),
        ("0.0.0.0", "this box itself"),
        ("::", "this box itself"),
        ("169.254.169.254", "link-local"),
        ("::ffff:169.254.169.254", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("224.0.0.1", "multicast"),
        ("ff02::1", "multicast"),
    ],
)
def test_refused_addresses(host: str, reason: str) -> None:
    assert OPEN.why_refused(host, 80) == reason


@pytest.mark.parametrize("host", ["192.168.1.7", "10.0.0.1", "172.16.0.1", "93.184.216.34", "fd00::1", "2001:db8::1"])
def test_lan_and_public_addresses_are_allowed(host: str) -> None:
    assert OPEN.why_refused(host, 80) == ""


def test_allowed_networks_go_before_every_refusal() -> None:
    guard = Guard([ip_network("127.0.0.0/8")], 8080)
    assert guard.why_refused("127.0.0.1", 8080) == ""
    assert guard.why_refused("::ffff:127.0.0.1", 80) == ""
    assert guard.why_refused("::1", 80) != ""


def _own_address() -> str | None:
    """An address of this machine besides loopback; connecting UDP sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address


def test_our_own_listener_is_refused_by_any_name() -> None:
    own = _own_address()
    if own is None or own.startswith("127."):
        pytest.skip("this machine has no address besides loopback")
    assert OPEN.why_refused(own, 8080) == "this gateway itself"
    assert OPEN.why_refused(own, 8081) == ""


def test_refusal_is_an_os_error_that_says_what_to_do() -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    with pytest.raises(PermissionError, match=r"127\.0\.0\.1 is this box itself; see callbacks\.allowed_networks"):
        OPEN(info)


def test_allowed_address_gets_a_socket() -> None:
    with OPEN((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))) as made:
        assert made.family is socket.AF_INET
