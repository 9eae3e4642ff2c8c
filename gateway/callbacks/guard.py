"""Where callbacks may not go: a customer's address must not reach services that trust this box.

The check is made at the socket, after DNS and for every connection, so a name that changes its address
between check and use gains nothing.
"""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    Network = IPv4Network | IPv6Network
    AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]


class Guard:
    """Makes sockets for allowed addresses; an instance fits aiohttp's `socket_factory`."""

    def __init__(self, allowed_networks: Sequence[Network], own_port: int) -> None:
        """`allowed_networks` go before every refusal; `own_port` is where this gateway listens, 0 unknown."""
        self._allowed = tuple(allowed_networks)
        self._own_port = own_port

    def __call__(self, address_info: AddressInfo) -> socket.socket:
        """Give a socket for the address about to be connected; OSError when it is refused."""
        family, kind, protocol, _, address = address_info
        reason = self.why_refused(str(address[0]), int(address[1]))
        if reason:
            raise OSError(errno.EACCES, f"{address[0]} is {reason}; see callbacks.allowed_networks")
        return socket.socket(family, kind, protocol)

    def why_refused(self, host: str, port: int) -> str:
        """Give why callbacks may not go to an address, "" when they may."""
        address = _plain(host)
        if any(address in network for network in self._allowed):
            return ""
        if address.is_loopback or address.is_unspecified:
            return "this box itself"
        if address.is_link_local:
            return "link-local"
        if address.is_multicast:
            return "multicast"
        if port == self._own_port and _is_own(address):
            return "this gateway itself"
        return ""


def _plain(host: str) -> IPv4Address | IPv6Address:
    """Give the address without an IPv6 zone, and IPv4 out of its IPv6 disguise."""
    address = ip_address(host.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _is_own(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address is one of this box: only those can be bound."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True
