"""Which model is behind a port, as far as it is known: the profile that everything in the driver goes by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from modem.at.responses import read_identification
from modem.profiles import find_profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.driver.options import ModemOptions
    from modem.profile import Profile

log = structlog.get_logger(__name__)


class Model:
    """The profile in force: a hint until the modem has said what it is, and after that what it said last.

    `fallback` is for modems that no profile on the shelf is for; `hint` is what is suspected of a modem that has not
    said a word, by its USB ids say.
    """

    def __init__(self, *, fallback: Profile, hint: Profile | None = None) -> None:
        self._fallback = fallback
        self.profile = hint or fallback
        # In the modem's own words, "" until it has said them.
        self.manufacturer = ""
        self.name = ""

    def patient(self, options: ModemOptions) -> ModemOptions:
        """Return the owner's options with the times that the model's network needs: NB-IoT answers after minutes."""
        least_s = self.profile.submit_timeout_s
        if least_s <= min(options.submit_timeout_s, options.hung_after_s):
            return options
        return replace(
            options,
            submit_timeout_s=max(options.submit_timeout_s, least_s),
            hung_after_s=max(options.hung_after_s, least_s),
        )

    def meet(self, manufacturer: str, name: str) -> bool:
        """Take the answers to +CGMI and +CGMM; return whether a profile is for them."""
        return self._take(find_profile(manufacturer, name), manufacturer, name)

    def meet_by_identification(self, lines: Sequence[str]) -> None:
        """Take the answer to ATI, of a modem whose +CGMI and +CGMM were not enough.

        ATI is whatever its maker likes (V.250 6.1.3), so each of its lines may be the model.
        """
        maker, name = read_identification(lines)
        words = "\n".join((self.manufacturer, *lines))
        for candidate in filter(None, (self.name, name, *lines)):
            if (profile := find_profile(words, candidate)) is not None:
                self._take(profile, self.manufacturer or maker, self.name or name or candidate)
                return
        self.manufacturer, self.name = self.manufacturer or maker, self.name or name

    def _take(self, profile: Profile | None, manufacturer: str, name: str) -> bool:
        self.manufacturer, self.name = manufacturer, name
        was, self.profile = self.profile, profile or self._fallback
        if was is not self.profile:
            log.debug("profile in force", action="profile", profile=self.profile.name, model=name)
        return profile is not None
