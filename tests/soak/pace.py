"""Two processes on one virtual time: the leader moves it, the follower says when it has nothing more to do.

The leader (modems, network, phones, the test) sends `(now, question)` whenever time has moved or it wants to know
whether the follower (the gateway) is idle. The follower answers `(next timer, question)` as soon as nothing is ready,
no thread works and its descriptors have nothing for it. An answer is only worth something while the leader has done
nothing since it asked; else it asks again.
"""

from __future__ import annotations

import math
import selectors
import socket
import struct
import time
from collections.abc import Callable

from tests.soak.virtual_loop import Ready

_MESSAGE = struct.Struct("!dQ")
# A thread that has done its work wakes the loop; this is for the moment until it is seen to be idle.
_LOOK_AGAIN_S = 0.002
# In real time: a gateway that is at work for so long without a moment's rest is not coming back.
PATIENCE_S = 120.0


class StuckError(AssertionError):
    """The gateway is at work in real time and does not end."""


class Leader:
    """Moves the time; alone until `follow`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.jumps = 0
        self._channel: socket.socket | None = None
        self._selector: selectors.BaseSelector | None = None
        self._asked = 0
        self._answered = 0
        self._follower_due = math.inf

    def watch(self, selector: selectors.BaseSelector) -> None:
        """Use the loop's selector for the followers' answers."""
        self._selector = selector

    def follow(self, channel: socket.socket) -> None:
        """Take a follower on the other end of `channel`; time stands still until it says that it is idle."""
        assert self._selector is not None
        channel.setblocking(True)
        self._channel = channel
        self._answered = self._asked
        self._selector.register(channel, selectors.EVENT_READ)

    def leave(self) -> None:
        """Go on without the follower: its process has ended."""
        if self._channel is not None and self._selector is not None:
            self._selector.unregister(self._channel)
            self._channel.close()
            self._channel = None

    @property
    def is_followed(self) -> bool:
        """Whether there is a follower."""
        return self._channel is not None

    def heard(self, keys: Ready) -> Ready:
        channel = self._channel
        if channel is None or not any(key.fileobj is channel for key, _ in keys):
            return keys
        try:
            octets = channel.recv(_MESSAGE.size, socket.MSG_WAITALL)
        except ConnectionResetError:
            octets = b""  # it ended with a question of ours unread
        if len(octets) == _MESSAGE.size:
            self._follower_due, self._answered = _MESSAGE.unpack(octets)
        else:
            self.leave()
        return [(key, events) for key, events in keys if key.fileobj is not channel]

    def wait(self, poll: Callable[[float | None], Ready], due: float | None) -> Ready:
        is_asked = False
        while True:
            if ready := poll(0):
                return ready
            if self._channel is None and due is None:
                return poll(None)
            if self._channel is not None:
                if not is_asked:
                    self._ask()
                # What it said before it became idle is here by then.
                if ready := self._until_answered(poll) or poll(0):
                    return ready
            self._jump(due)
            if due is not None and due <= self.now:
                self._tell(0)
                return []
            self._ask()
            is_asked = True

    def _until_answered(self, poll: Callable[[float | None], Ready]) -> Ready:
        """Wait until the follower is idle or gone, or something is ready here."""
        give_up_at = time.monotonic() + PATIENCE_S
        while self._channel is not None and self._answered != self._asked:
            if ready := poll(1.0):
                return ready
            if time.monotonic() >= give_up_at:
                raise StuckError(f"the gateway was at work for {PATIENCE_S:g} s without a rest")
        return []

    def _jump(self, due: float | None) -> None:
        follower_due = self._follower_due if self._channel is not None else math.inf
        self.jumps += 1
        self.now = max(self.now, min(follower_due, math.inf if due is None else due))
        if self.now == math.inf:
            raise StuckError("nothing will ever happen: neither here nor in the gateway a timer runs")

    def _ask(self) -> None:
        self._asked += 1
        self._tell(self._asked)

    def _tell(self, question: int) -> None:
        if self._channel is not None:
            try:
                self._channel.sendall(_MESSAGE.pack(self.now, question))
            except (BrokenPipeError, ConnectionResetError):
                self.leave()


class Follower:
    """Keeps the leader's time; `is_at_work` tells whether a thread of this process is."""

    def __init__(self, channel: socket.socket, is_at_work: Callable[[], bool]) -> None:
        self.now = 0.0
        self._channel = channel
        self._is_at_work = is_at_work
        self._asked = 0
        self._answered = 0

    def watch(self, selector: selectors.BaseSelector) -> None:
        """Hear the leader by the loop's selector; returns once its first word is there."""
        selector.register(self._channel, selectors.EVENT_READ)
        self._hear()

    def heard(self, keys: Ready) -> Ready:
        if not any(key.fileobj is self._channel for key, _ in keys):
            return keys
        self._hear()
        return [(key, events) for key, events in keys if key.fileobj is not self._channel]

    def wait(self, poll: Callable[[float | None], Ready], due: float | None) -> Ready:
        while due is None or self.now < due:
            is_at_work = self._is_at_work()
            if ready := poll(_LOOK_AGAIN_S if is_at_work else 0):
                return ready
            if is_at_work or (due is not None and self.now >= due):
                continue
            if self._answered != self._asked:
                self._answered = self._asked
                self._channel.sendall(_MESSAGE.pack(math.inf if due is None else due, self._asked))
            elif ready := poll(None):
                return ready
        return []

    def _hear(self) -> None:
        octets = self._channel.recv(_MESSAGE.size, socket.MSG_WAITALL)
        if len(octets) < _MESSAGE.size:
            raise SystemExit("the leader has gone")
        self.now, asked = _MESSAGE.unpack(octets)
        self._asked = asked or self._asked
