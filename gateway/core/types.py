"""Names for the ids and units that travel through the gateway."""

from __future__ import annotations

from typing import NewType

AccountId = NewType("AccountId", int)
MessageId = NewType("MessageId", int)
"""Positive, below 2^31; one sequence for outbound and inbound messages."""
AttemptId = NewType("AttemptId", int)
CallbackId = NewType("CallbackId", int)
Port = NewType("Port", int)
"""Number of a span, from 1; kept for ever."""
EpochMs = NewType("EpochMs", int)
"""An instant: milliseconds since 1970-01-01T00:00:00Z."""
