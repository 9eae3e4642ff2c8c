"""A day of traffic and troubles in minutes: gateway and modems on virtual time (`make soak`)."""

from datetime import UTC, datetime

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Time of day when the virtual time is 0."""
