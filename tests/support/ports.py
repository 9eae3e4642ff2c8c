"""TCP ports that tests may listen on, now or later, without meeting the tests of another process."""

from __future__ import annotations

import contextlib
import errno
import functools
import itertools
import socket
from collections.abc import Iterator

# Below 32768, where Linux begins to give ports to whoever connects (ip_local_port_range): a port whose server is yet to
# start, or was just killed, is not taken by somebody's connection.
_FIRST, _LAST = 20_000, 30_000
_PORTS_OF_A_PROCESS = 100


def free_port() -> int:
    """Give a port of 127.0.0.1 where nothing listens; no other living process gets it from here."""
    for port in itertools.islice(_own_ports(), _PORTS_OF_A_PROCESS):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(errno.EADDRINUSE, "something listens on every port of this process")


@functools.cache
def _own_ports() -> Iterator[int]:
    """Give the ports that are this process's own, over and over."""
    for first in range(_FIRST, _LAST, _PORTS_OF_A_PROCESS):
        # The kernel frees such a name when its process ends, however it ends.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as claim:
            try:
                claim.bind(f"\0gsm-gateway-test-ports-{first}")
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
            yield from itertools.cycle(range(first, first + _PORTS_OF_A_PROCESS))
    raise OSError(errno.EADDRINUSE, "other processes have claimed all ports")
