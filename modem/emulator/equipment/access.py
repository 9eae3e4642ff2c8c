"""What a command needs of the card before it does anything: a card, an unlocked one, in the words of the right family.

Functions of this shape go into `Shelf(needs=...)` or `@SHELF.on(..., needs=...)`; they return nothing or refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.emulator.card.sim import Wanted
from modem.emulator.refusal import Cme, CmeError, Cms, CmsError

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment

_CME_LOCKED = {Wanted.PIN: Cme.PIN_REQUIRED, Wanted.PUK: Cme.PUK_REQUIRED}
_CMS_LOCKED = {Wanted.PIN: Cms.PIN_REQUIRED, Wanted.PUK: Cms.PUK_REQUIRED}


def card(equipment: Equipment) -> None:
    """Need a card that has started; refuses with +CME ERROR: 10 or 14."""
    if not equipment.is_card_present:
        raise CmeError(Cme.NO_CARD)
    if equipment.is_card_busy:
        raise CmeError(Cme.CARD_BUSY)
    if equipment.sim.pin.is_dead:
        raise CmeError(Cme.CARD_FAILURE)


def unlocked_card(equipment: Equipment) -> None:
    """Need a card that waits for no PIN; refuses with +CME ERROR: 10, 11, 12, 13 or 14."""
    card(equipment)
    if locked := _CME_LOCKED.get(equipment.sim.wanted):
        raise CmeError(locked)


def messages(equipment: Equipment) -> None:
    """Need what the message service needs, an unlocked card; refuses with +CMS ERROR: 310, 311, 313, 314 or 316."""
    if not equipment.is_card_present:
        raise CmsError(Cms.NO_CARD)
    if equipment.is_card_busy:
        raise CmsError(Cms.CARD_BUSY)
    if equipment.sim.pin.is_dead:
        raise CmsError(Cms.CARD_FAILURE)
    if locked := _CMS_LOCKED.get(equipment.sim.wanted):
        raise CmsError(locked)
