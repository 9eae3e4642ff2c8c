"""The faults of the emulated modem; the contract of these files is in `modem/emulator/fault.py`."""
