"""A packet data context as +CGDCONT defines it; no data flows here (3GPP TS 27.007 10.1.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """One context; the address is that of the test net 192.0.2.0/24 (RFC 5737) while it is active."""

    kind: str = "IP"
    apn: str = ""
    compression: tuple[int, int] = (0, 0)
    is_active: bool = False
