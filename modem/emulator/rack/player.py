"""Plays a transcript on a port of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.emulator.machine.replay import Replay
from modem.emulator.rack.clock import LoopClock
from modem.emulator.rack.door import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from modem.at.transcript import Passage
    from modem.emulator.rack.port_watch import PortWatch


class Player:
    """Machine `index` of several that play `passages`; `differ` gets a line for what the host says otherwise.

    Its ports are those of the machine with that number in a rack. ValueError when there is none.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        index: int = 0,
        *,
        directory: Path | None,
        tcp: Sequence[tuple[str, int]] = (),
        differ: Callable[[str], None],
    ) -> None:
        self._replay = Replay(passages)
        self._name = f"modem{index}"
        self._differ = differ
        self._clock = LoopClock()
        self._door = Door(
            directory / self._name if directory is not None else None,
            tcp[index] if index < len(tcp) else None,
            self._receive,
        )

    @property
    def addresses(self) -> list[str]:
        """What a host may open."""
        return self._door.addresses

    def start(self, watch: PortWatch) -> None:
        """Open the ports and begin with what the modem says by itself. Raises OSError."""
        self._door.open(watch)
        self._clock.start(self._ring)
        self._replay.power_on(self._clock.now())
        self._settle()

    def stop(self) -> None:
        """Close the ports."""
        self._clock.stop()
        self._door.close()

    def _receive(self, data: bytes) -> None:
        self._replay.receive_data(data, self._clock.now())
        self._settle()

    def _ring(self) -> None:
        self._replay.handle_timer(self._clock.now())
        self._settle()

    def _settle(self) -> None:
        if octets := self._replay.data_to_send():
            self._door.write(octets)
        for difference in iter(self._replay.next_event, None):
            self._differ(f"{self._name}: {difference}")
        self._clock.set(self._replay.next_timer())
