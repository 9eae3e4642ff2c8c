"""The shelf of known modem models: one file each, with its record in PROFILE."""
