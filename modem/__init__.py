"""Speaks to GSM modems, and emulates them; knows nothing of HTTP, databases or the gateway."""
