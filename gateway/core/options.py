"""What a caller may ask for a message beyond what most messages need."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gateway.core.inbound import InboundKind, Nature, caption

if TYPE_CHECKING:
    from gateway.core.types import MessageId

HIGHEST_PRIORITY: Final = 9
URGENT_RANK: Final = HIGHEST_PRIORITY + 1
KEY_LIMIT: Final = 255
"""Longest idempotency key, in characters."""


class WhenUnknown(StrEnum):
    """What becomes of a message when nobody can know whether it went out."""

    RESEND = "resend"
    """Sent once more on the same SIM, marked as a possible duplicate."""
    REPORT = "report"
    """Called unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataPorts:
    """Application ports of 16 bits: which program on the phone gets the data, and where it answers to.

    3GPP TS 23.040 9.2.3.24.4.
    """

    destination: int
    source: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """The rarer wishes of a message.

    `priority` is 0 to 9: the higher goes first, in the order of ids within one. `window` is a `core.window.Window` as
    text, outside of which it is held; empty for any time. `when_unknown` None leaves that to the settings. A flash
    message (class 0) is shown at once and not kept by the phone. `data` is sent in place of the text, to `data_ports`
    if there are any. `replay_of` is the message that it repeats.
    """

    priority: int = 0
    window: str = ""
    when_unknown: WhenUnknown | None = None
    is_flash: bool = False
    data: bytes | None = None
    data_ports: DataPorts | None = None
    replay_of: MessageId | None = None


NO_OPTIONS: Final = Options()


def data_caption(data: bytes, ports: DataPorts | None) -> str:
    """Give the line that stands for outbound data where only texts can be shown."""
    port = None if ports is None else ports.destination
    return caption(Nature(kind=InboundKind.DATA, application_port=port), len(data))


def rank(*, priority: int, is_urgent: bool) -> int:
    """Give what decides between two messages that wait, the higher goes first: 0..9, urgent ones 10."""
    return URGENT_RANK if is_urgent else priority
