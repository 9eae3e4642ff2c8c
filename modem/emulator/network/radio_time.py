"""How long a submit takes on the air, by access technology.

The figures are those of 3GPP networks as operators and users measured them: GSM 3 to 6 s on an SDCCH and 2 to 3 s for
the next message while +CMMS holds the channel; UMTS 1.5 to 4 s; LTE over SGs 0.5 to 2 s while connected, 0.3 to 1 s
more from idle; IMS some hundred milliseconds, 173 ms at best (selvakn/gsm-sip-bridge#57).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Final

from modem.emulator.network.chance import Delay, check_range

if TYPE_CHECKING:
    import random


@dataclass(frozen=True, kw_only=True, slots=True)
class RadioTime:
    """The time from the end of the body to the service centre's answer.

    `first` is for a message that needs a channel. `following` is for one that begins at most `link_s` after the answer
    to the one before, when the modem kept the channel (+CMMS) or `is_link_kept` says that the network does.
    """

    first: Delay = field(default_factory=Delay)
    following: Delay | None = None
    link_s: float = 0.0
    is_link_kept: bool = False

    def __post_init__(self) -> None:
        check_range("link_s", self.link_s, 0, inf)

    def draw(self, chance: random.Random, idle_s: float, *, keeps_link: bool) -> float:
        """Return a time in seconds for a message that begins `idle_s` after the answer to the one before."""
        if self.following is not None and idle_s <= self.link_s and (keeps_link or self.is_link_kept):
            return self.following.draw(chance)
        return self.first.draw(chance)


RADIO_TIMES: Final = {
    "none": RadioTime(),
    "gsm": RadioTime(
        first=Delay(least_s=3.0, usual_s=4.0, most_s=6.0), following=Delay(least_s=2.0, most_s=3.0), link_s=5.0
    ),
    "umts": RadioTime(first=Delay(least_s=1.5, usual_s=2.5, most_s=4.0)),
    "sgs": RadioTime(
        first=Delay(least_s=0.8, usual_s=1.5, most_s=3.0),
        following=Delay(least_s=0.5, usual_s=1.0, most_s=2.0),
        link_s=10.0,
        is_link_kept=True,
    ),
    "ims": RadioTime(first=Delay(least_s=0.15, usual_s=0.3, most_s=0.6)),
}
