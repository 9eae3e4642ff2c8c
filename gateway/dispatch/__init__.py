"""Brings queued messages to modems and what the modems say back to the store."""
