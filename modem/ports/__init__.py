"""Which serial ports there are, which modem each belongs to, what each is for, and who has it.

Nothing in this room opens a serial port.
"""
