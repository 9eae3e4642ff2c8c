"""The AT commands of the emulated modem; the contract of these files is in `modem/emulator/command.py`."""
