"""An emulated SIM as the network knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from modem.emulator.network.tariff import Credit, Tariff
from modem.emulator.radio import Registration

if TYPE_CHECKING:
    from modem.emulator.network.access import CellState, Flight
    from modem.emulator.network.mailbox import Mailbox
    from modem.pdu import Address


@dataclass(slots=True, kw_only=True, eq=False)
class Subscriber:
    """One SIM. `registration` is what the network gives it while its radio is on."""

    imsi: str
    number: str
    address: Address
    mailbox: Mailbox
    cell: CellState
    registration: Registration = Registration.HOME
    is_attached: bool = False
    attachment: object = None
    """A mark for the radio that is on: another mark, switched on again."""
    signal: tuple[int, int] | None = None
    """The <rssi> and <ber> of now; None until somebody sets them."""
    credit: Credit = field(default_factory=lambda: Credit(Tariff()))
    flight: Flight | None = None
    """The submit on the air."""
    answer_by: float = inf
    is_watched: bool = False
    answered_at: float = -inf
    is_link_kept: bool = False
    traces: dict[str, object] = field(default_factory=dict)
    """A mark for each trace that is followed: another mark, another trace."""

    @property
    def is_reachable(self) -> bool:
        """Whether the network can bring it something."""
        return self.is_attached and self.registration.has_service

    @property
    def balance_text(self) -> str:
        """The balance as people read it."""
        cents = self.credit.balance_cents
        return "unlimited" if cents is None else f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
