"""The mobile equipment behind an AT line: memories, settings, radio state and clock, with no dialogue of its own."""
