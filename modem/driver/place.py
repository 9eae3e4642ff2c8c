"""Where a modem is plugged, for a driver whose port may have another name after every plug-in."""

from __future__ import annotations

from typing import Protocol


class Place(Protocol):
    """What the driver needs of whoever knows what is plugged in."""

    def device(self) -> str:
        """Return the device to open now.

        Raises PortTooEarlyError while nothing may be written to it, PortError when nothing is plugged in here.
        """
        ...
